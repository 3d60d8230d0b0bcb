package signoff_test

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/cmd/signpost/internal/signoff"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/internal/hours"
)

var today = time.Date(2026, 11, 20, 14, 0, 0, 0, hours.London())

// made is the paper of the shipped book, made once: it takes a walk of all states.
var made = sync.OnceValue(func() signoff.Document {
	src, problems := check.On(book.Files, today)
	return signoff.New(src, problems, today, 4)
})

// Every area has, at every moment, an ending by text and for a caller. A call asks who it is
// for only where that changes the number, so a call has no ending of its own for somebody else.
// Every chain of lines ends at one that is open 24 hours and at its number.
func TestEveryEnding(t *testing.T) {
	p := made()
	b := p.Book
	if len(p.Groups) != len(b.Areas)+1 {
		t.Fatalf("%d groups for %d areas", len(p.Groups), len(b.Areas))
	}
	zero := map[flows.Person]string{flows.Me: "0808 2000 247", flows.Someone: "0808 2000 247",
		flows.Behaviour: "116 123"}
	const forAll = "0808 1689 111" // for men and LGBT+ people
	for _, g := range p.Groups[:len(b.Areas)] {
		texts, menus, calls := 0, map[flows.Person]int{}, map[flows.Person]int{}
		for _, r := range g.Rows {
			if r.Text != "" {
				for _, w := range r.Ways {
					if w.Texts == "" {
						texts += len(r.When)
					} else {
						menus[w.Who] += len(r.When)
					}
				}
				if !strings.Contains(r.Text, "999") {
					t.Errorf("%s: a text without 999: %q", g.Name, r.Text)
				}
				continue
			}
			for _, w := range r.Ways {
				calls[w.Who] += len(r.When)
			}
		}
		if menus[flows.Me] != len(p.Moments) || menus[flows.Someone] != len(p.Moments) {
			t.Errorf("%s: endings by the menus, by text, at %v of %d moments", g.Name, menus, len(p.Moments))
		}
		if texts != len(p.Moments) || calls[flows.Me] != len(p.Moments) || calls[flows.Someone] != 0 {
			t.Errorf("%s: endings by text at %d, by call at %v of %d moments", g.Name, texts, calls, len(p.Moments))
		}
	}
	byText := map[string]bool{} // numbers that need no place
	for _, g := range p.Groups {
		for _, r := range g.Rows {
			if r.Text != "" {
				byText[r.Number] = byText[r.Number] || g.Name == p.Groups[len(b.Areas)].Name
				continue
			}
			if strings.HasPrefix(r.Last, "(nobody can be put through") {
				if s := b.Service(r.Number); s.Connect {
					t.Errorf("%s: nobody is put through to %s", g.Name, s.ID)
				}
				continue
			}
			if !r.Alike {
				t.Errorf("%s: %v", g.Name, r.Differs)
			}
			for _, w := range r.Ways {
				if !strings.Contains(r.Last, zero[w.Who]) &&
					!(w.Who != flows.Behaviour && strings.Contains(r.Last, forAll)) {
					t.Errorf("%s, for %s: the last words are %q", g.Name, w.Who, r.Last)
				}
			}
			if last := b.Service(r.Rings[len(r.Rings)-1].Service); !last.Hours.IsAlways() &&
				r.Ways[0].Who != flows.Behaviour { // theirs cannot be put through: they are told it
				t.Errorf("%s: the last line rung is %s", g.Name, last.ID)
			}
			for _, ring := range r.Rings {
				for _, at := range r.When {
					if s := b.Service(ring.Service); s.Hours.At(at) == hours.Closed {
						t.Errorf("%s: %s is rung on %s, when it is closed", g.Name, s.ID, at)
					}
				}
			}
		}
	}
	for _, id := range []string{"mens_advice_line", "galop", "childline", "crimestoppers", "respect", "police_101",
		"national_helpline"} {
		if !byText[id] {
			t.Errorf("the page does not say what is texted of %s", id)
		}
	}
}

// The page holds all of it, needs nothing from elsewhere, and is one well-formed
// document.
func TestPage(t *testing.T) {
	p := made()
	var out bytes.Buffer
	if err := p.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	html := out.String()
	for _, s := range p.Given() {
		for _, l := range s.Lines {
			if !strings.Contains(html, strings.ReplaceAll(l.Printed, " ", "\u00a0")) {
				t.Errorf("the number of %s is not on the page", s.ID)
			}
		}
	}
	for _, want := range []string{p.Version(), "Signature", "Friday 20 November 2026, 14:00", "no mistakes",
		"goes out because"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if found := regexp.MustCompile(`(src|href)="[^#"]|url\(|@import|<script`).FindString(html); found != "" {
		t.Errorf("the page asks for something from elsewhere: %q", found)
	}
	if open, closed := strings.Count(html, "<div"), strings.Count(html, "</div>"); open != closed {
		t.Errorf("%d divs are opened, %d closed", open, closed)
	}
}
