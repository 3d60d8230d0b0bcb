package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"signpost/config"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/gateway"
	"signpost/internal/handset"
	"signpost/internal/preview"
	"signpost/internal/privacy"
	"signpost/sms/gsm7"
)

const tryHelp = `signpost try [-call] [-flows DIR] [-at "2026-12-25 03:00"]

A telephone in this terminal, over the real gateway, with real signatures.
Nothing leaves this machine.

By text, write what a person would send, one text to a line. On a call, a line is
a key; an empty line presses nothing; "hang up" ends the call. While a line
rings, say how it ends: answered, no answer, engaged or failed.

  signpost try
  echo kendal | signpost try
  printf '1\n1\n3\n1\nno answer\n' | signpost try -call

`

func try(args []string, s streams) int {
	fl := newFlags("try", tryHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	call := fl.Bool("call", false, "ring instead of texting")
	at := fl.String("at", "", "pretend it is this `moment`, like \"2026-12-25 03:00\"")
	from := fl.String("from", "+447400123456", "the `number` of the handset")
	to := fl.String("to", "+447400654321", "the `number` of our line; 5 digits for a short code")
	if code, done := parse(fl, args, s); done {
		return code
	}
	fsys, ok := bookFS(*dir, s)
	if !ok {
		return exitMisuse
	}
	if _, all := check.Dir(fsys); len(load.Errors(all)) > 0 {
		problems := load.Errors(all)
		fmt.Fprintf(s.err, "signpost try: the flow book has %d mistakes, the first at %s\nRun signpost check to see them all.\n", len(problems), problems[0])
		return exitProblems
	}
	phone, stop, err := pretendPhone(*dir, *from, *to, *at)
	if err != nil {
		fmt.Fprintf(s.err, "signpost try: %v\n", err)
		return exitMisuse
	}
	defer stop()
	t := &terminal{streams: s, phone: phone, lines: bufio.NewScanner(s.in), echo: !isTerminal(s.in)}
	if *call {
		err = t.call(context.Background())
	} else {
		err = t.texts(context.Background())
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost try: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// pretendPhone is a handset that rings a gateway of its own.
func pretendPhone(dir, from, to, at string) (*handset.Phone, func(), error) {
	clock := time.Now
	if at != "" {
		then, err := moment(at)
		if err != nil {
			return nil, nil, err
		}
		clock = func() time.Time { return then }
	}
	line, err := pretendLine(dir, false, clock)
	if err != nil {
		return nil, nil, err
	}
	line.Phone.From, line.Phone.To = from, to
	return &line.Phone, line.Close, nil
}

// nobody is an address at which no Redis answers.
const nobody = "redis://127.0.0.1:1"

// pretendLine makes a gateway in this process, with secrets of its own.
func pretendLine(dir string, away bool, clock func() time.Time) (*preview.Line, error) {
	token := privacy.Hide(handset.SID("")) // signs for this run only
	cfg := config.Config{
		PublicURL: "https://try.invalid", AccountSID: handset.SID("AC"), Tokens: []privacy.Private{token}, RedisURL: config.Embedded,
		Secrets: [][]byte{privacy.NewSecret()}, FlowsDir: dir, SessionTTL: 15 * time.Minute, SenderLimit: 10_000, ServiceLimit: 100_000,
	}
	if away {
		cfg.RedisURL = nobody
	}
	g, err := gateway.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	g.SetClock(clock)
	return &preview.Line{
		Phone:  handset.Phone{Handler: g.Handler(), Base: cfg.PublicURL, Account: cfg.AccountSID, Token: token},
		Reload: g.Reload, Close: func() { _ = g.Close() },
	}, nil
}

// terminal is a person at a terminal, or a script.
type terminal struct {
	streams
	phone *handset.Phone
	lines *bufio.Scanner
	echo  bool // show what was read: nobody typed it here
}

// ask reads one line; false at the end of the input.
func (t *terminal) ask(prompt string) (string, bool) {
	fmt.Fprint(t.out, prompt)
	if !t.lines.Scan() {
		fmt.Fprintln(t.out)
		return "", false
	}
	if t.echo {
		fmt.Fprintln(t.out, t.lines.Text())
	}
	return t.lines.Text(), true
}

func (t *terminal) texts(ctx context.Context) error {
	fmt.Fprintln(t.out, "A phone. Write a text and press return; end with Ctrl-D.")
	for {
		text, ok := t.ask("\n  you: ")
		if !ok {
			return t.lines.Err()
		}
		answer, err := t.phone.Text(ctx, text)
		if err != nil {
			return err
		}
		if answer == "" {
			fmt.Fprintln(t.out, "       (silence: nothing is sent)")
			continue
		}
		bubble(t.out, answer)
	}
}

// bubble shows a text as a phone does, with its size.
func bubble(w io.Writer, text string) {
	const width = 44
	lines := wrap(text, width)
	fmt.Fprintf(w, "       .%s.\n", strings.Repeat("-", width+2))
	for _, l := range lines {
		fmt.Fprintf(w, "       | %-*s |\n", width, l)
	}
	fmt.Fprintf(w, "       '%s'\n", strings.Repeat("-", width+2))
	n := gsm7.Segments(text)
	plural := "s"
	if n == 1 {
		plural = ""
	}
	fmt.Fprintf(w, "       %d characters, %d segment%s\n", gsm7.Length(text), n, plural)
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for w := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(w) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	return append(lines, line)
}

// statuses are the provider's words for how a line ends, by what people write.
var statuses = map[string]string{
	"answered": "completed", "a": "completed", "no answer": "no-answer", "n": "no-answer", "engaged": "busy", "busy": "busy", "e": "busy",
	"failed": "failed", "f": "failed",
}

func (t *terminal) call(ctx context.Context) error {
	c, err := t.phone.Ring(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, "Ringing. A key and return; return alone for silence; \"hang up\" to end.")
	for {
		for _, said := range c.Said {
			for i, l := range wrap(said, 64) {
				lead := "       "
				if i == 0 {
					lead = "  they: "
				}
				fmt.Fprintln(t.out, strings.TrimRight(lead+l, " "))
			}
		}
		if c.Ended {
			fmt.Fprintln(t.out, "       (the call ends)")
			return nil
		}
		if err := t.turn(ctx, c); err != nil {
			if errors.Is(err, errHungUp) {
				fmt.Fprintln(t.out, "       (you hang up)")
				return nil
			}
			return err
		}
	}
}

var errHungUp = errors.New("hung up")

func (t *terminal) turn(ctx context.Context, c *handset.Call) error {
	if len(c.Dialling) > 0 {
		var lines []string
		for _, d := range c.Dialling {
			l := d.E164
			if keys := strings.Trim(d.Keys, "w"); keys != "" {
				l += ", then key " + keys
			}
			lines = append(lines, l)
		}
		fmt.Fprintf(t.out, "       (ringing %s)\n", strings.Join(lines, " and "))
		for {
			how, ok := t.ask("  how does it end? ")
			if !ok || how == "hang up" {
				return errHungUp
			}
			if how = strings.TrimSpace(how); len(how) == 1 && strings.Contains("0123456789*#", how) && c.Gather != nil {
				return c.Press(ctx, how[0]) // a key before the line is rung
			}
			if status, ok := statuses[strings.TrimSpace(how)]; ok {
				return c.LegEnds(ctx, status)
			}
			fmt.Fprintln(t.out, "       answered, no answer, engaged or failed; or a key, pressed before it rings")
		}
	}
	key, ok := t.ask("  key: ")
	key = strings.TrimSpace(key)
	switch {
	case !ok || key == "hang up":
		return errHungUp
	case key == "" || key == "silence":
		return c.Wait(ctx)
	}
	return c.Press(ctx, key[0])
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
