package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// SessionKey names a text conversation and one message of it by keyed hashes, which say
// nothing to anybody without the key. Msg is empty for a message without an id.
type SessionKey struct{ Conv, Msg string }

// Session is what is stored of a conversation when a message comes in.
type Session struct {
	State  []byte // empty: no conversation
	Repeat *Mark  // set when this very message was answered before
}

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
	Brief                            // the budget is nearly spent: one text, without a conversation
	Maintenance                      // the menus are switched off: told the 24-hour number
)

// Recall reads a conversation, and whether the message was answered before, in one trip. A
// message without an id is never a repeat. A second trip looks under the earlier keys, from
// before midnight or before a rotation of PRIVACY_KEY; a conversation found there is renamed.
func (s *Store) Recall(ctx context.Context, key SessionKey, earlier ...SessionKey) (Session, error) {
	read := func(p redis.Pipeliner, n SessionKey) *redis.SliceCmd {
		return p.MGet(ctx, sessionKey(n.Conv), markKey(n))
	}
	first, err := s.batched.MGet(ctx, sessionKey(key.Conv), markKey(key)).Result()
	if err != nil {
		return Session{}, fmt.Errorf("recall a conversation: %w", bare(err))
	}
	session := s.sessionIn(first, key)
	if session.Repeat != nil || len(earlier) == 0 {
		return session, nil
	}
	p := s.rdb.Pipeline()
	var found []*redis.SliceCmd
	for _, n := range earlier {
		found = append(found, read(p, n))
	}
	if _, err := p.Exec(ctx); err != nil {
		return Session{}, fmt.Errorf("recall a conversation by an earlier name: %w", bare(err))
	}
	for i, n := range earlier {
		old := s.sessionIn(found[i].Val(), n)
		if old.Repeat != nil {
			return old, nil
		}
		if len(session.State) == 0 && len(old.State) > 0 {
			if err := s.rename(ctx, n.Conv, key.Conv, old.State); err != nil {
				return Session{}, err
			}
			session.State = old.State
		}
	}
	return session, nil
}

// sessionIn reads the values of a conversation's and a message's keys.
func (s *Store) sessionIn(vals []any, key SessionKey) (session Session) {
	if len(vals) != 2 {
		return session
	}
	if v, ok := vals[0].(string); ok {
		session.State = s.opened(key.Conv, v)
	}
	if v, ok := vals[1].(string); ok && key.Msg != "" {
		if m, err := s.openedMark(key, v); err == nil {
			session.Repeat = &m
		}
	}
	return session
}

// rename moves a conversation to its present key, with what is left of its lifetime. The two
// keys are in different Cluster slots, so it takes two steps; the first decides who moves it.
func (s *Store) rename(ctx context.Context, from, to string, state []byte) error {
	left, err := s.rdb.PTTL(ctx, sessionKey(from)).Result()
	if err == nil && left > 0 {
		err = s.rdb.SetNX(ctx, sessionKey(to), s.sealed(to, state), left).Err()
	}
	if err == nil {
		err = s.rdb.Del(ctx, sessionKey(from)).Err()
	}
	if err != nil {
		return fmt.Errorf("give a conversation its present name: %w", bare(err))
	}
	return nil
}

// commit claims a message and moves its conversation, unless somebody else has done either
// meanwhile: of several texts at once, each starts from the state that the one before left.
var commit = redis.NewScript(`
local mark = redis.call('GET', KEYS[2])
if ARGV[6] == '1' and mark then return {'repeat', mark} end
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] then return {'moved', now} end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
elseif ARGV[2] ~= ARGV[1] or ARGV[3] ~= '0' then
  if ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
  else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
end
if ARGV[6] == '1' then redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5]) end
return {'done', ''}
`)

// Commit moves a conversation from one state to the next. An empty next deletes it; keepTTL
// keeps its time of expiry. If the message was answered meanwhile, or another text moved the
// conversation, nothing changes and done is false: answer again from now.
func (s *Store) Commit(
	ctx context.Context, key SessionKey, from []byte, mark Mark, next []byte, keepTTL bool,
) (now Session, done bool, err error) {
	ttl := s.ttl.Milliseconds()
	if keepTTL {
		ttl = 0
	}
	claim := "1"
	if key.Msg == "" {
		claim = "0"
	}
	held := s.sealed(key.Conv, from)
	for range 2 {
		res, err := commit.Run(ctx, s.batched, []string{sessionKey(key.Conv), markKey(key)},
			held, s.sealed(key.Conv, next), ttl, s.sealedMark(key, mark), markTTL.Milliseconds(), claim).StringSlice()
		if err != nil {
			return Session{}, false, fmt.Errorf("move a conversation: %w", bare(err))
		}
		if len(res) != 2 {
			return Session{}, false, fmt.Errorf("move a conversation: unexpected reply from script: %d values", len(res))
		}
		switch res[0] {
		case "done":
			return Session{}, true, nil
		case "repeat":
			m, err := s.openedMark(key, res[1])
			if err != nil {
				return Session{}, false, err
			}
			return Session{Repeat: &m}, false, nil
		}
		now.State = s.opened(key.Conv, res[1])
		if !bytes.Equal(now.State, from) {
			break
		}
		held = res[1] // the same state in another form: unsealed, by an older version
	}
	return now, false, nil
}

func sessionKey(conv string) string { return "s:{" + conv + "}" }
func markKey(n SessionKey) string   { return "r:{" + n.Conv + "}:" + n.Msg }

const markSize = 9 // bytes, without Before

func (m Mark) encode() []byte {
	b := append(make([]byte, 0, markSize+len(m.Before)), byte(m.Kind))
	b = binary.BigEndian.AppendUint32(b, m.Minute)
	b = binary.BigEndian.AppendUint32(b, m.Book)
	return append(b, m.Before...)
}

func decodeMark(b []byte) (Mark, error) {
	if len(b) < markSize || MarkKind(b[0]) < Stepped || MarkKind(b[0]) > Maintenance {
		return Mark{}, errors.New("decode a mark: not one of ours")
	}
	return Mark{MarkKind(b[0]), binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:]), b[markSize:]}, nil
}
