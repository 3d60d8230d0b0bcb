// Package follow keeps the flow book of a gateway's host the same as the one that a desk
// has published. It takes only a book that the desk has signed, that has no mistakes, and
// that is newer than the last. If the desk is gone, nothing changes.
package follow

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"signpost/flows/check"
	"signpost/flows/published"
	"signpost/flows/saved"
)

// Waits and limits of a follower.
const (
	// Wait is how long the desk holds a request when there is nothing new.
	Wait = 20 * time.Second
	// again is how long to wait after something failed: a publication that comes just after
	// must still be live within five seconds.
	again = 2 * time.Second
	// most is how long the gateway may take to use a book before it is reported as late. It
	// reads its folder every two seconds.
	most     = 10 * time.Second
	look     = 200 * time.Millisecond
	maxReady = 64 << 10 // bytes
)

// Report is what a host tells the desk.
type Report struct {
	Serial  uint64 `json:"serial"`            // of the book in the folder
	Running string `json:"running,omitempty"` // the book that the gateway says it uses; empty: it does not say
	Refused string `json:"refused,omitempty"` // why the newest book was not taken
	Machine string `json:"machine,omitempty"` // which of the machines that show the same token
}

// Follower is one host.
type Follower struct {
	Desk  string // where the desk is: https://desk.example.org
	Token string // shows the desk which host this is
	// Machine tells machines that show the same token from each other; empty if there is one.
	Machine string
	Key     ed25519.PublicKey // what the desk signs with
	Dir     string            // FLOWS_DIR of the gateway
	State   string            // a folder that remembers the last serial number
	Ready   string            // the address of the gateway's /readyz
	Asks    string            // how it tells the gateway there who asks
	// Install puts a checked book in place of the one in a folder, in one step.
	Install func(b *saved.Book, dir string) error
	Now     func() time.Time
	Say     func(line string) // one line for the log

	seen     uint64 // the last serial number that was taken
	refused  string
	lastSaid string
}

// state is the name of the file with the last serial number.
const state = "followed.json"

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) error {
	if err := f.load(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		err := f.Once(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			f.say(err.Error())
			select {
			case <-ctx.Done():
			case <-time.After(again):
			}
		default:
			f.say(fmt.Sprintf("publication %d is in %s", f.seen, f.Dir))
		}
	}
	return nil
}

// say writes a line, unless it was the last one, too.
func (f *Follower) say(line string) {
	if line != f.lastSaid {
		f.Say(line)
		f.lastSaid = line
	}
}

// Once asks the desk for a newer book, takes it, and reports what the gateway runs. It
// waits as long as the desk holds the request.
func (f *Follower) Once(ctx context.Context) error {
	if f.seen == 0 {
		if err := f.load(); err != nil {
			return err
		}
	}
	data, err := f.fetch(ctx)
	if err != nil {
		return err
	}
	var want string
	if data != nil {
		want, err = f.take(data)
		f.refused = ""
		if err != nil {
			f.refused = err.Error()
		}
	}
	running := f.running(ctx, want)
	if e := f.report(ctx, Report{Serial: f.seen, Running: running, Refused: f.refused,
		Machine: f.Machine}); err == nil {
		err = e
	}
	return err
}

// First takes the newest publication and reports nothing: it is for a host whose gateway has
// not started yet.
func (f *Follower) First(ctx context.Context) error {
	if err := f.load(); err != nil {
		return err
	}
	data, err := f.fetch(ctx)
	if err == nil && data != nil {
		_, err = f.take(data)
	}
	return err
}

// take checks a signed book and puts it in place. It returns the book's name.
func (f *Follower) take(data []byte) (string, error) {
	h, b, err := published.Open(f.Key, data)
	if err != nil {
		return "", fmt.Errorf("refuse the published book: %w", err)
	}
	if h.Serial <= f.seen {
		return "", fmt.Errorf("refuse the published book: its number is %d, and number %d is here already",
			h.Serial, f.seen)
	}
	src, wrong := check.Mistakes(b.Files, f.Now())
	if len(wrong) > 0 {
		return "", fmt.Errorf("refuse publication %d: it has %d mistakes, the first at %s (%s)", h.Serial, len(wrong),
			wrong[0].Pos, wrong[0].Rule)
	}
	if err := f.Install(b, f.Dir); err != nil {
		return "", fmt.Errorf("put publication %d in place: %w", h.Serial, err)
	}
	if err := f.save(h.Serial); err != nil {
		return "", err
	}
	return Name(src.Book.Version), nil
}

// Name is how /readyz writes the version of a book.
func Name(version uint32) string { return fmt.Sprintf("%08x", version) }

func (f *Follower) load() error {
	data, err := os.ReadFile(filepath.Join(f.State, state))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var kept struct{ Serial uint64 }
	if err == nil {
		err = json.Unmarshal(data, &kept)
	}
	if err != nil {
		return fmt.Errorf("read the number of the last publication: %w; delete %s to take any", err,
			filepath.Join(f.State, state))
	}
	if _, err := os.Stat(f.Dir); err == nil { // without the folder, it is taken again
		f.seen = kept.Serial
	}
	return nil
}

func (f *Follower) save(serial uint64) error {
	data, err := json.Marshal(struct{ Serial uint64 }{serial})
	if err == nil {
		err = saved.Replace(filepath.Join(f.State, state), data)
	}
	if err != nil {
		return fmt.Errorf("remember the number of the publication: %w", err)
	}
	f.seen = serial
	return nil
}

// client sends the token to the desk alone: it follows no redirect.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// noDesk says that the desk cannot be asked, and why: no name, no route, no certificate.
func noDesk(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // without the address
	}
	return fmt.Errorf("the desk does not answer: %w; the book stays as it is", err)
}

// ask sends a request to the desk.
func (f *Follower) ask(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	to, err := url.JoinPath(f.Desk, path)
	if err != nil {
		return nil, noDesk(err)
	}
	if method == http.MethodGet {
		to += "?after=" + strconv.FormatUint(f.seen, 10)
	}
	req, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return nil, noDesk(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.Token)
	resp, err := client.Do(req)
	if err != nil {
		return nil, noDesk(err)
	}
	return resp, nil
}

// fetch returns a signed book, or nothing when there is none that is newer.
func (f *Follower) fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*Wait)
	defer cancel()
	resp, err := f.ask(ctx, http.MethodGet, "/follow/book", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNoContent:
		return nil, nil
	case http.StatusOK:
	case http.StatusUnauthorized:
		return nil, errors.New("the desk does not know this host: its token is wrong or was taken back")
	default:
		return nil, fmt.Errorf("the desk answered %d; the book stays as it is", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, published.MaxSize+1))
	if err != nil {
		return nil, noDesk(err)
	}
	return data, nil
}

func (f *Follower) report(ctx context.Context, r Report) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("report to the desk: %w", err)
	}
	resp, err := f.ask(ctx, http.MethodPost, "/follow/report", body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("report to the desk: it answered %d", resp.StatusCode)
	}
	return nil
}

var names = regexp.MustCompile(`(?m)^book: ([0-9a-f]{8})\b`)

// running asks the gateway which book it uses. With a book that it should use soon, it is
// asked until it does.
func (f *Follower) running(ctx context.Context, want string) string {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for {
		is := f.uses(ctx)
		if want == "" || is == want {
			return is
		}
		select {
		case <-ctx.Done():
			return is
		case <-time.After(look):
		}
	}
}

func (f *Follower) uses(ctx context.Context) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.Ready, nil)
	if err != nil {
		return ""
	}
	req.Header.Set("User-Agent", f.Asks)
	resp, err := client.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReady))
	if m := names.FindStringSubmatch(string(body)); err == nil && m != nil {
		return strings.TrimSpace(m[1])
	}
	return ""
}
