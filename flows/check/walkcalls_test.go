package check_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/internal/hours"
)

// where is a step of a walk, in words for a fault. The words are put together only for one: a walk
// has millions of steps. For the same reason, what looks at each step is no helper of the test.
type where struct{ *check.Edge }

func (w where) String() string {
	return fmt.Sprintf("at %q for %s, after %q", w.From.State.Step, w.From.State.Who, w.Input)
}

// checkFirstNumber checks that a step which gives a line whose hours nobody knows, outside office
// hours, says the number of the 24-hour line first, and that of the line with its doubt after it.
func checkFirstNumber(t *testing.T, b *flows.Book, e *check.Edge, said string, where where) {
	r := e.Reply
	if r.Act != flows.Listen || len(r.Shows) < 2 {
		return
	}
	open, local := b.Service(r.Shows[0]).Lines[0].Printed, b.Service(r.Shows[1])
	_, after, ok := strings.Cut(said, open)
	doubt := b.Messages.HoursUnknown.Say
	if local.NotAnswering {
		doubt = b.Messages.NotAnswering.Say
	}
	if !ok || !strings.Contains(after, local.Lines[0].Printed) || !strings.Contains(after, doubt) {
		t.Errorf("%s: %s is not given first, or %s not after it with its doubt: %q", where, open, local.ID, said)
	}
}

// checkTransfer checks that a person is one key away, and that each line is called as its
// hours say.
func checkTransfer(t *testing.T, b *flows.Book, e *check.Edge, said string, where where) {
	r, now := e.Reply, shippedMoments()[e.From.Moment]
	if d := r.Dial; d != nil {
		if d.Paused(now) || d.Hours.At(now) == hours.Closed {
			t.Errorf("%s: %s is called, and is closed", where, d.ID)
		}
		// It is said how to stop; no key does anything from here on.
		before, after, _ := strings.Cut(b.Messages.Connecting.Say, "{label}")
		if star.MatchString(said) || !strings.Contains(said, before) || !strings.Contains(said, after) {
			t.Errorf("%s: before the transfer: %q", where, said)
		}
		first := !e.From.Dialing && e.Input != "silence"
		if unsure := d.Hours.At(now) == hours.Unknown && !hours.Office(now); unsure && first &&
			int(e.From.State.At) == 0 {
			t.Errorf("%s: %s is called first, and nobody knows that it is open", where, d.ID)
		}
	}
	atOnce := e.Input == "0" || e.From.State.Silences == 2 && e.Input != "*" && e.Input != "silence"
	switch {
	case !atOnce:
	case e.From.State.Who != flows.Behaviour && (r.Act != flows.Dial || !r.Dial.Hours.IsAlways()):
		t.Errorf("%s: no person at the 24-hour line: %q", where, said)
	case e.From.State.Who == flows.Behaviour && (e.From.State.Stay || !hours.Office(now)): // the line was just called
		if !strings.Contains(said, "116 123") {
			t.Errorf("%s: no 116 123: %q", where, said)
		}
	case e.From.State.Who == flows.Behaviour && !b.Service("respect").NotAnswering &&
		(r.Act != flows.Dial || r.Dial.ID != "respect"):
		t.Errorf("%s: no person, at a time of day when there may be one: %q", where, said)
	}
	emergency := e.Input == "5" || e.Input == "9" && e.From.State.Step == b.CallStart
	if emergency && !tellsOf999(b, said) {
		t.Errorf("%s: not told what to do on 999: %q", where, said)
	}
	if e.Input == "short" && (r.Act != flows.Listen || !strings.Contains(said, b.Messages.Stay.Say)) {
		t.Errorf("%s: a machine ends the call: %q", where, said)
	}
}

var star = regexp.MustCompile(`(?i)\bstar\b`)

// tellsOf999 reports that what is said holds what to do on 999, and the two numbers of it.
func tellsOf999(b *flows.Book, said string) bool {
	told := b.Messages.Emergency.Say
	return strings.Contains(said, told) && strings.Contains(told, "9 9 9") && strings.Contains(told, "55")
}

// lastSentence is the last sentence of words that a number follows.
func lastSentence(words string) string {
	words = strings.TrimSpace(words)
	return strings.TrimSpace(words[strings.LastIndex(words, ". ")+1:])
}

// leadsToZero are the words of calls that are followed by the number of the 24-hour line, and by
// no other.
var leadsToZero = sync.OnceValue(func() []string {
	src, _ := checked()
	leading := func(to string) (out []string) {
		for _, w := range src.Wordings {
			before, _, ok := strings.Cut(w.Words, to)
			message := strings.HasPrefix(w.Path, "messages.") && strings.HasSuffix(w.Path, ".say")
			if last := lastSentence(before); ok && message && last != "" {
				out = append(out, last)
			}
		}
		return out
	}
	others := leading("{numbers}")
	zero := slices.DeleteFunc(leading("{zero}"), func(words string) bool { return slices.Contains(others, words) })
	if len(zero) == 0 {
		panic("no words of the shipped book lead to the number of the 24-hour line")
	}
	return zero
})

// toldOf999 reports that 9 9 9, keyed from a state of a call, is told what to do on 999 by
// the third key.
func toldOf999(t *testing.T, b *flows.Book, w *check.Walk, n check.Node) bool {
	t.Helper()
	s := n.State
	for range 3 {
		next, r, err := b.Step(w.Moments[n.Moment], s, flows.Pressed('9'))
		if err != nil {
			t.Fatal(err)
		}
		if tellsOf999(b, flows.Spoken(r.Speech)) {
			return true
		}
		s = next
	}
	return false
}
