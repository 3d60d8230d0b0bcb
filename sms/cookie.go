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
// continues with it while Redis is unreachable, and Redis catches up from it afterwards.
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
	// last is the message that it was the answer to; nil: not known. recent are the messages
	// before it.
	last   *answered
	recent []fingerprint
}

// answered is a message and how it was answered. With it a repeat is known without Redis.
type answered struct {
	message fingerprint // of the keyed hash of its id
	mark    store.Mark
}

// fingerprint tells states apart.
type fingerprint uint64

func fingerprintOf(state []byte) fingerprint {
	h := fnv.New64a()
	h.Write(state)
	return fingerprint(h.Sum64())
}

// maxRecent is how many messages before its last a cookie remembers: as many as a provider
// that sends one again may have sent since.
const maxRecent = 4

// maxHeld is how many states of Redis a cookie remembers: more texts than most people send
// in a quarter of an hour, and no more than a sealed token (privacy.MaxToken) has room for.
const maxHeld = 20

const cookiePurpose = "text conversation"

// Forms of a cookie: its first byte.
const (
	formStored     = 1    // Redis has the same state
	formOffline    = 3    // Redis did not take the state
	answeredBit    = 0x40 // the messages that it was the answer to come first
	blindBit       = 0x80 // in the byte that counts what is held
	fingerprintLen = 8
)

func (c cookie) encode() []byte {
	out := []byte{formStored}
	if c.offline {
		out[0] = formOffline
	}
	if c.last != nil {
		out[0] |= answeredBit
		out = binary.BigEndian.AppendUint64(out, uint64(c.last.message))
		out = append(out, c.last.mark.Encode()...)
		out = appendFingerprints(append(out, byte(len(c.recent))), c.recent)
	}
	if !c.offline {
		return append(out, c.state...)
	}
	count := byte(len(c.held))
	if c.blind {
		count |= blindBit
	}
	return append(appendFingerprints(append(out, count), c.held), c.state...)
}

func appendFingerprints(out []byte, all []fingerprint) []byte {
	for _, f := range all {
		out = binary.BigEndian.AppendUint64(out, uint64(f))
	}
	return out
}

// cutFingerprints reads so many fingerprints, and returns what follows them; ok is false when
// there are fewer.
func cutFingerprints(data []byte, count int) (all []fingerprint, rest []byte, ok bool) {
	if len(data) < count*fingerprintLen {
		return nil, nil, false
	}
	for range count {
		all = append(all, fingerprint(binary.BigEndian.Uint64(data)))
		data = data[fingerprintLen:]
	}
	return all, data, true
}

func decodeCookie(data []byte) cookie {
	if len(data) == 0 {
		return cookie{}
	}
	c := cookie{present: true}
	form, data := data[0], data[1:]
	var ok bool
	if form&answeredBit != 0 {
		if data, ok = c.decodeAnswered(data); !ok {
			return cookie{}
		}
		form &^= answeredBit
	}
	switch {
	case form == formStored:
		c.state = data
	case form == formOffline && len(data) > 0:
		c.offline, c.blind = true, data[0]&blindBit != 0
		if c.held, c.state, ok = cutFingerprints(data[1:], int(data[0]&^blindBit)); !ok {
			return cookie{}
		}
	default:
		return cookie{}
	}
	if len(c.state) > 0 && !flows.IsState(c.state) {
		return cookie{}
	}
	return c
}

// decodeAnswered reads the messages that a cookie was the answer to, and returns what follows.
func (c *cookie) decodeAnswered(data []byte) (rest []byte, ok bool) {
	const size = fingerprintLen + store.MarkSize
	if len(data) < size+1 {
		return nil, false
	}
	mark := store.DecodeMark(data[fingerprintLen:size])
	if mark == nil {
		return nil, false
	}
	c.last = &answered{fingerprint(binary.BigEndian.Uint64(data)), *mark}
	c.recent, rest, ok = cutFingerprints(data[size+1:], int(data[size]))
	return rest, ok
}

// offlineCookie is the cookie of an answer without Redis: next follows on this one.
func (c cookie) offlineCookie(next []byte) cookie {
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

// known is how a message was answered, if the cookie is of the answer to it. passed reports
// one that was answered before that.
func (c cookie) known(n names) (mark *store.Mark, passed bool) {
	if c.last == nil {
		return nil, false
	}
	for _, key := range append([]store.SessionKey{n.session}, n.earlier...) {
		switch f := fingerprintOf([]byte(key.Msg)); {
		case f == c.last.message:
			return &c.last.mark, false
		case slices.Contains(c.recent, f):
			passed = true
		}
	}
	return nil, passed
}

// answers makes it the cookie of the answer to a message, which came with another.
func (c cookie) answers(id string, mark store.Mark, before cookie) cookie {
	if before.last != nil {
		c.recent = append(slices.Clone(before.recent), before.last.message)
		c.recent = c.recent[max(len(c.recent)-maxRecent, 0):]
	}
	c.last = &answered{fingerprintOf([]byte(id)), mark}
	return c
}

// newer reports that the cookie is newer than what Redis holds: nothing is in Redis, or
// only what the conversation in the cookie has passed, or began without knowing.
func (c cookie) newer(stored []byte) bool {
	return c.offline && (len(stored) == 0 || c.blind || c.passed(stored))
}

// passed reports that the conversation in the cookie has gone on from what Redis holds.
func (c cookie) passed(stored []byte) bool {
	return c.offline && slices.Contains(c.held, fingerprintOf(stored))
}

// moved is what the cookie is worth once another text has moved the conversation to what
// Redis now holds: nothing, unless that was an older write which came late.
func (c cookie) moved(now []byte) cookie {
	if len(now) == 0 || !c.passed(now) {
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
