// Package store is everything Signpost keeps, and for how long. It is the only
// room with a Redis library.
//
// [Everything] lists each key, what it holds and for how long. Keys are named by
// keyed hashes that cannot be turned back and are others each day, so that two
// days cannot be joined; the hash tag keeps one conversation's keys in one
// Cluster slot. No number, no message, no name and no place is ever in a key or
// a value.
package store

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"signpost/flows"
	"signpost/internal/privacy"
)

// How long Redis may take. A person waits for the answer, and the provider
// gives up after 15 s; a Redis that is away must cost well under a second.
const (
	dialTimeout = 300 * time.Millisecond
	opTimeout   = 250 * time.Millisecond
	markTTL     = 5 * time.Minute // the provider repeats a webhook within seconds
)

// Store keeps conversations and limits in Redis.
type Store struct {
	rdb      redis.UniversalClient
	batched  *batcher // for what everybody who texts asks
	embedded bool
	ttl      time.Duration
	keys     *privacy.Keyring
	limits   limits
	close    []func() error
}

// Options say what to keep and where.
type Options struct {
	URL                       string // as REDIS_URL; empty for the in-process store
	SessionTTL                time.Duration
	Keys                      *privacy.Keyring // seal conversations; needed to keep any
	SenderLimit, ServiceLimit int
	// Wait is how long Redis may take to answer; zero is 250 ms, because somebody waits
	// for the reply. An examination waits longer, to tell a slow Redis from a dead one.
	Wait time.Duration
}

// Open connects to the store. It does not wait for Redis to be there: a
// gateway whose Redis is away still answers.
func Open(o Options) (*Store, error) {
	redis.SetLogger(noLog{}) // it would print addresses on its own account
	keys, err := keyringOf(o.Keys)
	if err != nil {
		return nil, fmt.Errorf("make a keyring: %w", err)
	}
	s := &Store{ttl: o.SessionTTL, keys: keys}
	if o.URL == "" {
		s.openEmbedded()
		s.embedded = true
	} else {
		opts, err := parseURL(o.URL)
		if err != nil {
			return nil, err
		}
		if o.Wait > 0 {
			opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = o.Wait, o.Wait, o.Wait, o.Wait
		}
		s.rdb = redis.NewUniversalClient(opts)
		s.close = append(s.close, s.rdb.Close)
	}
	if !s.embedded {
		s.rdb.AddHook(newBreaker())
	}
	s.limits = newLimits(s.rdb, o)
	s.batched = &batcher{UniversalClient: s.rdb}
	return s, nil
}

// parseURL reads REDIS_URL: one server, a Sentinel group (?master_name=...) or
// a Cluster (several URLs). Its error never quotes the URL, which may hold a
// password.
func parseURL(list string) (*redis.UniversalOptions, error) {
	u := &redis.UniversalOptions{}
	for i, one := range strings.Split(list, ",") {
		one = strings.TrimSpace(one)
		if strings.Contains(one, "master_name=") {
			f, err := redis.ParseFailoverURL(one)
			if err != nil {
				return nil, errors.New("REDIS_URL cannot be read as a Sentinel address")
			}
			u.MasterName, u.Addrs, u.Username, u.Password, u.DB, u.TLSConfig = f.MasterName, f.SentinelAddrs, f.Username, f.Password, f.DB, f.TLSConfig
			u.SentinelUsername, u.SentinelPassword = f.SentinelUsername, f.SentinelPassword
			continue
		}
		o, err := redis.ParseURL(one)
		if err != nil {
			return nil, errors.New("REDIS_URL cannot be read")
		}
		u.Addrs = append(u.Addrs, o.Addr)
		if i == 0 {
			u.Username, u.Password, u.DB, u.TLSConfig = o.Username, o.Password, o.DB, o.TLSConfig
			if o.Network == "unix" {
				addr := o.Addr
				u.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
					return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "unix", addr)
				}
			}
		}
	}
	if u.TLSConfig != nil {
		u.TLSConfig.MinVersion = tls.VersionTLS12
	}
	bound(u)
	return u, nil
}

// bound keeps every wait short: by default the client ignores a context's
// deadline and takes 1.7 s to notice a refused connection.
func bound(u *redis.UniversalOptions) {
	u.ContextTimeoutEnabled = true
	u.DialTimeout, u.ReadTimeout, u.WriteTimeout, u.PoolTimeout = dialTimeout, opTimeout, opTimeout, opTimeout
	u.DialerRetries, u.MaxRetries = 1, -1 // a retried limiter call would count twice
	u.DisableIdentity = true
	u.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

type noLog struct{}

func (noLog) Printf(context.Context, string, ...any) {}

// openEmbedded starts the in-process store: miniredis, so that the same
// commands and the same limiter run as on a real Redis. It does not expire keys
// by itself, so a ticker moves its clock by the time that has really passed.
func (s *Store) openEmbedded() {
	m := miniredis.NewMiniRedis()
	u := &redis.UniversalOptions{
		Addrs:  []string{"in-process"},
		Dialer: func(context.Context, string, string) (net.Conn, error) { return m.Dial() }, // no port is opened
	}
	bound(u)
	s.rdb = redis.NewUniversalClient(u)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		last := time.Now()
		for {
			select {
			case <-stop:
				return
			case now := <-tick.C:
				m.FastForward(now.Sub(last))
				last = now
			}
		}
	}()
	s.close = append(s.close, s.rdb.Close, func() error { close(stop); <-done; m.Close(); return nil })
}

// Close ends the connections.
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.close {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// Ping reports whether the store answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.rdb.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ask the store: %w", bare(err))
	}
	return nil
}

// Recall reads a conversation and whether the message was answered before, in
// one trip. An empty message is never a repeat. What is kept under one of the
// earlier names, from before midnight or before a rotation of the key, is looked
// for in a second trip, and a conversation found there takes its present name.
func (s *Store) Recall(ctx context.Context, name flows.Name, earlier ...flows.Name) (flows.Seen, error) {
	read := func(p redis.Pipeliner, n flows.Name) *redis.SliceCmd {
		return p.MGet(ctx, sessionKey(n.Conv), markKey(n))
	}
	first, err := s.batched.MGet(ctx, sessionKey(name.Conv), markKey(name)).Result()
	if err != nil {
		return flows.Seen{}, fmt.Errorf("recall a conversation: %w", bare(err))
	}
	seen := s.seenIn(first, name)
	if seen.Repeat != nil || len(earlier) == 0 {
		return seen, nil
	}
	p := s.rdb.Pipeline()
	var found []*redis.SliceCmd
	for _, n := range earlier {
		found = append(found, read(p, n))
	}
	if _, err := p.Exec(ctx); err != nil {
		return flows.Seen{}, fmt.Errorf("recall a conversation by an earlier name: %w", bare(err))
	}
	for i, n := range earlier {
		old := s.seenIn(found[i].Val(), n)
		if old.Repeat != nil {
			return old, nil
		}
		if len(seen.State) == 0 && len(old.State) > 0 {
			if err := s.rename(ctx, n.Conv, name.Conv, old.State); err != nil {
				return flows.Seen{}, err
			}
			seen.State = old.State
		}
	}
	return seen, nil
}

// seenIn is what a conversation's and a message's keys hold.
func (s *Store) seenIn(vals []any, name flows.Name) (seen flows.Seen) {
	if len(vals) != 2 {
		return seen
	}
	if v, ok := vals[0].(string); ok {
		seen.State = s.opened(name.Conv, v)
	}
	if v, ok := vals[1].(string); ok && name.Msg != "" {
		if m, err := s.openedMark(name, v); err == nil {
			seen.Repeat = &m
		}
	}
	return seen
}

// rename gives a conversation its present name and what is left of its time. The
// two names are in different Cluster slots, so that it takes two steps; whoever
// does the first has moved it.
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

// commit claims a message and moves its conversation, if nobody else has done
// either meanwhile: of several texts at once, each sees the state the one
// before it left.
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

// Commit moves a conversation from the state it was stored in to the next; an
// empty next forgets it, and rest keeps its lifetime as it was. If the message
// was answered meanwhile, or another moved the conversation, nothing changes and
// what is there now is given back with done false: answer again from that.
func (s *Store) Commit(ctx context.Context, name flows.Name, from []byte, mark flows.Mark, next []byte, rest bool) (now flows.Seen, done bool, err error) {
	ttl := s.ttl.Milliseconds()
	if rest {
		ttl = 0
	}
	claim := "1"
	if name.Msg == "" {
		claim = "0"
	}
	held := s.sealed(name.Conv, from)
	for range 2 {
		res, err := commit.Run(ctx, s.batched, []string{sessionKey(name.Conv), markKey(name)},
			held, s.sealed(name.Conv, next), ttl, s.sealedMark(name, mark), markTTL.Milliseconds(), claim).StringSlice()
		if err != nil {
			return flows.Seen{}, false, fmt.Errorf("move a conversation: %w", bare(err))
		}
		if len(res) != 2 {
			return flows.Seen{}, false, errors.New("move a conversation: the store answered out of turn")
		}
		switch res[0] {
		case "done":
			return flows.Seen{}, true, nil
		case "repeat":
			m, err := s.openedMark(name, res[1])
			if err != nil {
				return flows.Seen{}, false, err
			}
			return flows.Seen{Repeat: &m}, false, nil
		}
		now.State = s.opened(name.Conv, res[1])
		if !bytes.Equal(now.State, from) {
			break
		}
		held = res[1] // the same state, written otherwise: by an older version, say
	}
	return now, false, nil
}

// bare is an error without what Redis quotes back: some of its replies repeat
// the command with its keys. Only the kind of reply is left (READONLY, LOADING).
func bare(err error) error {
	var reply redis.Error
	if errors.As(err, &reply) {
		kind, _, _ := strings.Cut(reply.Error(), " ")
		return errors.New("redis answered " + kind)
	}
	return err
}

func sessionKey(conv string) string { return "s:{" + conv + "}" }
func markKey(n flows.Name) string   { return "r:{" + n.Conv + "}:" + n.Msg }
