// Command linecheck texts and rings one line of our own, from another number of the
// same account, and says yes or no. It is a program by itself so that the gateway and
// signpost hold nothing that could begin a text or a call.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"signpost/config"
	"signpost/internal/twilio"
	"signpost/internal/version"
)

const usage = `linecheck -from NUMBER -to LINE

Texts and rings LINE, one of your own numbers or short codes, from NUMBER, another of
the same account, and says of each yes or no: was it answered as a person needs it?
Nothing else is said or kept; what the provider holds of it is deleted. It ends with 0
when both are answered and 1 otherwise, for a timer (deploy/signpost-linecheck.timer) or
a monitor. It reads the same environment as the gateway.

Nobody but LINE can be texted or rung: both must be the account's own, LINE must lead to
PUBLIC_URL, and nothing may answer texts at NUMBER. Buy NUMBER for this alone. A check
costs two texts and a call. With CHECK_FROM=NUMBER in the gateway's environment it is
counted apart from people, and "signpost report" does not show it.

  linecheck -from +441632960001 -to +441632960000

`

// Exit codes.
const (
	exitOK     = 0
	exitNo     = 1
	exitMisuse = 2
)

// pace is how long things may take.
type pace struct{ every, text, call, settle time.Duration }

// ordinary leaves a text as long as a patient person would, and a call its ringing and
// listening. The provider writes down what went wrong in a call a moment after it.
var ordinary = pace{every: 2 * time.Second, text: time.Minute, call: time.Minute, settle: 5 * time.Second}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, ordinary)) }

func run(args []string, out, errw io.Writer, p pace) int {
	f := flag.NewFlagSet("linecheck", flag.ContinueOnError)
	f.SetOutput(errw)
	f.Usage = func() {}
	from := f.String("from", "", "")
	to := f.String("to", "", "")
	tell := f.Bool("version", false, "")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, usage)
		return exitOK
	} else if err != nil {
		fmt.Fprint(errw, usage)
		return exitMisuse
	}
	if *tell {
		fmt.Fprintln(out, version.Line("signpost linecheck"))
		return exitOK
	}
	if *from == "" || *to == "" || f.NArg() > 0 {
		fmt.Fprint(errw, usage)
		return exitMisuse
	}
	cfg, err := config.FromEnvironment()
	if err != nil {
		fmt.Fprintf(errw, "linecheck: the settings have mistakes:\n%v\n", err)
		return exitMisuse
	}
	line, err := twilio.NewOwnLine(cfg.APIURL, cfg.AccountSID, cfg.Tokens, cfg.PublicURL, *from, *to, cfg.APIKeys...)
	if err != nil {
		fmt.Fprintf(errw, "linecheck: nothing was sent: %v\n", err)
		return exitMisuse
	}
	if err := line.Clear(); err != nil { // an answer from before must not pass for one of now
		fmt.Fprintf(errw, "linecheck: nothing was sent: %v\n", err)
		return exitNo
	}
	text, call := texts(line, p), rings(line, p)
	fmt.Fprintf(out, "text: %s\ncall: %s\n", word(text), word(call))
	err = nil
	until(p, p.call, func() (bool, error) { err = line.Clear(); return err == nil, nil })
	if err != nil {
		fmt.Fprintln(errw, "linecheck: not every record could be deleted; the next check does it")
	}
	if !text || !call {
		return exitNo
	}
	return exitOK
}

func word(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// texts reports whether a text is answered with what somebody in danger needs.
func texts(line *twilio.OwnLine, p pace) bool {
	if line.Text() != nil {
		return false
	}
	return until(p, p.text, func() (bool, error) {
		return line.Answered(func(body string) bool { return strings.Contains(body, "999") })
	})
}

// rings reports whether a call is taken, and hears what it should.
func rings(line *twilio.OwnLine, p pace) bool {
	sid, err := line.Ring()
	if err != nil {
		return false
	}
	taken := false
	if !until(p, p.call, func() (over bool, err error) { over, taken, err = line.Ended(sid); return over, err }) ||
		!taken {
		return false
	}
	time.Sleep(p.settle)
	heard, err := line.Heard()
	return err == nil && heard
}

// until looks again and again until it is so, or has been long enough. That it cannot
// look at this moment is no answer.
func until(p pace, most time.Duration, so func() (bool, error)) bool {
	for end := time.Now().Add(most); ; time.Sleep(p.every) {
		if ok, err := so(); err == nil && ok {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
