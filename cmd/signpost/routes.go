package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/signoff"
	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/routes"
	"signpost/internal/hours"
)

const routesHelp = `signpost routes [-flows DIR] [-at "2026-12-25 03:00"] [-area ID] [-all] ` +
	`[-format text|csv] [-signoff]

Lists every way to a number: for each area and channel the shortest exchange for
each service, word for word, worst first. Then it sums up the worst of each.

  signpost routes
  signpost routes -area halton -at "2026-12-25 03:00"

With -signoff it writes a page that a safeguarding lead can read and sign. It has
every ending by area, channel, hour and transfer outcome. It also has the worst times
and costs, and the numbers with who checked them when. Print it from any browser, or
save it as PDF.

  signpost routes -signoff > signoff.html

`

func routesOf(args []string, s streams) int {
	fl := newFlags("routes", routesHelp, s)
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	at := fl.String("at", "", "pretend it is this `moment`, like \"2026-12-25 03:00\"")
	area := fl.String("area", "", "only this area, by its `id`")
	every := fl.Bool("all", false, "list the ways to further numbers too, not only to the first")
	format := fl.String("format", "text", "text or csv")
	pence := fl.Float64("pence", routes.SegmentPence, "what one segment of a text costs, in `pence`")
	signOff := fl.Bool("signoff", false, "write the page for signature")
	if code, done := parse(fl, args, s); done {
		return code
	}
	if *signOff && (*area != "" || *every || *format != "text") {
		fmt.Fprint(s.err, "signpost routes: -signoff lists everything: it goes with -flows, -at and -pence only\n")
		return exitMisuse
	}
	if *format != "text" && *format != "csv" {
		fmt.Fprintf(s.err, "signpost routes: -format must be text or csv, not %q\n", *format)
		return exitMisuse
	}
	now, err := moment(*at)
	if err != nil {
		fmt.Fprintf(s.err, "signpost routes: %v\n", err)
		return exitMisuse
	}
	if *signOff {
		return writeSignOff(*dir, now, *pence, s)
	}
	src, code := goodBook("routes", *dir, s)
	if src == nil {
		return code
	}
	if *area != "" && src.Book.Area(*area) == nil {
		fmt.Fprintf(s.err, "signpost routes: there is no area %q\n", *area)
		return exitMisuse
	}
	all := routes.Find(src.Book, now)
	if *area != "" {
		var some []routes.Route
		for _, r := range all {
			if r.Area == *area {
				some = append(some, r)
			}
		}
		all = some
	}
	if *format == "csv" {
		err = routesCSV(s.out, all)
	} else {
		routesText(s.out, src.Book, all, now, *every, *pence)
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost routes: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// writeSignOff writes the page for signature.
func writeSignOff(dir string, now time.Time, pence float64, s streams) int {
	fsys, ok := bookFS(dir, s)
	if !ok {
		return exitMisuse
	}
	src, problems := check.On(fsys, now)
	if errs := load.Errors(problems); src.Broken {
		fmt.Fprintf(s.err,
			"signpost routes: the flow book has %d mistakes, the first at %s\nRun signpost check to see them all.\n",
			len(errs), errs[0])
		return exitProblems
	}
	if err := signoff.New(src, problems, now, pence).WriteHTML(s.out); err != nil {
		fmt.Fprintf(s.err, "signpost routes: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// moment reads -at: now, when it is empty.
func moment(at string) (time.Time, error) {
	if at == "" {
		return time.Now(), nil
	}
	t, err := time.ParseInLocation(check.MomentForm, at, hours.London())
	if err != nil {
		return t, fmt.Errorf(`-at is a moment like "2026-12-25 03:00"`)
	}
	return t, nil
}

func areaName(b *flows.Book, id string) string {
	if a := b.Area(id); a != nil {
		return a.Name
	}
	return "No area"
}

func routesText(w io.Writer, b *flows.Book, all []routes.Route, now time.Time, every bool, pence float64) {
	fmt.Fprintf(w, "Every way to a number on %s\n", now.In(hours.London()).Format("Monday 2 January 2006, 15:04"))
	way, more := routes.Way(-1), 0
	for _, r := range all {
		if !r.First && !every {
			more++
			continue
		}
		if r.Way != way {
			way = r.Way
			fmt.Fprintf(w, "\n%s\n", strings.ToUpper(way.String()))
		}
		verb := "gives"
		if r.Rung {
			verb = "rings"
		}
		fmt.Fprintf(w, "\n  %s, for %s: %s %s. %s\n", areaName(b, r.Area), r.Who, verb,
			b.Service(r.Service).Name, r.Cost())
		for _, t := range r.Turns {
			we := t.We
			if t.Rings != "" {
				we = strings.TrimSpace(we + " [rings " + t.Rings + "]")
			}
			fmt.Fprintf(w, "    they: %s\n    we:   %s\n", t.They, we)
		}
	}
	if more > 0 {
		fmt.Fprintf(w, "\n%d ways lead on from these to further numbers; -all lists them.\n", more)
	}
	fmt.Fprint(w, "\nTHE WORST OF EACH\n\n")
	for _, s := range routes.Summary(all) {
		what := "to any number"
		if s.First {
			what = "to a first number"
		}
		if s.Routes == 0 {
			fmt.Fprintf(w, "  %s, %s: no way\n", s.Way, what)
			continue
		}
		cost := s.Cost()
		if p := s.Pence(pence); p != "" {
			cost += ", " + p
		}
		fmt.Fprintf(w, "  %s, %s: %d ways, at most %s\n", s.Way, what, s.Routes, cost)
	}
	fmt.Fprint(w, "\nCall times count every prompt to its end, a fifth longer than a synthesiser takes.\n")
}

func routesCSV(w io.Writer, all []routes.Route) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"way", "area", "for", "service", "what", "first", "texts or keys", "segments back", "seconds",
		"exchange"}) // Error tells
	for _, r := range all {
		what := "given"
		if r.Rung {
			what = "rung"
		}
		var exchange []string
		for _, t := range r.Turns {
			exchange = append(exchange, t.They+" > "+t.We)
		}
		_ = c.Write([]string{r.Way.String(), r.Area, r.Who.String(), r.Service, what, fmt.Sprint(r.First),
			fmt.Sprint(r.Did()), fmt.Sprint(r.Segments()), fmt.Sprintf("%.0f", r.Seconds()),
			strings.Join(exchange, " | ")})
	}
	c.Flush()
	return c.Error()
}
