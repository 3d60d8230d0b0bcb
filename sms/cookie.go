package sms

import (
	"bytes"
	"time"

	"signpost/flows"
	"signpost/internal/store"
)

// cookie is a conversation that the provider stores for the two numbers, sealed: texting
// continues with it while Redis is away, and Redis catches up from it afterwards.
type cookie struct {
	present bool
	// offline reports that Redis was away when the cookie was made. stored is then what
	// Redis held before.
	offline       bool
	stored, state []byte // empty: no conversation
}

const cookiePurpose = "text conversation"

// Forms of a cookie: its first byte.
const (
	formStored  = 1 // Redis has the same state
	formOffline = 2
)

func (c cookie) encode() []byte {
	if !c.offline {
		return append([]byte{formStored}, c.state...)
	}
	out := append([]byte{formOffline, byte(len(c.stored))}, c.stored...)
	return append(out, c.state...)
}

func decodeCookie(data []byte) cookie {
	valid := func(b []byte) bool { return len(b) == 0 || flows.IsState(b) }
	switch {
	case len(data) > 0 && data[0] == formStored && valid(data[1:]):
		return cookie{present: true, state: data[1:]}
	case len(data) > 1 && data[0] == formOffline && len(data) >= 2+int(data[1]):
		stored, state := data[2:2+int(data[1])], data[2+int(data[1]):]
		if valid(stored) && valid(state) {
			return cookie{present: true, offline: true, stored: stored, state: state}
		}
	}
	return cookie{}
}

// origin is what Redis held when it went away.
func (c cookie) origin() []byte {
	if c.offline {
		return c.stored
	}
	return c.state
}

// current returns the state that a text is answered from. Redis's own wins, unless the
// cookie is newer: Redis still holds what it held when it went away, or came back empty.
func (c cookie) current(stored []byte) []byte {
	if c.offline && (len(stored) == 0 || bytes.Equal(c.stored, stored)) {
		return c.state
	}
	return stored
}

// seal seals the cookie of an answer of a minute; empty when none is needed. An ended
// conversation replaces an earlier cookie with an empty one, sealed too, so that it
// cannot come back. The same arguments give the same bytes, for repeats.
func (i Identity) seal(m message, next cookie, minute uint32) string {
	if len(next.state) == 0 && !next.offline && !m.cookie.present {
		return ""
	}
	expires := time.Unix(int64(minute)*60, 0).Add(i.SessionTTL)
	return i.Keys.Seal(cookiePurpose, m.session.Conv, expires, next.encode())
}

// open reads the cookie that came with a text. One that is forged, expired or another
// conversation's counts as none.
func (i Identity) open(n names, sealed string) cookie {
	if sealed == "" {
		return cookie{}
	}
	for _, key := range append([]store.SessionKey{n.session}, n.earlier...) {
		if data, err := i.Keys.Open(cookiePurpose, key.Conv, i.Now(), sealed); err == nil {
			return decodeCookie(data)
		}
	}
	return cookie{}
}
