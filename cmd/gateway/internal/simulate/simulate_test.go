package simulate

import (
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

var (
	seed   = flag.Uint64("seed", 1, "the seed of the world")
	years  = flag.Float64("years", 0, "how many years are played, each a world of its own seed; 0: a quarter of one")
	days   = flag.Float64("days", 0, "how many days a world lasts; 0: as -years says")
	daily  = flag.Float64("daily", 2, "how many conversations and calls a day")
	only   = flag.String("person", "", "tell the story of this person, like person 12 or caller 3")
	shrink = flag.Bool("shrink", false, "after a broken rule, look for the fewest faults and people that break it")
	trace  = flag.String("trace", "", "a file that every event is written to")
)

// begins is when worlds begin: after the flow book was written, on a bank holiday.
var begins = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	aYear = 365 * 24 * time.Hour
	// aQuarter has New Year's Day, Easter and the night in which the clocks go forward. All tests together play
	// no more: a year takes most of a minute.
	aQuarter = 92 * 24 * time.Hour
)

func chosen(t *testing.T) plan {
	p := plan{seed: *seed, from: begins, lasts: aQuarter, daily: *daily, faults: true, most: 1, only: *only}
	if *years > 0 {
		p.lasts = aYear
	}
	if *days > 0 {
		p.lasts = time.Duration(*days * 24 * float64(time.Hour))
	}
	if *trace != "" {
		f, err := os.Create(*trace)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		p.trace = io.Writer(f)
	}
	return p
}

// A quarter of a year of one county's traffic breaks no rule. make simulate plays whole years.
func TestSimulate(t *testing.T) {
	p := chosen(t)
	known := knownYears(t)
	for range max(1, int(*years)) {
		if known[p.seed] != nil { // played before
			p.seed++
			continue
		}
		began := time.Now()
		out := live(t, p)
		t.Logf("%v took %v\n%v", out, time.Since(began).Round(time.Second), out.faults)
		out.keep(t)
		if p.only != "" || len(out.broken) > 0 {
			t.Log("\n" + strings.Join(out.story, "\n"))
		}
		for _, b := range out.broken {
			t.Errorf("seed %d: %s", p.seed, b)
		}
		if len(out.broken) > 0 && *shrink {
			people, faults, story := smallest(t, p, out)
			t.Logf("the smallest world found has %d people and %d faults:\n%s", people, faults,
				strings.Join(story, "\n"))
		}
		p.seed++
	}
	if *played != "" {
		writeYears(t)
	}
}

// smallest looks for a world with fewer faults and people in which a rule is still broken: it
// leaves out half of them, then a quarter, and so on.
func smallest(t *testing.T, p plan, out outcome) (people, faults int, story []string) {
	p.most, p.trace = 1, nil
	p.lasts = out.lived + time.Hour
	p.spared, p.without = map[int]bool{}, map[int]bool{}
	p.people, p.strokes = out.conversations, out.struck // others would come while fewer are there
	people, faults, story = out.conversations, out.struck, out.story
	for _, kind := range []struct {
		of   map[int]bool
		many int
	}{{p.without, people}, {p.spared, faults}} {
		for size := (kind.many + 1) / 2; size >= 1; size /= 2 {
			for from := 1; from <= kind.many; from += size {
				var left []int
				for i := from; i < from+size && i <= kind.many; i++ {
					if !kind.of[i] {
						left = append(left, i)
						kind.of[i] = true
					}
				}
				if len(left) == 0 {
					continue
				}
				if again := live(t, p); len(again.broken) > 0 {
					story = again.story
					continue
				}
				for _, i := range left {
					delete(kind.of, i)
				}
			}
		}
	}
	return people - len(p.without), faults - len(p.spared), story
}

// Shrinking finds the people and the faults that a broken rule needs, and no others.
func TestShrink(t *testing.T) {
	for _, tt := range []struct {
		rule   func(p *person, text string) string
		faults int
		tells  string
	}{
		{func(p *person, _ string) string {
			if p.habit == "is in danger" {
				return "somebody is in danger"
			}
			return ""
		}, 0, "who is in danger, texts"},
		{func(_ *person, text string) string {
			if text == shippedBook().MaintenanceText() {
				return "somebody meets maintenance"
			}
			return ""
		}, 1, ": maintenance"},
	} {
		p := plan{
			seed: 5, from: begins.Add(9 * time.Hour), lasts: 90 * time.Minute, daily: 600, faults: true,
			strikes: []string{"maintenance", "a gateway crashes"}, every: 20 * time.Minute, rule: tt.rule,
		}
		out := live(t, p)
		if len(out.broken) == 0 || out.conversations+out.struck < 3 {
			t.Fatalf("the world has %d people and %d faults, and breaks %q", out.conversations, out.struck, out.broken)
		}
		people, faults, story := smallest(t, p, out)
		if told := strings.Join(story, "\n"); people != 1 || faults != tt.faults || !strings.Contains(told, tt.tells) {
			t.Errorf("the smallest world has %d people and %d faults:\n%s", people, faults, told)
		}
	}
}

// The same seed gives the same events, another gives others.
func TestSameSeedSameWorld(t *testing.T) {
	p := plan{seed: 3, from: begins.AddDate(0, 2, 0), lasts: 5 * 24 * time.Hour, daily: 4, faults: true,
		every: 24 * time.Hour}
	a, b := live(t, p), live(t, p)
	if a.digest != b.digest || a.events != b.events {
		t.Errorf("seed 3 gave %d events (%s), then %d (%s)", a.events, a.digest, b.events, b.digest)
	}
	p.seed = 4
	if c := live(t, p); c.digest == a.digest {
		t.Error("seeds 3 and 4 gave the same world")
	}
	if a.texts < 20 || len(a.faults) < 2 {
		t.Errorf("the world is too calm to show anything: %d texts, %v", a.texts, a.faults)
	}
}

// A story tells what a person wrote and was answered.
func TestStory(t *testing.T) {
	out := live(t, plan{seed: 3, from: begins, lasts: 4 * time.Hour, daily: 40, faults: true, every: time.Hour,
		only: "person 2"})
	told := strings.Join(out.story, "\n")
	for _, part := range []string{"person 2, who ", "texts \"", "answers after"} {
		if !strings.Contains(told, part) {
			t.Errorf("the story of person 2 does not tell %q:\n%s", part, told)
		}
	}
}
