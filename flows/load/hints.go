package load

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Blanks that look like blanks and are none to a reader of YAML.
const oddBlanks = "\t\u00a0\u2007\u202f\u2003\u2002\u200b\ufeff"

// blanks finds the tabs and odd blanks that lines begin with: editors and word
// processors put them there, and nobody can see them.
func (r *reader) blanks(data []byte) (found bool) {
	at := 0
	for n, line := range bytes.Split(data, []byte("\n")) {
		begins := at
		at += len(line) + 1
		if !oddBlank(line) {
			continue
		}
		text := string(line)
		rest := strings.TrimLeft(text, " "+oddBlanks)
		lead := text[:len(text)-len(rest)]
		i := strings.IndexAny(lead, oddBlanks)
		if i < 0 || strings.TrimSpace(rest) == "" || rest[0] == '#' || n == 0 && lead == "\ufeff" {
			continue
		}
		found = true
		what := "a tab is"
		if c, _ := utf8.DecodeRuneInString(lead[i:]); c != '\t' {
			what = fmt.Sprintf("an odd blank (%U) is", c)
		}
		put := strings.Map(func(c rune) rune {
			if c == '\u200b' || c == '\ufeff' {
				return -1
			}
			return ' '
		}, strings.ReplaceAll(lead, "\t", "  "))
		r.broken = true
		r.problems = append(r.problems, Problem{Pos: Pos{r.file, n + 1, i + 1}, Rule: "blank",
			What: what + " where the line begins; only spaces may be there",
			Why:  whyNotLoaded,
			Fix: "Put spaces there, as many as the lines around begin with. Set your editor to write spaces for the " +
				"tab key.",
			Edit: Edit{begins, begins + len(lead), put}})
	}
	return found
}

// oddBlank reports a line that may begin with an odd blank, behind spaces or none.
func oddBlank(line []byte) bool {
	rest := bytes.TrimLeft(line, " ")
	return len(rest) > 0 && (rest[0] == '\t' || rest[0] >= utf8.RuneSelf)
}

var (
	noBlank  = regexp.MustCompile(`^(\s*(?:- )?[a-z_]+:)([^\s:/].*)$`)
	colonIn  = regexp.MustCompile(`^(\s*(?:- )?[a-z_]+: )([^"'\[{|>#\s].*: .*)$`)
	oneQuote = regexp.MustCompile(`^\s*(?:- )?[a-z_]+:\s+(["'])(.*)$`)
)

// hint looks for what people do wrong most, nearest to a line at which reading
// broke off, and says that instead of the library's words.
func (r *reader) hint(data []byte, near int) (Problem, bool) {
	lines := strings.Split(string(data), "\n")
	best, found := Problem{}, false
	for n := 1; n <= len(lines); n++ {
		p, ok := r.hintAt(data, n, lines[n-1])
		// A quote that is not closed breaks things only far below it.
		closer := abs(n-near) < abs(best.Line-near)
		if ok && (!found || closer && n <= near+1) {
			best, found = p, true
		}
	}
	return best, found
}

func abs(n int) int { return max(n, -n) }

func (r *reader) hintAt(data []byte, n int, line string) (Problem, bool) {
	line = strings.TrimRight(line, "\r ")
	from := offset(data, n)
	p := Problem{Pos: Pos{r.file, n, 1}, Rule: "yaml", Why: whyNotLoaded}
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return p, false
	}
	if m := oneQuote.FindStringSubmatchIndex(line); m != nil {
		q, rest := line[m[2]:m[3]], line[m[4]:m[5]]
		closed := strings.LastIndex(rest, q)
		if after := strings.TrimSpace(rest[closed+1:]); closed < 0 || after != "" && after[0] != '#' {
			p.Col, p.What = m[2]+1, "a quote is opened here and not closed where the line ends"
			p.Fix = "Put a " + q + " after the last word. To have a quote in the words, use ' inside of \"...\"."
			return p, true
		}
		return p, false
	}
	line, _, _ = strings.Cut(line, " #")
	if m := colonIn.FindStringSubmatchIndex(line); m != nil && !strings.Contains(line[m[4]:m[5]], `"`) {
		words := strings.TrimRight(line[m[4]:m[5]], " ")
		p.Col, p.What = m[4]+1, "these words hold a colon, and no quotes are around them"
		p.Fix = fmt.Sprintf("Put quotes around them: \"%s\"", words)
		p.Edit = Edit{from + m[4], from + m[4] + len(words), `"` + words + `"`}
		return p, true
	}
	if m := noBlank.FindStringSubmatchIndex(line); m != nil {
		p.Col, p.What, p.Fix = m[4]+1, "a space is missing after the colon", "Put a space after the colon."
		p.Edit = Edit{from + m[4], from + m[4], " "}
		return p, true
	}
	text := strings.TrimLeft(line, " ")
	if in := len(line) - len(text); in%2 == 1 && text != "" {
		p.Col, p.What = in+1, fmt.Sprintf("this line begins %d spaces in; the others begin 0, 2, 4, 6 or 8 in", in)
		p.Fix = "Let it begin exactly under the lines it belongs to."
		return p, true
	}
	return p, false
}
