package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/preview"
	"signpost/cmd/signpost/internal/staff"
)

// Limits of what may be sent, and for how long.
const (
	maxBody = 64 << 10
	// A file that is uploaded in a draft, a recording for one, may be larger.
	maxUpload = 20 << 20
)

// Handler is all that the desk serves.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, name := range []string{"app.js", "style.css", "editor.js", "codemirror.min.js"} {
		mux.Handle("GET /"+name, preview.Static())
	}
	files := http.FileServerFS(web)
	mux.Handle("GET /desk/web/desk.js", http.StripPrefix("/desk", files))
	mux.Handle("GET /desk/web/desk.css", http.StripPrefix("/desk", files))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /desk/sign-in", d.signInPage)
	mux.HandleFunc("GET /desk/join", d.joinPage)
	mux.HandleFunc("POST /desk/sign-in/begin", d.beginSignIn)
	mux.HandleFunc("POST /desk/sign-in/finish", d.finishSignIn)
	mux.HandleFunc("POST /desk/join/begin", d.beginJoin)
	mux.HandleFunc("POST /desk/join/finish", d.finishJoin)
	mux.Handle("/", d.signedIn(d.inside()))

	outer := http.NewServeMux()
	outer.HandleFunc("GET /follow/book", d.book)
	outer.HandleFunc("POST /follow/report", d.report)
	outer.Handle("/", d.guarded(mux))
	return outer
}

// inside is what somebody who is signed in is served.
func (d *Desk) inside() http.Handler {
	mux := http.NewServeMux()
	for pattern, f := range map[string]func(visit){
		"POST /desk/sign-out":                d.signOut,
		"GET /desk":                          d.list,
		"POST /desk/drafts":                  d.newDraft,
		"GET /desk/draft":                    d.openDraft,
		"GET /desk/drafts/{id}":              d.draftPage,
		"POST /desk/drafts/{id}/open":        d.open,
		"GET /desk/drafts/{id}/events":       d.events,
		"GET /desk/drafts/{id}/sound/{file}": d.sound,
		"POST /desk/drafts/{id}/accept":      d.accept,
		"POST /desk/drafts/{id}/propose":     d.propose,
		"POST /desk/drafts/{id}/approve":     d.approve,
		"POST /desk/drafts/{id}/publish":     d.publish,
		"POST /desk/drafts/{id}/alone":       d.alone,
		"POST /desk/drafts/{id}/update":      d.update,
		"POST /desk/drafts/{id}/delete":      d.remove,
		"GET /desk/history":                  d.historyPage,
		"POST /desk/history/{serial}/back":   d.rollback,
		"POST /desk/history/{serial}/seen":   d.seen,
		"GET /desk/gateways":                 d.gatewaysPage,
		"GET /desk/people":                   d.peoplePage,
		"GET /desk/{rest...}":                d.nothing,
		"/{rest...}":                         d.pagesOfDraft,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			token := d.cookie(r, sessionCookie)
			who, draft, _ := d.staff.Who(token) // it was looked at on the way in
			f(visit{w, r, who, draft, token})
		})
	}
	return mux
}

// signedIn asks everybody else to sign in.
func (d *Desk) signedIn(inside http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := d.staff.Who(d.cookie(r, sessionCookie)); !ok {
			// The same for every address, whether there is such a page or not.
			if r.Method == http.MethodGet {
				http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
				return
			}
			d.show(w, http.StatusUnauthorized, "trouble.html",
				page{Title: "Sign in again",
					Body: "Your session is over, and nothing was saved. Sign in, then try again."})
			return
		}
		inside.ServeHTTP(w, r)
	})
}

// guarded answers only requests that name the desk, so that no other site's name can be
// pointed at it, and takes changes only from its own pages.
func (d *Desk) guarded(mux http.Handler) http.Handler {
	own := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", preview.Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if d.safe {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.Host != d.host {
			http.Error(w, "Open the desk at its own address.", http.StatusMisdirectedRequest)
			return
		}
		most := int64(maxBody)
		if _, _, ok := d.staff.Who(d.cookie(r, sessionCookie)); ok {
			most = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		own.ServeHTTP(w, r)
	})
}

// visit is a request of somebody who is signed in.
type visit struct {
	w     http.ResponseWriter
	r     *http.Request
	who   staff.Person
	draft string // the draft that the session works on
	token string
}

// page is what every page shows.
type page struct {
	Title, Here string
	Wrong       bool // it says that something is wrong with what was sent
	Who         *staff.Person
	News        []news
	Body        any
}

// show writes a page.
func (d *Desk) show(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := d.pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "This page could not be made. Please report it: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the page is gone if it fails
}

// show writes a page for somebody who is signed in.
func (d *Desk) shows(v visit, status int, name string, p page) {
	p.Who, p.News = &v.who, d.news(v.who)
	d.show(v.w, status, name, p)
}

// trouble says what is wrong.
func (d *Desk) trouble(v visit, status int, what string) {
	title := "That did not work"
	if status == http.StatusNotFound {
		title = "Page not found"
	}
	d.shows(v, status, "trouble.html", page{Title: title, Body: what})
}

// failed is trouble of the desk itself.
func (d *Desk) failed(v visit, err error) {
	d.Say("a page could not be shown: " + err.Error())
	d.trouble(v, http.StatusInternalServerError,
		"The desk could not do that. Nothing was published. Tell the person who runs the server.")
}

func (d *Desk) nothing(v visit) { d.trouble(v, http.StatusNotFound, "There is no such page.") }

// The cookies. A browser sends them only to the desk, only over https where there is https,
// and no script can read them.
const (
	sessionCookie  = "session"
	ceremonyCookie = "ceremony"
)

func (d *Desk) cookieName(name string) string {
	if d.safe {
		return "__Host-" + name
	}
	return name
}

func (d *Desk) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(d.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

func (d *Desk) setCookie(w http.ResponseWriter, name, value string) {
	c := &http.Cookie{Name: d.cookieName(name), Value: value, Path: "/", Secure: d.safe, HttpOnly: true,
		SameSite: http.SameSiteStrictMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (d *Desk) signInPage(w http.ResponseWriter, _ *http.Request) {
	d.show(w, http.StatusOK, "sign-in.html", page{Title: "Sign in"})
}

func (d *Desk) joinPage(w http.ResponseWriter, _ *http.Request) {
	d.show(w, http.StatusOK, "join.html", page{Title: "Join"})
}

// answer writes what a script of the page reads.
func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the page is gone if it fails
}

// wrong says to a script why it did not work.
func wrong(w http.ResponseWriter, err error) {
	status := http.StatusForbidden
	if errors.Is(err, staff.ErrTooMany) {
		status = http.StatusTooManyRequests
	} else if !errors.Is(err, staff.ErrSignIn) && !errors.Is(err, staff.ErrInvitation) {
		status, err = http.StatusInternalServerError,
			errors.New("the desk could not do that. Tell the person who runs the server")
	}
	words := err.Error()
	answer(w, status, map[string]string{"wrong": strings.ToUpper(words[:1]) + words[1:] + "."})
}

func (d *Desk) beginSignIn(w http.ResponseWriter, _ *http.Request) {
	options, name, err := d.staff.BeginSignIn()
	if err != nil {
		wrong(w, err)
		return
	}
	d.setCookie(w, ceremonyCookie, name)
	answer(w, http.StatusOK, options)
}

func (d *Desk) beginJoin(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Code string }
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		wrong(w, staff.ErrInvitation)
		return
	}
	options, name, err := d.staff.BeginJoin(asked.Code)
	if err != nil {
		wrong(w, err)
		return
	}
	d.setCookie(w, ceremonyCookie, name)
	answer(w, http.StatusOK, options)
}

func (d *Desk) finishSignIn(w http.ResponseWriter, r *http.Request) {
	who, err := d.staff.FinishSignIn(d.cookie(r, ceremonyCookie), r)
	d.letIn(w, r, who, err)
}

func (d *Desk) finishJoin(w http.ResponseWriter, r *http.Request) {
	who, err := d.staff.FinishJoin(d.cookie(r, ceremonyCookie), r)
	d.letIn(w, r, who, err)
}

// letIn begins a session with a new token. What the browser held before is worth nothing
// from then on.
func (d *Desk) letIn(w http.ResponseWriter, r *http.Request, who staff.Person, err error) {
	d.setCookie(w, ceremonyCookie, "")
	if err != nil {
		wrong(w, err)
		return
	}
	d.staff.End(d.cookie(r, sessionCookie))
	d.setCookie(w, sessionCookie, d.staff.Start(who))
	answer(w, http.StatusOK, map[string]string{"next": "/desk"})
}

func (d *Desk) signOut(v visit) {
	d.staff.End(v.token)
	d.setCookie(v.w, sessionCookie, "")
	http.Redirect(v.w, v.r, "/desk/sign-in", http.StatusSeeOther)
}

// peoplePage shows who may use the desk, and what was done.
func (d *Desk) peoplePage(v visit) {
	people, err := d.staff.People()
	if err != nil {
		d.failed(v, err)
		return
	}
	const most = 200
	trail, err := d.staff.Trail(most)
	if err != nil {
		d.failed(v, err)
		return
	}
	d.shows(v, http.StatusOK, "people.html", page{Title: "People", Here: "/desk/people", Body: struct {
		People []staff.Person
		Trail  []staff.Event
	}{people, trail}})
}

func serialOf(r *http.Request) uint64 {
	n, _ := strconv.ParseUint(r.PathValue("serial"), 10, 64) // there is no publication 0
	return n
}

// sinceWords is how long ago something was, roughly.
func sinceWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute ago"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " minutes ago"
	}
	return "more than an hour ago"
}
