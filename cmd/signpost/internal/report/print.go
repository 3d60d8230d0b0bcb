package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// days is the report's days in words.
func (r Report) days() string {
	if r.From.Equal(r.To) {
		return date(r.From)
	}
	return date(r.From) + " to " + date(r.To)
}

// Text prints a report for a terminal.
func (r Report) Text(w io.Writer) error {
	p := &printer{w: w}
	p.printf("Signpost, %s\n", r.days())
	for _, t := range r.Tables {
		p.printf("\n%s\n", t.Title)
		tab := tabwriter.NewWriter(p, 0, 0, 2, ' ', tabwriter.AlignRight)
		width := 0
		for _, row := range t.Listed() {
			width = max(width, 2*row.Depth+len([]rune(row.Label)))
		}
		line := func(label string, cells []string) {
			fmt.Fprintf(tab, "%s\t%s\t\n", label+strings.Repeat(" ", width-len([]rune(label))),
				strings.Join(cells, "\t"))
		}
		line("", t.Head)
		for _, row := range t.Listed() {
			var cells []string
			for _, c := range row.Cells {
				cells = append(cells, c.String())
			}
			line(strings.Repeat("  ", row.Depth)+row.Label, cells)
		}
		if err := tab.Flush(); err != nil {
			return err
		}
	}
	p.printf("\n")
	for _, n := range r.Notes {
		p.printf("- %s\n", n)
	}
	return p.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.Write(b)
	p.err = err
	return n, err
}

func (p *printer) printf(format string, a ...any) { fmt.Fprintf(p, format, a...) }

// CSV prints a report for a spreadsheet: one figure a line.
func (r Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	first, last := r.From.Format("2006-01-02"), r.To.Format("2006-01-02")
	_ = c.Write([]string{"from", "to", "table", "area", "line", "what", "figure"}) // Error tells
	for _, t := range r.Tables {
		area := ""
		for _, row := range t.Rows {
			line := row.Label
			if len(t.Head) > 1 { // the tables that have totals first
				switch {
				case row.Depth == 0:
					area, line = "all", "all"
				case t.depth() == 1:
					area, line = "", row.Label
				case row.Depth == 1:
					area, line = row.Label, "all"
				}
			}
			for i, cell := range row.Cells {
				_ = c.Write([]string{first, last, t.Title, area, line, t.Head[i], cell.String()})
			}
		}
	}
	c.Flush()
	return c.Error()
}

func (t Table) depth() int {
	d := 0
	for _, r := range t.Rows {
		d = max(d, r.Depth)
	}
	return d
}
