package testkit_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"signpost/internal/testkit"
)

// The scanner finds what it is meant to find, or the tests that use it prove
// nothing.
func TestFindCanary(t *testing.T) {
	const number, words = "+447400123456", "canary-7f3a kendal"
	long := func(b string) []byte { return []byte("some " + b + " and so on") }
	for _, kept := range []string{
		"from=" + number, "From=%2B447400123456", "07400123456", "447400123456", "654321004744+", "rang 07400 123456",
		"4\x004\x007\x004\x000\x000\x001\x002\x003\x004\x005\x006\x00",
		`{"k":"` + base64.StdEncoding.EncodeToString([]byte("x"+number)) + `"}`, hex.EncodeToString([]byte(number)),
		strings.ToUpper(hex.EncodeToString([]byte("x07400123456"))),
		base64.RawURLEncoding.EncodeToString(long(number)), base32.StdEncoding.EncodeToString(long(number)),
		base64.StdEncoding.EncodeToString(long("0 " + number[3:])),
	} {
		if _, ok := testkit.FindCanary(kept, number); !ok {
			t.Errorf("not found in %q", kept)
		}
	}
	for _, kept := range []string{"body=canary-7f3a+kendal", "CANARY-7F3A KENDAL", "ladnek a3f7-yranac",
		base64.StdEncoding.EncodeToString(long(words)), base32.StdEncoding.EncodeToString(long(words))} {
		if _, ok := testkit.FindCanary(kept, words); !ok {
			t.Errorf("not found in %q", kept)
		}
	}
	if form, ok := testkit.FindCanary("nothing to see here 0808 2000 247", number); ok {
		t.Errorf("found %s where there is none", form)
	}
	// Several at once are told apart, though they begin alike.
	const other = "+447400123457"
	if found := testkit.FindCanaries("rang 07400 123456, CANARY-7F3A KENDAL", number, words,
		other); found[number] != "national in groups" || found[words] != "plain" || len(found) != 2 {
		t.Errorf("of several, found %v", found)
	}
}
