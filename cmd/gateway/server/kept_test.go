package server_test

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/handset"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/webhook"
)

// keysAndTimes has Redis tell every key, and in how many milliseconds it goes, in one answer: a
// question for each would have the test do little else.
const keysAndTimes = `local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
	all[#all + 1] = key
	all[#all + 1] = redis.call('PTTL', key)
end
return all`

// Every key that the gateway writes is on the list of what is kept, which the
// privacy paper is made from, and goes by itself within the time that says.
func TestEverythingKeptIsListed(t *testing.T) {
	t.Parallel()
	r, double := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	limits := store.Lifetimes{}
	s := start(t, func(c *config.Config) {
		c.RedisURL, c.APIURL, c.EraseAfter, c.SenderLimit, c.TextPence = r.URL(), double.URL, time.Second, 5, 5
		limits = store.Lifetimes{Session: c.SessionTTL, EraseGiveUp: c.EraseGiveUp}
	})
	double.Fail(slices.Repeat([]testkit.Fault{testkit.FaultBusy}, 10_000)...) // for as long as the test looks
	p := s.phone()
	for _, body := range []string{"hello", "2", "1", "kendal", "1", "1", "1"} {
		text(t, p, body)
	}
	call := mustRing(t, s)
	connect(t, call, "131")
	if err := call.LegEnds(t.Context(), "no-answer"); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(store.Options{URL: r.URL(), SessionTTL: time.Minute, Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	if err := kept.SetMaintenance(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	everything := store.Everything(limits)
	seen := map[int]bool{}
	look := func() {
		for one := range slices.Chunk(r.Do(t, "EVAL", keysAndTimes, "0"), 2) {
			key := one[0]
			ms, err := strconv.ParseInt(one[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			left, listed := time.Duration(ms)*time.Millisecond, false
			for i, k := range everything {
				if !k.Key.MatchString(key) {
					continue
				}
				listed, seen[i] = true, true
				if ms == -1 || left > k.For { // -1: it never goes
					t.Errorf("%s goes in %v; the list says %v", key, left, k.For)
				}
			}
			if !listed {
				t.Errorf("%s is on no list", key)
			}
		}
	}
	check := s.phone()
	check.To = webhook.ProbeLine
	for deadline := time.Now().Add(patience); ; testkit.Pause() {
		if _, _, err := check.ReportDeliveryAs(t.Context(), "/sms/status", handset.SID("SM")); err != nil {
			t.Fatal(err)
		}
		look()
		if len(seen) == len(everything)-1 { // the day's counts come last
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("of the list, %d of %d were seen: %v", len(seen), len(everything), seen)
		}
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	close(s.done)
	look()
	if len(seen) != len(everything) {
		t.Errorf("of the list, %d of %d were seen", len(seen), len(everything))
	}
}

// A reader of Redis does not learn where a conversation is: no id of a step, an
// area or a place is in it, two conversations at the same step hold different bytes,
// and a value that is moved to another conversation is none.
func TestRedisIsSealed(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	files, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	ids := map[string]string{}
	add := func(id string) { ids[string(binary.BigEndian.AppendUint32(nil, flows.ID(id)))] = id }
	for i := range files.Book.Steps {
		add(files.Book.Steps[i].ID)
	}
	for i := range files.Book.Areas {
		add(files.Book.Areas[i].ID)
	}
	add("CA1")
	values := func() map[string]string {
		out := map[string]string{}
		for _, key := range r.Do(t, "KEYS", "s:*") {
			out[key] = strings.Join(r.Do(t, "GET", key), "")
		}
		for _, key := range r.Do(t, "KEYS", "r:*") {
			for pair := range slices.Chunk(r.Do(t, "HGETALL", key), 2) {
				out[key+":"+pair[0]] = pair[1]
			}
		}
		return out
	}
	phones := []*handset.Phone{s.phone(), s.phone()}
	for _, p := range phones {
		for _, body := range []string{"hello", "2", "kendal", "CA1"} {
			text(t, p, body)
			for key, value := range values() {
				plain, err := base64.RawURLEncoding.DecodeString(value)
				if err != nil {
					t.Fatalf("%s is not sealed: %q", key, value)
				}
				for id, name := range ids {
					if strings.Contains(string(plain), id) || strings.Contains(value, id) {
						t.Errorf("%s holds the id of %s", key, name)
					}
				}
			}
		}
	}
	held := map[string]string{}
	for key, value := range values() {
		if other, twice := held[value]; twice {
			t.Errorf("%s and %s hold the same bytes", key, other)
		}
		held[value] = key
	}
	before := values()
	for key := range before {
		for other, value := range before {
			if key != other && key[0] == 's' && other[0] == 's' {
				r.Do(t, "SET", key, value)
			}
		}
	}
	first := text(t, s.phone(), "9")
	for _, p := range phones {
		if got := text(t, p, "9"); got != first {
			t.Errorf("a moved value is answered with %q, not as a first text: %q", got, first)
		}
	}
}

// In a quiet hour a copy of Redis holds the rate of one sender. It must not tell that they wrote
// of danger: it is there from the same text on, no matter what they write.
func TestACopyTellsNoDanger(t *testing.T) {
	began := map[string]int{}
	for _, body := range []string{"Barrow", "he has a knife"} {
		r := testkit.StartRedis(t)
		s := start(t, func(c *config.Config) { c.RedisURL, c.SenderLimit = r.URL(), 30 })
		p := s.phone()
		for n := 1; n <= 12 && began[body] == 0; n++ {
			text(t, p, body)
			if len(r.Do(t, "KEYS", "rate:*")) > 0 {
				began[body] = n
			}
		}
	}
	if began["Barrow"] == 0 || began["Barrow"] != began["he has a knife"] {
		t.Errorf("the rate of a sender is in Redis from text %v on", began)
	}
}
