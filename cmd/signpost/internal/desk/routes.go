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
	mux.HandleFunc("GET /desk/sign-in", d.handleSignInPage)
	mux.HandleFunc("GET /desk/join", d.handleJoinPage)
	mux.HandleFunc("POST /desk/sign-in/begin", d.handleBeginSignIn)
	mux.HandleFunc("POST /desk/sign-in/finish", d.handleFinishSignIn)
	mux.HandleFunc("POST /desk/join/begin", d.handleBeginJoin)
	mux.HandleFunc("POST /desk/join/finish", d.handleFinishJoin)
	mux.Handle("/", d.requireSignIn(d.signedInRoutes()))

	outer := http.NewServeMux()
	outer.HandleFunc("GET /follow/book", d.handleBook)
	outer.HandleFunc("POST /follow/report", d.handleReport)
	outer.Handle("/", d.guard(mux))
	return outer
}

// signedInRoutes serves people who are signed in.
func (d *Desk) signedInRoutes() http.Handler {
	mux := http.NewServeMux()
	for pattern, f := range map[string]func(visit){
		"POST /desk/sign-out":                d.handleSignOut,
		"GET /desk":                          d.handleList,
		"POST /desk/drafts":                  d.handleNewDraft,
		"GET /desk/draft":                    d.handleCurrentDraft,
		"GET /desk/drafts/{id}":              d.handleDraft,
		"POST /desk/drafts/{id}/open":        d.handleOpen,
		"GET /desk/drafts/{id}/events":       d.handleEvents,
		"GET /desk/drafts/{id}/sound/{file}": d.handleSound,
		"POST /desk/drafts/{id}/accept":      d.handleAccept,
		"POST /desk/drafts/{id}/propose":     d.handlePropose,
		"POST /desk/drafts/{id}/approve":     d.handleApprove,
		"POST /desk/drafts/{id}/publish":     d.handlePublish,
		"POST /desk/drafts/{id}/alone":       d.handlePublishUnapproved,
		"POST /desk/drafts/{id}/update":      d.handleUpdate,
		"POST /desk/drafts/{id}/delete":      d.handleDelete,
		"GET /desk/history":                  d.handleHistory,
		"POST /desk/history/{serial}/back":   d.handleRollback,
		"POST /desk/history/{serial}/seen":   d.handleReviewed,
		"GET /desk/gateways":                 d.handleGateways,
		"GET /desk/people":                   d.handlePeople,
		"GET /desk/{rest...}":                d.handleNotFound,
		"/{rest...}":                         d.handlePreview,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			token := d.cookie(r, sessionCookie)
			who, draft, _ := d.staff.Who(token) // it was looked at on the way in
			f(visit{w, r, who, draft, token})
		})
	}
	return mux
}

// requireSignIn asks everybody else to sign in.
func (d *Desk) requireSignIn(inside http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := d.staff.Who(d.cookie(r, sessionCookie)); !ok {
			// The same for every address, whether there is such a page or not.
			if r.Method == http.MethodGet {
				http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
				return
			}
			d.renderPage(w, http.StatusUnauthorized, "trouble.html",
				page{Title: "Sign in again",
					Body: "Your session is over, and nothing was saved. Sign in, then try again."})
			return
		}
		inside.ServeHTTP(w, r)
	})
}

// guard answers only requests that name the desk, so that no other site's name can be
// pointed at it, and takes changes only from its own pages.
func (d *Desk) guard(mux http.Handler) http.Handler {
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
	Unreviewed  []unreviewed
	Body        any
}

// renderPage writes a page.
func (d *Desk) renderPage(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := d.pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "This page could not be made. Please report it: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the page is gone if it fails
}

// render writes a page for somebody who is signed in.
func (d *Desk) render(v visit, status int, name string, p page) {
	p.Who, p.Unreviewed = &v.who, d.unreviewedPublications(v.who)
	d.renderPage(v.w, status, name, p)
}

// renderTrouble writes a page that says what is wrong.
func (d *Desk) renderTrouble(v visit, status int, what string) {
	title := "That did not work"
	if status == http.StatusNotFound {
		title = "Page not found"
	}
	d.render(v, status, "trouble.html", page{Title: title, Body: what})
}

// renderFailure writes the page for a fault of the desk itself, and logs it.
func (d *Desk) renderFailure(v visit, err error) {
	d.Say("a page could not be shown: " + err.Error())
	d.renderTrouble(v, http.StatusInternalServerError,
		"The desk could not do that. Nothing was published. Tell the person who runs the server.")
}

func (d *Desk) handleNotFound(v visit) {
	d.renderTrouble(v, http.StatusNotFound, "There is no such page.")
}

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

func (d *Desk) handleSignInPage(w http.ResponseWriter, _ *http.Request) {
	d.renderPage(w, http.StatusOK, "sign-in.html", page{Title: "Sign in"})
}

func (d *Desk) handleJoinPage(w http.ResponseWriter, _ *http.Request) {
	d.renderPage(w, http.StatusOK, "join.html", page{Title: "Join"})
}

// writeJSON writes what a script of the page reads.
func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the page is gone if it fails
}

// writeError says to a script why it did not work.
func writeError(w http.ResponseWriter, err error) {
	status := http.StatusForbidden
	if errors.Is(err, staff.ErrTooMany) {
		status = http.StatusTooManyRequests
	} else if !errors.Is(err, staff.ErrSignIn) && !errors.Is(err, staff.ErrInvitation) {
		status, err = http.StatusInternalServerError,
			errors.New("the desk could not do that. Tell the person who runs the server")
	}
	words := err.Error()
	writeJSON(w, status, map[string]string{"wrong": strings.ToUpper(words[:1]) + words[1:] + "."})
}

func (d *Desk) handleBeginSignIn(w http.ResponseWriter, _ *http.Request) {
	options, name, err := d.staff.BeginSignIn()
	if err != nil {
		writeError(w, err)
		return
	}
	d.setCookie(w, ceremonyCookie, name)
	writeJSON(w, http.StatusOK, options)
}

func (d *Desk) handleBeginJoin(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Code string }
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		writeError(w, staff.ErrInvitation)
		return
	}
	options, name, err := d.staff.BeginJoin(asked.Code)
	if err != nil {
		writeError(w, err)
		return
	}
	d.setCookie(w, ceremonyCookie, name)
	writeJSON(w, http.StatusOK, options)
}

func (d *Desk) handleFinishSignIn(w http.ResponseWriter, r *http.Request) {
	who, err := d.staff.FinishSignIn(d.cookie(r, ceremonyCookie), r)
	d.startSession(w, r, who, err)
}

func (d *Desk) handleFinishJoin(w http.ResponseWriter, r *http.Request) {
	who, err := d.staff.FinishJoin(d.cookie(r, ceremonyCookie), r)
	d.startSession(w, r, who, err)
}

// startSession begins a session with a new token. What the browser held before is worth nothing
// from then on.
func (d *Desk) startSession(w http.ResponseWriter, r *http.Request, who staff.Person, err error) {
	d.setCookie(w, ceremonyCookie, "")
	if err != nil {
		writeError(w, err)
		return
	}
	d.staff.End(d.cookie(r, sessionCookie))
	d.setCookie(w, sessionCookie, d.staff.Start(who))
	writeJSON(w, http.StatusOK, map[string]string{"next": "/desk"})
}

func (d *Desk) handleSignOut(v visit) {
	d.staff.End(v.token)
	d.setCookie(v.w, sessionCookie, "")
	http.Redirect(v.w, v.r, "/desk/sign-in", http.StatusSeeOther)
}

// handlePeople shows who may use the desk, and what was done.
func (d *Desk) handlePeople(v visit) {
	people, err := d.staff.People()
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	const most = 200
	trail, err := d.staff.Trail(most)
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	d.render(v, http.StatusOK, "people.html", page{Title: "People", Here: "/desk/people", Body: struct {
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
