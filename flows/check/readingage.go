package check

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// maxReadingAge is in years. Nine is aimed at; single long words lift short
// wordings, so a little more is let through.
const (
	maxReadingAge  = 11
	fewestToScore  = 12 // words: the formula says nothing of fewer
	ageOfFirstYear = 5
)

var readingAge = rule{
	name: "reading-age", doc: "everything can be read by an eleven-year-old", severity: advice,
	run: func(p *pass) {
		for _, w := range p.wordings() {
			if age, ok := ageToRead(w.words); ok && w.english() && age > maxReadingAge {
				p.report(p.posOf(w), fmt.Sprintf("one has to be about %.0f to read this easily; %d at most",
					age, maxReadingAge), "Fear makes everybody read worse than they can.",
					"Use shorter words and shorter sentences.")
			}
		}
	},
}

// ageToRead is the age, in years, at which a wording is read easily: the grade of
// Kincaid and others ("Derivation of new readability formulas for Navy enlisted
// personnel", 1975), 0.39 words per sentence + 11.8 syllables per word - 15.59,
// and the age at which school begins. Placeholders and digits are left out. ok is
// false when there is too little to go by.
func ageToRead(wording string) (age float64, ok bool) {
	words, spoken, count := 0, 0, 0
	for _, s := range sentences(wording) {
		inIt := 0
		for _, w := range letters.FindAllString(s, -1) {
			inIt++
			spoken += syllables(w)
		}
		if inIt > 0 {
			count++
			words += inIt
		}
	}
	if words < fewestToScore {
		return 0, false
	}
	grade := 0.39*float64(words)/float64(count) + 11.8*float64(spoken)/float64(words) - 15.59
	return math.Max(grade, 0) + ageOfFirstYear, true
}

var (
	placeholder = regexp.MustCompile(`\{[a-z_]*\}`)
	sentenceEnd = regexp.MustCompile(`[.?!:]+(?:\s|$)`)
	letters     = regexp.MustCompile(`[A-Za-z][A-Za-z']*`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
	// The e of "safe", "calls"-like "lines" and "asked" is silent; those of "table",
	// "places", "wanted" and "worried" are not.
	silentEnd = regexp.MustCompile(`e[sd]?$`)
	voicedEnd = regexp.MustCompile(`[^aeiouy]les?$|(?:[scgxz]|ch|sh)es$|[td]ed$|ied$|[aeiouy]e[sd]?$`)
)

// sentences splits a wording at its stops, with a word for each placeholder.
func sentences(wording string) []string {
	var out []string
	for _, s := range sentenceEnd.Split(placeholder.ReplaceAllString(wording, "0"), -1) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// syllables is about how many syllables an English word has: its groups of
// vowels, but for a silent e.
func syllables(word string) int {
	w := strings.Trim(strings.ToLower(word), "'")
	n := len(vowels.FindAllString(w, -1))
	silent := silentEnd.MatchString(w) && !voicedEnd.MatchString(w)
	if silent && n > 1 {
		n--
	}
	return max(n, 1)
}
