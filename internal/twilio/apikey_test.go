package twilio_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// A restricted key erases without the account's own token, is replaced by another without
// a record left behind, and what it may not do is told apart from a key that is wrong.
func TestRestrictedAPIKeys(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	one, two := "SK"+strings.Repeat("1", 32), "SK"+strings.Repeat("2", 32)
	p := testkit.NewProvider(t, account, "nobody-has-this-token")
	erasing := func(_, path string) bool { return regexp.MustCompile(`/(Messages|Calls)`).MatchString(path) }
	p.AddKey(one, secret, erasing)
	c, err := twilio.NewOperator(p.URL, account, nil, twilio.APIKey{ID: two, Secret: privacy.Hide(secret)},
		twilio.APIKey{ID: one, Secret: privacy.Hide(secret)})
	if err != nil {
		t.Fatal(err)
	}
	erase := func(sid string) error {
		p.Hold(testkit.Record{SID: sid})
		id, ok := twilio.ParseRecordID(sid)
		if !ok {
			t.Fatal("no id")
		}
		return c.Erase(id)
	}
	if err := erase("SM" + strings.Repeat("a", 32)); err != nil {
		t.Errorf("with a key that is not made yet, and one that is: %v", err)
	}
	p.AddKey(two, secret, erasing)
	p.RemoveKey(one)
	if err := erase("CA" + strings.Repeat("b", 32)); err != nil {
		t.Errorf("with the old key taken away: %v", err)
	}
	if _, err := c.Lines(); !errors.Is(err, twilio.ErrNotAllowed) || !errors.Is(err, twilio.ErrCredentials) {
		t.Errorf("what a key may not do: %v", err)
	}
	p.RemoveKey(two)
	if err := erase("SM" + strings.Repeat("c", 32)); !errors.Is(err, twilio.ErrCredentials) ||
		errors.Is(err, twilio.ErrNotAllowed) {
		t.Errorf("with no key left: %v", err)
	}
	if left := p.Left(); len(left) != 1 {
		t.Errorf("%d records are left", len(left))
	}
}
