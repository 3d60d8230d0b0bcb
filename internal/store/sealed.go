package store

import (
	"math"
	"strings"
	"time"

	"signpost/internal/privacy"
)

// A value in Redis is sealed to the key it is kept under: a reader of Redis learns no
// step, area or service from it, and cannot move it to another conversation. Redis lets it
// expire at the end of a quarter of an hour, so that its expiry does not tell when somebody
// texted; when it really ends is sealed with it.

// Purposes keep states and marks apart.
const (
	statePurpose = "stored conversation"
	markPurpose  = "stored mark of a message"
)

// Blur is how exactly a copy of Redis tells when something happened.
const Blur = 15 * time.Minute

// blurred returns for how long Redis keeps what ends at a time: until the quarter of an
// hour is over.
func blurred(now, until time.Time) time.Duration {
	end := until.Truncate(Blur)
	if end.Before(until) {
		end = end.Add(Blur)
	}
	return end.Sub(now)
}

// forEver is the end of what Redis alone lets expire.
var forEver = time.Unix(math.MaxUint32, 0)

// sealed is a state as Redis holds it; none stays none.
func (s *Store) sealed(conv string, state []byte, until time.Time) string {
	if len(state) == 0 {
		return ""
	}
	return s.keys.Seal(statePurpose, conv, until, state)
}

// opened is what Redis holds of a conversation.
func (s *Store) opened(conv, value string) Session {
	session := Session{held: value}
	state, until, err := s.keys.OpenUntil(statePurpose, conv, value)
	// What another key sealed, or what is damaged, begins again.
	if err == nil && time.Now().Before(until) {
		session.State, session.until = state, until
	}
	return session
}

func (s *Store) sealedMark(n SessionKey, m Mark) string {
	return s.keys.Seal(markPurpose, markName(n), forEver, m.Encode())
}

// openedMark reads a mark; value is nil or a string.
func (s *Store) openedMark(n SessionKey, value any) *Mark {
	sealed, ok := value.(string)
	if !ok || n.Msg == "" {
		return nil
	}
	data, err := s.keys.Open(markPurpose, markName(n), time.Time{}, sealed)
	if err != nil {
		return nil
	}
	return DecodeMark(data)
}

// keyringOf is what a store seals with. A store that is opened for counts only has no keys
// and seals nothing.
func keyringOf(given *privacy.Keyring) (*privacy.Keyring, error) {
	if given != nil {
		return given, nil
	}
	return privacy.NewKeyring(privacy.NewSecret())
}

// OpenValue opens what Redis holds under a key, and in a field of it, for tests that look
// for what must not be kept: seals must not hide it from them. ok is false for a value that
// is not sealed, or that none of the keys has sealed.
func OpenValue(keys *privacy.Keyring, key, field, value string) (plain string, ok bool) {
	conv := strings.TrimSuffix(strings.TrimPrefix(key, "s:{"), "}")
	for _, try := range []struct{ purpose, bound string }{
		{statePurpose, conv}, {markPurpose, key + ":" + field}, {countPurpose, key}, {spendPurpose, key},
		{ratePurpose, key}, {linePurpose, key},
	} {
		if data, _, err := keys.OpenUntil(try.purpose, try.bound, value); err == nil {
			return string(data), true
		}
	}
	return "", false
}
