// Package store is everything that the gateway keeps in Redis, and for how long. No other package of the
// product has a Redis library; the minimal server of cmd/bench has one.
//
// [Everything] lists each key, what it holds and its lifetime. Keys are named by keyed hashes
// that cannot be reversed and differ each day, so that two days cannot be joined; the hash tag
// keeps one conversation's keys in one Cluster slot. No number, message, name or place is ever
// in a key or a value.
package store

import (
	"cmp"
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

	"signpost/internal/privacy"
)

// How long Redis may take. A person waits for the answer: a Redis that is unreachable must cost well
// under a second.
const (
	dialTimeout = 300 * time.Millisecond
	opTimeout   = 250 * time.Millisecond
	markTTL     = 5 * time.Minute // at the least: the provider repeats a webhook within seconds
)

// Store stores conversations, limits, counters and the list to erase in Redis.
type Store struct {
	rdb      redis.UniversalClient
	batched  *batcher // for the requests of every text
	embedded bool
	ttl      time.Duration
	keys     *privacy.Keyring
	close    []func() error
}

// Options configure a store.
type Options struct {
	URL        string // as REDIS_URL; empty for the in-process store
	SessionTTL time.Duration
	Keys       *privacy.Keyring // seal conversations; needed to keep any
	// Wait is how long Redis may take to answer; zero is 250 ms. signpost doctor waits
	// longer, to tell a slow Redis from a dead one.
	Wait time.Duration
	// Dial makes the connections to Redis; nil is the system's network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Turn returns once it is a question's turn to be asked. It is for tools that try out in
	// which order things may happen; nil asks at once.
	Turn func(question string)
}

// Open returns a store. It does not wait for Redis: a gateway whose Redis is unreachable still
// answers.
func Open(o Options) (*Store, error) {
	redis.SetLogger(noLog{}) // it would log addresses
	keys, err := keyringOf(o.Keys)
	if err != nil {
		return nil, fmt.Errorf("make a keyring: %w", err)
	}
	s := &Store{ttl: o.SessionTTL, keys: keys}
	if o.URL == "" {
		s.openEmbedded(o.Wait)
		s.embedded = true
	} else {
		opts, err := parseURL(o.URL)
		if err != nil {
			return nil, err
		}
		waitFor(opts, o.Wait)
		if o.Dial != nil {
			opts.Dialer = o.Dial
		}
		s.rdb = redis.NewUniversalClient(opts)
		s.close = append(s.close, s.rdb.Close)
	}
	if o.Turn != nil {
		s.rdb.AddHook(turns{o.Turn}) // before the breaker: which of two it lets through is part of the order
	}
	if !s.embedded {
		s.rdb.AddHook(newBreaker())
	}
	s.batched = &batcher{UniversalClient: s.rdb, wait: cmp.Or(o.Wait, opTimeout)}
	return s, nil
}

// parseURL reads REDIS_URL: one server, a Sentinel group (?master_name=...) or a Cluster
// (several URLs). Its error never quotes the URL, which may hold a password.
func parseURL(list string) (*redis.UniversalOptions, error) {
	u := &redis.UniversalOptions{}
	for i, one := range strings.Split(list, ",") {
		one = strings.TrimSpace(one)
		if strings.Contains(one, "master_name=") {
			f, err := redis.ParseFailoverURL(one)
			if err != nil {
				return nil, errors.New("REDIS_URL cannot be read as a Sentinel address")
			}
			u.MasterName, u.Addrs, u.DB, u.TLSConfig = f.MasterName, f.SentinelAddrs, f.DB, f.TLSConfig
			u.Username, u.Password = f.Username, f.Password
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

// bound sets timeouts: by default the client ignores a context's deadline and takes 1.7 s to
// notice a refused connection.
func bound(u *redis.UniversalOptions) {
	u.ContextTimeoutEnabled = true
	u.DialTimeout, u.ReadTimeout, u.WriteTimeout, u.PoolTimeout = dialTimeout, opTimeout, opTimeout, opTimeout
	u.DialerRetries, u.MaxRetries = 1, -1 // a retried limiter call would count twice
	u.DisableIdentity = true
	u.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

type noLog struct{}

func (noLog) Printf(context.Context, string, ...any) {}

// waitFor has a client wait so long for each thing; zero is as [bound] says.
func waitFor(u *redis.UniversalOptions, wait time.Duration) {
	if wait > 0 {
		u.DialTimeout, u.ReadTimeout, u.WriteTimeout, u.PoolTimeout = wait, wait, wait, wait
	}
}

// openEmbedded starts the in-process store: miniredis, so that the same commands and the same
// limiter run as on a real Redis. It does not expire keys by itself, so a ticker advances its
// clock.
func (s *Store) openEmbedded(wait time.Duration) {
	m := miniredis.NewMiniRedis()
	u := &redis.UniversalOptions{
		Addrs:  []string{"in-process"},
		Dialer: func(context.Context, string, string) (net.Conn, error) { return m.Dial() }, // no port is opened
	}
	bound(u)
	waitFor(u, wait)
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

// Close closes the connections.
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.close {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// Ping returns an error when Redis does not answer.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.rdb.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ask the store: %w", bare(err))
	}
	return nil
}

// bare strips an error of what Redis quotes: some of its replies repeat the command with its
// keys. Only the kind of reply is left (READONLY, LOADING).
func bare(err error) error {
	var reply redis.Error
	if errors.As(err, &reply) {
		kind, _, _ := strings.Cut(reply.Error(), " ")
		return errors.New("redis answered " + kind)
	}
	return err
}
