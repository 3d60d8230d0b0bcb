package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/routes"
	"signpost/internal/hours"
)

// callsHead begins docs/calls.md.
const callsHead = `# Calls, word for word

Made from the shipped book by ` + "`go test ./docs -run TestCallsDocument -update`" + `. Times are seconds of speech, for somebody who listens to
every prompt to its end. They are worked out by a rule of thumb, which a test compares with the speech of espeak-ng at its
own pace. Ringing and waiting for a key (five seconds) are not in them. [callers.md](callers.md) says how calls work.

`

// call is one call of the document: what the caller and the lines do, in the words that
// examples use.
type call struct {
	title, at string
	does      []string
}

// calls are the endings that callers meet: each failure, each silence, each key of fear.
func calls() []call {
	const day, night = "2026-11-20 14:00", "2026-12-25 03:00"
	no := []string{"no answer", "no answer", "no answer", "no answer", "no answer"}
	return []call{
		{"A caller who never presses a key", day, []string{"rings", "silence", "silence", "silence"}},
		{"A caller who presses any key, late", day, []string{"rings", "silence", "silence", "3", "answered"}},
		{"9 9 9, keyed in fear", day, []string{"rings", "9", "9", "9", "0", "answered"}},
		{"5 5, keyed at a number", day, []string{"rings", "1", "1", "5", "5", "1", "answered"}},
		{"Nobody answers, by day", day, append([]string{"rings", "1", "2", "1"}, no...)},
		{"Nobody answers, at night on Christmas Day", night, append([]string{"rings", "1", "2", "1"}, no[1:]...)},
		{"Engaged, not reached, cut off", day, []string{"rings", "1", "3", "1", "engaged", "failed", "cancelled", "no answer"}},
		{"A machine answers, and the caller stays", day, []string{"rings", "2", "4", "1", "short", "silence", "short", "0", "answered"}},
		{"Wrong keys", day, []string{"rings", "8", "8", "8", "8"}},
		{"Worried about how they behave, by day", day, []string{"rings", "4", "4", "1", "no answer"}},
		{"Worried about how they behave, at night", night, []string{"rings", "4", "4", "0"}},
		{"Leaving at once", day, []string{"rings", "1", "*"}},
	}
}

// TestCallsDocument compares docs/calls.md with the book. Run it with -update to make the
// document anew.
func TestCallsDocument(t *testing.T) {
	const path = "docs/calls.md"
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	var b strings.Builder
	b.WriteString(callsHead)
	for _, w := range []struct {
		title, at string
	}{{"## The longest way to each number, by day", "2026-11-20 14:00"}, {"## The longest way to each number, at night", "2026-11-21 03:00"}} {
		b.WriteString(w.title + "\n\n| who gets | keys | seconds |\n| --- | --- | --- |\n")
		for _, r := range routes.Find(src.Book, moment(t, w.at)) {
			if r.Way == routes.ByCall && r.First && !r.Rung {
				place := r.Area
				if a := src.Book.Area(r.Area); a != nil {
					place = a.Name + ": "
				}
				fmt.Fprintf(&b, "| %s%s | %d | %.0f |\n", place, src.Book.Service(r.Service).Name, r.Did(), r.Seconds())
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("## The worst calls\n")
	for _, c := range calls() {
		b.WriteString(transcript(t, src.Book, c))
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if doc, err := os.ReadFile(path); err != nil || string(doc) != b.String() {
		t.Errorf("%s is not what the book says (%v); run: go test ./docs -run TestCallsDocument -update", path, err)
	}
}

func moment(t *testing.T, at string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation(check.MomentForm, at, hours.London())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// transcript is one call with its times.
func transcript(t *testing.T, b *flows.Book, c call) string {
	t.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "\n### %s\n\n```\n", c.title)
	var s flows.State
	seconds := 0.0
	for i, did := range c.does {
		in := flows.LegEnded(check.Legs[did])
		switch {
		case did == "rings":
			in = flows.Rang()
		case did == "silence":
			in = flows.Silence()
		case len(did) == 1:
			in = flows.Pressed(did[0])
		}
		next, r, err := b.Step(moment(t, c.at), s, in)
		if err != nil {
			t.Fatal(err)
		}
		s = next
		fmt.Fprintf(&out, "          * %s\n", did)
		if said := flows.Spoken(r.Speech); said != "" {
			fmt.Fprintf(&out, "%5.1f s   %s\n", seconds, said)
		}
		seconds += flows.Seconds(r.Speech)
		switch {
		case r.Dial != nil:
			fmt.Fprintf(&out, "          (calls %s, %s)\n", r.Dial.Name, r.Dial.Lines[r.DialLine].Printed)
		case r.Ended:
			fmt.Fprintf(&out, "%5.1f s   (the call ends)\n", seconds)
			if i != len(c.does)-1 {
				t.Errorf("%q ends after %q", c.title, did)
			}
		}
	}
	out.WriteString("```\n")
	return out.String()
}
