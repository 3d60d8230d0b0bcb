package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"signpost/config"
	"signpost/flows/load"
	"signpost/internal/handset"
)

// accented is a wording in a language that is English with accents. What is in curly
// brackets keeps its name.
func accented(words string) string {
	return placeholders.ReplaceAllStringFunc(words, func(s string) string {
		if s[0] == '{' {
			return s
		}
		return strings.ReplaceAll(s, "e", "é")
	})
}

var placeholders = regexp.MustCompile(`\{[a-z_]+\}|[^{}]+`)

// strange is a language, up to its texts.
const strange = `schema: 1
own_words: [english]
languages:
  xx:
    name: X
    words: [strange]
    key: "8"
    offer_say: Strange, 8.
    letters: any
    voice: {name: Polly.Ola-Neural, language: pl-PL}
    signed_off_by: the tests
    signed_off_on: "2026-11-20"
    texts:
`

// Somebody who asks for another language is answered in it, by the real webhooks:
// the conversation remembers it, and a call is spoken with its voice.
func TestAnotherLanguage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	src, _ := load.Dir(os.DirFS(dir))
	var b strings.Builder
	b.WriteString(strange)
	for _, w := range src.Wordings {
		fmt.Fprintf(&b, "      %s: %q\n", w.Path, accented(w.Words))
	}
	if err := os.WriteFile(filepath.Join(dir, "languages.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	p := s.phone()
	for _, turn := range []struct {
		they, we string
		foreign  bool
	}{{"hello", countyAsksPlace, false}, {"strange", accented(countyAsksPlace), true}, {"preston", countyNumber, true},
		{"0", the24, true}, {"english", the24, false}} {
		got := text(t, p, turn.they)
		if !strings.Contains(got, turn.we) || strings.Contains(got, "é") != turn.foreign {
			t.Errorf("%q is answered %q", turn.they, got)
		}
	}
	voices := func(c *handset.Call) (all []string) {
		for _, n := range c.Docs[len(c.Docs)-1].Children {
			for _, in := range append(n.Children, n) {
				if v, ok := in.Attr("voice"); ok {
					lang, _ := in.Attr("language")
					all = append(all, v+" "+lang)
				}
			}
		}
		return all
	}
	c := mustRing(t, s)
	if got := strings.Join(voices(c), ", "); got != "Polly.Amy en-GB, Polly.Ola-Neural pl-PL" {
		t.Errorf("the greeting is spoken with %s: %q", got, c.Said)
	}
	for _, key := range []byte("81") {
		if err := c.Press(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(voices(c), ", "); got != "Polly.Ola-Neural pl-PL" {
			t.Errorf("after %c it is spoken with %s", key, got)
		}
	}
}
