package store

import (
	"math"
	"time"

	"signpost/internal/privacy"
)

// A value in Redis is sealed to the key it is kept under: a reader of Redis learns no
// step, area or service from it, and cannot move it to another conversation. Redis
// itself lets it expire, so a seal holds for ever. The same value under the same name
// is sealed to the same bytes, so that Redis can compare two of them.

// Purposes keep states and marks apart.
const (
	statePurpose = "stored conversation"
	markPurpose  = "stored mark"
)

var sealedUntil = time.Unix(math.MaxUint32, 0)

// sealed is a state as Redis holds it; none stays none.
func (s *Store) sealed(conv string, state []byte) string {
	if len(state) == 0 {
		return ""
	}
	return s.keys.Seal(statePurpose, conv, sealedUntil, state)
}

// opened is the state that Redis holds for a conversation. An older version stored states
// unsealed; they are read until they expire.
func (s *Store) opened(conv, value string) []byte {
	if s.isState != nil && s.isState([]byte(value)) {
		return []byte(value)
	}
	state, err := s.keys.Open(statePurpose, conv, time.Time{}, value)
	if err != nil {
		return nil // another key's, or damaged: the conversation begins again
	}
	return state
}

func (s *Store) sealedMark(n SessionKey, m Mark) string {
	return s.keys.Seal(markPurpose, markKey(n), sealedUntil, m.encode())
}

// openedMark reads a mark; an older version stored marks unsealed.
func (s *Store) openedMark(n SessionKey, value string) (Mark, error) {
	if data, err := s.keys.Open(markPurpose, markKey(n), time.Time{}, value); err == nil {
		return decodeMark(data)
	}
	return decodeMark([]byte(value))
}

// keyringOf is what a store seals with. A store that is opened for counts only has no keys
// and seals nothing.
func keyringOf(given *privacy.Keyring) (*privacy.Keyring, error) {
	if given != nil {
		return given, nil
	}
	return privacy.NewKeyring(privacy.NewSecret())
}
