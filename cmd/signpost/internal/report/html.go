package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

//go:embed page.html
var page string

// HTML prints a report as one page that needs nothing else: no script, no
// picture, nothing fetched.
func (r Report) HTML(w io.Writer) error {
	t, err := template.New("page").Parse(page)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	data := struct {
		Days   string
		Report Report
		Charts []chart
	}{Days: r.days(), Report: r}
	for _, draw := range []func(Report) (chart, bool, error){monthsChart, areasChart} {
		c, ok, err := draw(r)
		if err != nil {
			return fmt.Errorf("draw a chart: %w", err)
		}
		if ok {
			data.Charts = append(data.Charts, c)
		}
	}
	var b bytes.Buffer // a page is written whole or not at all
	if err := t.Execute(&b, data); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = b.WriteTo(w)
	return err
}

// chart is a picture with its title and its content in words.
type chart struct {
	Title, Words string
	SVG          template.HTML
}

// Two colours that differ in lightness too, for print and for every eye.
var (
	dark  = color.RGBA{0x1d, 0x4e, 0x89, 0xff}
	light = color.RGBA{0xf4, 0xa2, 0x59, 0xff}
)

// monthsChart shows how many conversations began, month by month.
func monthsChart(r Report) (chart, bool, error) {
	c := chart{Title: "Conversations begun, by month"}
	if len(r.Months) < 2 {
		return c, false, nil
	}
	var texts, calls plotter.Values
	var names []string
	for _, m := range r.Months {
		texts, calls = append(texts, float64(m.Texts.N)), append(calls, float64(m.Calls.N))
		names = append(names, m.First.Format("Jan 06"))
		c.Words += fmt.Sprintf("%s: texts %s, calls %s. ", m.First.Format("January 2006"), m.Texts, m.Calls)
	}
	p := newPlot()
	width := vg.Points(min(18, 300/float64(len(names))))
	for i, one := range []struct {
		name   string
		values plotter.Values
		colour color.RGBA
	}{{"Texts", texts, dark}, {"Calls", calls, light}} {
		bars, err := plotter.NewBarChart(one.values, width)
		if err != nil {
			return c, false, err
		}
		bars.Color, bars.LineStyle.Width, bars.Offset = one.colour, 0, width*vg.Length(2*i-1)/2
		p.Add(bars)
		p.Legend.Add(one.name, bars)
	}
	p.NominalX(names...)
	p.Y.Max *= 1.1 // room for the legend
	var err error
	c.SVG, err = svg(p, vg.Points(max(320, 44*float64(len(names))+80)), 200)
	return c, true, err
}

// areasChart shows how many numbers were given, area by area.
func areasChart(r Report) (chart, bool, error) {
	c := chart{Title: "Numbers given, by area"}
	var values plotter.Values
	var names []string
	for _, t := range r.Tables {
		for i := len(t.Rows) - 1; i >= 0; i-- { // a bar chart on its side begins below
			if row := t.Rows[i]; row.Depth == 1 && t.depth() == 2 {
				values, names = append(values, float64(row.Cells[0].N)), append(names, row.Label)
				c.Words = fmt.Sprintf("%s: %s. ", row.Label, row.Cells[0]) + c.Words
			}
		}
	}
	if len(values) == 0 {
		return c, false, nil
	}
	p := newPlot()
	bars, err := plotter.NewBarChart(values, vg.Points(12))
	if err != nil {
		return c, false, err
	}
	bars.Horizontal, bars.Color, bars.LineStyle.Width = true, dark, 0
	p.Add(bars)
	p.NominalY(names...)
	p.X.Min, p.X.Max = 0, p.X.Max*1.02
	c.SVG, err = svg(p, 520, vg.Points(float64(24*len(names)+40)))
	return c, true, err
}

func newPlot() *plot.Plot {
	p := plot.New()
	p.Legend.Top, p.Legend.Padding = true, vg.Points(4)
	p.Y.Min = 0
	for _, f := range []*font.Font{&p.X.Tick.Label.Font, &p.Y.Tick.Label.Font, &p.Legend.TextStyle.Font} {
		f.Variant, f.Size = "Sans", vg.Points(9)
	}
	return p
}

// svg draws a plot as an element of a page.
func svg(p *plot.Plot, w, h vg.Length) (template.HTML, error) {
	canvas := vgsvg.New(w, h)
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	_, element, ok := bytes.Cut(b.Bytes(), []byte("<svg")) // without the head of a file
	if !ok {
		return "", fmt.Errorf("the plot is no SVG")
	}
	svg := "<svg aria-hidden=\"true\" " + string(element)
	return template.HTML(svg), nil // #nosec G203 -- drawn by us, from figures and names that the library escapes
}
