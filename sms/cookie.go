package sms

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"time"

	"signpost/flows"
	"signpost/internal/store"
)

// cookie is a conversation that the provider stores for the two numbers, sealed: texting
// continues with it while Redis is away, and Redis catches up from it afterwards.
type cookie struct {
	present bool
	// offline reports that Redis did not take the state. It may then hold one of those in
	// held: what it held before, or what a write left that nobody knows the end of.
	offline bool
	held    []fingerprint
	// blind reports that the conversation began without Redis and without a cookie: nobody
	// knows what Redis held.
	blind bool
	state []byte // empty: no conversation
}

// fingerprint tells states apart.
type fingerprint uint64

func fingerprintOf(state []byte) fingerprint {
	h := fnv.New64a()
	h.Write(state)
	return fingerprint(h.Sum64())
}

// maxHeld is how many states of Redis a cookie remembers: more texts than most people send
// in a quarter of an hour.
const maxHeld = 32

const cookiePurpose = "text conversation"

// Forms of a cookie: its first byte.
const (
	formStored     = 1    // Redis has the same state
	formOffline    = 3    // 2 was an older version's
	blindBit       = 0x80 // in the byte that counts what is held
	fingerprintLen = 8
)

func (c cookie) encode() []byte {
	if !c.offline {
		return append([]byte{formStored}, c.state...)
	}
	count := byte(len(c.held))
	if c.blind {
		count |= blindBit
	}
	out := []byte{formOffline, count}
	for _, f := range c.held {
		out = binary.BigEndian.AppendUint64(out, uint64(f))
	}
	return append(out, c.state...)
}

func decodeCookie(data []byte) cookie {
	if len(data) == 0 {
		return cookie{}
	}
	c := cookie{present: true}
	form, data := data[0], data[1:]
	switch {
	case form == formStored:
		c.state = data
	case form == formOffline && len(data) > 0 && len(data) > int(data[0]&^blindBit)*fingerprintLen:
		c.offline, c.blind = true, data[0]&blindBit != 0
		for range data[0] &^ blindBit {
			c.held = append(c.held, fingerprint(binary.BigEndian.Uint64(data[1:])))
			data = data[fingerprintLen:]
		}
		c.state = data[1:]
	default:
		return cookie{}
	}
	if len(c.state) > 0 && !flows.IsState(c.state) {
		return cookie{}
	}
	return c
}

// away is the cookie of an answer without Redis: next follows on this one.
func (c cookie) away(next []byte) cookie {
	out := cookie{offline: true, held: c.held, blind: c.blind || !c.present, state: next}
	if c.present && !c.offline {
		out.held = []fingerprint{fingerprintOf(c.state)}
	}
	out.held = mayHold(out.held, next) // the same text may have come to another gateway before
	return out
}

// unsaved is the cookie of an answer after which nobody knows whether Redis holds what it
// held or next. Writes before it may still arrive, too.
func (c cookie) unsaved(stored, next []byte) cookie {
	return cookie{offline: true, held: mayHold(c.held, stored, next), state: next}
}

// mayHold adds states to those that Redis may hold. The first is the likeliest: Redis holds
// it if it has taken nothing since.
func mayHold(held []fingerprint, states ...[]byte) []fingerprint {
	held = slices.Clone(held)
	for _, s := range states {
		if f := fingerprintOf(s); !slices.Contains(held, f) {
			held = append(held, f)
		}
	}
	if over := len(held) - maxHeld; over > 0 {
		held = slices.Delete(held, 1, 1+over)
	}
	return held
}

// newer reports that the cookie is newer than what Redis holds: nothing is in Redis, or
// only what the conversation in the cookie has passed, or began without knowing.
func (c cookie) newer(stored []byte) bool {
	return c.offline && (len(stored) == 0 || c.blind || slices.Contains(c.held, fingerprintOf(stored)))
}

// moved is what the cookie is worth once another text has moved the conversation to what
// Redis now holds: nothing, unless that was an older write which came late.
func (c cookie) moved(now []byte) cookie {
	if len(now) == 0 || c.blind || !c.newer(now) {
		c.offline = false
	}
	return c
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
