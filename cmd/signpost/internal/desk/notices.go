package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/load"
	"signpost/internal/gsm7"
)

// notice is one thing that people will notice. The same few words that change in many
// answers are one notice: an approver ticks each.
type notice struct {
	ID       string
	Cut, Put string   // the words that differ
	Text     *meeting // where people meet it first, by text
	Call     *meeting // and in a call
	Times    int      // in how many answers
}

// meeting is where people meet a change first on one channel, as it looks on a phone.
type meeting struct {
	changes.Change
	Was, Is side
	now     time.Time
}

// Hours says at which hours it is met.
func (m meeting) Hours() string { return m.Change.Hours(m.now) }

// side is one answer: the words before those that differ, these, and the words after. A text
// has a cost.
type side struct {
	Begin, Differs, End string
	Segments            int
	Pence               float64
	Silent              bool
}

// Last is what was done last, and Way all before that.
func (m meeting) Last() string  { return m.They[len(m.They)-1] }
func (m meeting) Way() []string { return m.They[:len(m.They)-1] }

// More says in how many other answers it is.
func (n notice) More() string {
	switch n.Times {
	case 1:
		return ""
	case 2:
		return "The same change is in 1 other answer."
	}
	return fmt.Sprintf("The same change is in %d other answers.", n.Times-1)
}

// Ways says on which channels it is noticed.
func (n notice) Ways() string {
	switch {
	case n.Call == nil:
		return "texts"
	case n.Text == nil:
		return "calls"
	}
	return "texts and calls"
}

// noticed puts what changes.Between found together.
func noticed(found []changes.Change, now time.Time, pence float64) (out []*notice) {
	at := map[string]*notice{}
	for _, c := range found {
		was, is := differing(c.Before, c.After)
		sum := sha256.Sum256([]byte(was.Differs + "\x00" + is.Differs))
		id := hex.EncodeToString(sum[:8])
		n := at[id]
		if n == nil {
			n = &notice{ID: id, Cut: was.Differs, Put: is.Differs}
			at[id] = n
			out = append(out, n)
		}
		n.Times++
		channel := &n.Text
		if c.Call {
			channel = &n.Call
		}
		if *channel != nil {
			(*channel).Any = (*channel).Any || c.Any
			continue
		}
		m := &meeting{c, was, is, now}
		if !c.Call {
			m.Was.weigh(c.Before, pence)
			m.Is.weigh(c.After, pence)
		}
		*channel = m
	}
	return out
}

// weigh works out what a text costs.
func (s *side) weigh(text string, pence float64) {
	if s.Silent = text == changes.Silence; !s.Silent {
		s.Segments = gsm7.Segments(text)
		s.Pence = float64(s.Segments) * pence
	}
}

// differing parts two answers into the words that both begin with, those that differ, and
// those that both end with.
// Words that are put for others everywhere in an answer are told once.
func differing(before, after string) (was, is side) {
	b, a := strings.Fields(before), strings.Fields(after)
	if cut, put, ok := inPlace(b, a); ok && strings.ReplaceAll(before, cut, put) == after {
		begin, end, _ := strings.Cut(before, cut)
		return side{Begin: begin, Differs: cut, End: end}, side{Begin: begin, Differs: put, End: strings.ReplaceAll(end, cut, put)}
	}
	begin, end := 0, 0
	for begin < min(len(b), len(a)) && b[begin] == a[begin] {
		begin++
	}
	for end < min(len(b), len(a))-begin && b[len(b)-1-end] == a[len(a)-1-end] {
		end++
	}
	part := func(words []string) side {
		cut := len(words) - end
		return side{Begin: strings.Join(words[:begin], " ") + " ", Differs: strings.Join(words[begin:cut], " "), End: " " + strings.Join(words[cut:], " ")}
	}
	return part(b), part(a)
}

// inPlace finds the first word that is another, with the digits on either side of it: the
// whole of a telephone number.
func inPlace(before, after []string) (cut, put string, ok bool) {
	for i := range min(len(before), len(after)) {
		if before[i] == after[i] {
			continue
		}
		from, to := i, i+1
		for from > 0 && digits(before[from-1]) {
			from--
		}
		for !punctuated(before[to-1]) && to < min(len(before), len(after)) && digits(bare(before[to])) && digits(bare(after[to])) {
			to++
		}
		cut, put = bare(strings.Join(before[from:to], " ")), bare(strings.Join(after[from:to], " "))
		return cut, put, cut != "" && put != ""
	}
	return "", "", false
}

const marks = ".,:;()"

func bare(word string) string     { return strings.Trim(word, marks) }
func digits(word string) bool     { return word != "" && strings.Trim(word, "0123456789") == "" }
func punctuated(word string) bool { return strings.TrimRight(word, marks) != word }

// renumbered is a service whose numbers are others than before.
type renumbered struct {
	Name, Was, Is string
	RungBy        string // the role of who rang the new number
	RungOn        time.Time
}

// Rung tells that somebody has rung the new number, and said who.
func (n renumbered) Rung() bool { return n.RungBy != "" && !n.RungOn.IsZero() }

func numbers(s *flows.Service) string {
	var out []string
	for _, l := range s.Lines {
		out = append(out, l.Printed)
	}
	return strings.Join(out, ", ")
}

// newNumbers lists the services with other numbers than before, and the new ones.
func newNumbers(before, after *flows.Book) (out []renumbered) {
	for i := range after.Services {
		s := &after.Services[i]
		if s.NotOffered != "" {
			continue
		}
		n := renumbered{Name: s.Name, Is: numbers(s), RungBy: s.CheckedBy, RungOn: s.CheckedOn}
		at := slices.IndexFunc(before.Services, func(o flows.Service) bool { return o.ID == s.ID })
		if at >= 0 {
			o := &before.Services[at]
			if n.Was = numbers(o); n.Was == n.Is {
				continue
			}
			if !s.CheckedOn.After(o.CheckedOn) && s.CheckedBy == o.CheckedBy {
				n.RungBy = "" // that was about the old number
			}
		}
		out = append(out, n)
	}
	for _, s := range changes.Unrung(before, after) {
		for i := range out {
			if out[i].Name == s.Name {
				out[i].RungBy = ""
			}
		}
	}
	return out
}

// sight is what a draft looks like: the same for everybody who looks at the same commit.
type sight struct {
	Commit, Published string // what is compared
	Source            *load.Source
	Errors, Warnings  []load.Problem
	Notices           []*notice
	Numbers           []renumbered
	Talks             []talk
	Recordings        []recording
	Costs             []cost   // that differ
	Files             []string // that differ
}

// compare works out the sight of a draft.
func compare(kept *changes.Kept, was offer, files fs.FS, now time.Time, pence float64) *sight {
	old, before := was.source, was.problems
	src, problems := kept.On(files, now)
	s := &sight{Source: src, Errors: load.Errors(problems)}
	known := map[string]bool{}
	for _, p := range before {
		known[p.Rule+p.What] = true
	}
	for _, p := range load.Warnings(problems) {
		if !known[p.Rule+p.What] {
			s.Warnings = append(s.Warnings, p)
		}
	}
	for _, name := range load.Files() {
		if string(old.File(name)) != string(src.File(name)) {
			s.Files = append(s.Files, name)
		}
	}
	if !src.Broken {
		s.Numbers = newNumbers(old.Book, src.Book)
		s.Recordings = recordings(old, src, was.files, files)
		if len(s.Recordings) > 0 && len(s.Files) == 0 {
			s.Files = []string{"audio"} // a recording takes the place of another
		}
		s.talk(old)
	}
	if len(s.Errors) == 0 && len(s.Files) > 0 {
		s.Notices = noticed(kept.Between(old.Book, src.Book), now, pence)
		s.Costs = costs(old.Book, src.Book, now, pence)
	}
	return s
}

// unrung are the changed numbers that nobody has rung.
func (s *sight) unrung() (names []string) {
	for _, n := range s.Numbers {
		if !n.Rung() {
			names = append(names, n.Name)
		}
	}
	return names
}

// blocked says why the draft cannot be proposed; nothing if it can.
func (s *sight) blocked() string {
	switch names := s.unrung(); {
	case len(s.Errors) == 1:
		return "There is 1 mistake to fix first."
	case len(s.Errors) > 1:
		return fmt.Sprintf("There are %d mistakes to fix first.", len(s.Errors))
	case len(names) > 0:
		return "Ring the new number of " + strings.Join(names, " and ") + " first. Then write on the service's page who rang it, and when."
	case len(s.open()) > 0:
		return "Read each conversation that changes, and accept it first."
	case s.Commit == s.Published || len(s.Files) == 0:
		return "The draft changes nothing yet."
	}
	return ""
}
