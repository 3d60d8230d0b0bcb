package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"

	"signpost/cmd/signpost/internal/history"
	"signpost/flows/changes"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/saved"
)

// examplesFile holds the conversations that the book keeps.
const examplesFile = "examples.yaml"

// exampleRules are the rules that report a conversation that goes another way.
var exampleRules = []string{"example", "transcript"}

// talk is a conversation that the book keeps and that a draft alters.
type talk struct {
	ID string
	check.KeptChange
}

// exchange is one exchange of a talk: the words that differ are told from the others.
type exchange struct {
	They    string
	Was, Is side
	Same    bool // before and after; or only one of them is there
}

// Exchanges are a talk, side by side.
func (t talk) Exchanges() (out []exchange) {
	for _, turn := range t.Turns {
		if t.New || t.Gone || !turn.Differs() {
			words := cmp.Or(turn.After, turn.Before)
			out = append(out, exchange{They: turn.They,
				Is: side{Pieces: []changes.Piece{{Words: words}}, Silent: words == ""}, Same: true})
			continue
		}
		e := exchange{They: turn.They}
		e.Was, e.Is = sides(turn.Before, turn.After)
		e.Was.Silent, e.Is.Silent = turn.Before == "", turn.After == ""
		out = append(out, e)
	}
	return out
}

// findTalks finds the conversations that a draft alters. One that goes another way, and that nobody
// has accepted, is a question to the authors and not a mistake, unless there are mistakes too.
func (s *draftDiff) findTalks(old *load.Source) {
	of := func(p load.Problem) bool { return slices.Contains(exampleRules, p.Rule) }
	for _, c := range check.Kept(old, s.Source) {
		about := fmt.Sprintf("%q %v %v %v %q", c.Name, c.Call, c.New, c.Gone, c.Turns)
		sum := sha256.Sum256([]byte(about))
		s.Talks = append(s.Talks, talk{hex.EncodeToString(sum[:8]), c})
	}
	others := slices.DeleteFunc(slices.Clone(s.Errors), of)
	switch {
	case len(others) > 0: // what a book with mistakes says is not what callers would get
		s.Talks = slices.DeleteFunc(s.Talks, func(t talk) bool { return t.Open })
	case len(s.unaccepted()) > 0:
		s.Errors, s.Warnings = others, slices.DeleteFunc(s.Warnings, of)
	}
}

// unaccepted are the conversations that nobody has accepted yet.
func (s *draftDiff) unaccepted() (out []talk) {
	for _, t := range s.Talks {
		if t.Open {
			out = append(out, t)
		}
	}
	return out
}

// Open reports that a conversation waits to be accepted.
func (s *draftDiff) Open() bool { return len(s.unaccepted()) > 0 }

// Accepted are those that wait for nobody but the approver.
func (s *draftDiff) Accepted() []talk {
	return slices.DeleteFunc(slices.Clone(s.Talks), func(t talk) bool { return t.Open })
}

// ticked is something that an approver ticks, and what it is called.
type ticked struct{ ID, Name string }

// ticks are everything that an approver ticks.
func (s *draftDiff) ticks() (out []ticked) {
	for i, n := range s.Numbers {
		out = append(out, ticked{fmt.Sprintf("number-%d", i), "the new number of " + n.Name})
	}
	for _, n := range s.Notices {
		name := n.Name()
		if n.Cause != "" {
			name = "“" + name + "”"
		}
		out = append(out, ticked{n.ID, name})
	}
	for _, r := range s.Recordings {
		out = append(out, ticked{r.ID, "the recording of “" + short(r.Words) + "”"})
	}
	for _, t := range s.Talks {
		if !t.New {
			out = append(out, ticked{t.ID, "the conversation “" + short(t.Name) + "”"})
		}
	}
	return out
}

// short is the beginning of some words.
func short(words string) string {
	const most = 60
	if letters := []rune(words); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return words
}

// handleAccept writes into a draft that conversations go as they do now: those that somebody ticked.
func (d *Desk) handleAccept(v visit) {
	d.withDraftForm(v, func(t draft, p *draftView) {
		var accepted []check.Altered
		var names []string
		for _, one := range p.unaccepted() {
			if slices.Contains(v.r.Form["accept"], one.ID) {
				accepted, names = append(accepted, one.Altered), append(names, one.Name)
			}
		}
		if len(accepted) == 0 {
			at := "talks"
			if left := p.unaccepted(); len(left) > 0 {
				at = "accept-" + left[0].ID
			}
			d.renderDraft(v, http.StatusUnprocessableEntity, t,
				mistake{at, "Tick each conversation that may go like this."})
			return
		}
		err := saved.Replace(filepath.Join(d.repo.Dir(t.ID), examplesFile), check.Accepted(p.Source, accepted))
		if err == nil {
			_, err = d.repo.Save(t.ID, history.Person{ID: v.who.ID, Name: v.who.Name}, t.Title)
		}
		if err != nil {
			d.renderFailure(v, err)
			return
		}
		d.notifyPages()
		for _, name := range names {
			d.record(v, "accepted a conversation", t.Title+": "+name)
		}
		http.Redirect(v.w, v.r, "/desk/drafts/"+t.ID+"#talks", http.StatusSeeOther)
	})
}
