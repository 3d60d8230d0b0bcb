package diagram

import (
	"strings"

	"signpost/flows"
)

// Name is what people call a step, made of its short name ("other_lines": Other lines).
// Where conversations begin, it says so.
func Name(b *flows.Book, s *flows.Step) string {
	switch {
	case s.ID == b.TextStart && s.ID == b.CallStart:
		return Plain(s.ID) + " (texts and calls begin here)"
	case s.ID == b.TextStart:
		return Plain(s.ID) + " (texts begin here)"
	case s.ID == b.CallStart:
		return Plain(s.ID) + " (calls begin here)"
	}
	return Plain(s.ID)
}

func nameOf(b *flows.Book, id string) string {
	if s := b.StepNamed(id); s != nil {
		return Name(b, s)
	}
	return id
}

// written are short names that are said in another way than they are written.
var written = strings.NewReplacer("Line 24h all", "24-hour line for everybody", "Line 24h", "24-hour line",
	"Behaviour 24h", "24-hour line about behaviour", "Lgbt", "LGBT+", "Mens", "Men's")

// Plain is a short name of the book as people write it: "no_calls" is No calls.
func Plain(id string) string {
	if id == "" {
		return ""
	}
	return written.Replace(strings.ToUpper(id[:1]) + strings.ReplaceAll(id[1:], "_", " "))
}
