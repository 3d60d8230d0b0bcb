package store_test

import (
	"errors"
	"strings"
	"testing"

	"signpost/internal/store"
	"signpost/internal/testkit"
)

// A Redis is usable only if it does all that a text needs. A user who may not do so is denied.
func TestUsable(t *testing.T) {
	r := testkit.StartRedis(t)
	for _, tt := range []struct {
		user, rights string
		want         error
	}{
		{"all", "+@all", nil},
		{"noscripts", "+@all -eval -evalsha -script", store.ErrDenied},
		{"nomarks", "+@all -hset", store.ErrDenied},
		{"noset", "+@all -set", store.ErrDenied},
		{"nodel", "+@all -del", store.ErrDenied},
	} {
		r.Do(t, append([]string{"ACL", "SETUSER", tt.user, "on", ">secret", "~*", "&*"},
			strings.Fields(tt.rights)...)...)
		s, err := store.Open(store.Options{
			URL: strings.Replace(r.URL(), "//", "//"+tt.user+":secret@", 1), Wait: patience,
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // what one leaves does not change the next
			if err := s.Usable(t.Context()); !errors.Is(err, tt.want) {
				t.Errorf("with %s: %v", tt.rights, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
