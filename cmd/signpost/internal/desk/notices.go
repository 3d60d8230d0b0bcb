package desk

import (
	"cmp"
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
	"signpost/internal/hours"
)

// notice is one thing that people will notice: the answers that change for one cause. An
// approver ticks each.
type notice struct {
	ID      string
	Cause   string             // empty: only these words differ
	Words   []changes.Replaced // the first that differ
	Others  int                // how many more
	Text    *meeting           // where people meet it first, by text
	Call    *meeting           // and in a call
	Answers []*meeting         // all of them
	Texts   int                // how many of them are texts
}

// meeting is where people meet a changed answer first, as it looks on a phone.
type meeting struct {
	changes.Change
	Was, Is side
	now     time.Time
}

// Hours says at which hours it is met.
func (m meeting) Hours() string { return m.Change.Hours(m.now) }

// side is one answer, in pieces: the other side does not have those that differ. A text has a
// cost.
type side struct {
	Pieces   []changes.Piece
	Segments int
	Pence    float64
	Silent   bool
}

// sides compares two answers.
func sides(before, after string) (was, is side) {
	was.Pieces, is.Pieces, _ = changes.Compare(before, after)
	return was, is
}

// Last is what was done last, and Way all before that.
func (m meeting) Last() string  { return m.They[len(m.They)-1] }
func (m meeting) Way() []string { return m.They[:len(m.They)-1] }

// Shown says how many answers are shown as they are on the phone.
func (n notice) Shown() (shown int) {
	for _, m := range []*meeting{n.Text, n.Call} {
		if m != nil {
			shown++
		}
	}
	return shown
}

// Ways says in how many answers it is, on which channels, and at which hours.
func (n notice) Ways() string {
	calls := len(n.Answers) - n.Texts
	var words string
	switch {
	case calls == 0:
		words = count(n.Texts, "text")
	case n.Texts == 0:
		words = count(calls, "answer") + " in calls"
	default:
		words = count(n.Texts, "text") + ", and " + count(calls, "answer") + " in calls"
	}
	if len(n.Answers) == 1 {
		return words + ", " + n.Answers[0].Hours() + "."
	}
	anyHour := 0
	for _, m := range n.Answers {
		if m.Any {
			anyHour++
		}
	}
	switch anyHour {
	case len(n.Answers):
		return words + ", at any hour."
	case 0:
		return words + ", at some hours only. Each says when."
	}
	return words + ", some of them at some hours only. Each says when."
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Name is what a notice is called in a sentence.
func (n notice) Name() string {
	if n.Cause != "" {
		return n.Cause
	}
	return "the change to “" + short(cmp.Or(n.Words[0].Put, n.Words[0].Cut)) + "”"
}

// mostWords is how many differences of a notice are told before somebody opens it.
const mostWords = 3

// noticed are the groups of changes, as the page of a draft shows them.
func noticed(groups []*changes.Group, now time.Time, pence float64) (out []*notice) {
	for _, g := range groups {
		told := min(mostWords, len(g.Words))
		n := &notice{Cause: g.Cause, Words: g.Words[:told], Others: len(g.Words) - told}
		sum := sha256.New()
		for _, c := range g.Changes {
			_, _ = fmt.Fprintf(sum, "%v %q %q %q\n", c.Call, c.They, c.Before, c.After) // it never fails
			m := &meeting{Change: c, now: now}
			m.Was, m.Is = sides(c.Before, c.After)
			n.Answers = append(n.Answers, m)
			channel := &n.Text
			if c.Call {
				channel = &n.Call
			} else {
				n.Texts++
				m.Was.weigh(c.Before, pence)
				m.Is.weigh(c.After, pence)
			}
			if *channel == nil {
				*channel = m
			}
		}
		n.ID = hex.EncodeToString(sum.Sum(nil)[:8])
		out = append(out, n)
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

// renumbered is a service whose numbers are others than before.
type renumbered struct {
	Name, Was, Is string
	RungBy        string // the role of who rang the new number
	RungOn        time.Time
	// Again reports that the old number was rung today, too: the day does not show that the new
	// one was, so the approver asks.
	Again bool
}

// Rung reports that somebody has rung the new number, and said who.
func (n renumbered) Rung() bool { return n.RungBy != "" && !n.RungOn.IsZero() }

func numbers(s *flows.Service) string {
	var out []string
	for _, l := range s.Lines {
		out = append(out, l.Printed)
	}
	return strings.Join(out, ", ")
}

// newNumbers lists the services with other numbers than before, and the new ones.
func newNumbers(before, after *flows.Book, today time.Time) (out []renumbered) {
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
			n.Again = s.CheckedOn.Equal(today) && o.CheckedOn.Equal(today)
			if !s.CheckedOn.After(o.CheckedOn) && s.CheckedBy == o.CheckedBy && !n.Again {
				n.RungBy = "" // that was about the old number
			}
		}
		out = append(out, n)
	}
	for _, s := range changes.Unrung(before, after) {
		for i := range out {
			if out[i].Name == s.Name && !out[i].Again {
				out[i].RungBy = ""
			}
		}
	}
	return out
}

// draftDiff is how a draft differs from the published book: the same for everybody at one commit.
type draftDiff struct {
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

// compare works out how a draft differs from the published book.
func compare(kept *changes.Kept, was offer, files fs.FS, now time.Time, pence float64) *draftDiff {
	old, before := was.source, was.problems
	src, problems := kept.On(files, now)
	s := &draftDiff{Source: src, Errors: load.Errors(problems)}
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
		s.Numbers = newNumbers(old.Book, src.Book, hours.Day(now))
		s.Recordings = recordings(old, src, was.files, files)
		if len(s.Recordings) > 0 && len(s.Files) == 0 {
			s.Files = []string{"audio"} // a recording takes the place of another
		}
		s.findTalks(old)
	}
	if len(s.Errors) == 0 && len(s.Files) > 0 {
		s.Notices = noticed(changes.Groups(old.Book, src.Book, kept.Between(old.Book, src.Book)), now, pence)
		s.Costs = costs(old.Book, src.Book, now, pence)
	}
	return s
}

// unrung are the changed numbers that nobody has rung.
func (s *draftDiff) unrung() (names []string) {
	for _, n := range s.Numbers {
		if !n.Rung() {
			names = append(names, n.Name)
		}
	}
	return names
}

// blockedAt is the part of the page that says more about blocked.
func (s *draftDiff) blockedAt() string {
	switch {
	case len(s.Errors) > 0:
		return "problems-h"
	case len(s.unrung()) > 0:
		return "numbers-h"
	case s.Open():
		return "talks"
	}
	return "propose"
}

// blocked says why the draft cannot be proposed; nothing if it can.
func (s *draftDiff) blocked() string {
	switch names := s.unrung(); {
	case len(s.Errors) == 1:
		return "There is 1 mistake to fix first."
	case len(s.Errors) > 1:
		return fmt.Sprintf("There are %d mistakes to fix first.", len(s.Errors))
	case len(names) > 0:
		return "Ring the new number of " + strings.Join(names, " and ") +
			" first. Then write on the service's page who rang it, and when."
	case len(s.unaccepted()) > 0:
		return "Read each conversation that changes, and accept it first."
	case s.Commit == s.Published || len(s.Files) == 0:
		return "The draft changes nothing yet."
	}
	return ""
}
