package docs_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
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

Made from the shipped book by ` + "`go test ./docs -run TestCallsDocument -update`" + `.
Times are seconds of speech, for somebody who listens to every prompt to its end. **Spoken** is measured:
espeak-ng says the words at its own pace. **Calculated** is the rule of thumb that the checks use. Ringing and
waiting for a key (five seconds) are not in either. [callers.md](callers.md) says how calls work. The second
number is that of a line whose hours nobody knows: outside office hours it comes after the 24-hour line.

<!-- Made of the texts %s. -->

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
		{"Engaged, not reached, cut off", day, []string{"rings", "1", "3", "1", "engaged", "failed", "cancelled",
			"no answer"}},
		{"A machine answers, and the caller stays", day,
			[]string{"rings", "2", "4", "1", "short", "silence", "short", "0", "answered"}},
		{"Wrong keys", day, []string{"rings", "8", "8", "8", "8"}},
		{"Worried about how they behave, by day", day, []string{"rings", "4", "4", "1", "no answer"}},
		{"Worried about how they behave, at night", night, []string{"rings", "4", "4", "0"}},
		{"Leaving at once", day, []string{"rings", "1", "*"}},
	}
}

// Limits of a call, in seconds of speech that is listened to.
const (
	longestGreeting = 9
	longestWay      = 25 // to a number, and to the key that connects
)

// TestCallsDocument compares docs/calls.md with the book. Run it with -update to make the
// document anew. While the texts are those that it was made of, all of it must be the same. Once
// they are reworded, its words and times are old, and the rest must be the same: who is given and
// called, with which keys and numbers.
func TestCallsDocument(t *testing.T) {
	const path = "docs/calls.md"
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	d := &callsPaper{t, src.Book, newSpeaker(t), strings.Builder{}}
	head := fmt.Sprintf(callsHead, textsOf(src))
	d.out.WriteString(head)
	d.greeting()
	for _, w := range []struct{ when, at string }{{"by day", "2026-11-20 14:00"}, {"at night", "2026-11-21 03:00"}} {
		d.ways(w.when, moment(t, w.at))
	}
	d.out.WriteString("## The worst calls\n")
	for _, c := range calls() {
		d.transcript(c)
	}
	made := d.out.String()
	if *update {
		if err := os.WriteFile(path, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	compare, reworded := withoutTimes, !strings.HasPrefix(string(doc), head)
	if reworded {
		compare = d.withoutWords
	}
	if compare(string(doc)) != compare(made) {
		t.Fatalf("%s is not what the book says; run: go test ./docs -run TestCallsDocument -update", path)
	}
	if reworded {
		t.Logf("%s has words from before the book was reworded", path)
		return
	}
	// Another version of espeak-ng speaks a little faster or slower.
	was, is := aTime.FindAllString(string(doc), -1), aTime.FindAllString(made, -1)
	for i := range is {
		a, _ := strconv.ParseFloat(was[i], 64)
		if b, _ := strconv.ParseFloat(is[i], 64); math.Abs(a-b) > 2+0.1*b {
			t.Errorf("%s has a time of %s seconds, and it is %s; run: go test ./docs -run TestCallsDocument -update",
				path, was[i], is[i])
		}
	}
}

// textsOf is another once any text of the book is.
func textsOf(src *load.Source) string {
	h := fnv.New32a()
	for _, w := range src.Wordings {
		fmt.Fprintf(h, "%q %q\n", w.Path, w.Words)
	}
	return fmt.Sprint(h.Sum32())
}

var (
	madeOf = regexp.MustCompile(`<!-- Made of the texts .* -->`)
	isSaid = regexp.MustCompile(`(?m)^( *0\.0 s   )([^(].*)$`)
)

// withoutWords is the document without times, and without what is said but for the numbers of the
// services. The tables are in the order of the times: their rows are sorted.
func (d *callsPaper) withoutWords(doc string) string {
	doc = isSaid.ReplaceAllStringFunc(withoutTimes(madeOf.ReplaceAllString(doc, "")), func(line string) string {
		m := isSaid.FindStringSubmatch(line)
		return m[1] + strings.Join(d.numbersIn(m[2]), ", ")
	})
	lines := strings.Split(doc, "\n")
	for first := 0; first < len(lines); first++ {
		end := first
		for end < len(lines) && strings.HasPrefix(lines[end], "| ") {
			end++
		}
		slices.Sort(lines[first:end])
		first = end
	}
	return strings.Join(lines, "\n")
}

// numbersIn are the numbers of services in what is said, in order.
func (d *callsPaper) numbersIn(said string) []string {
	var printed []string
	for i := range d.book.Services {
		for _, l := range d.book.Services[i].Lines {
			printed = append(printed, regexp.QuoteMeta(l.Printed))
		}
	}
	return regexp.MustCompile(`\b(?:`+strings.Join(printed, "|")+`)\b`).FindAllString(said, -1)
}

// aTime is a measured time, or one that is calculated.
var aTime = regexp.MustCompile(`\b[0-9]+\.[0-9]\b`)

func withoutTimes(doc string) string {
	return regexp.MustCompile(` +0\.0`).ReplaceAllString(aTime.ReplaceAllString(doc, "0.0"), " 0.0")
}

// callsPaper is docs/calls.md while it is made.
type callsPaper struct {
	*testing.T
	book    *flows.Book
	speaker *speaker
	out     strings.Builder
}

// spoken is how long the words take to say.
func (d *callsPaper) spoken(said []flows.Utterance) float64 {
	return d.speaker.seconds(d.T, d.book, said)
}

func (d *callsPaper) greeting() {
	_, r, err := d.book.Step(moment(d.T, "2026-11-20 14:00"), flows.State{}, flows.Rang())
	if err != nil {
		d.Fatal(err)
	}
	took := d.spoken(r.Speech)
	fmt.Fprintf(&d.out,
		"The greeting takes %.1f seconds and holds 999. `0` connects to the 24-hour line at any time.\n\n", took)
	if said := flows.Spoken(r.Speech); took >= longestGreeting || !strings.Contains(said, "9 9 9") {
		d.Errorf("the greeting takes %.1f seconds: %q", took, said)
	}
}

// ways writes how long it takes to hear each number, and the key that connects to its line.
func (d *callsPaper) ways(when string, now time.Time) {
	fmt.Fprintf(&d.out,
		"## The longest way to each number, %s\n\n"+
			"| who gets | keys | spoken | calculated | to the key that connects | to the second number |\n"+
			"| --- | --- | --- | --- | --- | --- |\n",
		when)
	worst, worstKey := 0.0, 0.0
	for _, r := range routes.Find(d.book, now) {
		if r.Way != routes.ByCall || !r.First || r.Rung {
			continue
		}
		place := r.Area
		if a := d.book.Area(r.Area); a != nil {
			place = a.Name + ": "
		}
		number, key, second := d.follow(r, now)
		offered, other := "it cannot be connected", ""
		if key > 0 {
			offered = fmt.Sprintf("%.1f", key)
		}
		if second > 0 {
			other = fmt.Sprintf("%.1f", second)
		}
		fmt.Fprintf(&d.out, "| %s%s | %d | %.1f | %.1f | %s | %s |\n", place, d.book.Service(r.Service).Name, r.Did(),
			number, r.Seconds(), offered, other)
		worst, worstKey = max(worst, number), max(worstKey, key)
		if number > longestWay || key > longestWay || r.Did() > 2 {
			d.Errorf("%s, %s: %d keys, %.1f seconds to the number, %.1f to the key that connects", r.Service, when,
				r.Did(), number, key)
		}
	}
	fmt.Fprintf(&d.out, "\nThe longest way to a number takes %.1f seconds, and to the key that connects %.1f.\n\n",
		worst, worstKey)
}

// follow measures a route: until the number has been said, until the key has that connects to
// its line (0 if it cannot be connected), and until the number has of the line whose hours
// nobody knows (0 if there is none).
func (d *callsPaper) follow(r routes.Route, now time.Time) (number, key, second float64) {
	var s flows.State
	before := 0.0
	for i, turn := range r.Turns {
		in := r.Begin
		if i > 0 {
			in = flows.Pressed(turn.They[0])
		}
		next, reply, err := d.book.Step(now, s, in)
		if err != nil {
			d.Fatal(err)
		}
		s = next
		if i < len(r.Turns)-1 {
			before += d.spoken(reply.Speech)
			continue
		}
		for n, u := range reply.Speech {
			if u.Number != "" && number == 0 {
				number = before + d.spoken(reply.Speech[:n+1])
			}
			if len(reply.Shows) > 1 && u.Number == d.book.Service(reply.Shows[1]).Lines[0].Printed {
				second = before + d.spoken(reply.Speech[:n+1])
			}
			if offer := d.connects(s); key == 0 && offer != "" && strings.Contains(u.Words, offer) {
				said := slices.Clone(reply.Speech[:n+1])
				first, rest, _ := strings.Cut(u.Words, offer)
				rest, _, _ = strings.Cut(rest, ".")
				said[n].Words = first + offer + rest
				key = before + d.spoken(said)
			}
		}
	}
	return number, key, second
}

// connects is how a step calls its choice of being connected.
func (d *callsPaper) connects(s flows.State) string {
	for _, c := range d.book.StepNamed(s.Step).Choices {
		if c.Does == flows.ActConnect {
			return c.Say
		}
	}
	return ""
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
func (d *callsPaper) transcript(c call) {
	out := &d.out
	fmt.Fprintf(out, "\n### %s\n\n```\n", c.title)
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
		next, r, err := d.book.Step(moment(d.T, c.at), s, in)
		if err != nil {
			d.Fatal(err)
		}
		s = next
		fmt.Fprintf(out, "          * %s\n", did)
		if said := flows.Spoken(r.Speech); said != "" {
			fmt.Fprintf(out, "%5.1f s   %s\n", seconds, said)
		}
		seconds += d.spoken(r.Speech)
		switch {
		case r.Dial != nil:
			fmt.Fprintf(out, "          (calls %s, %s)\n", r.Dial.Name, r.Dial.Lines[r.DialLine].Printed)
		case r.Ended:
			fmt.Fprintf(out, "%5.1f s   (the call ends)\n", seconds)
			if i != len(c.does)-1 {
				d.Errorf("%q ends after %q", c.title, did)
			}
		}
	}
	out.WriteString("```\n")
}
