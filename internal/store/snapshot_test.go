package store_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// expiries returns when each key goes.
func expiries(t *testing.T, r *testkit.Redis, pattern string) map[string]time.Time {
	t.Helper()
	out := map[string]time.Time{}
	for _, key := range r.Do(t, "KEYS", pattern) {
		ms, err := strconv.ParseInt(strings.TrimPrefix(strings.Join(r.Do(t, "PEXPIRETIME", key), ""), ":"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[key] = time.UnixMilli(ms)
	}
	return out
}

// A copy of Redis tells the moment of no text more exactly than a quarter of an hour: all
// that is kept of conversations goes at the end of one, and no value differs in length.
func TestACopyTellsNoMoment(t *testing.T) {
	r := testkit.StartRedis(t)
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	for _, ttl := range []time.Duration{time.Minute, 15 * time.Minute, 97 * time.Minute, 4 * time.Hour} {
		s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: ttl, Keys: keys, Wait: patience})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		key := store.SessionKey{Conv: fmt.Sprint("c", ttl.Minutes()), Msg: "m1"}
		state := []byte(strings.Repeat("s", 52))
		if _, done, err := s.Commit(t.Context(), key, store.Session{}, mark(nil), state, false); err != nil || !done {
			t.Fatal(done, err)
		}
		seen, err := s.Recall(t.Context(), store.SessionKey{Conv: key.Conv, Msg: "m2"})
		if err != nil {
			t.Fatal(err)
		}
		key.Msg = "m2"
		if _, done, err := s.Commit(t.Context(), key, seen, mark(state), state, true); err != nil || !done {
			t.Fatal(done, err)
		}
		for i, kind := range []string{"sender", "urgent", "urgentmore"} {
			if ok, _, err := s.Take(t.Context(), kind, key.Conv, 3+i, time.Hour); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		now := time.Now()
		if _, err := s.ShareSpend(t.Context(), now, "one", map[string]int{"texts": 40}); err != nil {
			t.Fatal(err)
		}
		const rounding = 30 * time.Second // between the gateway's look at the clock and that of Redis
		for _, key := range r.Do(t, "KEYS", "rate:*") {
			if regexp.MustCompile(`sender|urgent`).MatchString(key) {
				t.Errorf("%s tells what was counted", key)
			}
			if v := strings.Join(r.Do(t, "GET", key), ""); len(v) != 54 {
				t.Errorf("%s holds %q", key, v)
			}
		}
		for name, at := range expiries(t, r, "*") {
			if off := at.Sub(at.Round(store.Blur)).Abs(); off > rounding {
				t.Errorf("with a lifetime of %v, %s goes %v from the end of a quarter of an hour", ttl, name, off)
			}
		}
		lengths := map[int]bool{}
		for _, v := range r.Do(t, "HVALS", "r:{"+key.Conv+"}") {
			lengths[len(v)] = true
		}
		if len(lengths) != 1 {
			t.Errorf("the mark of a first message can be told by its length: %v", lengths)
		}
	}
}

// A conversation ends when it should, though Redis keeps its key for longer, and what is
// left of it starts nothing.
func TestTheSealEndsAConversation(t *testing.T) {
	r := testkit.StartRedis(t)
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Second, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	key := store.SessionKey{Conv: "c", Msg: "m1"}
	if _, done, err := s.Commit(t.Context(), key, store.Session{}, mark(nil), []byte("one"), false); err != nil ||
		!done {
		t.Fatal(done, err)
	}
	over := store.Session{State: []byte("x")}
	for deadline := time.Now().Add(patience); len(over.State) > 0; testkit.Pause() {
		if over, err = s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "m2"}); err != nil ||
			time.Now().After(deadline) {
			t.Fatal("it does not end", err)
		}
	}
	key.Msg = "m2"
	if _, done, err := s.Commit(t.Context(), key, over, mark(nil), []byte("two"), true); err != nil || !done {
		t.Errorf("what is left of it is in the way: %v, %v", done, err)
	}
	if now, err := s.Recall(t.Context(), store.SessionKey{Conv: "c", Msg: "m3"}); err != nil ||
		string(now.State) != "two" {
		t.Errorf("%q, %v", now.State, err)
	}
	for name, at := range expiries(t, r, "*") {
		if at.After(time.Now().Add(2 * store.Blur)) {
			t.Errorf("%s goes in %v", name, time.Until(at))
		}
	}
}

// A message that is sent again moves nothing while its conversation lives, however long
// people go on texting, and past midnight, when the conversation changes its name.
func TestAReplayMovesNothing(t *testing.T) {
	r := testkit.StartRedis(t)
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: 15 * time.Minute, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	turn := func(conv, msg, next string, earlier ...store.SessionKey) {
		t.Helper()
		key := store.SessionKey{Conv: conv, Msg: msg}
		seen, err := s.Recall(t.Context(), key, earlier...)
		if err != nil || seen.Repeat != nil {
			t.Fatal(seen, err)
		}
		if _, done, err := s.Commit(t.Context(), key, seen, mark(seen.State), []byte(next), false); err != nil ||
			!done {
			t.Fatal(done, err)
		}
	}
	replayed := func(conv, msg string) {
		t.Helper()
		if seen, err := s.Recall(t.Context(), store.SessionKey{Conv: conv, Msg: msg}); err != nil ||
			seen.Repeat == nil {
			t.Errorf("%s is not known again: %v", msg, err)
		}
	}
	turn("day1", "m1", "one")
	const later = 20
	for n := range later {
		// As if each text came a quarter of an hour after the one before: what is about to
		// expire goes unless it is renewed.
		for _, key := range r.Do(t, "KEYS", "*") {
			r.Do(t, "PEXPIRE", key, "60000")
		}
		turn("day1", fmt.Sprint("later", n), fmt.Sprint("state", n))
	}
	for name, at := range expiries(t, r, "r:*") {
		if time.Until(at) < 15*time.Minute {
			t.Errorf("%s goes in %v, before its conversation can end", name, time.Until(at))
		}
	}
	replayed("day1", "m1")
	turn("day2", "first after midnight", "next day", store.SessionKey{Conv: "day1", Msg: "first after midnight"})
	replayed("day2", "m1")
	replayed("day2", "later7")
}
