package simulate

import (
	"fmt"
	"strings"
	"time"
)

// story is what is told of a world: the last events around everybody, and what one person
// wrote and was answered.
type story struct {
	only  string // whose story; empty: of the first person who meets a broken rule
	lines []happened
	ended bool
}

type happened struct {
	at   time.Time
	who  string // empty: around everybody
	what string
}

const maxStory = 4000

func newStory(only string) *story { return &story{only: only} }

func (s *story) add(who, what string) {
	if s.ended {
		return
	}
	if len(s.lines) >= maxStory {
		s.lines = append(s.lines[:0], s.lines[maxStory/2:]...)
	}
	s.lines = append(s.lines, happened{time.Now(), who, what})
}

func (s *story) around(format string, args ...any) { s.add("", fmt.Sprintf(format, args...)) }

// about is what happens to a person elsewhere than at a gateway.
func (s *story) about(p *person, format string, args ...any) {
	s.add(p.name, fmt.Sprintf(format, args...))
}

func (s *story) says(p *person, format string, args ...any) {
	s.add(p.name, p.name+", who "+p.habit+", "+fmt.Sprintf(format, args...))
}

func (s *story) hears(p *person, r *reply, text string) {
	if text == "" {
		text = "silence"
	}
	again := ""
	if r.tries > 1 {
		again = " (asked again)"
	}
	s.add(p.name, fmt.Sprintf("gateway %s%s answers after %v: %s", r.node.name, again,
		r.took.Round(time.Millisecond), text))
}

// breaks ends the story with the rule that was broken.
func (s *story) breaks(p *person, what string) {
	if s.only == "" && p != nil {
		s.only = p.name
	}
	s.add(s.only, "RULE BROKEN: "+what)
	s.ended = true
}

// tell is the story of the person, with what happened around them.
func (s *story) tell() (out []string) {
	first, last := -1, -1
	for i, l := range s.lines {
		if l.who == s.only && s.only != "" || strings.HasPrefix(l.what, "RULE") {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return nil
	}
	for i := first; i > 0 && s.lines[first].at.Sub(s.lines[i].at) < 10*time.Minute; i-- {
		if s.lines[i].who == "" {
			first = i
		}
	}
	for _, l := range s.lines[max(first, 0) : last+1] {
		if l.who == s.only || l.who == "" {
			out = append(out, l.at.UTC().Format("Mon 2 Jan 15:04:05.000")+"  "+l.what)
		}
	}
	return out
}
