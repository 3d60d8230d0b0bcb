package signoff

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/hours"
)

//go:embed page.html
var page string

// WriteHTML writes the document as one page that holds everything it needs, prints on
// A4, and asks nothing of any other machine.
func (p Document) WriteHTML(w io.Writer) error {
	t, err := template.New("signoff").Funcs(template.FuncMap{
		"service": func(id string) string {
			if s := p.Book.Service(id); s != nil {
				return s.Name
			}
			return id
		},
		"numbers": numbers,
		"when":    func(t time.Time) string { return t.In(hours.London()).Format("Monday 2 January 2006, 15:04") },
		"day": func(t time.Time) string {
			if t.IsZero() {
				return "never"
			}
			return t.Format("2 January 2006")
		},
		"list": func(s []string) string { return strings.Join(s, ", ") },
		"who": func(p flows.Person) string {
			return [...]string{"the person themselves", "somebody worried about another",
				"somebody worried about how they behave"}[p]
		},
		"stale": func(s flows.Service) bool { return s.Doubtful(p.When) },
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func numbers(s *flows.Service) string {
	var out []string
	for _, l := range s.Lines {
		n := strings.ReplaceAll(l.Printed, " ", "\u00a0") // never on two lines
		if l.Keys != "" {
			n += " then " + l.Keys
		}
		out = append(out, n)
	}
	return strings.Join(out, " and ")
}

// Given are the services that people are given.
func (p Document) Given() (out []*flows.Service) {
	for i := range p.Book.Services {
		if p.Book.Services[i].NotOffered == "" {
			out = append(out, &p.Book.Services[i])
		}
	}
	return out
}

// Version is the book's, as a reader can compare it.
func (p Document) Version() string { return fmt.Sprintf("%08x", p.Book.Version) }
