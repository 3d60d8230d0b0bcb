package testkit_test

import (
	"encoding/base64"
	"encoding/hex"
	"testing"

	"signpost/internal/testkit"
)

// The scanner finds what it is meant to find, or the tests that use it prove
// nothing.
func TestFindCanary(t *testing.T) {
	const number, words = "+447400123456", "canary-7f3a kendal"
	for _, kept := range []string{
		"from=" + number, "From=%2B447400123456", "07400123456", "447400123456", "654321004744+",
		`{"k":"` + base64.StdEncoding.EncodeToString([]byte("x"+number)) + `"}`, hex.EncodeToString([]byte(number)),
	} {
		if _, ok := testkit.FindCanary(kept, number); !ok {
			t.Errorf("not found in %q", kept)
		}
	}
	for _, kept := range []string{"body=canary-7f3a+kendal", "CANARY-7F3A KENDAL", "ladnek a3f7-yranac"} {
		if _, ok := testkit.FindCanary(kept, words); !ok {
			t.Errorf("not found in %q", kept)
		}
	}
	if form, ok := testkit.FindCanary("nothing to see here 0808 2000 247", number); ok {
		t.Errorf("found %s where there is none", form)
	}
}
