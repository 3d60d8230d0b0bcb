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
	"signpost/flows/check"
	"signpost/flows/load"
)

// notice is one thing that people will notice. The same few words that change in many
// answers are one notice: an approver ticks each.
type notice struct {
	ID       string
	Cut, Put string         // the words that differ
	First    changes.Change // where people meet it first
	Times    int            // in how many answers
	Ways     string         // "texts", "calls" or "texts and calls"
	texts    bool
	calls    bool
}

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

// noticed puts what changes.Between found together.
func noticed(found []changes.Change) (out []notice) {
	at := map[string]int{}
	for _, c := range found {
		cut, put := differing(c.Before, c.After)
		sum := sha256.Sum256([]byte(cut + "\x00" + put))
		id := hex.EncodeToString(sum[:8])
		i, known := at[id]
		if !known {
			i = len(out)
			at[id] = i
			out = append(out, notice{ID: id, Cut: cut, Put: put, First: c})
		}
		n := &out[i]
		n.Times++
		n.texts, n.calls = n.texts || !c.Call, n.calls || c.Call
		if n.Ways = "texts and calls"; !n.calls {
			n.Ways = "texts"
		} else if !n.texts {
			n.Ways = "calls"
		}
	}
	return out
}

// differing are the words between what two answers begin and end with.
func differing(before, after string) (cut, put string) {
	b, a := strings.Fields(before), strings.Fields(after)
	for len(b) > 0 && len(a) > 0 && b[0] == a[0] {
		b, a = b[1:], a[1:]
	}
	for len(b) > 0 && len(a) > 0 && b[len(b)-1] == a[len(a)-1] {
		b, a = b[:len(b)-1], a[:len(a)-1]
	}
	return strings.Join(b, " "), strings.Join(a, " ")
}

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
	Notices           []notice
	Numbers           []renumbered
	Files             []string // that differ
}

// compare works out the sight of a draft.
func compare(old *load.Source, before []load.Problem, files fs.FS, now time.Time) *sight {
	src, problems := check.On(files, now)
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
	}
	if len(s.Errors) == 0 && len(s.Files) > 0 {
		s.Notices = noticed(changes.Between(old.Book, src.Book))
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
	case s.Commit == s.Published || len(s.Files) == 0:
		return "The draft changes nothing yet."
	}
	return ""
}
