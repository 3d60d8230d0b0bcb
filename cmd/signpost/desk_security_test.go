package main

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// token is the session that a browser holds.
func (c *colleague) token(t *testing.T) string {
	t.Helper()
	at, err := url.Parse(c.origin)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Jar.Cookies(at) {
		if k.Name == "session" {
			return k.Value
		}
	}
	return ""
}

func (c *colleague) isIn(t *testing.T) bool {
	t.Helper()
	return c.get(t, "/desk").status == http.StatusOK
}

// Other sites can do nothing on the desk, not even in the browser of somebody who is signed
// in, and not by pointing a name of theirs at it. They cannot show it in a frame.
func TestDeskOtherSites(t *testing.T) {
	o := openOffice(t)
	jo := o.joined(t, "Jo", "approver")
	form := url.Values{"title": {"Mine"}}
	for name, headers := range map[string][]string{
		"another site":              {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		"another site, old browser": {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		"another port":              {"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:1"},
		"a frame without an origin": {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
	} {
		for _, path := range []string{"/desk/drafts", "/desk/sign-out", "/desk/history/1/back", "/desk/sign-in/begin",
			"/desk/join/begin", "/undo"} {
			if r := jo.post(t, path, form, headers...); r.status != http.StatusForbidden {
				t.Errorf("%s may post to %s: %d", name, path, r.status)
			}
		}
	}
	for _, host := range []string{"evil.example", "127.0.0.1", "localhost", "localhost.evil.example:80"} {
		for _, path := range []string{"/", "/desk", "/desk/sign-in", "/style.css"} {
			if r := jo.get(t, path, "Host", host); r.status != http.StatusMisdirectedRequest ||
				strings.Contains(r.body, "Draft") {
				t.Errorf("the desk answers at %s%s: %d", host, path, r.status)
			}
		}
	}
	for _, path := range []string{"/desk", "/desk/sign-in", "/desk/people", "/nothing", "/desk/web/desk.js"} {
		h := jo.get(t, path).header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") ||
			!strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
		if h.Get("X-Frame-Options") != "DENY" || h.Get("Cache-Control") != "no-store" ||
			h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: the headers are %v", path, h)
		}
	}
	if !jo.isIn(t) {
		t.Error("Jo was signed out by another site")
	}
}

// A session begins with a token that nobody knew before, ends on its own, and ends at once
// for somebody who was removed.
func TestDeskSessions(t *testing.T) {
	o := openOffice(t)
	jo := o.joined(t, "Jo", "editor")
	first := jo.token(t)
	r := jo.signIn(t)
	if r.status != http.StatusOK || jo.token(t) == first || first == "" {
		t.Fatalf("signing in: %d, %s; the token stays %v", r.status, r.body, jo.token(t) == first)
	}
	cookie := r.header.Values("Set-Cookie")
	if all := strings.Join(cookie, "\n"); !strings.Contains(all, "HttpOnly; SameSite=Strict") ||
		strings.Contains(all, "Domain=") {
		t.Errorf("the cookies are %q", all)
	}
	mallory := o.browser(t)
	if r := mallory.get(t, "/desk", "Cookie", "session="+first); r.status != http.StatusSeeOther {
		t.Errorf("the token of before signing in is still good: %d", r.status)
	}
	// A token that somebody planted is never made good.
	at, _ := url.Parse(o.origin)
	jo.Jar.SetCookies(at, []*http.Cookie{{Name: "session", Value: "planted", Path: "/"}})
	if jo.isIn(t) {
		t.Error("a planted token is good")
	}
	if r := jo.signIn(t); r.status != http.StatusOK || jo.token(t) == "planted" {
		t.Errorf("signing in keeps the planted token: %d", r.status)
	}
	for range 20 { // busy: it ends after eight hours all the same
		if o.ahead.Add(int64(25 * time.Minute)); o.ahead.Load() < int64(8*time.Hour) && !jo.isIn(t) {
			t.Fatal("a busy session ends early")
		}
	}
	if jo.isIn(t) {
		t.Error("a session lasts for more than eight hours")
	}
	if jo.signIn(t); !jo.isIn(t) {
		t.Fatal("signing in again does not work")
	}
	if o.ahead.Add(int64(31 * time.Minute)); jo.isIn(t) {
		t.Error("a session lasts though nothing was done for half an hour")
	}
	jo.signIn(t)
	if r := jo.post(t, "/desk/sign-out", nil); r.status != http.StatusSeeOther || jo.isIn(t) {
		t.Error("signing out does not end the session")
	}
	jo.signIn(t)
	if code, _, errs := inTerminal("desk", "remove", "-dir", o.dir, "-name", "Jo"); code != exitOK || jo.isIn(t) {
		t.Errorf("somebody who was removed is still in: %s", errs)
	}
	if r := jo.signIn(t); r.status != http.StatusForbidden {
		t.Errorf("somebody who was removed signs in: %d", r.status)
	}
}

// A passkey is good only on this desk, with the person there, for the challenge that this
// browser was given, once; and a copy of it is found out.
func TestDeskPasskeys(t *testing.T) {
	o := openOffice(t)
	jo := o.joined(t, "Jo", "editor")
	jo.post(t, "/desk/sign-out", nil)
	begin := func() options {
		asked, _ := jo.begins(t, "/desk/sign-in/begin", nil)
		return asked
	}
	asked := begin()
	good := jo.signed(t, asked, o.origin, 5)
	if r := jo.send(t, "/desk/sign-in/finish", good); r.status != http.StatusOK {
		t.Fatalf("%d, %s", r.status, r.body)
	}
	jo.post(t, "/desk/sign-out", nil)
	mallory := o.browser(t)
	mallory.handle = jo.handle
	for name, finish := range map[string]func() reply{
		"sent again": func() reply { return jo.send(t, "/desk/sign-in/finish", good) },
		"for another site": func() reply {
			return jo.send(t, "/desk/sign-in/finish", jo.signed(t, begin(), "https://evil.example", 5))
		},
		"without checking who it is": func() reply {
			return jo.send(t, "/desk/sign-in/finish", jo.signed(t, begin(), o.origin, 1))
		},
		"the challenge of another browser": func() reply {
			other, _ := o.browser(t).begins(t, "/desk/sign-in/begin", nil)
			begin()
			return jo.send(t, "/desk/sign-in/finish", jo.signed(t, other, o.origin, 5))
		},
		"too late": func() reply {
			late := begin()
			o.ahead.Add(int64(6 * time.Minute))
			return jo.send(t, "/desk/sign-in/finish", jo.signed(t, late, o.origin, 5))
		},
		"another key under the same name": func() reply {
			asked, _ := mallory.begins(t, "/desk/sign-in/begin", nil)
			mallory.id = jo.id
			return mallory.send(t, "/desk/sign-in/finish", mallory.signed(t, asked, o.origin, 5))
		},
		"a copy that was used less": func() reply {
			asked := begin()
			jo.count = 0
			return jo.send(t, "/desk/sign-in/finish", jo.signed(t, asked, o.origin, 5))
		},
		"nothing at all": func() reply { return jo.send(t, "/desk/sign-in/finish", map[string]any{}) },
	} {
		if r := finish(); r.status != http.StatusForbidden || jo.isIn(t) {
			t.Errorf("%s: %d, %s", name, r.status, r.body)
		}
		jo.count += 100
	}
	if r := jo.signIn(t); r.status != http.StatusOK {
		t.Errorf("after all that, Jo cannot sign in: %s", r.body)
	}
}

// Nobody finds out who or what there is, and nobody guesses an invitation.
func TestDeskGuessing(t *testing.T) {
	o := openOffice(t)
	jo := o.joined(t, "Jo", "editor")
	jo.post(t, "/desk/drafts", url.Values{"title": {"One"}})
	drafts, err := filepath.Glob(filepath.Join(o.dir, "drafts", "*.json"))
	if err != nil || len(drafts) != 1 {
		t.Fatal(drafts, err)
	}
	there := "/desk/drafts/" + strings.TrimSuffix(filepath.Base(drafts[0]), ".json")
	stranger := o.browser(t)
	want := stranger.get(t, "/desk/drafts/000000000000")
	for _, path := range []string{there, "/desk/people", "/nothing", "/", "/desk/history", "/directory"} {
		if r := stranger.get(t, path); r.status != want.status || r.body != want.body || r.location != "/desk/sign-in" {
			t.Errorf("a stranger learns of %s: %d, %s", path, r.status, r.body)
		}
		if r := stranger.post(t, strings.TrimSuffix(path, "/")+"/open", nil); r.status != http.StatusUnauthorized ||
			strings.Contains(r.body, "Jo") {
			t.Errorf("a stranger posts to %s: %d", path, r.status)
		}
	}
	if r := stranger.send(t, "/desk/sign-in/begin", nil); strings.Contains(r.body, "allowCredentials") ||
		strings.Contains(r.body, "Jo") {
		t.Errorf("signing in tells who there is: %s", r.body)
	}
	used, old, good := o.invite(t, "Ann", "approver"), o.invite(t, "Ben", "editor"), ""
	if r := o.browser(t).join(t, used); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	o.ahead.Add(int64(49 * time.Hour))
	if kept, err := filepath.Glob(filepath.Join(o.dir, "invitations", "*")); err != nil ||
		strings.Contains(strings.Join(kept, " "), old) {
		t.Errorf("an invitation is kept in clear: %v", kept)
	}
	first := ""
	for name, code := range map[string]string{"used": used, "old": old, "wrong": "abcdefghijklmnopqrstuvwxyz",
		"empty": "", "a path": "../people/x"} {
		r := o.browser(t).join(t, code)
		if first == "" {
			first = r.body
		}
		if r.status != http.StatusForbidden || r.body != first {
			t.Errorf("an invitation that is %s gives %d, %s", name, r.status, r.body)
		}
	}
	for range 20 {
		o.browser(t).join(t, "guess")
	}
	exit, out, _ := inTerminal("desk", "invite", "-dir", o.dir, "-origin", o.origin, "-name", "Cat", "-role", "editor")
	_, good, _ = strings.Cut(strings.SplitN(out, "\n", 2)[0], "#")
	// The command does not know the clock of the test.
	o.ahead.Store(0)
	for range 21 {
		o.browser(t).join(t, "guess")
	}
	if r := o.browser(t).join(t, "guess"); r.status != http.StatusTooManyRequests {
		t.Errorf("guessing goes on: %d, %s", r.status, r.body)
	}
	if r := o.browser(t).join(t, good); exit != exitOK || r.status != http.StatusOK {
		t.Errorf("somebody who guesses keeps people from joining: %s", r.body)
	}
	for _, token := range []string{"", "Bearer ", "Bearer abc", "Basic abc", "Bearer ../people/x"} {
		for _, path := range []string{"/follow/book?after=0", "/follow/book?after=x"} {
			if r := stranger.get(t, path, "Authorization", token); r.status != http.StatusUnauthorized {
				t.Errorf("a host with %q is given %d", token, r.status)
			}
		}
	}
	// What is kept can be read by its owner alone.
	err = filepath.WalkDir(o.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || strings.Contains(path, "book.git") || strings.Contains(path, "drafts/") {
			return err
		}
		if info, err := e.Info(); err == nil && path != o.dir && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Somebody begins to sign in without end. People who began before them sign in all the same, and
// what was used once cannot be used again.
func TestSignInsWithoutEnd(t *testing.T) {
	o := openOffice(t)
	jo := o.browser(t)
	jo.count = math.MaxUint32 // its passkey does not count: it says 0 each time
	if r := jo.join(t, o.invite(t, "Jo", "editor")); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	jo.count = math.MaxUint32
	options, r := jo.begins(t, "/desk/sign-in/begin", nil)
	if r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	kept, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	stranger := o.browser(t)
	for range 1100 {
		if r := stranger.send(t, "/desk/sign-in/begin", nil); r.status != http.StatusOK {
			t.Fatal(r.body)
		}
	}
	answer, err := json.Marshal(jo.signed(t, options, jo.origin, 5))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{http.StatusOK, http.StatusForbidden} {
		thief := o.browser(t)
		if r := thief.ask(t, http.MethodPost, "/desk/sign-in/finish", bytes.NewReader(answer), "application/json",
			"Cookie", kept); r.status != want {
			t.Errorf("an answer gets %d, want %d: %s", r.status, want, r.body)
		}
	}
	o.ahead.Store(int64(6 * time.Minute))
	if r := o.browser(t).ask(t, http.MethodPost, "/desk/sign-in/finish", bytes.NewReader(answer), "application/json",
		"Cookie", kept); r.status != http.StatusForbidden {
		t.Errorf("six minutes later an answer gets %d", r.status)
	}
}

// Somebody who is removed has an invitation left, for another passkey. It lets nobody in, also
// when they had begun to use it before.
func TestRemovedWithAnInvitation(t *testing.T) {
	o := openOffice(t)
	o.joined(t, "Ann", "approver")
	jo := o.joined(t, "Jo", "editor")
	unused, begun := o.invite(t, "Jo", "approver"), o.invite(t, "Jo", "approver")
	other := o.browser(t)
	options, r := other.begins(t, "/desk/join/begin", map[string]string{"code": begun})
	if r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	if exit, out, errs := inTerminal("desk", "remove", "-dir", o.dir, "-name", "Jo"); exit != exitOK {
		t.Fatal(out, errs)
	}
	if r := other.send(t, "/desk/join/finish", other.made(t, options, other.origin)); r.status != http.StatusForbidden {
		t.Errorf("an invitation that was begun lets Jo in again: %d, %s", r.status, r.body)
	}
	if r := o.browser(t).join(t, unused); r.status != http.StatusForbidden {
		t.Errorf("an invitation lets Jo in again: %d, %s", r.status, r.body)
	}
	if r := jo.signIn(t); r.status != http.StatusForbidden {
		t.Errorf("Jo can sign in: %d, %s", r.status, r.body)
	}
	if r := o.browser(t).join(t, o.invite(t, "Jo", "editor")); r.status != http.StatusOK {
		t.Errorf("Jo cannot be invited anew: %s", r.body)
	}
}

// Somebody who has ten passkeys gets no invitation that cannot be used: the person who runs the
// server is told what to do.
func TestDeskTooManyPasskeys(t *testing.T) {
	o := openOffice(t)
	const most = 10
	for range most {
		o.joined(t, "Jo", "editor")
	}
	if code, out, errs := inTerminal("desk", "invite", "-dir", o.dir, "-origin", o.origin, "-name", "Jo", "-role",
		"editor"); code != exitProblems || out != "" || !strings.Contains(errs, "remove Jo, then invite again") {
		t.Errorf("invite: %d, %s%s", code, out, errs)
	}
	o.joined(t, "Ann", "editor")
}
