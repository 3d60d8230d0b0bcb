package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// SessionKey names a text conversation and one message of it by keyed hashes, which say
// nothing to anybody without the key. Msg is empty for a message without an id.
type SessionKey struct{ Conv, Msg string }

// Session is what is stored of a conversation when a message comes in.
type Session struct {
	State  []byte // empty: no conversation
	Repeat *Mark  // set when this very message was answered before

	held  string    // the state as Redis holds it: Commit replaces only this
	until time.Time // when the conversation ends
	marks string    // how many messages have marks
}

// Unknown reports that Redis knows nothing of a conversation, not even that it has ended: it
// is new, long over, or Redis has lost it.
func (s Session) Unknown() bool { return len(s.State) == 0 && (s.marks == "" || s.marks == "0") }

// Mark says how a message was answered, so that its repeat gets the same answer: by
// stepping again from the same state, at the same minute, by the same book. No answer is
// stored.
type Mark struct {
	Kind   MarkKind
	Minute uint32 // Unix minutes
	Book   uint32 // version of the flow book
	Before []byte // the state that the message found; empty when there was none
}

// MarkKind is how a message was answered. The values are stored.
type MarkKind byte

// Kinds of answer.
const (
	Stepped      MarkKind = 1 + iota // the conversation took a step
	HelplineOnly                     // over a limit: told the 24-hour number
	Silent                           // over a limit, and told already
	Brief                            // the budget is nearly spent: a number, or the 24-hour one and 999
	Maintenance                      // the menus are switched off: told the 24-hour number
)

// recall reads a conversation, the mark of a message, and how many messages have marks, in
// one trip.
var recall = redis.NewScript(`
return {redis.call('GET', KEYS[1]) or '', redis.call('HGET', KEYS[2], ARGV[1]) or '',
  tostring(redis.call('HLEN', KEYS[2]))}
`)

// Recall reads a conversation, and whether the message was answered before, in one trip. A
// message without an id is never a repeat. More trips look under the earlier keys, from
// before midnight or before a rotation of PRIVACY_KEY; a conversation found there is renamed.
func (s *Store) Recall(ctx context.Context, key SessionKey, earlier ...SessionKey) (Session, error) {
	session, err := s.read(ctx, key)
	if err != nil {
		return Session{}, fmt.Errorf("recall a conversation: %w", bare(err))
	}
	if session.Repeat != nil {
		return session, nil
	}
	for _, n := range earlier {
		old, err := s.read(ctx, n)
		if err != nil {
			return Session{}, fmt.Errorf("recall a conversation by an earlier name: %w", bare(err))
		}
		if old.Repeat != nil {
			return old, nil
		}
		if len(session.State) == 0 && len(old.State) > 0 {
			if err := s.rename(ctx, n.Conv, key.Conv, old); err != nil {
				return Session{}, err
			}
			if session, err = s.read(ctx, key); err != nil {
				return Session{}, fmt.Errorf("recall a conversation by its present name: %w", bare(err))
			}
		}
	}
	return session, nil
}

// read reads the values of a conversation and of a message's mark.
func (s *Store) read(ctx context.Context, key SessionKey) (Session, error) {
	keys := []string{sessionKey(key.Conv), marksKey(key.Conv)}
	vals, err := recall.Run(ctx, s.batched, keys, key.Msg).StringSlice()
	if err != nil {
		return Session{}, err
	}
	const values = 3
	if len(vals) != values {
		return Session{}, fmt.Errorf("unexpected reply from script: %d values", len(vals))
	}
	session := s.opened(key.Conv, vals[0])
	session.marks, session.Repeat = vals[2], s.openedMark(key, vals[1])
	return session, nil
}

// rename moves a conversation and its marks to its present key, with what is left of their
// lifetime. The keys are in different Cluster slots, so it takes several steps; the first
// decides who moves it.
func (s *Store) rename(ctx context.Context, from, to string, old Session) error {
	left, err := s.rdb.PTTL(ctx, sessionKey(from)).Result()
	if err == nil && left > 0 {
		err = s.rdb.SetNX(ctx, sessionKey(to), s.sealed(to, old.State, old.until), left).Err()
	}
	if err == nil {
		err = s.renameMarks(ctx, from, to)
	}
	if err == nil {
		err = s.rdb.Del(ctx, sessionKey(from)).Err()
	}
	if err != nil {
		return fmt.Errorf("give a conversation its present name: %w", bare(err))
	}
	return nil
}

// renameMarks copies the marks of a conversation to its present key: a replayed message must
// change nothing while the conversation lives.
func (s *Store) renameMarks(ctx context.Context, from, to string) error {
	marks, err := s.rdb.HGetAll(ctx, marksKey(from)).Result()
	if err != nil || len(marks) == 0 {
		return err
	}
	left, err := s.rdb.PTTL(ctx, marksKey(from)).Result()
	if err != nil || left <= 0 {
		return err
	}
	p := s.rdb.Pipeline()
	for msg, value := range marks {
		if m := s.openedMark(SessionKey{from, msg}, value); m != nil {
			p.HSetNX(ctx, marksKey(to), msg, s.sealedMark(SessionKey{to, msg}, *m))
		}
	}
	p.PExpire(ctx, marksKey(to), left)
	_, err = p.Exec(ctx)
	return err
}

// commit claims a message and moves its conversation, unless somebody else has done either
// meanwhile: of several texts at once, each starts from the state that the one before left.
// Where there was no conversation, the number of marks shows whether there has been one
// since: a late write must not bring back a conversation that somebody has left.
var commit = redis.NewScript(`
local now = redis.call('GET', KEYS[1]) or ''
local mark = redis.call('HGET', KEYS[2], ARGV[6])
if ARGV[6] ~= '' and mark then return {'repeat', mark, now} end
local marks = tostring(redis.call('HLEN', KEYS[2]))
if now ~= ARGV[1] or now == '' and marks ~= ARGV[7] then return {'moved', now, marks} end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
elseif ARGV[3] == '0' then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[6], ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
return {'done', ''}
`)

// Commit moves a conversation from what was recalled of it to the next state. An empty next
// deletes it; keepTTL keeps its time of expiry. If the message was answered meanwhile, or
// another text moved the conversation, nothing changes and done is false: answer again from
// now. The mark of a message lives as long as its conversation can, so that no replay moves
// it.
func (s *Store) Commit(
	ctx context.Context, key SessionKey, from Session, mark Mark, next []byte, keepTTL bool,
) (now Session, done bool, err error) {
	at := time.Now()
	until := at.Add(s.ttl + time.Second - 1).Truncate(time.Second) // as exactly as a seal holds it
	ttl := blurred(at, until).Milliseconds()
	if keepTTL && len(from.State) > 0 {
		until, ttl = from.until, 0
	}
	marksFor := blurred(at, at.Add(max(s.ttl, markTTL)))
	res, err := commit.Run(ctx, s.batched, []string{sessionKey(key.Conv), marksKey(key.Conv)},
		from.held, s.sealed(key.Conv, next, until), ttl, s.sealedMark(key,
			mark), marksFor.Milliseconds(), key.Msg, cmp.Or(from.marks, "0")).StringSlice()
	if err != nil {
		return Session{}, false, fmt.Errorf("move a conversation: %w", bare(err))
	}
	const least, most = 2, 3
	if len(res) < least || len(res) > most {
		return Session{}, false, fmt.Errorf("move a conversation: unexpected reply from script: %d values", len(res))
	}
	switch res[0] {
	case "done":
		return Session{}, true, nil
	case "repeat":
		m := s.openedMark(key, res[1])
		if m == nil {
			return Session{}, false, errNoMark
		}
		now = s.opened(key.Conv, res[len(res)-1])
		now.Repeat = m
		return now, false, nil
	}
	now = s.opened(key.Conv, res[1])
	now.marks = res[len(res)-1]
	return now, false, nil
}

func sessionKey(conv string) string { return "s:{" + conv + "}" }
func marksKey(conv string) string   { return "r:{" + conv + "}" }
func markName(n SessionKey) string  { return marksKey(n.Conv) + ":" + n.Msg }

var errNoMark = errors.New("decode a mark: not one of ours")

// Sizes of an encoded mark, in bytes. All marks have the same size, so that none shows
// whether a conversation began with it.
const (
	markHead   = 10
	markBefore = 64 // room for the state before
)

// MarkSize is the size of an encoded mark, in bytes.
const MarkSize = markHead + markBefore

// Same reports whether two marks give the same answer.
func (m Mark) Same(o Mark) bool {
	return m.Kind == o.Kind && m.Minute == o.Minute && m.Book == o.Book && bytes.Equal(m.Before, o.Before)
}

// Encode writes a mark in [MarkSize] bytes.
func (m Mark) Encode() []byte {
	b := append(make([]byte, 0, markHead+markBefore), byte(m.Kind))
	b = binary.BigEndian.AppendUint32(b, m.Minute)
	b = binary.BigEndian.AppendUint32(b, m.Book)
	b = append(append(b, byte(len(m.Before))), m.Before...)
	return append(b, make([]byte, max(markHead+markBefore-len(b), 0))...)
}

// DecodeMark reads an encoded mark; nil when it is none.
func DecodeMark(b []byte) *Mark {
	if len(b) < markHead || len(b) < markHead+int(b[markHead-1]) {
		return nil
	}
	before := b[markHead : markHead+int(b[markHead-1])]
	kind := MarkKind(b[0])
	if kind < Stepped || kind > Maintenance {
		return nil
	}
	return &Mark{kind, binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:]), before}
}
