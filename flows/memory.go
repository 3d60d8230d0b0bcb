package flows

import (
	"encoding/binary"
	"errors"
)

// Name is what a conversation and one message of it are kept under: keyed
// hashes, which say nothing to whoever has no key. Msg is empty for a message
// without an id.
type Name struct{ Conv, Msg string }

// MarkKind is what became of a message.
type MarkKind byte

// Kinds of answer a mark remembers.
const (
	Stepped MarkKind = 1 + iota // the conversation took a step
	Noticed                     // over the limit: told the 24-hour number
	Silent                      // over the limit: told already
	Brief                       // near what may be spent: answered in one text, without a conversation
	Resting                     // the menus are out of use: told the 24-hour number
)

// Mark says how a message was answered, so that its repeat gets the same
// answer by stepping again from the same state, at the same minute, by the same
// book. No answer is stored.
type Mark struct {
	Kind   MarkKind
	Minute uint32 // Unix minutes
	Book   uint32
	Before []byte // the state the message found; empty when there was none
}

// Seen is what is known of a text conversation when a message comes in.
type Seen struct {
	State  []byte // empty: no conversation
	Repeat *Mark  // set when this very message was answered before
}

// Encode writes a mark in a few bytes.
func (m Mark) Encode() []byte {
	b := append(make([]byte, 0, 9+len(m.Before)), byte(m.Kind))
	b = binary.BigEndian.AppendUint32(b, m.Minute)
	b = binary.BigEndian.AppendUint32(b, m.Book)
	return append(b, m.Before...)
}

// DecodeMark reads what Encode wrote.
func DecodeMark(b []byte) (Mark, error) {
	if len(b) < 9 || MarkKind(b[0]) < Stepped || MarkKind(b[0]) > Resting {
		return Mark{}, errors.New("decode a mark: not one of ours")
	}
	return Mark{MarkKind(b[0]), binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:]), b[9:]}, nil
}
