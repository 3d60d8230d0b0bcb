package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"

	"signpost/flows/load"
)

const languageHelp = `signpost language [-flows DIR] [-read] [ID]

Without ID it lists the languages, which of them are unsigned, what those lack, and who
must sign them off. Callers never get an unsigned translation.

With ID, a short name like pl, it writes a part of languages.yaml for a translator to
fill in. Each wording has an empty line below it for the translation. If the language
has begun, it writes only what is missing. Put it under "languages:" and check as you
go.

With -read it writes everything a language says, below the English, for the person who
signs it off.

  signpost language
  signpost language pl >> polish.yaml
  signpost language -read pl

`

func language(args []string, s streams) int {
	fl := newFlags("language", languageHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	read := fl.Bool("read", false, "print everything the language says beside the English")
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	if fl.NArg() > 1 || fl.NArg() == 0 && *read || fl.NArg() == 1 &&
		!regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`).MatchString(fl.Arg(0)) {
		fmt.Fprint(s.err, "signpost language: give a short name in small letters, like pl; see signpost language -h\n")
		return exitMisuse
	}
	src, code := goodBook("language", *dir, s)
	if src == nil {
		return code
	}
	w := bufio.NewWriter(s.out)
	id := fl.Arg(0)
	begun := slices.IndexFunc(src.Translations, func(t load.Translation) bool { return t.ID == id })
	switch {
	case id == "":
		listLanguages(w, src)
	case *read && begun < 0:
		fmt.Fprintf(s.err,
			"signpost language: there is no language %q yet; without -read this prints what to fill in\n", id)
		return exitMisuse
	case *read:
		readLanguage(w, src, src.Translations[begun])
	default:
		fillIn(w, src, id, begun >= 0)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintf(s.err, "signpost language: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// listLanguages lists the languages that are served and the unsigned ones.
func listLanguages(w io.Writer, src *load.Source) {
	if len(src.Translations) == 0 {
		fmt.Fprintln(w, "There is no other language yet.")
	}
	for i := range src.Book.Languages {
		l := &src.Book.Languages[i]
		fmt.Fprintf(w, "%s  %s: signed, and served\n", l.ID, l.Name)
	}
	for _, d := range src.Unsigned {
		signer := d.Signer
		if signer == "" {
			signer = "somebody who speaks it"
		}
		fmt.Fprintf(w, "%s  %s: unsigned, never served\n    missing: %d of %d wordings\n    to be signed by: %s\n",
			d.ID,
			d.Name, len(d.Missing), d.Words, signer)
		for _, m := range d.Missing {
			fmt.Fprintf(w, "      %s: %s\n", m.Path, m.Words)
		}
		for _, path := range d.Unknown {
			fmt.Fprintf(w, "      %s: the book says nothing there\n", path)
		}
	}
}

// readLanguage prints a language for the person who signs it.
func readLanguage(w io.Writer, src *load.Source, t load.Translation) {
	theirs := map[string]string{}
	for _, l := range t.Texts {
		theirs[l.Path] = l.Words
	}
	for _, l := range src.Wordings {
		words := theirs[l.Path]
		if words == "" {
			words = "(missing)"
		}
		fmt.Fprintf(w, "%s\n    %s\n    %s\n", l.Path, l.Words, words)
	}
}

// fillIn prints what there is to fill in for a language.
func fillIn(w io.Writer, src *load.Source, id string, begun bool) {
	wanted := src.Wordings
	if begun {
		wanted = nil
		for _, d := range src.Unsigned {
			if d.ID == id {
				wanted = d.Missing
			}
		}
		fmt.Fprintf(w, "      # %d wordings are missing under languages.%s.texts\n", len(wanted), id)
	} else {
		fmt.Fprintf(w, `  %s:
    name: ""
    words: []
    to_be_signed_by: ""
    understood: {leave: [], back: [], zero: []}
    watch_words: []
    # Once it is signed: key: "8", offer_say, voice: {name: ..., language: ...},
    # signed_off_by (a role) and signed_off_on (a day).
    texts:
`, id)
	}
	for _, l := range wanted {
		fmt.Fprintf(w, "      # %s\n      %s: \"\"\n", l.Words, l.Path)
	}
}
