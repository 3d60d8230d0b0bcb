package simulate

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/internal/testkit"
)

var (
	played = flag.String("played", "",
		"files of years that were played, with commas between: the first gets each year that is played from now on")
	report = flag.String("report", "", "the document that the table of all years in those files is written to")
)

// year is what is kept of a world that was played.
type year struct {
	seed                 uint64
	lived                time.Duration
	texts, calls, events int
	slow, oldest         time.Duration
	faults               map[string]int
	broken               []string
}

// String is the form that readYears reads.
func (o outcome) String() string {
	return fmt.Sprintf("seed %d: %v, %d texts, %d calls, %d events (digest %s), slowest answer %v, oldest record %v;",
		o.seed, o.lived.Round(time.Hour), o.texts, o.calls, o.events, o.digest, o.slow.Round(time.Millisecond),
		o.oldest.Round(time.Minute))
}

var (
	yearLine = regexp.MustCompile(
		`seed (\d+): (\S+), (\d+) texts, (\d+) calls, (\d+) events \(digest \w+\), ` +
			`slowest answer (\S+), oldest record (\S+);`)
	faultsLine = regexp.MustCompile(`^\s*map\[(.*)\]$`)
	faultCount = regexp.MustCompile(`([^:]+):(\d+) ?`)
	brokenLine = regexp.MustCompile(`seed (\d+): (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*)`)
)

// readYears reads what TestSimulate printed, by seed. A seed that is there twice counts once.
func readYears(text string) (map[uint64]*year, error) {
	all := map[uint64]*year{}
	var last *year
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := yearLine.FindStringSubmatch(line); m != nil {
			y, err := newYear(m)
			if err != nil {
				return nil, fmt.Errorf("read the years that were played: %q: %w", line, err)
			}
			last, all[y.seed] = y, y
			continue
		}
		if m := faultsLine.FindStringSubmatch(line); m != nil && last != nil {
			for _, f := range faultCount.FindAllStringSubmatch(m[1], -1) {
				last.faults[f[1]], _ = strconv.Atoi(f[2])
			}
		}
		if m := brokenLine.FindStringSubmatch(line); m != nil {
			seed, _ := strconv.ParseUint(m[1], 10, 64)
			if y := all[seed]; y != nil {
				y.broken = append(y.broken, m[2])
			}
		}
	}
	return all, nil
}

func newYear(m []string) (*year, error) {
	y := &year{faults: map[string]int{}}
	var errs [7]error
	y.seed, errs[0] = strconv.ParseUint(m[1], 10, 64)
	y.lived, errs[1] = time.ParseDuration(m[2])
	y.texts, errs[2] = strconv.Atoi(m[3])
	y.calls, errs[3] = strconv.Atoi(m[4])
	y.events, errs[4] = strconv.Atoi(m[5])
	y.slow, errs[5] = time.ParseDuration(m[6])
	y.oldest, errs[6] = time.ParseDuration(m[7])
	return y, errors.Join(errs[:]...)
}

// knownYears are those in the files.
func knownYears(t *testing.T) map[uint64]*year {
	t.Helper()
	all := map[uint64]*year{}
	for _, name := range strings.FieldsFunc(*played, func(r rune) bool { return r == ',' }) {
		text, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		some, err := readYears(string(text))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(all, some)
	}
	return all
}

// keep adds a year to the first file. Several processes may add to one file.
func (o outcome) keep(t *testing.T) {
	t.Helper()
	name, _, _ := strings.Cut(*played, ",")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := fmt.Sprintf("%v\n%v\n", o, o.faults)
	for _, b := range o.broken {
		text += fmt.Sprintf("seed %d: %s\n", o.seed, b)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// yearsTable is what docs/reliability.md tells of the years.
func yearsTable(all map[uint64]*year) string {
	total, broken := year{faults: map[string]int{}}, 0
	for _, y := range all {
		total.lived += y.lived
		total.texts += y.texts
		total.calls += y.calls
		total.events += y.events
		total.slow, total.oldest = max(total.slow, y.slow), max(total.oldest, y.oldest)
		for f, n := range y.faults {
			total.faults[f] += n
		}
		broken += len(y.broken)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `## Years that were played

Made by `+"`make simulate YEARS=100`"+`; not typed. Each seed is a world of its own, with three
gateways and one county's texts and calls: [simulation.md](simulation.md) says what is in it, and
which rules must hold after every event. The time is the world's.

| what | how much |
| --- | --- |
| years | %d, of the seeds %s (%d days) |
| texts | %d |
| calls | %d |
| events | %d |
| rules broken | %d |
| slowest answer | %v |
| oldest record of the provider when it was deleted | %v |

| fault | how often |
| --- | --- |
`, len(all), ranges(slices.Sorted(maps.Keys(all))), int(total.lived.Hours()/24), total.texts, total.calls,
		total.events, broken, total.slow, strings.TrimSuffix(total.oldest.String(), "0s"))
	for _, f := range slices.SortedFunc(maps.Keys(total.faults),
		func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		fmt.Fprintf(&b, "| %s | %d |\n", f, total.faults[f])
	}
	return b.String()
}

// ranges writes seeds in order as 1 to 3, 7.
func ranges(seeds []uint64) string {
	var all []string
	for i := 0; i < len(seeds); {
		last := i
		for last+1 < len(seeds) && seeds[last+1] == seeds[last]+1 {
			last++
		}
		if last == i {
			all = append(all, fmt.Sprint(seeds[i]))
		} else {
			all = append(all, fmt.Sprintf("%d to %d", seeds[i], seeds[last]))
		}
		i = last + 1
	}
	return strings.Join(all, ", ")
}

// writeYears prints the table of all years that were played, and writes it to the document.
func writeYears(t *testing.T) {
	t.Helper()
	all := knownYears(t)
	if len(all) == 0 {
		t.Fatalf("no year is in %q", *played)
	}
	table := yearsTable(all)
	t.Log("\n" + table)
	for _, y := range all {
		for _, b := range y.broken {
			t.Errorf("seed %d: %s", y.seed, b)
		}
	}
	if *report != "" {
		if err := testkit.WritePart(*report, "years", table); err != nil {
			t.Fatal(err)
		}
	}
}

// The table is made of what was printed, however often and in however many processes.
func TestYearsTable(t *testing.T) {
	if *played != "" { // make simulate-table
		writeYears(t)
		return
	}
	one := outcome{
		seed: 3, digest: "e3d1", events: 300, texts: 40, calls: 5, lived: 8772 * time.Hour,
		slow: 251 * time.Millisecond, oldest: 5*time.Hour + 27*time.Minute,
		faults: map[string]int{"Redis hangs": 19, "a report of a call's end that never came": 2},
		broken: []string{"2027-07-05 07:01:12 an answer took 5s"},
	}
	other := one
	other.seed, other.broken, other.slow, other.faults = 4, nil, time.Second, map[string]int{"Redis hangs": 1}
	printed := fmt.Sprintf("=== RUN   TestSimulate\n    simulate_test.go:49: %v took 43s\n        %v\n", one,
		one.faults)
	printed += fmt.Sprintf("    simulate_test.go:54: seed 3: %s\n    simulate_test.go:49: %v took 1m3s\n        %v\n",
		one.broken[0], other, other.faults)
	last := other
	last.seed = 9
	all, err := readYears(printed + printed + fmt.Sprintf("%v\n%v\n", last, last.faults))
	if err != nil {
		t.Fatal(err)
	}
	table := yearsTable(all)
	for _, want := range []string{
		"| years | 3, of the seeds 3 to 4, 9 (1096 days) |\n", "| texts | 120 |\n", "| calls | 15 |\n",
		"| events | 900 |\n", "| rules broken | 1 |\n",
		"| slowest answer | 1s |\n", "when it was deleted | 5h27m |\n",
		"| a report of a call's end that never came | 2 |\n| Redis hangs | 21 |\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table does not have %q:\n%s", want, table)
		}
	}
}
