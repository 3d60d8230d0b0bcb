package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"signpost/config"
	"signpost/flows/saved"
)

const watchHelp = `signpost watch [-failed UNIT | -recovered UNIT | -test]

For a charity without a monitoring system: reads the gateway's /readyz and sends mail,
or a webhook, once when a problem begins and once when it ends. Run it every minute or
two: deploy/signpost-watch.timer does. With -failed and -recovered it is told by the
service manager that a unit failed or works again. With -test it sends one message by
every way that is set, and says which of them does not work.

After every run that worked it asks WATCH_PING, if that is set: the address of a
service that complains when it is no longer asked (a dead man's switch). That is how
you notice when this machine is gone, and this command with it. Set it: without it nobody
is told when the only mail server fails.

Once a day it logs in to the mail server, without sending anything. A password that has
expired is then reported by the webhook, and the run fails if there is none.

A message says what /readyz says. It holds no number and no word of a caller.

  WATCH_MAIL_TO      who gets mail; several with commas
  WATCH_MAIL_FROM    the address it comes from
  WATCH_SMTP         the mail server: smtp://user:password@mail.example.org:587;
                     smtps:// and mostly port 465, if it begins with TLS
  WATCH_WEBHOOK      an address that is sent {"text": "..."} by POST
  WATCH_PING         an address that is asked after every run
  WATCH_READYZ       default: /readyz on ADMIN_ADDR
  WATCH_STATE        a file that remembers what was said already

  signpost watch -test

It exits with 0 when everything that had to be said was said, and with 1 if not: then
it tries again at the next run.

`

// Limits of one run.
const (
	watchTries = 3        // a gateway that restarts is away for some seconds
	maxReady   = 64 << 10 // bytes
)

// watchPause is how long to wait between tries, watchTimeout for one answer.
var watchPause, watchTimeout = 5 * time.Second, 10 * time.Second

// watcher tells people of problems.
type watcher struct {
	config.Watch
	now   func() time.Time
	pause time.Duration
	known map[string]problem
	ways  ways
}

// problem is one that was reported to people.
type problem struct {
	Says  string    `json:"says"`
	Since time.Time `json:"since"`
}

func watch(args []string, s streams) int {
	f := newFlags("watch", watchHelp, s)
	failed := f.String("failed", "", "a `unit` of the service manager that has failed")
	recovered := f.String("recovered", "", "a `unit` that works again")
	test := f.Bool("test", false, "send one message, to see that it arrives")
	if code, done := parse(f, args, s); done {
		return code
	}
	cfg, err := config.WatchFromEnvironment()
	if err != nil {
		fmt.Fprintf(s.err, "signpost watch: the settings have mistakes:\n%v\n", err)
		return exitMisuse
	}
	w := &watcher{Watch: cfg, now: time.Now, pause: watchPause}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	switch {
	case *test:
		err = errors.Join(slices.Collect(maps.Values(w.byEveryWay(ctx, "test",
			"This is a test of signpost watch. Nothing is wrong.")))...)
	case *failed != "":
		err = w.unit(ctx, *failed, true)
	case *recovered != "":
		err = w.unit(ctx, *recovered, false)
	default:
		err = w.run(ctx)
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost watch: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// unitKey names the failure of a unit among the known problems.
func unitKey(unit string) string { return "unit " + unit }

// isUnit is what a unit of ours is called.
var isUnit = regexp.MustCompile(`^[A-Za-z0-9:_.@-]{1,100}$`)

// unit reports a unit that failed, or works again.
func (w *watcher) unit(ctx context.Context, unit string, failed bool) error {
	if !isUnit.MatchString(unit) {
		return errors.New("not a valid unit name")
	}
	if err := w.load(); err != nil {
		return err
	}
	now := maps.Clone(w.known)
	delete(now, unitKey(unit))
	if failed {
		now[unitKey(unit)] = problem{"The unit " + unit + " has failed. Look at its log: journalctl -u " + unit,
			w.now()}
	}
	return w.tell(ctx, now)
}

// run reads /readyz once and reports what has changed.
func (w *watcher) run(ctx context.Context) error {
	if err := w.load(); err != nil {
		return err
	}
	now := map[string]problem{}
	found, readable := w.problems(ctx)
	for _, says := range found {
		now[key(says)] = problem{says, w.now()}
	}
	for k, p := range w.known {
		switch {
		case strings.HasPrefix(k, "unit ") && k != unitKey("signpost.service"):
			now[k] = p // the unit itself says when it works again
		case !readable && !slices.Contains(unreadable, k):
			now[k] = p // whether it is over cannot be seen
		}
	}
	w.checkWays(ctx, now)
	if err := w.tell(ctx, now); err != nil {
		return err
	}
	return w.ping(ctx)
}

// figure is a number, or the name of a line: a number with a plus, or one before a colon.
var figure = regexp.MustCompile(`\+?[0-9]+(\.[0-9]+)?:?`)

// key is the same for a problem as long as it lasts: its figures may change. Two lines with
// the same problem are two problems.
func key(says string) string {
	return figure.ReplaceAllStringFunc(says, func(n string) string {
		if n[0] == '+' || n[len(n)-1] == ':' {
			return n
		}
		return "#"
	})
}

// What people read about a gateway whose /readyz cannot be read.
const (
	elsewhere     = " People get the provider's fallback, if it is set. See docs/runbooks.md, SignpostDown."
	doesNotAnswer = "The gateway does not answer." + elsewhere
	cannotServe   = "The gateway says that it cannot serve." + elsewhere
	notTheGateway = "Something else than the gateway answers at WATCH_READYZ, or at /readyz of ADMIN_ADDR: whether " +
		"people are answered is not known. Correct the address in /etc/signpost/watch."
)

// unreadable are the problems that end once /readyz can be read.
var unreadable = []string{key(doesNotAnswer), key(cannotServe), key(notTheGateway)}

// problems reads what is wrong. A gateway that does not answer is a problem itself, and
// hides the others.
func (w *watcher) problems(ctx context.Context) (out []string, readable bool) {
	var status int
	var body string
	var err error
	for try := range watchTries {
		if try > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(w.pause):
			}
		}
		if status, body, err = readReady(ctx, w.ReadyURL, "signpost-watch"); err == nil && status == http.StatusOK {
			break
		}
	}
	switch {
	case err != nil:
		return []string{doesNotAnswer}, false
	case status == http.StatusServiceUnavailable:
		return []string{cannotServe}, false
	case status != http.StatusOK || !strings.HasPrefix(body, "ready\n"):
		return []string{notTheGateway}, false
	}
	for line := range strings.Lines(body) {
		if says, ok := strings.CutPrefix(strings.TrimSpace(line), "degraded: "); ok {
			out = append(out, strings.ToUpper(says[:min(1, len(says))])+says[min(1, len(says)):])
		}
	}
	return out, true
}

// tell sends what has begun and what has ended, and remembers it once it was sent.
func (w *watcher) tell(ctx context.Context, now map[string]problem) error {
	before := maps.Clone(w.known)
	for _, k := range slices.Sorted(maps.Keys(now)) {
		if old, known := before[k]; known {
			now[k] = old
			continue
		}
		if err := w.send(ctx, "problem", now[k].Says); err != nil {
			return err
		}
		if err := w.remember(func() { w.known[k] = now[k] }); err != nil {
			return err
		}
	}
	for _, k := range slices.Sorted(maps.Keys(before)) {
		if _, still := now[k]; still {
			continue
		}
		old := before[k]
		if err := w.send(ctx, "ended", fmt.Sprintf("It is over, after %v: %s",
			w.now().Sub(old.Since).Round(time.Minute), old.Says)); err != nil {
			return err
		}
		if err := w.remember(func() { delete(w.known, k) }); err != nil {
			return err
		}
	}
	return nil
}

func (w *watcher) load() error {
	w.known = map[string]problem{}
	data, err := os.ReadFile(w.StateFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read WATCH_STATE: %w", err)
	}
	if json.Unmarshal(data, &w.known) != nil || w.known == nil {
		w.known = map[string]problem{} // damaged: people are told once more
	}
	return nil
}

// remember notes one change of what people were told. It reads the file again first: a unit
// that fails has another process write to it at the same time.
func (w *watcher) remember(change func()) error {
	if err := w.load(); err != nil {
		return err
	}
	change()
	data, err := json.MarshalIndent(w.known, "", "  ")
	if err == nil {
		err = saved.Replace(w.StateFile, data)
	}
	if err != nil {
		return fmt.Errorf("write WATCH_STATE: %w", err)
	}
	return nil
}

// request sends a request. Its error does not quote the address, which may hold a secret.
func request(ctx context.Context, method, to string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address cannot be used")
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("it does not answer")
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("it answered %d", resp.StatusCode)
	}
	return nil
}

// readReady reads /readyz as asks, or as somebody who tells what is wrong there.
func readReady(ctx context.Context, from, asks string) (status int, body string, err error) {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("User-Agent", asks)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxReady))
	return resp.StatusCode, string(data), err
}
