package normalise

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxTokens is how many words of a message are read.
const MaxTokens = 400

// Token is one word of a message, or one picture sign (emoji).
type Token struct {
	// Word is the plain form, as [Text] gives it; a picture sign is itself.
	Word string
	// Ends reports whether a sentence ends after the word, Pause whether a comma or the
	// like follows it.
	Ends, Pause bool
}

// Tokens cuts a message into words, keeping what [Text] drops: where sentences
// end, and picture signs. "@" is read as "at". At most [MaxTokens] are given.
func Tokens(s string) []Token {
	if len(s) > MaxInput {
		s = s[:MaxInput]
	}
	s = strings.ToValidUTF8(s, " ")
	if !isASCII(s) {
		s = norm.NFKD.String(s)
		if len(s) > MaxInput {
			s = strings.ToValidUTF8(s[:MaxInput], " ")
		}
	}
	t := tokenizer{out: make([]Token, 0, 2+min(strings.Count(s, " "), MaxTokens))}
	t.letters.Grow(len(s))
	for i, r := range s {
		switch {
		case closesUp(r), r >= utf8.RuneSelf && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Sk):
			continue
		case r == '@':
			t.word("at")
		case r == '&':
			t.word("and")
		case r >= utf8.RuneSelf && unicode.Is(unicode.So, r):
			t.word(string(r))
		default:
			if r = fold(r); isWordRune(r) {
				t.letters.WriteRune(r)
				continue
			}
			t.flush()
			t.mark(r, i+1 == len(s) || s[i+1] <= ' ' || s[i+1] == byte(r))
		}
	}
	t.flush()
	return t.out
}

type tokenizer struct {
	out     []Token
	letters strings.Builder // of all words, which share its memory
	begun   int             // where the word that is being read begins
}

// flush ends the word that is being read.
func (t *tokenizer) flush() {
	if t.letters.Len() > t.begun && len(t.out) < MaxTokens {
		t.out = append(t.out, Token{Word: t.letters.String()[t.begun:]})
	}
	t.begun = t.letters.Len()
}

// word ends the word that is being read, and adds another.
func (t *tokenizer) word(w string) {
	t.flush()
	t.letters.WriteString(w)
	t.flush()
}

// mark notes a sign behind the last word. A full stop counts only before a space:
// "run.corn" goes on.
func (t *tokenizer) mark(r rune, spaced bool) {
	if len(t.out) == 0 {
		return
	}
	last := &t.out[len(t.out)-1]
	switch r {
	case '!', '?', '\n', ';':
		last.Ends = true
	case '.', '\u2026':
		last.Ends = last.Ends || spaced
	case ',', ':', '-', '\u2013', '\u2014', '(', ')', '/':
		last.Pause = true
	}
}
