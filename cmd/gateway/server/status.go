package server

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"signpost/flows"
	"signpost/internal/counters"
	"signpost/internal/hours"
)

//go:embed status.html
var statusHTML string

var statusPage = template.Must(template.New("status").Parse(statusHTML))

const (
	// fewest is the smallest count that is shown: a smaller one could be about one person.
	fewest = 20
	// ringDays is how many days of calls to services are added up.
	ringDays      = 28
	statusTimeout = 2 * time.Second
)

// status is what the page for the service manager says.
type status struct {
	At        string
	Answers   string   // whether people are answered
	Problems  []string // what somebody should look at
	Yesterday string   // how many conversations and calls began
	Silent    []string // services that did not answer
	NoCounts  bool     // the counts cannot be read
	Days      int      // how many days Silent is about
	Fewest    int      // how many calls a service in Silent missed at least
	Book      string
	NoBook    bool   // none is in use
	Oldest    string // the number that was checked longest ago
	Unchecked int    // numbers that nobody has checked lately
}

// status shows the manager's page. It shows no count under twenty.
func (g *Gateway) status(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), statusTimeout)
	defer cancel()
	now, book := g.clock(), g.books.Load()
	s := status{NoBook: true, At: now.In(hours.London()).Format("Monday 2 January 2006, 15:04"),
		Days: ringDays, Fewest: fewest}
	s.Answers, s.Problems = managerText(g.problemsNow(ctx))
	s.Yesterday, s.Silent, s.NoCounts = g.counted(ctx, book.current, now)
	s.Book = bookSince(book)
	if book.from != fromNowhere { // else its numbers are of a book that nobody is given
		s.NoBook = false
		s.Oldest, s.Unchecked = oldest(book.current, now)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = statusPage.Execute(w, s) // a browser that has gone needs no page
}

// bands are what a count is shown as: the largest that it reaches. They are few and wide, so
// that somebody who adds some texts of their own seldom moves what is shown.
var bands = []int{1000, 500, 200, 100, 50, fewest}

// shown is a count as it may be shown.
func shown(n int) string {
	for _, least := range bands {
		if n >= least {
			return fmt.Sprintf("%d or more", least)
		}
	}
	return fmt.Sprintf("Fewer than %d", fewest)
}

// part is how many of a service's calls were not answered, in words.
func part(missed, rang int) string {
	switch {
	case missed*4 >= rang*3:
		return "most calls"
	case missed*3 >= rang:
		return "many calls"
	}
	return "some calls"
}

// counted reads the counts of yesterday, and which services did not answer lately.
func (g *Gateway) counted(ctx context.Context, b *flows.Book, now time.Time) (yesterday string, silent []string,
	failed bool) {
	begun := 0
	rang, missed := map[string]int{}, map[string]int{}
	for back := 1; back <= ringDays; back++ { // today's would show one person arrive
		counts, err := g.store.Counts(ctx, hours.Day(now).AddDate(0, 0, -back))
		if err != nil {
			return "", nil, true
		}
		for field, n := range counts {
			k, ok := counters.ParseField(field)
			if !ok {
				continue
			}
			switch k.Outcome {
			case counters.Begun:
				if back == 1 {
					begun += n
				}
			case counters.Answered:
				rang[k.Service] += n
			case counters.NoAnswer, counters.Engaged, counters.Failed, counters.Machine, counters.Short:
				rang[k.Service] += n
				missed[k.Service] += n
			}
		}
	}
	for id, n := range missed {
		if svc := b.Service(id); svc != nil && n >= fewest {
			silent = append(silent, fmt.Sprintf("%s: %s were not answered.", svc.Name, part(n, rang[id])))
		}
	}
	slices.Sort(silent)
	return shown(begun), silent, false
}

func bookSince(s *bookState) string {
	since := s.since.In(hours.London()).Format("2 January 2006, 15:04")
	switch s.from {
	case fromProgram:
		return "The book that comes with the program, since the start on " + since + "."
	case fromSaved:
		return "The last good book, since the start on " + since + ". The book on the server has mistakes."
	case fromNowhere:
		return "None. Everybody gets only the 24-hour number and 999, since " + since + "."
	}
	return "The book on the server, since " + since + "."
}

// oldest names the number that was checked longest ago, and counts those that are overdue.
func oldest(b *flows.Book, now time.Time) (name string, overdue int) {
	var first *flows.Service
	for i := range b.Services {
		s := &b.Services[i]
		if !s.Exists(now) || s.Emergency() {
			continue
		}
		if s.Doubtful(now) {
			overdue++
		}
		if first == nil || s.CheckedOn.Before(first.CheckedOn) {
			first = s
		}
	}
	switch {
	case first == nil:
		return "", 0
	case first.CheckedOn.IsZero():
		return first.Name + ", which nobody has rung", overdue
	}
	return first.Name + ", rung on " + first.CheckedOn.Format("2 January 2006"), overdue
}
