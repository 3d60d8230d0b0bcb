package main

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

// hosted is a gateway that follows a desk.
type hosted struct {
	phone handset.Phone
	stop  func() // the follower
}

// host starts a gateway, and a follower beside it, as the two units of a server are.
func (o *office) host(t *testing.T, name string) *hosted {
	t.Helper()
	exit, token, errs := inTerminal("desk", "gateway", "-dir", o.dir, "-name", name)
	_, key, _ := inTerminal("desk", "key", "-dir", o.dir)
	state := t.TempDir()
	file := filepath.Join(state, "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil || exit != exitOK {
		t.Fatal(err, errs)
	}
	dir := filepath.Join(state, "book")
	double := testkit.NewProvider(t, testAccount, testToken)
	cfg := config.Config{ListenAddr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", PublicURL: "https://sms.example.org",
		AccountSID: testAccount, Tokens: []privacy.Private{privacy.Hide(testToken)}, APIURL: double.URL,
		RedisURL: config.Embedded, Secrets: [][]byte{privacy.NewSecret()}, FlowsDir: dir, SessionTTL: 15 * time.Minute,
		SenderLimit: 10_000, ServiceLimit: 100_000,
		EraseAfter: time.Minute, EraseGiveUp: time.Hour}
	// The book is there before the gateway starts: a follower has taken it.
	first := []string{"follow", "-desk", o.origin, "-key", strings.TrimSpace(key), "-token-file", file, "-to", dir,
		"-state", state}
	if exit, _, errs := inTerminal(append(first, "-readyz", o.origin+"/nothing", "-once")...); exit != exitOK {
		t.Fatal(errs)
	}
	g, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- g.Run(ctx) }()
	select {
	case <-g.Ready():
	case err := <-over:
		t.Fatalf("the gateway does not run: %v", err)
	}
	t.Cleanup(func() { stop(); <-over })
	_, admin := g.Addrs()
	f, err := newFollower(o.origin, strings.TrimSpace(key), file, "")
	if err != nil {
		t.Fatal(err)
	}
	f.Dir, f.State, f.Ready, f.Now = dir, state, "http://"+admin.String()+"/readyz", time.Now
	f.Install, f.Say = putBook, func(string) {}
	following, leave := context.WithCancel(context.Background())
	left := make(chan struct{})
	go func() { _ = f.Run(following); close(left) }()
	h := &hosted{stop: func() { leave(); <-left },
		phone: handset.Phone{Handler: g.Handler(), Base: cfg.PublicURL, Account: testAccount,
			Token: privacy.Hide(testToken), From: "+447700900123", To: "+441632960000"}}
	t.Cleanup(h.stop)
	return h
}

// says is what a text to each gateway is answered with, once it holds what is waited for. Each
// text is of somebody else: one phone that texts the same again and again gets no answer.
func says(t *testing.T, hosts []*hosted, text, want string) (took time.Duration) {
	t.Helper()
	began := time.Now()
	for _, h := range hosts {
		for n := 0; ; n++ {
			phone := h.phone
			phone.From = fmt.Sprintf("+447700900%03d", n%1000)
			reply, err := phone.Text(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(reply, want) {
				break
			}
			if time.Since(began) > 5*time.Minute {
				t.Fatalf("the answer to %q is still %q, without %q", text, reply, want)
			}
			time.Sleep(50 * time.Millisecond) // between two looks: the gateway takes a new book by itself
		}
	}
	return time.Since(began)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// fields are the hidden ones of a page: what it is about.
func fields(body string) url.Values {
	out := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		out.Add(m[1], html.UnescapeString(m[2]))
	}
	return out
}

var ticks = regexp.MustCompile(`name="tick" value="([^"]+)"`)

// presses posts a form of a draft's page, as it is shown.
func (c *colleague) presses(t *testing.T, draft, what string, more url.Values) reply {
	t.Helper()
	form := fields(c.get(t, draft).body)
	sent := url.Values{"commit": {form.Get("commit")}, "published": {form.Get("published")}}
	for name, values := range more {
		sent[name] = values
	}
	return c.post(t, draft+"/"+what, sent)
}

// begin begins a draft, and opens its pages.
func (c *colleague) begin(t *testing.T, title string) (draft string) {
	t.Helper()
	r := c.post(t, "/desk/drafts", url.Values{"title": {title}})
	if r.status != http.StatusSeeOther {
		t.Fatalf("begin a draft: %d, %s", r.status, r.body)
	}
	if open := c.post(t, r.location+"/open", nil); open.location != "/" {
		t.Fatalf("open a draft: %d, %s", open.status, open.body)
	}
	return r.location
}

// edits fills in the form of a service, looks, and saves.
func (c *colleague) edits(t *testing.T, service string, form url.Values) {
	t.Helper()
	form.Set("examples", "yes")
	shown := c.post(t, "/directory/"+service, form)
	if r := c.post(t, "/directory/"+service+"/save", fields(shown.body)); r.status != http.StatusOK ||
		!strings.Contains(r.body, "Saved in your draft") {
		t.Fatalf("save: %d, %s", r.status, r.body)
	}
}

func wants(t *testing.T, what string, r reply, status int, words ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("%s: %d, want %d: %s", what, r.status, status, r.body)
	}
	for _, w := range words {
		if !strings.Contains(r.body, w) {
			t.Errorf("%s: the page does not say %q:\n%s", what, w, r.body)
		}
	}
}

// The whole way of a change: two people, two gateways, a refusal, approval, live in seconds,
// and back.
func TestDeskJourney(t *testing.T) {
	testkit.Long(t)
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	hosts := []*hosted{o.host(t, "One"), o.host(t, "Two")}
	const was, is, town = "0161 496 0001", "0161 496 0090", "carnmoor"
	says(t, hosts, town, was)

	late := ann.begin(t, "The south was rung")
	ann.edits(t, "fell_team_south", url.Values{"rung_by": {"duty manager"}})

	wants(t, "without a title", jo.post(t, "/desk/drafts", nil), http.StatusUnprocessableEntity, "There is a problem",
		`href="#title"`)
	draft := jo.begin(t, "New number of the north")
	wants(t, "an empty draft", jo.presses(t, draft, "propose", nil), http.StatusConflict, "changes nothing yet")
	jo.edits(t, "fell_team_north", url.Values{"number0": {is}, "unrung_because": {"it moved; the board"}})
	t.Log("a draft is refused")
	wants(t, "a number that nobody rang", jo.presses(t, draft, "propose", nil), http.StatusConflict,
		"There is a problem", "Ring the new number of Fell Team North first")
	jo.edits(t, "fell_team_north", url.Values{"rung_by": {"duty manager"}})
	wants(t, "the draft", jo.get(t, draft), http.StatusOK, "by: duty manager", "<del>"+was, "<ins>"+is,
		"What callers will notice")
	wants(t, "propose", jo.presses(t, draft, "propose", nil), http.StatusSeeOther)
	wants(t, "approve one's own", jo.presses(t, draft, "approve", nil), http.StatusForbidden)
	all := url.Values{"tick": nil}
	for _, m := range ticks.FindAllStringSubmatch(ann.get(t, draft).body, -1) {
		all["tick"] = append(all["tick"], m[1])
	}
	if len(all["tick"]) < 2 {
		t.Fatalf("Ann is asked to tick %v", all)
	}
	wants(t, "approve one's own, ticked", jo.presses(t, draft, "approve", all), http.StatusForbidden,
		"An approver must look at it")
	wants(t, "approve without a tick", ann.presses(t, draft, "approve", url.Values{"tick": all["tick"][1:]}),
		http.StatusUnprocessableEntity, "There is a problem", "If you agree, tick the new number of Fell Team North")
	wants(t, "publish before approval", ann.presses(t, draft, "publish", nil), http.StatusConflict, "not approved")
	wants(t, "approve", ann.presses(t, draft, "approve", all), http.StatusSeeOther)
	old := url.Values{"commit": {"0"}, "published": {"0"}}
	wants(t, "publish something else than is shown", ann.post(t, draft+"/publish", old), http.StatusConflict,
		"changed the draft meanwhile")
	began := time.Now()
	t.Log("it is approved")
	wants(t, "publish", jo.presses(t, draft, "publish", nil), http.StatusSeeOther)
	says(t, hosts, town, is)
	t.Logf("live on two gateways %v after publishing", time.Since(began).Round(10*time.Millisecond))
	// They report it a moment later; a host whose gateway was slow, when it next asks the desk. Until then the test
	// sleeps between two looks.
	for until := time.Now().Add(5 * time.Minute); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		if strings.Contains(jo.get(t, "/desk/gateways").body, "2 of 2 gateways answer with it") {
			break
		}
	}
	wants(t, "the gateways", jo.get(t, "/desk/gateways"), http.StatusOK, "2 of 2 gateways answer with it",
		"answers with publication 2")
	wants(t, "a draft that is published", jo.get(t, draft), http.StatusNotFound)
	wants(t, "the history", jo.get(t, "/desk/history"), http.StatusOK, "New number of the north", "approved by Ann")

	// Ann's draft is of an older book. It is brought up to date, and goes out alone.
	wants(t, "a draft of an older book", ann.presses(t, late, "propose", nil), http.StatusConflict,
		"Bring the draft up to date first")
	wants(t, "bring it up to date", ann.presses(t, late, "update", nil), http.StatusSeeOther)
	wants(t, "the draft as merged", ann.get(t, late), http.StatusOK, "No mistakes")
	wants(t, "alone, by an editor", jo.presses(t, late, "alone", url.Values{"why": {"x"}}), http.StatusForbidden)
	wants(t, "alone, without a reason", ann.presses(t, late, "alone", nil), http.StatusUnprocessableEntity,
		"Say why it cannot wait")
	wants(t, "alone", ann.presses(t, late, "alone", url.Values{"why": {"nobody answers there"}}), http.StatusSeeOther)
	wants(t, "what Jo is told", jo.get(t, "/desk"), http.StatusOK, "published without approval", "nobody answers there",
		"I have looked at publication 3")
	wants(t, "Ann looks at her own", ann.post(t, "/desk/history/3/seen", nil), http.StatusForbidden)
	wants(t, "Jo looks at it", jo.post(t, "/desk/history/3/seen", nil), http.StatusSeeOther)
	if strings.Contains(ann.get(t, "/desk").body, "published without approval") {
		t.Error("it is announced though Jo has looked at it")
	}
	says(t, hosts, town, is)

	// Back, in one click.
	began = time.Now()
	form := fields(jo.get(t, "/desk/history").body)
	wants(t, "go back", jo.post(t, "/desk/history/1/back", url.Values{"published": form["published"][:1]}),
		http.StatusSeeOther)
	says(t, hosts, town, was)
	t.Logf("back on two gateways after %v", time.Since(began).Round(10*time.Millisecond))
	wants(t, "go back twice", jo.post(t, "/desk/history/1/back", url.Values{"published": form["published"][:1]}),
		http.StatusConflict)
	wants(t, "the people and the trail", ann.get(t, "/desk/people"), http.StatusOK, "went back: to publication 1, as 4",
		"approved a draft", "published alone", "edited a draft: New number of the north: examples.yaml, services.yaml")

	// Without its follower a gateway keeps what it has.
	hosts[0].stop()
	says(t, hosts, town, was)
}

// The desk says what it cannot begin with.
func TestDeskCommand(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitMisuse, "-dir must name"},
		{[]string{"frobnicate", "-dir", t.TempDir()}, exitMisuse, `there is no "frobnicate"`},
		{[]string{"-dir", t.TempDir(), "-origin", "http://desk.example.org"}, exitProblems, "passkeys need https"},
		{[]string{"-dir", t.TempDir(), "-origin", "https://desk.example.org/here"}, exitProblems, "without a path"},
		{[]string{"invite", "-dir", t.TempDir(), "-name", "Jo", "-role", "boss"}, exitProblems, "editor or approver"},
		{[]string{"invite", "-dir", t.TempDir(), "-name", "<b>", "-role", "editor"}, exitProblems, "a name has"},
		{[]string{"remove", "-dir", t.TempDir(), "-name", "Jo"}, exitProblems, "no person and no gateway"},
	} {
		if code, _, errs := inTerminal(append([]string{"desk"}, tt.args...)...); code != tt.code ||
			!strings.Contains(errs, tt.says) {
			t.Errorf("desk %q: %d, %s", tt.args, code, errs)
		}
	}
	for _, args := range [][]string{{}, {"-desk", "ftp://x"}, {"-desk", "https://x.example", "-key", "abc"}} {
		if code, _, errs := inTerminal(append([]string{"follow"}, args...)...); code != exitMisuse || errs == "" {
			t.Errorf("follow %q: %d, %s", args, code, errs)
		}
	}
	dir := t.TempDir()
	_, one, _ := inTerminal("desk", "key", "-dir", dir)
	if _, two, _ := inTerminal("desk", "key", "-dir", dir); one != two || len(one) != 45 {
		t.Errorf("the key is %q, then %q", one, two)
	}
}
