// Command signpost is the command line tool: it checks a flow book and lets you text
// and ring it without a telephone.
//
// Output goes to stdout, complaints to stderr, in whole sentences.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"signpost/internal/version"
)

func main() {
	// A command is over in a second on a desk with room: collecting less often makes
	// a check a quarter faster.
	const percent = 400
	debug.SetGCPercent(percent)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK       = 0
	exitProblems = 1 // something is wrong with what was looked at
	exitMisuse   = 2 // the command was not given as it should be
)

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one command of the tool.
type command struct {
	name, about string
	run         func(args []string, s streams) int
}

func commands() []command {
	return []command{
		{"preview", "a page to see and hear the book on, and to change it", previewPage},
		{"try", "text or ring the gateway from this terminal", try},
		{"check", "find the mistakes in a flow book", checkBook},
		{"hear", "what Signpost understands of a text, why, and the reply", hearText},
		{"learn", "fit the weights of words to labelled texts", learnSigns},
		{"routes", "every way to a number, word for word, and the worst of each", routesOf},
		{"draw", "the map of the menus, as a picture", drawMap},
		{"diff", "what people will notice when one book replaces another", diff},
		{"new", "make a flow book for another county from a few answers", newBook},
		{"record", "a script to read aloud for a recorded voice, and a check of the recordings", record},
		{"language", "list what to translate into another language", language},
		{"doctor", "check the whole set-up, and say how to fix it", doctor},
		{"provision", "point a number, short code or messaging service at this server", provision},
		{"fallback", "write the files that answer when no gateway can be reached", fallback},
		{"probe", "yes or no: does the gateway answer a text and a call? For a timer", probe},
		{"install", "put a checked flow book where a gateway reads it", install},
		{"desk", "the flow book for several people: drafts, approval, publishing to the gateways", deskCommand},
		{"follow", "keep a gateway's flow book the same as the one that a desk published", followDesk},
		{"backup", "save the counts and the flow book in one file", backup},
		{"restore", "put back what backup saved", restore},
		{"watch", "send mail or a webhook when something is wrong, and when it is over", watch},
		{"maintenance", "turn the menus off for a while: everybody gets the 24-hour number", maintenance},
		{"report", "what the gateway was used for, in figures that identify nobody", report},
		{"areas", "rebuild the area tables, and fit the weights of places", areas},
	}
}

func run(args []string, in io.Reader, out, errw io.Writer) int {
	s := streams{in, out, errw}
	if len(args) == 0 {
		return start(s)
	}
	if args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		usage(out)
		return exitOK
	}
	if args[0] == "version" || args[0] == "-version" || args[0] == "--version" {
		fmt.Fprintln(out, version.Line("signpost"))
		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(args[1:], s)
		}
	}
	fmt.Fprintf(errw, "signpost: there is no command %q\n\n", args[0])
	usage(errw)
	return exitMisuse
}

func usage(w io.Writer) {
	fmt.Fprint(w,
		"signpost                          opens the preview in your browser, and asks for a folder\n"+
			"signpost COMMAND [-flows DIR] ...\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-11s %s\n", c.name, c.about)
	}
	fmt.Fprint(w, "\nsignpost COMMAND -h has details and an example. signpost -version shows the version.\n")
}
