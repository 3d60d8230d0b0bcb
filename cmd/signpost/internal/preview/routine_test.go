package preview

import (
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/changes"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/hours"
	"signpost/internal/testkit"
)

// every tries every change with every service of the book that ships: make prove. Otherwise
// each service of the tests' county has each kind of change once, and each form of words is
// tried with some services.
var every = flag.Bool("every", false, "try every routine change with every service")

// routine is a change that managers make every week.
type routine struct {
	kind string
	form url.Values
	// by hand, the line of this name gets these words; after is the line it stands behind
	// when it is new.
	name, words, after string
}

var weekly = []string{
	"Mon-Fri 9am-5pm", "Mon-Fri 9am-5pm, Sat 10am-1pm", "Mon-Fri 9:00-17:00", "every day 8am-8pm",
	"Thu-Sun 4pm-midnight",
	"Mon-Thu 9am-12.30pm, Mon-Thu 1.30pm-5pm, Fri 9am-1pm", "Tue 10am-2pm", "Mon-Fri 9.30am-4.30pm, Sat-Sun 11am-3pm",
	"24 hours", "unknown",
}

var wordings = []string{
	"town team", "local helpline", "advice team", "support team", "information line", "day line",
	"the local advice team", "local team (north)",
	"local advice and information team", "team near you",
}

func pauseOf() routine {
	return routine{"pause", url.Values{"paused_until": {"2026-12-05"}}, "paused_until", "2026-12-05", "hours"}
}

func hoursOf(words string) routine {
	return routine{"hours " + words, url.Values{"hours": {words}}, "hours", words, ""}
}

func wordingOf(words string) routine {
	return routine{"wording " + words, url.Values{"label": {words}}, "label", words, ""}
}

// numberOf is another valid number of the same kind.
func numberOf(t *testing.T, s *flows.Service) routine {
	t.Helper()
	was := s.Lines[0].Printed
	for digit := '0'; digit <= '9'; digit++ {
		now := was[:len(was)-1] + string(digit)
		if free, err := load.Number(now); now != was &&
			(err == nil && free == s.Free || len(was) == 3 && now == "105") {
			return routine{"number", url.Values{"number0": {now}, "unrung_because": {"it moved today; the board"}},
				"      - number", now, ""}
		}
	}
	return routine{}
}

// changesOf are the changes that are tried with the service at a place in the directory.
func changesOf(t *testing.T, i int, s *flows.Service) (out []routine) {
	t.Helper()
	if s.Emergency() {
		return nil // it has one number, and is never closed: see TestFormSaysWhatItBrings
	}
	out = append(out, pauseOf())
	for k := range weekly {
		if *every || k == i%len(weekly) {
			out = append(out, hoursOf(weekly[k]))
		}
		if *every || k == (i+3)%len(weekly) && i%2 == 0 {
			out = append(out, wordingOf(wordings[k]))
		}
	}
	if n := numberOf(t, s); n.kind != "" && (*every || i%2 == 1) {
		out = append(out, n)
	}
	return out
}

// byHand makes the change in the file as a manager does in an editor.
func (r routine) byHand(text string, s *flows.Service) string {
	from := strings.Index(text, "\n  "+s.ID+":\n") + 1
	to := len(text)
	if end := regexp.MustCompile(`\n\n`).FindStringIndex(text[from:]); end != nil {
		to = from + end[0] + 1
	}
	entry, name := text[from:to], "    "+r.name
	if strings.HasPrefix(r.name, " ") {
		name = r.name
	}
	line := regexp.MustCompile(`(?m)^` + name + `: ("?)[^"#\n]*?("?)( #.*)?$`)
	if r.after == "" {
		done := false
		entry = line.ReplaceAllStringFunc(entry, func(old string) string {
			if done {
				return old
			}
			done = true
			m := line.FindStringSubmatch(old)
			return name + ": " + m[1] + r.words + m[2] + m[3]
		})
	} else {
		entry = regexp.MustCompile(`(?m)^    `+r.after+`: .*\n`).ReplaceAllStringFunc(entry,
			func(old string) string { return old + name + ": " + r.words + "\n" })
	}
	if r.kind == "number" {
		entry = regexp.MustCompile(`(?m)^    unrung_because: .*$`).ReplaceAllString(entry,
			`    unrung_because: it moved today; the board`)
	}
	return text[:from] + entry + text[to:]
}

// lines are where a service stands in the file.
func lines(text, id string) (from, to int) {
	at := strings.Index(text, "\n  "+id+":\n") + 1
	from = 1 + strings.Count(text[:at], "\n")
	next := regexp.MustCompile(`\n  [a-z_0-9]+:\n`).FindStringIndex(text[at+len(id):])
	if next == nil {
		return from, 1 + strings.Count(text, "\n")
	}
	return from, from + strings.Count(text[at:at+len(id)+next[0]], "\n")
}

// Each routine change of each service is accepted, or refused for a reason about its own
// lines: by the form, and by hand in the file, where it comes out the same. No other file
// has to be touched.
func TestRoutineChanges(t *testing.T) {
	testkit.Long(t)
	dir, files := t.TempDir(), testbook.Files()
	if *every { // how much room a change has depends on the words that ship
		files = book.Files
	}
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	if !*every {
		withoutDates(t, dir)
	}
	day := time.Date(2026, 11, 20, 14, 0, 0, 0, hours.London())
	s := &Server{Options: Options{Dir: dir, Now: func() time.Time { return day }, Kept: &changes.Kept{}},
		dir: os.DirFS(dir)}
	src, problems := check.On(s.dir, day)
	v := Verdict{N: 1, Source: src, Problems: problems, Book: src.Book}
	tried, refused := 0, 0
	for i := range src.Book.Services {
		svc := &src.Book.Services[i]
		if svc.NotOffered != "" {
			continue
		}
		for _, r := range changesOf(t, i, svc) {
			t.Run(svc.ID+" "+r.kind, func(t *testing.T) {
				p := s.proposedBy(s.checked, v, &formPage{At: "/directory/" + svc.ID,
					sent: r.form}) // what people notice is not asked here: it takes most of the time
				if p.Why == "That is what the files say already." {
					return
				}
				tried++
				if p.Why != "" || len(p.Files) != 1 || p.Files[0].Name != directoryFile {
					t.Fatalf("%q, %d files", p.Why, len(p.Files))
				}
				if len(p.Problems) > 0 {
					refused++
				}
				from, to := lines(string(p.Files[0].new), svc.ID)
				for _, b := range p.Problems {
					if b.File != directoryFile || b.Line < from || b.Line > to {
						t.Errorf("refused for something else than lines %d to %d: %s", from, to, b)
					}
				}
				if len(p.Problems) > 0 && !mayRefuse(svc, r) {
					t.Errorf("refused: %s", p.Problems[0])
				}
				if byHand := r.byHand(string(src.File(directoryFile)), svc); r.kind != "number" &&
					unquoted(byHand) != unquoted(string(p.Files[0].new)) {
					t.Errorf("by hand it is another change:\n%s", byHand[max(0, strings.Index(byHand, svc.ID)):][:400])
				} else if unquoted(byHand) != unquoted(string(p.Files[0].new)) {
					alsoByHand(t, s, byHand, len(p.Problems) == 0)
				}
			})
		}
	}
	fmt.Printf("%d routine changes: %d accepted, %d refused for a reason about the line\n", tried,
		tried-refused, refused)
	if tried < 60 {
		t.Errorf("only %d changes were tried", tried)
	}
}

// withoutDates takes out when the advisers began and ended, and the example of what is said after that. A check
// walks the weeks around each date.
func withoutDates(t *testing.T, dir string) {
	t.Helper()
	for name, dated := range map[string]string{
		directoryFile:   `(?m)^    (from|until): .*\n`,
		"examples.yaml": `(?m)^  - name: nor after the pilot's end\n(    .*\n)*`,
	} {
		path, dated := filepath.Join(dir, name), regexp.MustCompile(dated)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !dated.Match(text) {
			t.Fatalf("%s has no dates", name)
		}
		if err := os.WriteFile(path, dated.ReplaceAll(text, nil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// unquoted leaves out quotes, which a person and the form put where they are not needed.
func unquoted(text string) string { return strings.ReplaceAll(text, `"`, "") }

// mayRefuse reports a change that must be refused, because somebody would be left with
// nobody at night, or that may be, because the words are too long for a text.
func mayRefuse(s *flows.Service, r routine) bool {
	nightless := map[string]bool{"national_helpline": true, "victim_support": true, "samaritans": true,
		"day_and_night": true, "everyday_support": true, "listeners": true, "police_101": true}
	return strings.HasPrefix(r.kind, "hours") && nightless[s.ID] || strings.HasPrefix(r.kind, "wording") &&
		len(r.words) > 30
}

// alsoByHand checks a file that was changed by hand, as a gateway does.
func alsoByHand(t *testing.T, s *Server, text string, accepted bool) {
	t.Helper()
	_, bad := check.Mistakes(load.Overlay{FS: s.dir, Files: map[string][]byte{directoryFile: []byte(text)}},
		time.Time{})
	if len(bad) > 0 == accepted {
		t.Errorf("by hand: %v", bad)
	}
}

// A gateway takes a pause that was written by hand, and lets it end by itself: the same
// file is good before, during and after it.
func TestPauseEnds(t *testing.T) {
	text, err := fs.ReadFile(testbook.Files(), directoryFile)
	if err != nil {
		t.Fatal(err)
	}
	paused := load.Overlay{FS: testbook.Files(),
		Files: map[string][]byte{directoryFile: []byte(pauseOf().byHand(string(text),
			testbook.Load(t).Service("fell_team_south")))}}
	src, bad := check.Mistakes(paused, time.Time{})
	if len(bad) > 0 {
		t.Fatal(bad[0])
	}
	for _, day := range []string{"2026-11-20", "2026-12-04", "2026-12-05", "2027-06-01"} {
		at, err := time.ParseInLocation(time.DateOnly, day, hours.London())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range onlyOn(paused, at) {
			t.Errorf("on %s: %s", day, p)
		}
		_, reply, err := src.Book.Step(at.Add(14*time.Hour), flows.State{}, flows.TextInput("kendrow"))
		if closed := day < "2026-12-05"; err != nil || strings.Contains(reply.Text, "0161 496 0002") == closed {
			t.Errorf("on %s kendrow gets %q, %v", day, reply.Text, err)
		}
	}
}

// onlyOn is what a check finds on a day, but for numbers that nobody rang in time.
func onlyOn(fsys fs.FS, day time.Time) (out []load.Problem) {
	_, problems := check.Mistakes(fsys, day)
	for _, p := range problems {
		if p.Rule != "number-age" {
			out = append(out, p)
		}
	}
	return out
}
