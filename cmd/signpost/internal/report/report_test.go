package report_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/cmd/signpost/internal/report"
	"signpost/flows"
	"signpost/flows/testbook"
	"signpost/internal/counters"
	"signpost/internal/hours"
)

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, hours.London())
	if err != nil {
		panic(err)
	}
	return t
}

// kept is a history of counts, by day.
type kept map[string]map[string]int

func (k kept) add(d time.Time, n int, kind counters.Kind) {
	name := d.Format(time.DateOnly)
	if k[name] == nil {
		k[name] = map[string]int{}
	}
	k[name][kind.Field()] += n
}

func (k kept) options(from, to, now string) report.Options {
	return report.Options{From: day(from), To: day(to), Now: day(now).Add(15 * time.Hour),
		Counts: func(d time.Time) (map[string]int, error) { return k[d.Format(time.DateOnly)], nil }}
}

func figures(t *testing.T, b *flows.Book, o report.Options) (report.Report, map[string]string) {
	t.Helper()
	r, err := report.Make(b, o)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.CSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, row := range rows[1:] {
		name := strings.Join(row[2:6], " / ")
		if _, twice := all[name]; twice {
			t.Fatalf("%s is twice", name)
		}
		all[name] = row[6]
	}
	return r, all
}

// What was counted comes out under its own name, and in the totals over it.
func TestMake(t *testing.T) {
	b, k := testbook.Shipped(), kept{}
	d := day("2026-08-04")
	k.add(d, 94, counters.Kind{Channel: "text", Outcome: counters.Begun})
	k.add(d, 18, counters.Kind{Channel: "call", Outcome: counters.Begun})
	k.add(d, 46, counters.Kind{Channel: "text", Area: "cumbria_south", Service: "letgo_south", Outcome: counters.Given})
	k.add(d, 24, counters.Kind{Channel: "call", Area: "cumbria_south", Service: "letgo_south", Outcome: counters.Given})
	k.add(d, 20, counters.Kind{Channel: "text", Service: "samaritans", Outcome: counters.Given})
	k.add(d, 28, counters.Kind{Channel: "text", Area: "halton", Service: "closed_years_ago", Outcome: counters.Given})
	k.add(d, 22, counters.Kind{Channel: "call", Area: "abolished", Service: "closed_years_ago",
		Outcome: counters.Given})
	k.add(d, 36, counters.Kind{Channel: "call", Service: "letgo_south", Outcome: counters.Answered})
	k.add(d, 3, counters.Kind{Channel: "call", Service: "letgo_south", Outcome: counters.Engaged})
	k.add(d, 60, counters.Kind{Channel: "text", Outcome: counters.Left})
	k[d.Format(time.DateOnly)]["no such field"] = 99
	_, got := figures(t, b, k.options("2026-08-01", "2026-08-31", "2026-09-05"))
	given := "Numbers given, by area and line / "
	for name, want := range map[string]string{
		"Conversations begun /  / Texts / Conversations": "95", "Conversations begun /  / Calls / Conversations": "[c]",
		"Conversations begun /  / All / Conversations":                "95",
		given + "South Cumbria (LetGo South) / LetGo South / By text": "45",
		given + "South Cumbria (LetGo South) / LetGo South / By call": "25",
		given + "South Cumbria (LetGo South) / LetGo South / All":     "70",
		given + "South Cumbria (LetGo South) / all / By text":         "45", given + "all / all / All": "140",
		given + "No area asked for / Samaritans / By text":                         "20",
		given + "Halton / A line the flow book no longer has / All":                "30",
		given + "No area asked for / A line the flow book no longer has / By call": "20",
		given + "Warrington / all / All":                                           "[c]",
		"Callers put through, by line /  / LetGo South / Answered":                 "35",
		"Callers put through, by line /  / LetGo South / Engaged":                  "[c]",
		"Callers put through, by line / all / all / Answered":                      "35",
		"Also /  / Took the way out (X, STOP, the star key) / Times":               "60",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// Twenty pickups of two seconds are no answers, and fifty callers who hung up are no
// fault of the line.
func TestEndsAreToldApart(t *testing.T) {
	b, k := testbook.Shipped(), kept{}
	d := day("2026-08-04")
	for i, o := range counters.LegOutcomes() {
		k.add(d, 20+5*i, counters.Kind{Channel: "call", Service: "letgo_south", Outcome: o})
	}
	_, got := figures(t, b, k.options("2026-08-01", "2026-08-31", "2026-09-05"))
	for i, name := range []string{"Answered", "Short call", "Machine", "No answer", "Engaged", "Not reached",
		"Caller left first"} {
		if at := "Callers put through, by line /  / LetGo South / " + name; got[at] != strconv.Itoa(20+5*i) {
			t.Errorf("%s is %q", at, got[at])
		}
	}
}

// A report has the same rows for all counts: a row by itself would tell
// that there was something.
func TestRowsTellNothing(t *testing.T) {
	b, k := testbook.Shipped(), kept{}
	_, none := figures(t, b, k.options("2026-08-01", "2026-08-31", "2026-09-05"))
	k.add(day("2026-08-04"), 19, counters.Kind{Channel: "text", Area: "halton", Service: "galop",
		Outcome: counters.Given})
	_, few := figures(t, b, k.options("2026-08-01", "2026-08-31", "2026-09-05"))
	if fmt.Sprint(none) != fmt.Sprint(few) {
		t.Error("nineteen of something can be told from none")
	}
	for name, v := range none {
		if v != report.Hidden {
			t.Errorf("%s is %s of nothing", name, v)
		}
	}
}

// The attack with what people really have: the reports themselves, for every
// range of days of two months and across a quarter, subtracted from each other
// and parts from totals.
func TestReportsSubtracted(t *testing.T) {
	b, k, r := testbook.Shipped(), kept{}, rand.New(rand.NewPCG(3, 4))
	first := day("2026-09-20")
	const days = 24
	for d := range days {
		on := first.AddDate(0, 0, d)
		for _, a := range b.Areas {
			for _, s := range a.Services {
				for _, ch := range []string{"text", "call"} {
					k.add(on, r.IntN(6), counters.Kind{Channel: ch, Area: a.ID, Service: s, Outcome: counters.Given})
				}
			}
		}
		k.add(on, r.IntN(9), counters.Kind{Channel: "text", Outcome: counters.Begun})
		k.add(on, r.IntN(4), counters.Kind{Channel: "call", Outcome: counters.Begun})
	}
	at := func(d int) string { return first.AddDate(0, 0, d).Format(time.DateOnly) }
	value := func(v string) int {
		if v == report.Hidden {
			return 0
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < report.Least || n%report.Step != 0 {
			t.Fatalf("%q is shown", v)
		}
		return n
	}
	reports := map[[2]int]map[string]string{}
	compared := 0
	for from := range days {
		for to := from; to < days; to++ {
			_, reports[[2]int{from, to}] = figures(t, b, k.options(at(from), at(to), at(days)))
		}
	}
	for q, all := range reports {
		for mid := q[0]; mid < q[1]; mid++ {
			for name, v := range all {
				compared++
				before, after := value(reports[[2]int{q[0], mid}][name]), value(reports[[2]int{mid + 1, q[1]}][name])
				if before+after != value(v) {
					t.Fatalf("%s: %d and %d make %s", name, before, after, v)
				}
			}
		}
	}
	t.Logf("%d reports, %d figures compared", len(reports), compared)
}

// Today is left out, and the report says so.
func TestToday(t *testing.T) {
	b, k := testbook.Shipped(), kept{}
	for _, d := range []string{"2026-08-30", "2026-08-31"} {
		k.add(day(d), 20, counters.Kind{Channel: "text", Outcome: counters.Begun})
	}
	o := k.options("2026-08-30", "2026-08-31", "2026-08-31")
	texts := "Conversations begun /  / Texts / Conversations"
	r, got := figures(t, b, o)
	if got[texts] != "20" || !strings.Contains(strings.Join(r.Notes, " "), "Today, 31 August 2026, is not over") ||
		!r.To.Equal(day("2026-08-30")) {
		t.Errorf("%s, %v, %v", got[texts], r.To, r.Notes)
	}
	if _, err := report.Make(b, k.options("2026-08-31", "2026-09-30", "2026-08-31")); err == nil ||
		!strings.Contains(err.Error(), "is over yet") {
		t.Errorf("of today alone: %v", err)
	}
	o.Counts = func(time.Time) (map[string]int, error) { return nil, errors.New("away") }
	if _, err := report.Make(b, o); err == nil {
		t.Error("counts that cannot be read were taken for none")
	}
}

// The page holds all it needs and fetches nothing, and says what it cannot say.
func TestHTML(t *testing.T) {
	b, k := testbook.Shipped(), kept{}
	for d := day("2026-07-01"); d.Before(day("2026-10-01")); d = d.AddDate(0, 0, 1) {
		k.add(d, 5, counters.Kind{Channel: "text", Outcome: counters.Begun})
		k.add(d, 5, counters.Kind{Channel: "text", Area: "cumbria_south", Service: "letgo_south",
			Outcome: counters.Given})
	}
	r, err := report.Make(b, k.options("2026-07-01", "2026-09-30", "2026-10-05"))
	if err != nil {
		t.Fatal(err)
	}
	var out, text bytes.Buffer
	if err := r.HTML(&out); err != nil {
		t.Fatal(err)
	}
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, bad := range []string{"<script", "src=", "href=", "url(", "@import", "<link", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if n := strings.Count(page, "http"); n != strings.Count(page, `xmlns="http://www.w3.org/2000/svg"`)+
		strings.Count(page, `xmlns:xlink="http://www.w3.org/1999/xlink"`)+strings.Count(page, "http-equiv") {
		t.Errorf("the page names %d addresses", n)
	}
	for _, want := range []string{"Content-Security-Policy", "<svg", "July 2026: texts 140",
		"South Cumbria (LetGo South): 460", "cannot say", "1 July 2026 to 30 September 2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	for _, n := range r.Notes {
		if !strings.Contains(text.String(), n) {
			t.Errorf("the terminal's table does not say %q", n)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("no more paper") }

// A report that cannot be written says so.
func TestCannotWrite(t *testing.T) {
	r, err := report.Make(testbook.Shipped(), kept{}.options("2026-08-01", "2026-08-31", "2026-09-05"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Text(brokenPipe{}) == nil || r.CSV(brokenPipe{}) == nil || r.HTML(brokenPipe{}) == nil {
		t.Error("a report that was not written was reported as written")
	}
}
