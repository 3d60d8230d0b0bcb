package main

import (
	"bufio"
	"fmt"
	"regexp"
)

const languageHelp = `signpost language [-flows DIR] ID

What somebody who speaks another language has to fill in: everything the book says,
in the form of languages.yaml, each above an empty line for its translation. ID is
a short name, like pl. Put it under "languages:" and check as you go.

  signpost language pl >> polish.yaml

`

func language(args []string, s streams) int {
	fl := newFlags("language", languageHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	if fl.NArg() != 1 || !regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`).MatchString(fl.Arg(0)) {
		fmt.Fprint(s.err, "signpost language: give a short name in small letters, like pl; see signpost language -h\n")
		return exitMisuse
	}
	src, code := goodBook("language", *dir, s)
	if src == nil {
		return code
	}
	w := bufio.NewWriter(s.out)
	fmt.Fprintf(w, `  %s:
    name: ""
    words: []
    key: "8"
    offer_say: ""
    voice: {name: "", language: ""}
    signed_off_by: ""
    signed_off_on: ""
    understood: {leave: [], back: [], zero: []}
    watch_words: []
    texts:
`, fl.Arg(0))
	for _, l := range src.Wordings {
		fmt.Fprintf(w, "      # %s\n      %s: \"\"\n", l.Words, l.Path)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintf(s.err, "signpost language: %v\n", err)
		return exitProblems
	}
	return exitOK
}
