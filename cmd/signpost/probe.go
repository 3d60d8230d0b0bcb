package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/webhook"
)

const probeHelp = `signpost probe

Sends PUBLIC_URL one text and one call. It prints yes if both get a useful answer
within a second, and no if not. It prints and keeps nothing else. It exits with 0 for
yes and 1 for no, for a timer (deploy/signpost-probe.timer) or a monitor. To find out
why, run "signpost doctor". It reads the same environment as the gateway.

The text and the call are signed as the provider signs them. It rings no telephone and
sends nobody a text, so it does not check the number itself. Text the number from your
own phone now and then, or use linecheck (docs/operator.md). Probes are counted apart
from people: "signpost report" does not show them.

`

// probeTime is how long an answer may take: a person waits for it.
const probeTime = 5 * time.Second

func probe(args []string, s streams) int {
	f := newFlags("probe", probeHelp, s)
	if code, done := parse(f, args, s); done {
		return code
	}
	cfg, err := config.FromEnvironment()
	if err != nil {
		fmt.Fprintf(s.err, "signpost probe: the settings have mistakes:\n%v\n", err)
		return exitMisuse
	}
	if !answers(cfg) {
		fmt.Fprintln(s.out, "no")
		return exitProblems
	}
	fmt.Fprintln(s.out, "yes")
	return exitOK
}

// answers reports whether a text is answered with more than silence, and a call with
// words, and a key to press, a line that is rung, or at the least 999.
func answers(cfg config.Config) bool {
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	p := &handset.Phone{Base: cfg.PublicURL, Account: cfg.AccountSID, Token: cfg.Signer().Token, Key: cfg.Signer().Key,
		From: webhook.ProbeCaller, To: webhook.ProbeLine, Jar: map[string]string{}}
	began := time.Now()
	text, err := p.Text(ctx, "hello")
	if err != nil || !strings.Contains(text, "999") || time.Since(began) > time.Second {
		return false
	}
	if _, err := p.Text(ctx, "x"); err != nil { // and leaves no conversation behind
		return false
	}
	began = time.Now()
	call, err := p.Ring(ctx)
	if err != nil || time.Since(began) > time.Second {
		return false
	}
	goesOn := call.Gather != nil || len(call.Dialling) > 0
	return len(call.Said) > 0 && (goesOn || strings.Contains(strings.Join(call.Said, " "),
		"9 9 9")) // the last while the menus are out of use
}
