package preview

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/draw"
	"signpost/flows/load"
	"signpost/flows/routes"
	"signpost/internal/hours"
)

// page is what every page shows.
type page struct {
	Title, Here string
	Dir         string
	Verdict     Verdict
	Body        any
}

// show writes a page.
func (s *Server) show(w http.ResponseWriter, status int, name string, p page) {
	p.Dir, p.Verdict = s.Dir, s.Verdict()
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "This page could not be made. Please report it: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the page is gone if it fails
}

// trouble is a page that says what is wrong.
func (s *Server) trouble(w http.ResponseWriter, status int, what string) {
	s.show(w, status, "trouble.html", page{Title: "That did not work", Body: what})
}

func (s *Server) home(w http.ResponseWriter, _ *http.Request) {
	book := s.Verdict().Book
	var towns []string
	for _, a := range book.Areas {
		towns = append(towns, strings.Split(strings.ReplaceAll(a.Text, " or ", ", "), ", ")...)
	}
	if several := s.Verdict().Source.Several; len(several) > 0 {
		towns = append(towns, several[0].Name)
	}
	const postcode = "CA12 5DQ" // offered where it is known
	if known, _, _ := book.Find(postcode); len(known) > 0 {
		towns = append(towns, postcode)
	}
	s.show(w, http.StatusOK, "home.html", page{Title: "Phone", Here: "/", Body: struct {
		Towns []string
		Map   template.HTML
		Found []found
		Pence float64
	}{append(towns, "hello", "999", "thanks"), s.drawn(), s.found(), s.Pence}})
}

// drawn is the map of the book that answers. draw escapes what authors write.
func (s *Server) drawn() template.HTML {
	return template.HTML(draw.SVG(s.Verdict().Book, "The menus, step by step")) // #nosec G203 -- drawn by us, and escaped there
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
	now := s.Now()
	at := r.FormValue("at")
	if at != "" {
		t, err := time.ParseInLocation("2006-01-02T15:04", at, hours.London())
		if err != nil {
			s.trouble(w, http.StatusBadRequest, "The moment is not one: write it like 2026-12-25T03:00.")
			return
		}
		now = t
	}
	book := s.Verdict().Book
	all := routes.Find(book, now)
	type way struct {
		Name   string
		Routes []routes.Route
	}
	var ways []way
	for _, r := range all {
		if !r.First {
			continue
		}
		if len(ways) == 0 || ways[len(ways)-1].Name != r.Way.String() {
			ways = append(ways, way{Name: r.Way.String()})
		}
		w := &ways[len(ways)-1]
		w.Routes = append(w.Routes, r)
	}
	s.show(w, http.StatusOK, "routes.html", page{Title: "Every way to a number", Here: "/routes", Body: struct {
		At, When string
		Ways     []way
		Worst    []routes.Worst
		Book     *flows.Book
	}{at, now.In(hours.London()).Format("Monday 2 January 2006, 15:04"), ways, routes.Summary(all), book}})
}

// Line is the verdict in one line.
func (v Verdict) Line() string {
	switch e, w := v.Errors(), v.Warnings(); {
	case e > 0:
		return fmt.Sprintf("%d to mend: callers would keep the last good book.", e)
	case w > 0:
		return fmt.Sprintf("No mistakes, %d warnings: %s.", w, check.Summary(v.Source))
	default:
		return "No mistakes: " + check.Summary(v.Source) + "."
	}
}

// Timing is when the verdict came and how long it took.
func (v Verdict) Timing() string {
	return fmt.Sprintf("Checked at %s in %d ms.", v.At.In(hours.London()).Format("15:04:05"), v.Took.Milliseconds())
}
