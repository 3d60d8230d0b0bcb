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

	"signpost/cmd/gateway/server"
	"signpost/cmd/signpost/internal/preview"
	"signpost/config"
	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/routes"
	"signpost/internal/gsm7"
	"signpost/internal/handset"
	"signpost/internal/privacy"
)

const tryHelp = `signpost try [-call] [-flows DIR] [-at "2026-12-25 03:00"] [-away]

A telephone in this terminal, over the real gateway, with real signatures.
Nothing leaves this machine.

By text, write what a person would send, one text to a line. On a call, a line is
a key; an empty line presses nothing; "hang up" ends the call. While a line
rings, say how it ends: answered, short (a machine, say), no answer, engaged, failed
or cancelled.

A line that begins with : is for this terminal:

  :at 2026-12-25 03:00   it is another moment from now on; :at alone, the real time
  :away                  Redis is away; :back, and it is back
  :new                   another phone, with another number
  :record NAME           writes the conversation so far as an example, to be put
                         at the end of examples.yaml

  signpost try
  echo kendal | signpost try
  printf '1\n3\n1\nno answer\n' | signpost try -call
  printf 'kendal\n:record A town gives its number\n' | signpost try

`

func try(args []string, s streams) int {
	fl := newFlags("try", tryHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	call := fl.Bool("call", false, "ring instead of texting")
	at := fl.String("at", "", "pretend it is this `moment`, like \"2026-12-25 03:00\"")
	from := fl.String("from", "+447400123456", "the `number` of the handset")
	to := fl.String("to", "+447400654321", "the `number` of our line; 5 digits for a short code")
	away := fl.Bool("away", false, "Redis is away")
	pence := fl.Float64("pence", routes.SegmentPence, "what one segment of a text costs, in `pence`")
	if code, done := parse(fl, args, s); done {
		return code
	}
	fsys, ok := bookFS(*dir, s)
	if !ok {
		return exitMisuse
	}
	src, problems := check.Mistakes(fsys, time.Time{})
	if len(problems) > 0 {
		fmt.Fprintf(s.err,
			"signpost try: the flow book has %d mistakes, the first at %s\nRun signpost check to see them all.\n",
			len(problems), problems[0])
		return exitProblems
	}
	t := &terminal{streams: s, book: src.Book, lines: bufio.NewScanner(s.in), echo: !isTerminal(s.in), pence: *pence,
		away: *away}
	then, err := moment(*at)
	if err != nil {
		fmt.Fprintf(s.err, "signpost try: %v\n", err)
		return exitMisuse
	}
	if *at != "" {
		t.moment = then
	}
	if err := t.open(*from, *to); err != nil {
		fmt.Fprintf(s.err, "signpost try: %v\n", err)
		return exitMisuse
	}
	defer t.close()
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

// open makes the gateways that the phone can ring: one whose store works, and one
// whose store is away.
func (t *terminal) open(from, to string) error {
	for i, away := range []bool{false, true} {
		line, err := pretendLine(away, t.clock)
		if err != nil {
			t.close()
			return err
		}
		line.Use(t.book)
		line.Phone.From, line.Phone.To = from, to
		t.gateways[i] = line
	}
	return nil
}

func (t *terminal) close() {
	for _, g := range t.gateways {
		if g != nil {
			g.Close()
		}
	}
}

func (t *terminal) clock() time.Time {
	if t.moment.IsZero() {
		return time.Now()
	}
	return t.moment
}

// phone is the handset, at the gateway whose store is as it is to be.
func (t *terminal) phone() *handset.Phone {
	if t.away {
		return &t.gateways[1].Phone
	}
	return &t.gateways[0].Phone
}

// order does what a line for the terminal says.
func (t *terminal) order(line string, onCall bool) {
	word, rest, _ := strings.Cut(line, " ")
	switch rest = strings.TrimSpace(rest); word {
	case ":at":
		then, err := moment(rest)
		switch {
		case err != nil:
			fmt.Fprintln(t.out, `       write it like :at 2026-12-25 03:00`)
		case rest == "":
			t.moment = time.Time{}
			fmt.Fprintln(t.out, "       (it is now)")
		default:
			t.moment = then
			fmt.Fprintf(t.out, "       (it is %s)\n", then.Format("Monday 2 January 2006, 15:04"))
		}
	case ":away", ":back":
		t.away = word == ":away"
		fmt.Fprintf(t.out, "       (Redis is %s)\n", strings.TrimPrefix(word, ":"))
	case ":new":
		t.phones++
		const first = 100_000
		for _, g := range t.gateways {
			g.Phone.From = fmt.Sprintf("+447400%d", first+t.phones)
		}
		t.did = nil
		fmt.Fprintln(t.out, "       (another phone)")
	case ":record":
		if rest == "" {
			rest = "What it shows"
		}
		text, err := check.Record(t.book, rest, t.clock(), onCall, t.did)
		if err != nil {
			fmt.Fprintf(t.out, "       (%v)\n", err)
			return
		}
		fmt.Fprintf(t.out, "\nPut this at the end of examples.yaml:\n\n%s\n", text)
	default:
		fmt.Fprintln(t.out, "       :at MOMENT, :away, :back, :new, :record NAME")
	}
}

// nobody is an address at which no Redis answers.
const nobody = "redis://127.0.0.1:1"

// pretendLine makes a gateway in this process, with secrets of its own.
func pretendLine(away bool, clock func() time.Time) (*preview.Line, error) {
	token := privacy.Hide(handset.SID("")) // signs for this run only
	cfg := config.Config{
		PublicURL: "https://try.invalid", AccountSID: handset.Account(), Tokens: []privacy.Private{token},
		RedisURL: config.Embedded,
		Secrets:  [][]byte{privacy.NewSecret()}, SessionTTL: 15 * time.Minute, SenderLimit: 10_000,
		ServiceLimit: 100_000,
	}
	if away {
		cfg.RedisURL = nobody
	}
	g, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	g.SetClock(clock)
	return &preview.Line{
		Phone: handset.Phone{Handler: g.Handler(), Base: cfg.PublicURL, Account: cfg.AccountSID, Token: token},
		Use:   g.Use, Close: func() { _ = g.Close() },
	}, nil
}

// terminal is a person at a terminal, or a script.
type terminal struct {
	streams
	book     *flows.Book
	gateways [2]*preview.Line // with a store that works, and with one that is away
	lines    *bufio.Scanner
	echo     bool // show what was read: nobody typed it here
	pence    float64
	away     bool
	moment   time.Time // zero: the real time
	phones   int       // handsets before this one
	did      []string  // in the conversation, as examples write it
}

// ask reads one line that is not for the terminal; false at the end of the input.
func (t *terminal) ask(prompt string, onCall bool) (string, bool) {
	for {
		fmt.Fprint(t.out, prompt)
		if !t.lines.Scan() {
			fmt.Fprintln(t.out)
			return "", false
		}
		line := t.lines.Text()
		if t.echo {
			fmt.Fprintln(t.out, line)
		}
		if !strings.HasPrefix(line, ":") {
			return line, true
		}
		t.order(line, onCall)
	}
}

func (t *terminal) texts(ctx context.Context) error {
	fmt.Fprintln(t.out, "A phone. Write a text and press return; end with Ctrl-D.")
	for {
		text, ok := t.ask("\n  you: ", false)
		if !ok {
			return t.lines.Err()
		}
		answer, err := t.phone().Text(ctx, text)
		if err != nil {
			return err
		}
		t.did = append(t.did, text)
		if answer == "" {
			fmt.Fprintln(t.out, "       (silence: nothing is sent)")
			continue
		}
		bubble(t.out, answer, t.pence)
	}
}

// bubble shows a text as a phone does, with its size.
func bubble(w io.Writer, text string, pence float64) {
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
	fmt.Fprintf(w, "       %d characters, %d segment%s, about %.0fp\n", gsm7.Length(text), n, plural, float64(n)*pence)
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

// endings are how a line can end, in the words of examples, by what people write.
var endings = map[string]string{
	"answered": "answered", "a": "answered", "short": "short", "s": "short", "no answer": "no answer", "n": "no answer",
	"engaged": "engaged", "busy": "engaged", "e": "engaged", "failed": "failed", "f": "failed",
	"cancelled": "cancelled", "c": "cancelled",
}

// statuses are the provider's words for them.
var statuses = map[string]string{"answered": "completed", "no answer": "no-answer", "engaged": "busy",
	"failed": "failed", "cancelled": "canceled"}

func (t *terminal) call(ctx context.Context) error {
	c, err := t.phone().Ring(ctx)
	if err != nil {
		return err
	}
	t.did = []string{"rings"}
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
			for t.lines.Scan() { // to record it, perhaps
				if line := t.lines.Text(); strings.HasPrefix(line, ":") {
					t.order(line, true)
				}
			}
			return t.lines.Err()
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
		fmt.Fprintf(t.out, "       (ringing %s)\n", strings.Join(c.Ringing(), " and "))
		for {
			how, ok := t.ask("  how does it end? ", true)
			if !ok || how == "hang up" {
				return errHungUp
			}
			if how = strings.TrimSpace(how); flows.IsKey(how) && c.Gather != nil {
				t.did = append(t.did, how)
				return c.Press(ctx, how[0]) // a key before the line is rung
			}
			if end, ok := endings[how]; ok {
				t.did = append(t.did, end)
				if end == "short" {
					return c.LegShort(ctx)
				}
				return c.LegEnds(ctx, statuses[end])
			}
			fmt.Fprintln(t.out,
				"       answered, short, no answer, engaged, failed or cancelled; or a key, pressed before it rings")
		}
	}
	key, ok := t.ask("  key: ", true)
	key = strings.TrimSpace(key)
	switch {
	case !ok || key == "hang up":
		return errHungUp
	case key == "" || key == "silence":
		t.did = append(t.did, "silence")
		return c.Wait(ctx)
	}
	t.did = append(t.did, key[:1])
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
