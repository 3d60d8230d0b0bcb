package server_test

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/gsm7"
	"signpost/internal/hours"
)

// preview is how many characters of a text a locked screen shows, at the least.
const preview = 40

// held is what somebody who holds the phone, or its bill, can see of one conversation.
type held struct {
	LockScreen []string // of each text that came in
	Thread     []string // both sides
	Bill       []string // numbers, and how many texts
	Calls      []string // the call list: whom the phone rang, and who rang it
}

// play goes through an example of the book with a simulated phone, and returns what the
// phone then shows.
func play(t *testing.T, s *running, e load.Example) (h held) {
	t.Helper()
	p := s.phone()
	if e.Call {
		h.Calls, h.Bill = []string{p.To}, []string{p.To}
		c, err := p.Ring(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range e.Turns {
			switch {
			case flows.IsKey(turn.They):
				err = c.Press(t.Context(), turn.They[0])
			case turn.They == "silence":
				err = c.Wait(t.Context())
			case turn.They == "no answer" || turn.They == "engaged" || turn.They == "failed" || turn.They == "answered":
				err = c.LegEnds(t.Context(),
					map[string]string{"no answer": "no-answer", "engaged": "busy", "failed": "failed",
						"answered": "completed"}[turn.They])
			}
			if err != nil {
				break // the call is over, or goes another way at this hour
			}
		}
		return h
	}
	texts := 0
	for _, turn := range e.Turns {
		reply := text(t, p, turn.They)
		h.Thread = append(h.Thread, "> "+turn.They)
		texts++
		if reply == "" {
			continue
		}
		h.Thread = append(h.Thread, "< "+reply)
		h.LockScreen = append(h.LockScreen, string([]rune(reply)[:min(preview, len([]rune(reply)))]))
		if gsm7.Segments(reply) > 4 {
			t.Errorf("%s: a reply of %d segments fills the screen", e.Name, gsm7.Segments(reply))
		}
	}
	h.Bill = []string{fmt.Sprintf("%s, %d texts", p.To, texts)}
	return h
}

var (
	digits = regexp.MustCompile(`[0-9]{4,}|[0-9]{3,} [0-9]{3,}`)
	link   = regexp.MustCompile(`(?i)https?:|www\.|\.(org|com|uk|co)\b`)
)

// discloses lists what a conversation shows that it must not: in a text, a watched word, a
// link or the name of a service; on a locked screen, anything before 999 in a text that
// gives a number; on the bill and the call list, anything but our own line. (A locked
// screen does show the number after 999: docs/privacy/threats.md says so.)
func discloses(b *flows.Book, h held, line string) (found []string) {
	names := map[string]bool{}
	for i := range b.Services {
		if b.Services[i].NotOffered == "" {
			names[b.Services[i].Name] = true
		}
	}
	for _, seen := range h.LockScreen {
		if at := digits.FindStringIndex(seen); at != nil && at[0] < 4 {
			found = append(found, "the lock screen begins with a number: "+seen)
		}
	}
	for _, said := range append(slices.Clone(h.LockScreen), h.Thread...) {
		if strings.HasPrefix(said, "> ") {
			continue // what they wrote themselves
		}
		for _, w := range check.Watched(b.Watch, said, nil) {
			found = append(found, "the thread shows the word "+w+": "+said)
		}
		if link.MatchString(said) {
			found = append(found, "the thread shows a link: "+said)
		}
		for name := range names {
			if strings.Contains(said, name) {
				found = append(found, "the thread names "+name+": "+said)
			}
		}
	}
	for _, entry := range append(slices.Clone(h.Bill), h.Calls...) {
		if !strings.HasPrefix(entry, line) {
			found = append(found, "the bill or the call list shows "+entry)
		}
	}
	return found
}

// For every conversation among the book's examples: what somebody holding the phone sees
// discloses nothing. HELD=file writes all of it down, to be read.
func TestWhatSomebodyHoldingThePhoneSees(t *testing.T) {
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	at := time.Date(2026, 11, 18, 14, 0, 0, 0, hours.London())
	s := start(t, func(c *config.Config) { c.SenderLimit = 1000 })
	s.SetClock(func() time.Time { return at })
	line := s.phone().To
	out := io.Discard
	if name := os.Getenv("HELD"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		out = f
	}
	texts, calls := 0, 0
	for _, e := range src.Examples {
		if e.At != "" {
			continue // shown at its hour by signpost check; the words are those of other hours
		}
		h := play(t, s, e)
		if e.Call {
			calls++
		} else {
			texts++
		}
		fmt.Fprintf(out, "%s\n  lock screen: %q\n  thread: %q\n  bill: %q\n  call list: %q\n", e.Name, h.LockScreen,
			h.Thread, h.Bill, h.Calls)
		for _, f := range discloses(src.Book, h, line) {
			t.Errorf("%s: %s", e.Name, f)
		}
	}
	if texts < 20 || calls < 5 {
		t.Errorf("only %d conversations by text and %d calls were looked at", texts, calls)
	}
	// The search finds what it is for.
	for _, bad := range []held{
		{LockScreen: []string{"01229 582386 now"}}, {LockScreen: []string{src.Book.Watch[0]}},
		{Thread: []string{"< " + src.Book.Watch[0]}},
		{Thread: []string{"< see www.example.org"}}, {Bill: []string{"01229 582386"}},
		{Calls: []string{"+448082000247"}},
	} {
		if len(discloses(src.Book, bad, line)) == 0 {
			t.Errorf("%+v is not found", bad)
		}
	}
}
