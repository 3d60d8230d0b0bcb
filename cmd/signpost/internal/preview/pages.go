package preview

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/diagram"
	"signpost/cmd/signpost/internal/signoff"
	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/routes"
	"signpost/internal/hours"
)

// page is what every page shows.
type page struct {
	Title, Here string
	Wrong       bool // it says that something is wrong with a form
	Dir         string
	Elsewhere   bool // another folder can be opened
	Draft       string
	Verdict     Verdict
	Undo        string // the last save, which can be undone; empty when there is none
	Body        any
}

// words are what the pages' templates call.
func (s *Server) words() template.FuncMap {
	return template.FuncMap{
		"before": func(before,
			after string) []changes.Piece {
			was, _, _ := changes.Compare(before, after)
			return was
		},
		"after": func(before, after string) []changes.Piece { _, is, _ := changes.Compare(before, after); return is },
		"list":  func(words ...string) []string { return words },
		"sign":  func(b byte) string { return string(b) },
		"when":  func(t time.Time) string { return t.In(hours.London()).Format("Monday 2 January 2006, 15:04") },
		"fixable": func(all []found) bool {
			return slices.ContainsFunc(all, func(f found) bool { return f.Edit != load.Edit{} })
		},
		"pence": func(w routes.Worst) string { return w.Pence(s.Pence) },
	}
}

// show writes a page.
func (s *Server) show(w http.ResponseWriter, status int, name string, p page) {
	p.Dir, p.Elsewhere, p.Draft, p.Verdict, p.Undo = s.Dir, s.Elsewhere, s.Draft, s.Verdict(), s.lastSaved()
	if change, ok := p.Body.(proposal); ok {
		p.Wrong = change.Why != "" || len(change.Problems) > 0 || len(change.Unread) > 0
	}
	p.Verdict.unrung = unrung(p.Verdict.Source.Book, s.Now())
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "This page could not be made. Please report it: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the page is gone if it fails
}

// troubled is what did not work, and where somebody can try again.
type troubled struct {
	What  string
	Gone  bool   // there is no such page, and nothing is wrong
	Again string // the page to try it on
	Wrote string // a long text that would be lost
}

// trouble is a page that says what is wrong.
func (s *Server) trouble(w http.ResponseWriter, status int, what string) {
	title, gone := "That did not work", status == http.StatusNotFound
	if gone {
		title = "Page not found"
	}
	s.show(w, status, "trouble.html", page{Title: title, Body: troubled{What: what, Gone: gone}})
}

// meanwhile is the page for somebody whose change would undo another that came first.
func (s *Server) meanwhile(w http.ResponseWriter, p proposal) {
	body := troubled{What: "Somebody changed the files meanwhile. Nothing was saved: look again, then make your " +
		"change again.",
		Again: p.Page()}
	if p.edits != "" && len(p.Form) > 0 {
		body.Wrote = p.Form[0].Value
	}
	s.show(w, http.StatusConflict, "trouble.html", page{Title: "Nothing was saved", Here: p.here(), Body: body})
}

// place is an area with towns of it, and what a caller there presses.
type place struct {
	Name  string
	Towns []string
	Keys  string // on the shortest way to its first number
}

func places(book *flows.Book, now time.Time) []place {
	keys := map[string]string{}
	for _, r := range routes.Find(book, now) {
		if r.Way == routes.ByCall && r.First && r.Who == flows.Me && keys[r.Area] == "" {
			var pressed []string
			for _, t := range r.Turns[1:] { // the first rings
				pressed = append(pressed, t.They)
			}
			keys[r.Area] = strings.Join(pressed, ", then ")
		}
	}
	var out []place
	for _, a := range book.Areas {
		out = append(out, place{a.Name, strings.Split(strings.ReplaceAll(a.Text, " or ", ", "), ", "), keys[a.ID]})
	}
	return out
}

func (s *Server) home(w http.ResponseWriter, _ *http.Request) {
	book := s.Verdict().Book
	all := places(book, s.clock())
	var towns []string
	for _, p := range all {
		towns = append(towns, p.Towns...)
	}
	if several := s.Verdict().Source.Several; len(several) > 0 {
		towns = append(towns, several[0].Name)
	}
	const postcode = "CA12 5DQ" // offered where it is known
	if known, _, _ := book.Find(postcode); len(known) > 0 {
		towns = append(towns, postcode)
	}
	s.show(w, http.StatusOK, "home.html", page{Title: "Phone", Here: "/", Body: struct {
		Places []place
		Towns  []string
		Map    template.HTML
		Found  []found
		Pence  float64
	}{all, append(towns, "hello", "999", "thanks"), s.drawn(), s.found(), s.Pence}})
}

// stepPage is where a step of the map can be changed: the form of its words or, when it
// has none of its own, its place in the file.
func (s *Server) stepPage(step string) string {
	src := s.Verdict().Source
	for _, w := range src.Wordings {
		if strings.HasPrefix(w.Path, "steps."+step+".") {
			return "/words/steps." + step
		}
	}
	return fmt.Sprintf("/files/menus.yaml#L%d", src.Pos("menus.yaml", "steps."+step+"#name").Line)
}

// drawn is the map of the book that answers. draw escapes what authors write.
func (s *Server) drawn() template.HTML {
	svg := diagram.Linked(s.Verdict().Book, "The menus, step by step", s.stepPage)
	return template.HTML(svg) // #nosec G203 -- drawn by us, and escaped there
}

func (s *Server) flowMap(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(s.drawn())) // the page is gone if it fails
}

// found is one problem as a page shows it.
type found struct {
	load.Problem
	Line, Caret string
	More        []string // places of more of the same advice
}

func (s *Server) found() []found {
	v := s.Verdict()
	var out []found
	first := map[string]int{}
	for _, p := range append(load.Errors(v.Problems), load.Warnings(v.Problems)...) {
		if i, ok := first[p.Rule]; ok && p.Severity == load.Warning {
			out[i].More = append(out[i].More, p.Pos.String())
			continue
		}
		f := found{Problem: p}
		f.Line, f.Caret, _ = v.Source.LineOf(p.Pos)
		first[p.Rule] = len(out)
		out = append(out, f)
	}
	return out
}

func (s *Server) checks(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "checks.html", page{Body: s.found()})
}

func (s *Server) routes(w http.ResponseWriter, r *http.Request) {
	at, err := moment(r.FormValue("at"))
	if err != nil {
		s.trouble(w, http.StatusBadRequest, sentence(err))
		return
	}
	book, area := s.Verdict().Book, r.FormValue("area")
	if area != "" && book.Area(area) == nil {
		s.trouble(w, http.StatusBadRequest, "There is no such area.")
		return
	}
	type way struct {
		Name   string
		Routes []routes.Route
	}
	body := struct {
		At, Area, Of string
		When         time.Time
		Every        bool
		Shown        int
		Ways         []way
		Worst        []routes.Worst
		Book         *flows.Book
	}{At: r.FormValue("at"), Area: area, Every: r.FormValue("every") != "", Book: book}
	if body.When = at; at.IsZero() {
		body.When = s.Now()
	}
	var all []routes.Route
	for _, r := range routes.Find(book, body.When) {
		if area != "" && r.Area != area {
			continue
		}
		all = append(all, r)
		if !r.First && !body.Every {
			continue
		}
		if len(body.Ways) == 0 || body.Ways[len(body.Ways)-1].Name != r.Way.String() {
			body.Ways = append(body.Ways, way{Name: r.Way.String()})
		}
		w := &body.Ways[len(body.Ways)-1]
		w.Routes = append(w.Routes, r)
		body.Shown++
	}
	body.Worst = routes.Summary(all)
	if area != "" {
		body.Of = book.Area(area).Name
	}
	s.show(w, http.StatusOK, "routes.html", page{Title: "Every way to a number", Here: "/routes", Body: body})
}

// signOffPage serves the page for signature as it is: it holds all that it needs. The policy
// allows no style but its own.
func (s *Server) signOffPage(w http.ResponseWriter, _ *http.Request) {
	v := s.Verdict()
	if v.Source.Broken {
		s.trouble(w, http.StatusConflict, "The files cannot be read. Fix the mistakes under Checks first.")
		return
	}
	var b bytes.Buffer
	if err := signoff.New(v.Source, v.Problems, s.Now(), s.Pence).WriteHTML(&b); err != nil {
		s.trouble(w, http.StatusInternalServerError, "This page could not be made. Please report it: "+err.Error())
		return
	}
	_, style, _ := bytes.Cut(b.Bytes(), []byte("<style>"))
	style, _, _ = bytes.Cut(style, []byte("</style>"))
	sum := sha256.Sum256(style)
	w.Header().Set("Content-Security-Policy", strings.Replace(Policy, "style-src 'self'",
		"style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", 1))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the page is gone if it fails
}

// unrung counts the services that are given and whose numbers nobody has rung, or not
// lately.
func unrung(book *flows.Book, now time.Time) (n int) {
	for i := range book.Services {
		if svc := &book.Services[i]; svc.NotOffered == "" && svc.Exists(now) && svc.Doubtful(now) {
			n++
		}
	}
	return n
}

// Line is the verdict in one line.
func (v Verdict) Line() string {
	e, w := v.Errors(), v.Warnings()
	switch {
	case e > 0:
		return fmt.Sprintf("%d to fix: callers would keep the last good book.", e)
	case v.unrung == 1:
		return "1 number still to ring. No mistakes."
	case v.unrung > 1:
		return fmt.Sprintf("%d numbers still to ring. No mistakes.", v.unrung)
	case w > 0:
		return fmt.Sprintf("No mistakes, %d warnings: %s.", w, check.Summary(v.Source))
	default:
		return "No mistakes: " + check.Summary(v.Source) + "."
	}
}

// Class is how the verdict looks: good only when callers get numbers that people have
// rung.
func (v Verdict) Class() string {
	switch {
	case v.Errors() > 0:
		return "bad"
	case v.unrung > 0:
		return "unsure"
	}
	return "good"
}

// Timing is when the verdict came and how long it took.
func (v Verdict) Timing() string {
	return fmt.Sprintf("Checked at %s in %d ms.", clockTime(v.At), v.Took.Milliseconds())
}

// clockTime is a time as the pages tell it.
func clockTime(t time.Time) string { return t.In(hours.London()).Format("15:04:05") }
