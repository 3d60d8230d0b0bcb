package ivr

import (
	"encoding/binary"
	"time"

	"signpost/flows"
)

// typed is how far a caller has keyed 1 1 2, the other emergency number, without listening.
// The keys 1 1 2 mean something in a menu: only somebody who keys them faster than the
// prompts are spoken means 112.
type typed struct {
	began uint32 // when the call did, in seconds, rounded down to began
	keys  byte   // keys of 1 1 2 so far; other keys end it
}

const (
	typedSize = 4 + 1
	// otherEmergency is the emergency number of most countries (ETSI TS 122 101).
	otherEmergency = "112"
	// typedRound is what the beginning is rounded down to, so that a repeated webhook gets
	// the same reply; within typedFast of it 1 1 2 is keyed without listening.
	typedRound = 5 * time.Second
	typedFast  = 15 * time.Second
)

func startTyped(now time.Time) typed {
	return typed{began: uint32(now.Truncate(typedRound).Unix())}
}

// press adds a key, and reports that it completes 1 1 2.
func (t typed) press(now time.Time, key byte) (typed, bool) {
	fast := now.Unix()-int64(t.began) < int64(typedFast/time.Second)
	if t.began == 0 || !fast || key != otherEmergency[t.keys] {
		return typed{}, false
	}
	t.keys++
	if int(t.keys) == len(otherEmergency) {
		return typed{}, true
	}
	return t, false
}

func (t typed) encode() []byte {
	return append(binary.BigEndian.AppendUint32(nil, t.began), t.keys)
}

// decodeTyped reads what encode wrote, from a sealed position.
func decodeTyped(b []byte) typed {
	t := typed{began: binary.BigEndian.Uint32(b), keys: b[4]}
	if int(t.keys) >= len(otherEmergency) {
		return typed{}
	}
	return t
}

// keyed is what a caller did: a key, or silence.
func keyed(now time.Time, pos *position, keys string) flows.Input {
	if keys == "" {
		pos.typed = typed{}
		return flows.Silence()
	}
	key, whole := keys[0], false
	if pos.typed, whole = pos.typed.press(now, key); whole {
		key = flows.KeyCannotTalk
	}
	return flows.Pressed(key)
}
