package check

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
)

const examplesFile = "examples.yaml"

var transcripts = rule{
	name: "transcript", doc: "conversations that were kept whole read as they were kept", severity: advice, walks: true,
	run: func(p *pass) {
		if p.noNight() {
			return
		}
		for _, e := range p.Examples {
			if !hasTranscript(e) || !p.rightSometimes(e) || p.reads(e) {
				continue
			}
			p.play(p.states(e)[0], e, func(turn load.Turn, reply flows.Reply) bool {
				if said := saidIn(e, reply); turn.All != "" && turn.All != said {
					p.report(turn.Pos,
						fmt.Sprintf("the conversation %q reads differently: it has %q, and callers get %q", e.Name,
							turn.All, said),
						"Somebody kept it, because it matters that it reads like this.",
						"If callers should get the new words, write them under all.")
					return false
				}
				return true
			}, func(load.Pos, string, string, string) {})
		}
	},
}

func hasTranscript(e load.Example) bool {
	return slices.ContainsFunc(e.Turns, func(t load.Turn) bool { return t.All != "" })
}

// reads reports a conversation of which every answer that was kept whole is the same, word
// for word, in one of the states in which examples run.
func (p *pass) reads(e load.Example) bool {
	if !hasTranscript(e) {
		return true
	}
	for _, book := range p.states(e) {
		same := true
		p.play(book, e, func(turn load.Turn, reply flows.Reply) bool {
			same = turn.All == "" || turn.All == saidIn(e, reply)
			return same
		}, func(load.Pos, string, string, string) { same = false })
		if same {
			return true
		}
	}
	return false
}

// Altered is an example that goes another way in a changed book, or reads differently.
type Altered struct {
	Name  string
	Call  bool
	Turns []AlteredTurn
	n     int // which of the examples
}

// AlteredTurn is one exchange of it, in the book as it was and as it would be.
type AlteredTurn struct{ They, Before, After string }

// Differs reports that the answer is another.
func (t AlteredTurn) Differs() bool { return t.Before != t.After }

// AlteredBy lists the examples of a book that do not come out as they say, or that were
// kept whole and read differently, beside what they were in the book before it. What
// cannot be followed, or has only old hours or numbers, is left to the rules.
func AlteredBy(old *flows.Book, src *load.Source) (out []Altered) {
	p, was := &pass{Source: src, book: src.Book}, &pass{Source: src, book: old}
	for n, e := range src.Examples {
		right := p.rightSometimes(e)
		if right && p.reads(e) || !right && (p.outdatedHours(e) != nil || p.outdatedTimes(e) != "") {
			continue
		}
		a := Altered{Name: e.Name, Call: e.Call, n: n}
		good := true
		fails := func(load.Pos, string, string, string) { good = false }
		p.play(p.states(e)[0], e, func(turn load.Turn, reply flows.Reply) bool {
			a.Turns = append(a.Turns, AlteredTurn{They: turn.They, Before: turn.All, After: told(e, reply)})
			return true
		}, fails)
		i := 0
		was.play(was.states(e)[0], e, func(_ load.Turn, reply flows.Reply) bool {
			if i < len(a.Turns) && a.Turns[i].Before == "" {
				a.Turns[i].Before = told(e, reply)
			}
			i++
			return true
		}, func(load.Pos, string, string, string) {})
		if good {
			out = append(out, a)
		}
	}
	return out
}

// told is an answer as a person reads it, with the line that is rung.
func told(e load.Example, reply flows.Reply) string {
	said := saidIn(e, reply)
	if reply.Dial != nil {
		said = strings.TrimSpace(said + " (ringing " + reply.Dial.Name + ")")
	}
	return said
}

// Accepted writes the file of the examples with some that are altered as they go now. What
// still holds of them stays, and so does every other line.
func Accepted(src *load.Source, accept []Altered) []byte {
	p := &pass{Source: src, book: src.Book}
	lines := bytes.SplitAfter(src.File(examplesFile), []byte("\n"))
	put := map[int]string{} // by the index of the first line of a turn
	gone := map[int]bool{}
	for _, a := range accept {
		e := src.Examples[a.n]
		channel := "texts"
		if e.Call {
			channel = "call"
		}
		i := 0
		p.play(p.states(e)[0], e, func(turn load.Turn, reply flows.Reply) bool {
			at := src.Pos(examplesFile, fmt.Sprintf("examples.%d.%s.%d", a.n, channel, i))
			i++
			first := at.Line - 1
			put[first] = p.turnLines(e, turn, reply, string(lines[first]), at.Col)
			for next := first + 1; next < len(lines) && deeper(lines[next], at.Col-1); next++ {
				gone[next] = true
			}
			return true
		}, func(load.Pos, string, string, string) {})
	}
	var out []byte
	for i, line := range lines {
		switch {
		case put[i] != "":
			out = append(out, put[i]...)
		case !gone[i]:
			out = append(out, line...)
		}
	}
	return out
}

// deeper reports a line that goes on with what begins at a column, counted from 0.
func deeper(line []byte, col int) bool {
	text := bytes.TrimLeft(line, " ")
	return len(bytes.TrimSpace(text)) > 0 && len(line)-len(text) >= col
}

// turnLines is an exchange as an example has it, with the answer of now. Its first line is
// kept, when that is what they do.
func (p *pass) turnLines(e load.Example, turn load.Turn, reply flows.Reply, first string, col int) string {
	indent, said := strings.Repeat(" ", max(col-1, 0)), saidIn(e, reply)
	var out strings.Builder
	if strings.HasPrefix(strings.TrimLeft(first, " -"), "they:") {
		out.WriteString(strings.TrimRight(first, "\r\n") + "\n")
	} else {
		fmt.Fprintf(&out, "%s- they: %s\n", indent[:max(len(indent)-2, 0)], quoted(turn.They))
	}
	list := func(name string, words []string) {
		if len(words) > 0 {
			fmt.Fprintf(&out, "%s%s: [%s]\n", indent, name, strings.Join(words, ", "))
		}
	}
	var we, never []string
	for _, w := range turn.We {
		if strings.Contains(said, w) {
			we = append(we, quoted(w))
		}
	}
	if len(we) < len(turn.We) || len(turn.We) == 0 && said != "" && reply.Dial == nil && turn.Silence {
		for _, w := range telling(p.book, said) {
			if !slices.Contains(we, w) {
				we = append(we, w)
			}
		}
	}
	for _, w := range turn.Never {
		if !strings.Contains(said, w) {
			never = append(never, quoted(w))
		}
	}
	list("we", we)
	list("never", never)
	if turn.All != "" {
		fmt.Fprintf(&out, "%sall: %s\n", indent, quoted(said))
	}
	if reply.Dial != nil {
		fmt.Fprintf(&out, "%sconnects_to: %s\n", indent, reply.Dial.ID)
	}
	if said == "" && reply.Dial == nil {
		fmt.Fprintf(&out, "%ssilence: yes\n", indent)
	}
	if reply.Ended {
		fmt.Fprintf(&out, "%sends: yes\n", indent)
	}
	return out.String()
}
