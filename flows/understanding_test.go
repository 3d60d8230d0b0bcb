package flows_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/hear"
)

// The labelled sets in testdata/understanding were written by people who had not seen
// the lists of the book. What was tuned on and what judges is said in README.md there,
// with what the labels mean.

// row is one labelled text.
type row struct {
	text, kind, area string
	also             []string
	judging          bool
}

func rowsOf(t testing.TB, name string) (out []row) {
	t.Helper()
	f, err := os.Open("testdata/understanding/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range all[1:] {
		one := row{text: r[0], kind: r[1], area: r[2], judging: judges(name, i)}
		if len(r) > 3 {
			one.also = strings.FieldsFunc(r[3], func(c rune) bool { return c == '|' })
		}
		out = append(out, one)
	}
	return out
}

// numbered are the sets of texts of all kinds that were written one after another, the first ones blind.
var numbered = []string{"blind.csv", "third.csv", "fourth.csv", "fifth.csv", "sixth.csv", "seventh.csv", "eighth.csv",
	"ninth.csv", "tenth.csv", "eleventh.csv", "twelfth.csv", "thirteenth.csv", "fourteenth.csv"}

// judges reports whether a row of a set was never tuned on.
func judges(set string, row int) bool {
	switch set {
	case "blind_places.csv", "fourth.csv", "fifth.csv", "fifth_places.csv", "plain.csv":
		return true
	case "blind.csv", "third.csv", "sixth.csv", "seventh.csv", "eighth.csv", "ninth.csv", "tenth.csv", "eleventh.csv",
		"twelfth.csv", "thirteenth.csv", "fourteenth.csv", "simple.csv":
		return row%2 == 1
	}
	return false
}

// answered is what a first text gets.
type answered struct {
	flows.State
	flows.Reply
	flows.Case
}

// wednesday is an afternoon when everything with office hours is open.
var wednesday = time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC)

func answer(t testing.TB, b *flows.Book, text string) answered {
	t.Helper()
	s, r, err := b.Step(wednesday, flows.State{}, flows.TextInput(text))
	if err != nil {
		t.Fatal(err)
	}
	return answered{s, r, b.Classify(text)}
}

// numbersFor are what the answer to a need must hold: one of them.
var numbersFor = map[string][]string{
	"suicide": {"116 123"}, "behaviour": {"0808 802 4040"}, "child": {"0800 1111"}, "deaf_or_text": {"85258", "18001"},
	"lgbt": {"0800 999 5428"},
	"men":  {"0808 801 0327"}, "sexual": {"0808 500 2222"}, "honour": {"0800 5999 247"}, "older": {"0808 808 8141"},
	"childworry": {"0808 800 5000"},
	"homeless":   {"0808 2000 247"}, "stalked": {"0808 2000 247"}, "tracked": {"0808 2000 247"},
	"visa": {"0808 2000 247"}, "language": {"interpreter"},
}

// anybodys are needs that the 24-hour line and the service of the town answer, as they do everybody.
var anybodys = []hear.Kind{hear.Homeless, hear.Stalked, hear.Tracked, hear.Visa, hear.Interpreter}

// gets reports whether an answer is what a kind of text should get.
func (a answered) gets(kind string) bool {
	switch kind {
	case "danger":
		return a.Emergency
	case "other":
		return a.Who == flows.Someone
	case "no-area":
		return !a.Emergency && a.Who == flows.Me
	case "none", "plain", "place": // plain: harmed, and nothing that another line is for; place: only where
		return !a.Emergency && a.Who == flows.Me && (a.Kind != flows.CaseNeed || slices.Contains(anybodys, a.What))
	}
	return slices.ContainsFunc(numbersFor[kind], func(n string) bool { return strings.Contains(a.Text, n) })
}

// share is how many of how many.
type share struct{ good, all int }

func (s share) with(good bool) share {
	s.all++
	if good {
		s.good++
	}
	return s
}

func (s share) percent() float64 { return 100 * float64(s.good) / float64(max(s.all, 1)) }

// Texts about danger, despair and need get the answer that they should. The floors
// are below what was measured on the judging rows; misses of the others are listed by -v.
func TestNeedsAreUnderstood(t *testing.T) {
	b := shipped(t)
	floors := map[string]float64{"danger": 96, "suicide": 88, "behaviour": 65, "other": 86, "child": 94,
		"deaf_or_text": 88, "men": 90, "lgbt": 85,
		"sexual": 85, "honour": 86, "older": 78, "childworry": 82, "none": 88, "plain": 90}
	// The last sets are harder: half of their texts about own behaviour only hint at it.
	later := map[string]map[string]float64{
		"sixth.csv": {"danger": 90, "suicide": 90, "behaviour": 45, "other": 85, "child": 95, "deaf_or_text": 82,
			"men": 80, "lgbt": 80,
			"sexual": 85, "honour": 90, "older": 90, "childworry": 75, "none": 88, "place kept": 97},
		"seventh.csv": {"danger": 95, "suicide": 85, "behaviour": 42, "other": 90, "child": 95, "deaf_or_text": 90,
			"men": 95, "lgbt": 95,
			"sexual": 95, "honour": 95, "older": 95, "childworry": 75, "none": 90, "plain": 95, "place kept": 95},
		"eighth.csv": {"danger": 90, "suicide": 85, "behaviour": 40, "other": 80, "child": 95, "deaf_or_text": 95,
			"men": 65, "lgbt": 85,
			"sexual": 75, "honour": 85, "older": 80, "childworry": 75, "none": 75, "plain": 90, "place kept": 85},
		"ninth.csv": {"danger": 95, "suicide": 95, "behaviour": 60, "behaviour, or asked": 85, "other": 95, "child": 95,
			"deaf_or_text": 95, "men": 85, "lgbt": 95, "sexual": 95, "honour": 95, "older": 80, "childworry": 95,
			"none": 90, "plain": 70, "place kept": 85},
		"tenth.csv": {"danger": 95, "suicide": 95, "behaviour": 70, "behaviour, or asked": 90, "other": 85, "child": 95,
			"deaf_or_text": 95, "men": 70, "lgbt": 95, "sexual": 85, "honour": 95, "older": 95, "childworry": 70,
			"none": 80, "plain": 78, "place": 90, "place kept": 92},
		"eleventh.csv": {"danger": 95, "suicide": 95, "behaviour": 27, "behaviour, or asked": 67, "other": 88,
			"child": 95, "deaf_or_text": 90, "men": 73, "lgbt": 95, "sexual": 75, "honour": 95, "older": 78,
			"childworry": 75, "none": 87, "plain": 68, "place": 95, "place kept": 87},
		"twelfth.csv": {"danger": 95, "suicide": 95, "behaviour": 40, "behaviour, or asked": 80, "other": 80,
			"child": 95, "deaf_or_text": 80, "men": 95, "lgbt": 95, "sexual": 83, "honour": 90, "older": 83,
			"childworry": 85, "none": 87, "plain": 83, "place kept": 95},
		"thirteenth.csv": {"danger": 88, "suicide": 95, "behaviour": 45, "behaviour, or asked": 85, "other": 90,
			"child": 90, "deaf_or_text": 95, "men": 85, "lgbt": 95, "sexual": 70, "honour": 65, "older": 77,
			"childworry": 88, "none": 80, "plain": 73, "place kept": 88},
		"fourteenth.csv": {"danger": 95, "suicide": 93, "behaviour": 75, "behaviour, or asked": 90, "other": 90,
			"child": 95, "deaf_or_text": 92, "men": 92, "lgbt": 95, "sexual": 95, "honour": 85, "older": 95,
			"childworry": 92, "none": 94, "plain": 92, "place kept": 92},
		"simple.csv": {"plain": 77},
	}
	tuned, judged := map[string]share{}, map[string]share{}
	sets := map[string]map[string]share{} // the judging rows, by their set
	harm := share{}
	for _, file := range append([]string{"danger.csv", "needs.csv", "alike.csv", "fresh.csv", "simple.csv", "plain.csv"},
		numbered...) {
		sets[file] = map[string]share{}
		for _, r := range rowsOf(t, file) {
			if r.kind == "machine" || r.kind == "thanks" || r.kind == "leave" || r.kind == "watched" {
				continue
			}
			a := answer(t, b, r.text)
			good := a.gets(r.kind) || slices.ContainsFunc(r.also, a.gets)
			if !r.judging {
				tuned[r.kind] = tuned[r.kind].with(good)
				if !good {
					t.Logf("missed %s: %q gets %q", r.kind, r.text, a.Text)
				}
				continue
			}
			sets[file][r.kind] = sets[file][r.kind].with(good)
			if later[file] == nil {
				judged[r.kind] = judged[r.kind].with(good)
			}
			if r.area != "" && r.kind != "behaviour" { // who harms is given one line, wherever they are
				sets[file]["place kept"] = sets[file]["place kept"].with(a.keeps(b, serviceArea[r.area]))
			}
			// What could do harm is counted.
			if r.kind == "behaviour" {
				harm = harm.with(!a.harms(b, r))
				asked := sets[file]["behaviour, or asked"]
				sets[file]["behaviour, or asked"] = asked.with(good || a.Kind == flows.CaseEither)
			}
		}
	}
	for _, kind := range slices.Sorted(mapsKeys(judged)) {
		was, is := tuned[kind], judged[kind]
		t.Logf("%-13s tuned on %d of %d (%.0f %%), judging %d of %d (%.0f %%)", kind, was.good, was.all, was.percent(),
			is.good, is.all, is.percent())
		if floor, ok := floors[kind]; ok && is.percent() < floor {
			t.Errorf("%s: %.0f %% of the judging rows, and it was above %.0f", kind, is.percent(), floor)
		}
	}
	for _, file := range append([]string{"simple.csv", "plain.csv"}, numbered...) {
		for _, kind := range slices.Sorted(mapsKeys(sets[file])) {
			s := sets[file][kind]
			t.Logf("%-10s %-13s %d of %d (%.0f %%)", file, kind, s.good, s.all, s.percent())
			if floor, ok := later[file][kind]; ok && s.percent() < floor {
				t.Errorf("%s: %.0f %% of the judging rows of %s, and it was above %.0f", kind, s.percent(), file, floor)
			}
		}
	}
	t.Logf("own behaviour given a service for people who are harmed: %d of %d", harm.all-harm.good, harm.all)
	const mostHarmed = 14 // of 573
	if harm.all-harm.good > mostHarmed {
		t.Errorf("%d texts about own behaviour get a service for people who are harmed, and it was %d",
			harm.all-harm.good, mostHarmed)
	}
}

// harms reports that somebody who harms is given a service for people who are harmed.
func (a answered) harms(b *flows.Book, r row) bool {
	if a.Who == flows.Behaviour || a.Kind == flows.CaseEither || slices.Contains(r.also, "danger") ||
		a.Child { // a child is always answered as a child
		return false
	}
	return slices.ContainsFunc(a.Shows, func(id string) bool { return b.Service(id).For[flows.Me] })
}

// keeps reports whether an answer holds the number of an area, or remembers it.
func (a answered) keeps(b *flows.Book, area string) bool {
	if a.Area == area || slices.Contains(a.Ask[:], area) {
		return true
	}
	at := b.Area(area)
	return at != nil && strings.Contains(a.Text, b.Service(at.Services[0]).Lines[0].Printed)
}

// harmedKinds are the kinds of texts of people who are harmed.
var harmedKinds = []string{"plain", "danger", "child", "deaf_or_text", "men", "lgbt", "sexual", "honour", "older"}

// No person who is harmed is locked into the branch for people who harm: no row of victims.csv, and
// of all others one, which was looked at: "the vicar says i need to forgive and look at my own temper".
func TestNoVictimIsLockedIn(t *testing.T) {
	b := shipped(t)
	locked, all := 0, 0
	for _, file := range append([]string{"victims.csv", "danger.csv", "needs.csv", "fresh.csv", "simple.csv", "plain.csv"},
		numbered...) {
		for _, r := range rowsOf(t, file) {
			if file != "victims.csv" && !slices.Contains(harmedKinds, r.kind) || slices.Contains(r.also, "behaviour") {
				continue
			}
			all++
			if a := answer(t, b, r.text); a.Who == flows.Behaviour {
				locked++
				if file == "victims.csv" {
					t.Errorf("locked in: %q", r.text)
				}
				t.Logf("locked in: %s: %q", file, r.text)
			}
		}
	}
	t.Logf("%d of %d are locked in", locked, all)
	const most = 1
	if locked > most {
		t.Errorf("%d of %d are locked in, and it was %d", locked, all, most)
	}
}

var serviceArea = map[string]string{"letgo-north": "cumbria_north", "letgo-west": "cumbria_west",
	"letgo-south": "cumbria_south", "cheshire-east": "cheshire_east",
	"cheshire-west": "cheshire_west", "halton": "halton", "warrington": "warrington", "out-of-area": "elsewhere"}

// Places named in natural texts are answered, asked about, or left alone.
func TestPlacesAreUnderstood(t *testing.T) {
	b := shipped(t)
	var half [2]map[string]int
	half[0], half[1] = map[string]int{}, map[string]int{}
	for _, r := range slices.Concat(rowsOf(t, "places.csv"), rowsOf(t, "blind_places.csv"),
		rowsOf(t, "fifth_places.csv")) {
		text, wanted, kind := r.text, r.kind, r.area // text,area,kind: the columns of this set
		areas, ask, _ := b.Find(text)
		got := "none"
		switch {
		case len(areas) == 0:
		case !slices.ContainsFunc(areas,
			func(a string) bool { return a != "elsewhere" && a != "wales" && a != "scotland" }):
			got = "elsewhere"
		case len(areas) == 1 && !ask:
			got = areas[0]
		default:
			got = "ask"
		}
		right := slices.ContainsFunc(strings.Split(wanted, "|"), func(w string) bool { return serviceArea[w] == got })
		verdict := "good"
		switch {
		case got != "none" && got != "ask" && (kind == "no-area" || kind == "ask" || !right):
			verdict = "WRONG"
		case kind == "exact" && (got == "none" || got == "ask"):
			verdict = "a needless question"
		}
		i := 0
		if r.judging {
			i = 1
		}
		half[i][verdict]++
		half[i]["all"]++
		if verdict == "WRONG" || verdict != "good" && !r.judging {
			t.Logf("%s: %q is %s %s, got %s", verdict, text, wanted, kind, got)
		}
	}
	for i, name := range []string{"tuned on", "judging"} {
		h := half[i]
		t.Logf("%s: %d texts, %d wrong, %d needless questions", name, h["all"], h["WRONG"], h["a needless question"])
	}
	const mostWrong, mostNeedless = 0, 15
	if h := half[1]; h["WRONG"] > mostWrong || h["a needless question"] > mostNeedless {
		t.Errorf("judging: %v", h)
	}
}

// talk is a labelled conversation; its want is judged on the last answer.
type talk struct {
	ID, Group, Why string
	Texts          []string
	Want           struct {
		Area        []string
		NotArea     []string `json:"not_area"`
		MovesOn     bool     `json:"moves_on"`
		ContainsAny []string `json:"contains_any"`
		SilentOK    bool     `json:"silent_ok"`
		Lacks       []string
		AnyNumber   bool `json:"any_number"`
		Silent      bool
	}
}

// fails says what is wrong with the last answer; empty: nothing.
func (c *talk) fails(b *flows.Book, before, last string) string {
	w := c.Want
	has := func(list []string) bool {
		return slices.ContainsFunc(list,
			func(x string) bool { return strings.Contains(strings.ToLower(last), strings.ToLower(x)) })
	}
	of := func(areas []string) (numbers []string) {
		for _, a := range areas {
			if area := b.Area(serviceArea[a]); area != nil && a != "out-of-area" {
				numbers = append(numbers, b.Service(area.Services[0]).Lines[0].Printed)
			}
		}
		return numbers
	}
	switch {
	case last == "" && (w.Silent || w.SilentOK):
		return ""
	case w.Silent:
		return "not silent"
	case has(of(w.NotArea)):
		return "A NUMBER THAT MUST NOT BE GIVEN"
	case len(w.Area) > 0 && !has(of(w.Area)):
		return "the number is missing"
	case w.MovesOn && (last == "" || last == before):
		return "does not move on"
	case len(w.ContainsAny) > 0 && !has(w.ContainsAny):
		return "lacks what it must hold"
	case has(w.Lacks):
		return "holds what it must not"
	}
	return ""
}

// Conversations with corrections, complaints and changes of mind end right.
func TestConversationsEndRight(t *testing.T) {
	b := shipped(t)
	talks := func(name string) (all []talk) {
		data, err := os.ReadFile("testdata/understanding/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := talks("conversations.json")
	judged := len(all)
	all = append(all, talks("blind_conversations.json")...)
	var half [2]share
	for i, c := range all {
		var s flows.State
		before, last := "", ""
		for _, text := range c.Texts {
			next, r, err := b.Step(wednesday, s, flows.TextInput(text))
			if err != nil {
				t.Fatal(err)
			}
			s, before, last = next, last, r.Text
		}
		why := c.fails(b, before, last)
		set := &half[0]
		if i >= judged {
			set = &half[1]
		}
		set.all++
		if why == "" {
			set.good++
		} else if i < judged {
			t.Logf("%s (%s): %s: %q ends with %q", c.ID, c.Why, why, c.Texts, last)
		}
	}
	t.Logf("tuned on %.0f %%, judging %.0f %%", half[0].percent(), half[1].percent())
	const floor = 90
	if half[1].percent() < floor {
		t.Errorf("%.0f %% of the judging conversations end right, and it was above %d", half[1].percent(), floor)
	}
}

// Nothing is sent to a phone that somebody else reads, unless the text surely says more.
func TestWatchedPhoneStaysSilent(t *testing.T) {
	b := shipped(t)
	texts := []string{"dont text back hes looking at my phone", "dont reply he checks my phone", "he is reading this",
		"he has my phone dont answer"}
	for _, r := range append(rowsOf(t, "alike.csv"), rowsOf(t, "needs.csv")...) {
		if r.kind == "watched" && len(r.also) == 0 && r.area == "" {
			texts = append(texts, r.text)
		}
	}
	for _, text := range texts {
		if a := answer(t, b, text); a.Text != "" {
			t.Errorf("%q gets %q", text, a.Text)
		}
	}
	if a := answer(t, b, "dont text back hes got a knife"); !a.Emergency {
		t.Errorf("danger on such a phone gets %q", a.Text)
	}
}
