package server_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

var updateStored = flag.Bool("update-stored", false,
	"write down what is stored anew: older and newer gateways can then no longer share a Redis")

// What was stored by the version that wrote testdata/stored, in clear, is understood by
// this one, and this one stores the same, sealed: so gateways of this form can serve the
// same conversations while one takes the other's place.
func TestVersionsShareARedis(t *testing.T) {
	const file = "testdata/stored"
	at := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	secret := bytes.Repeat([]byte{0x5a}, 32)
	serve := func(r *testkit.Redis) *running {
		s := start(t, func(c *config.Config) { c.RedisURL, c.Secrets = r.URL(), [][]byte{secret} })
		s.SetClock(func() time.Time { return at })
		return s
	}
	sid := func(n int) string { return fmt.Sprintf("SM%032x", n) }
	r := testkit.StartRedis(t)
	s := serve(r)
	p := s.phone()
	p.From = "+447400123456"
	answers := []string{}
	for n, body := range []string{"hello", "2", "1"} {
		got, err := p.TextAs(t.Context(), sid(n), body)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, got)
	}
	keys, err := privacy.NewKeyring(secret)
	if err != nil {
		t.Fatal(err)
	}
	var dump strings.Builder
	put := func(key, field, purpose, bound, value string) {
		plain, err := keys.Open(purpose, bound, time.Time{}, value)
		if err != nil {
			t.Fatalf("%s is not sealed: %v", key, err)
		}
		fmt.Fprintf(&dump, "%s%s %x\n", key, field, plain)
	}
	for _, key := range r.Do(t, "KEYS", "s:*") {
		put(key, "", "stored conversation", strings.TrimSuffix(strings.TrimPrefix(key, "s:{"), "}"),
			strings.Join(r.Do(t, "GET", key), ""))
	}
	for _, key := range r.Do(t, "KEYS", "r:*") {
		for pair := range slices.Chunk(r.Do(t, "HGETALL", key), 2) {
			put(key, ":"+pair[0], "stored mark of a message", key+":"+pair[0], pair[1])
		}
	}
	if *updateStored {
		if err := os.WriteFile(file, []byte(dump.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The book's version is in marks; it is another whenever a word of it changes, and
	// may be. The byte of a call's silences is for a text a mark of the text: an older gateway does not read it there.
	blank := func(value string, behind int) string { // the byte with so many behind it
		from := len(value) - 2*(behind+1)
		return value[:from] + ".." + value[from+2:]
	}
	const behindState, behindMark = 2, 14
	withoutBook := func(text string) map[string]string {
		out := map[string]string{}
		for line := range strings.Lines(text) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			if strings.HasPrefix(key, "r:") && len(value) >= 18 {
				value = blank(value[:10]+"........"+value[18:], behindMark)
			} else if len(value) >= 18 {
				value = blank(value, behindState)
			}
			out[key] = value
		}
		return out
	}
	was, is := withoutBook(string(stored)), withoutBook(dump.String())
	if len(was) != 4 || len(is) != 4 {
		t.Fatalf("of four things %d were stored, now %d", len(was), len(is))
	}
	for key, value := range was {
		if is[key] != value {
			t.Errorf("%s held %s, and holds %s now: an older gateway would not understand it", key, value, is[key])
		}
	}
	// A Redis as that version left it: the conversation goes on, and a message that was answered
	// then is answered alike.
	older := testkit.StartRedis(t)
	for line := range strings.Lines(string(stored)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		data, err := hex.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		if conv, ok := strings.CutPrefix(key, "s:{"); ok {
			conv = strings.TrimSuffix(conv, "}")
			sealed := keys.Seal("stored conversation", conv, time.Now().Add(10*time.Minute), data)
			older.Do(t, "SET", key, sealed, "PX", "600000")
			continue
		}
		name, field, _ := strings.Cut(key, "}:")
		sealed := keys.Seal("stored mark of a message", key, time.Unix(math.MaxUint32, 0), data)
		older.Do(t, "HSET", name+"}", field, sealed)
	}
	now := serve(older)
	q := now.phone()
	q.From = p.From
	if again, err := q.TextAs(t.Context(), sid(2), "1"); err != nil || again != answers[2] {
		t.Errorf("a message of then is answered %q, and was %q", again, answers[2])
	}
	if got := text(t, q, "1"); !strings.Contains(got, testbook.Offers("cumbria", 1)) {
		t.Errorf("the conversation goes on with %q", got)
	}
	// What a newer version may store is no harm: it is taken for no conversation.
	for _, key := range older.Do(t, "KEYS", "s:*") {
		older.Do(t, "SET", key, "\x09of a later form, longer than ours is", "PX", "600000")
	}
	if got := text(t, q, "hello"); !strings.Contains(got, townAsked) {
		t.Errorf("a form of later is answered %q", got)
	}
}
