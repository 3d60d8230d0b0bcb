package sms

import (
	"bytes"
	"time"

	"signpost/flows"
)

// carried is a conversation that travels with its texts, in a cookie that the
// provider keeps for the two numbers and gives back: sealed to them, opened by
// nobody else, and good for as long as the conversation would be remembered. It is
// used only while the store is away, and for what happened meanwhile once it is
// back.
type carried struct {
	known bool // there is one
	// adrift tells that the store was away when it was made; before is what the
	// store held when that began.
	adrift        bool
	before, state []byte // empty: no conversation
}

// cookiePurpose binds what is sealed to this use.
const cookiePurpose = "text conversation"

// forms of a cookie, its first byte.
const (
	formSaved  = 1 // the store has the same
	formAdrift = 2
)

// encode writes a carried conversation in a few bytes.
func (c carried) encode() []byte {
	if !c.adrift {
		return append([]byte{formSaved}, c.state...)
	}
	out := append([]byte{formAdrift, byte(len(c.before))}, c.before...)
	return append(out, c.state...)
}

func decodeCarried(data []byte) (c carried) {
	whole := func(b []byte) bool { return len(b) == 0 || len(b) == flows.StateSize }
	switch {
	case len(data) > 0 && data[0] == formSaved && whole(data[1:]):
		return carried{known: true, state: data[1:]}
	case len(data) > 1 && data[0] == formAdrift && len(data) >= 2+int(data[1]):
		before, state := data[2:2+int(data[1])], data[2+int(data[1]):]
		if whole(before) && whole(state) {
			return carried{known: true, adrift: true, before: before, state: state}
		}
	}
	return carried{}
}

// carry seals what is to travel with the answer of a minute; empty when nothing
// need travel. A conversation that is over takes the place of what travelled before
// with nothing, sealed too, so that it cannot come back. The same arguments give the
// same, so that a repeat is answered with the same bytes.
func (h *Handler) carry(m message, c carried, minute uint32) string {
	if len(c.state) == 0 && !c.adrift && !m.carried.known {
		return ""
	}
	expires := time.Unix(int64(minute)*60, 0).Add(h.Remember)
	return h.Keys.Seal(cookiePurpose, m.name.Conv, expires, c.encode())
}

// open reads what travelled with a text.
func (h *Handler) open(m message, cookie string) carried {
	if cookie == "" {
		return carried{}
	}
	for _, n := range append([]flows.Name{m.name}, m.earlier...) {
		if data, err := h.Keys.Open(cookiePurpose, n.Conv, h.Now(), cookie); err == nil {
			return decodeCarried(data)
		}
	}
	return carried{} // forged, expired, or another conversation's
}

// drifted is where a conversation went while the store was away, if the store
// still holds what it held then, or came back empty: what is newer in the store
// wins.
func (c carried) drifted(stored []byte) (state []byte, ok bool) {
	return c.state, c.known && c.adrift && (len(stored) == 0 || bytes.Equal(c.before, stored))
}

// origin is what the store held when it went away.
func (c carried) origin() []byte {
	if c.adrift {
		return c.before
	}
	return c.state
}
