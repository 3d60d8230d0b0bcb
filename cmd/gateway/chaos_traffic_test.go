//go:build chaos

package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"

	"signpost/cmd/gateway/internal/model"
	"signpost/internal/handset"
)

var words = []string{"hello", "1", "1", "2", "2", "3", "4", "9", "0", "kendal", "crewe", "im in barrow", "wa1 1aa",
	"what", "thanks", "x", "x", "cumbria"}

// texts has one person text until ctx ends, and then a whole conversation once the
// fault is over: closed to the last word.
func (h *house) texts(ctx context.Context, n int, healed <-chan struct{}) {
	dice := rand.New(rand.NewPCG(uint64(n), 7))
	number := func(k int) string { return fmt.Sprintf("+4474%02d%06d", n, k) }
	conversations := 0
	var p *handset.Phone
	var talk model.Conversation
	begin := func() {
		p, talk = h.phone(number(conversations), h.front), model.Conversation{Book: h.book}
		conversations++
	}
	begin()
	say := func(text string, l model.Licence) (ended bool) {
		sid, jar := handset.SID("SM"), maps.Clone(p.Jar)
		from := h.now()
		began := time.Now()
		got, err := p.TextAs(context.Background(), sid, text)
		took := time.Since(began)
		right := err == nil && talk.Explain([]model.Exchange{{Text: text, Answer: got}}, from, h.now(), l)
		h.count(took, err, right, fmt.Sprintf("%q is answered %q", text, got))
		if err == nil && dice.IntN(6) == 0 { // the provider sends it again, as it was
			q := *p
			q.Jar = jar
			began := time.Now()
			again, err := q.TextAs(context.Background(), sid, text)
			same := again == got || l != model.Licence{} &&
				talk.Explain([]model.Exchange{{Text: text, Answer: again}}, from, h.now(), l) ||
				l != model.Licence{} && h.elsewise(text, again, l)
			h.count(time.Since(began), err, err == nil && same,
				fmt.Sprintf("%q is answered %q, and again %q", text, got, again))
		}
		return text == "x"
	}
	for ctx.Err() == nil {
		text := words[dice.IntN(len(words))]
		if dice.IntN(25) == 0 {
			text = "canary" + strings.TrimPrefix(p.From, "+4474") // is not understood
		}
		if say(text, h.fault.licence) {
			begin() // somebody else
		}
		select {
		case <-ctx.Done():
		case <-time.After(h.fault.pace/2 + rand.N(h.fault.pace)):
		}
	}
	<-healed
	begin()
	last := model.Licence{Limited: h.fault.licence.Limited}
	for _, text := range []string{"hello", "2", "1", "1", "3", "1", "2", "9", "x"} {
		say(text, last)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for k := range conversations {
		h.canaries = append(h.canaries, strings.TrimPrefix(number(k), "+44"),
			"canary"+strings.TrimPrefix(number(k), "+4474"))
	}
}

// elsewise allows a repeat to be answered by a gateway that could not know of it.
func (h *house) elsewise(text, answer string, l model.Licence) bool {
	m := model.Conversation{Book: h.book}
	return m.Explain([]model.Exchange{{Text: text, Answer: answer}}, h.now(), h.now(), l)
}

var token4 = regexp.MustCompile(`t=[A-Za-z0-9_-]+`)

// calls has one person ring, press keys and hang up until ctx ends; a gateway that
// nothing happens to is asked the same.
func (h *house) calls(ctx context.Context, n int) {
	dice := rand.New(rand.NewPCG(uint64(n), 11))
	for k := 0; ctx.Err() == nil; k++ {
		from := fmt.Sprintf("+4475%02d%06d", n, k%1_000_000)
		genuine, ref := h.phone(from, h.front), h.phone(from, h.ref)
		keys := make([]byte, 2+dice.IntN(4))
		for i := range keys {
			keys[i] = "0112233490#*"[dice.IntN(12)]
		}
		heard := func(p *handset.Phone, each func(time.Duration, error, *handset.Call)) {
			began := time.Now()
			call, err := p.Ring(context.Background())
			each(time.Since(began), err, call)
			for _, key := range keys {
				if err != nil || call.Gather == nil {
					break
				}
				began = time.Now()
				err = call.Press(context.Background(), key)
				each(time.Since(began), err, call)
			}
		}
		what := func(c *handset.Call) string {
			return token4.ReplaceAllString(fmt.Sprint(c.Said, c.Dialling, c.Ended), "")
		}
		var want []string
		heard(ref, func(_ time.Duration, err error, c *handset.Call) {
			if err == nil {
				want = append(want, what(c))
			}
		})
		i := 0
		heard(genuine, func(took time.Duration, err error, c *handset.Call) {
			right := err == nil && i < len(want) && what(c) == want[i]
			if !right && err == nil && h.fault.restarts {
				right = len(c.Said) > 0 || len(c.Dialling) > 0
			}
			h.count(took, err, right, fmt.Sprintf("after %d of the keys %q a caller hears %q", i, keys, c.Said))
			i++
		})
		h.mu.Lock()
		h.canaries = append(h.canaries, strings.TrimPrefix(from, "+44"))
		h.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(h.fault.pace + rand.N(h.fault.pace)):
		}
	}
}
