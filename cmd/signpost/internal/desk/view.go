package desk

import (
	"slices"
	"strings"

	"signpost/cmd/signpost/internal/history"
	"signpost/cmd/signpost/internal/merge"
)

// draftView is the page of a draft.
type draftView struct {
	draft
	*draftDiff
	Blocked   string // why it cannot be proposed
	Behind    bool   // something else was published since it began
	Conflicts []merge.Conflict
	MayTick   string    // why this person may not approve; empty: they may
	Wrong     []mistake // with what was sent
	Ticked    map[string]bool
	Chosen    map[string]string // which side to keep of each conflict, as it was sent
	IsAsked   bool              // it is proposed as it is
	IsGood    bool              // it is approved as it is
	MayAlone  bool
	Of        history.Publication
	Now       string // as the page's events tell it
}

// step is one step on the way of a draft.
type step struct{ Name, State string }

// Steps are the way of a draft, and where it is.
func (p *draftView) Steps() []step {
	at := 0
	switch {
	case p.IsGood:
		at = 3
	case p.IsAsked:
		at = 2
	case p.Blocked == "":
		at = 1
	}
	out := []step{{"Edit", ""}, {"Propose", ""}, {"Somebody else approves", ""}, {"Publish", ""}}
	for i := range out {
		switch {
		case i < at:
			out[i].State = "done"
		case i == at:
			out[i].State = "now"
		}
	}
	return out
}

// Standing says in a few words where the draft is, as it is now.
func (p *draftView) Standing() string {
	switch {
	case p.IsGood:
		return "approved"
	case p.IsAsked:
		return "waits for approval"
	}
	return "being written"
}

// Fact says what a conflict is about, with the names that people know.
func (p *draftView) Fact(c merge.Conflict) string {
	kind, rest, _ := strings.Cut(c.Where, ", ")
	id, fact, _ := strings.Cut(rest, ", ")
	known := ""
	if kind == "examples" && id != "" {
		return "the conversation “" + id + "”"
	}
	if b := p.Source.Book; b != nil {
		switch kind {
		case "services":
			if s := b.Service(id); s != nil {
				known = s.Name
			}
		case "areas":
			if a := b.Area(id); a != nil {
				known = a.Name
			}
		}
	}
	switch {
	case c.Where == "":
		return "The whole file"
	case known == "":
		return c.Where
	case fact == "":
		return known
	}
	return known + ", " + strings.ReplaceAll(fact, "_", " ")
}

// mistake is what is wrong with one field of what was sent.
type mistake struct {
	At   string // the field
	What string
}

// WrongAt says what is wrong at a field; nothing if it is right.
func (p *draftView) WrongAt(field string) string {
	for _, m := range p.Wrong {
		if m.At == field {
			return m.What
		}
	}
	return ""
}

// view works out the page of a draft.
func (d *Desk) view(v visit, t draft) (*draftView, error) {
	now := d.draftVersion(t.ID) // before looking: what changes later is told
	s, err := d.diff(t.ID)
	if err != nil {
		return nil, err
	}
	p := &draftView{draft: t, draftDiff: s, Blocked: s.blocked(), Ticked: map[string]bool{},
		Chosen: map[string]string{},
		Of:     d.published().Publication, Now: now}
	base, err := d.repo.Base(t.ID)
	if err != nil {
		return nil, err
	}
	if p.Behind = base != s.Published; p.Behind {
		if _, p.Conflicts, err = d.mergeWithPublished(t.ID, base, nil); err != nil {
			return nil, err
		}
		p.Blocked = "Something else was published since this draft began. Bring the draft up to date first."
	}
	p.IsAsked, p.IsGood = t.Proposed.of(s), t.Approved.of(s)
	authors, err := d.repo.Authors(t.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case !v.who.MayApprove():
		p.MayTick = "You have the role editor. An approver must look at it."
	case slices.Contains(authors, v.who.ID) || t.Proposed != nil && t.Proposed.By == v.who.ID:
		p.MayTick = "You wrote or proposed this draft. Somebody else must approve it."
	}
	p.MayAlone = v.who.MayApprove() && len(s.Errors) == 0 && !s.Open() && !p.Behind && len(s.Files) > 0
	return p, nil
}
