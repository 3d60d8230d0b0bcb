package main

import (
	"fmt"

	"signpost/cmd/signpost/internal/diagram"
)

const drawHelp = `signpost draw [-flows DIR] [-format svg|mermaid]

The map of the menus: every step as a box, every choice as a line to where it
leads. SVG fits one sheet of A4 on its side; Mermaid is drawn by many editors.

  signpost draw > map.svg
  signpost draw -format mermaid > map.mmd

`

func drawMap(args []string, s streams) int {
	fl := newFlags("draw", drawHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	format := fl.String("format", "svg", "svg or mermaid")
	title := fl.String("title", "What people are offered, step by step", "the `words` above the map")
	if code, done := parse(fl, args, s); done {
		return code
	}
	if *format != "svg" && *format != "mermaid" {
		fmt.Fprintf(s.err, "signpost draw: -format is svg or mermaid, not %q\n", *format)
		return exitMisuse
	}
	src, code := goodBook("draw", *dir, s)
	if src == nil {
		return code
	}
	out := diagram.Mermaid(src.Book)
	if *format == "svg" {
		out = diagram.SVG(src.Book, *title)
	}
	if _, err := fmt.Fprint(s.out, out); err != nil {
		fmt.Fprintf(s.err, "signpost draw: the map could not be written: %v\n", err)
		return exitProblems
	}
	return exitOK
}
