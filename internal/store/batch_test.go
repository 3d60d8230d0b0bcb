package store_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/store"
	"signpost/internal/testkit"
)

// reads is how often Redis has read from a connection.
func reads(t *testing.T, r *testkit.Redis) (n int) {
	t.Helper()
	for line := range strings.Lines(strings.Join(r.Do(t, "INFO", "stats"), "\n")) {
		if rest, ok := strings.CutPrefix(line, "total_reads_processed:"); ok {
			n, _ = strconv.Atoi(strings.TrimSpace(rest))
		}
	}
	return n
}

// People who write at the same moment share trips, and each gets their own answer.
func TestTogether(t *testing.T) {
	r := testkit.StartRedis(t)
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	const people, turns = 300, 20
	before := reads(t, r)
	var all sync.WaitGroup
	for n := range people {
		all.Go(func() {
			conv, state := fmt.Sprint("c", n), ""
			for turn := range turns {
				name := store.SessionKey{Conv: conv, Msg: fmt.Sprint("m", turn)}
				seen, err := s.Recall(t.Context(), name)
				if err != nil || string(seen.State) != state {
					t.Errorf("%s has %q, want %q, %v", conv, seen.State, state, err)
					return
				}
				next := fmt.Sprint(conv, " at ", turn)
				if _, done, err := s.Commit(t.Context(), name, seen, mark(nil), []byte(next), false); err != nil ||
					!done {
					t.Errorf("%s does not move: %v, %v", conv, done, err)
					return
				}
				state = next
			}
		})
	}
	all.Wait()
	asked := people * turns * 2
	if took := reads(t, r) - before; took > asked/2 {
		t.Errorf("%d questions took Redis %d reads: they were not shared", asked, took)
	}
}

// A Redis that hangs holds nobody up beyond their own patience, and somebody who gives
// up takes nobody with them.
func TestTogetherWhileItHangs(t *testing.T) {
	r := testkit.StartRedis(t)
	s, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	ask := func(ctx context.Context, n int) error {
		_, err := s.Recall(ctx, store.SessionKey{Conv: fmt.Sprint("c", n), Msg: "m"})
		return err
	}
	if err := ask(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	r.Hang()
	var all sync.WaitGroup
	const people = 200
	for n := range people {
		all.Go(func() {
			patience := time.Hour
			if n%2 == 0 {
				patience = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			began := time.Now()
			err := ask(ctx, n)
			const most = 2 * time.Minute // a trip, and the one after it: half a second, on a machine with time
			if took := time.Since(began); err == nil || took > most {
				t.Errorf("somebody waited %v and got %v", took, err)
			}
		})
	}
	all.Wait()
	if err := ask(t.Context(), 0); err == nil {
		t.Error("a Redis that hangs answered")
	}
	r.Wake()
	for end := time.Now().Add(patience); ask(t.Context(), 0) != nil; testkit.Pause() {
		if time.Now().After(end) {
			t.Fatal("it answers again, and is not asked")
		}
	}
	for n := range people {
		all.Go(func() {
			for end := time.Now().Add(patience); ; { // on a busy machine an answer may be late
				err := ask(t.Context(), n)
				if err == nil {
					return
				}
				if time.Now().After(end) {
					t.Errorf("afterwards: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
}
