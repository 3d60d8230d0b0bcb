package diagram_test

import (
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"signpost/cmd/signpost/internal/diagram"
	"signpost/flows/testbook"
)

// Every step is on the map once, and every choice leads to the box of its step.
func TestMapIsWhole(t *testing.T) {
	b := testbook.Load(t)
	svg, mermaid := diagram.SVG(b, "The <map>"), diagram.Mermaid(b)
	for i := range b.Steps {
		s := &b.Steps[i]
		if n := strings.Count(svg, `id="step-`+s.ID+`"`); n != 1 {
			t.Errorf("%s is drawn %d times", s.ID, n)
		}
		for _, c := range s.Choices {
			if c.To == "" || c.To == "bills" { // what every number offers is said below the map
				continue
			}
			if !strings.Contains(svg, `data-from="`+s.ID+`" data-to="`+c.To+`"`) {
				t.Errorf("no line from %s to %s", s.ID, c.To)
			}
			if !regexp.MustCompile(`  ` + s.ID + ` -->\|"[^"]*"\| ` + c.To + `\n`).MatchString(mermaid) {
				t.Errorf("Mermaid has no line from %s to %s", s.ID, c.To)
			}
		}
	}
	for _, tag := range regexp.MustCompile(`<[a-z][^>]*>`).FindAllString(svg, -1) {
		seen := map[string]bool{}
		for _, a := range regexp.MustCompile(` ([a-z-]+)="`).FindAllStringSubmatch(tag, -1) {
			if seen[a[1]] {
				t.Errorf("%s has %s twice", tag, a[1])
			}
			seen[a[1]] = true
		}
	}
	if !strings.Contains(svg, "also offers: To talk, next, bills (bills)") ||
		!strings.Contains(mermaid, "also offers") {
		t.Error("what every number offers is not said")
	}
	if strings.Contains(svg, "<map>") || strings.Contains(svg, "style=") {
		t.Error("what is written is not escaped, or a style would be barred by the page's policy")
	}
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

var (
	rect  = regexp.MustCompile(`<rect x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"`)
	scale = regexp.MustCompile(`translate\(([-0-9.]+) ([-0-9.]+)\) scale\(([0-9.]+)\)`)
)

// Everything stands on the sheet, no box on another, and letters are not smaller
// than can be read on paper.
func TestMapFitsASheet(t *testing.T) {
	svg := diagram.SVG(testbook.Shipped(), "The map")
	num := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	m := scale.FindStringSubmatch(svg)
	dx, dy, k := num(m[1]), num(m[2]), num(m[3])
	const smallest = 2.0 // millimetres: 5.7 points
	if 2.6*k < smallest {
		t.Errorf("letters are %.1f mm high", 2.6*k)
	}
	type box struct{ x, y, w, h float64 }
	var all []box
	for _, r := range rect.FindAllStringSubmatch(svg, -1) {
		b := box{dx + k*num(r[1]), dy + k*num(r[2]), k * num(r[3]), k * num(r[4])}
		if b.x < 0 || b.y < 0 || b.x+b.w > 297 || b.y+b.h > 210 {
			t.Errorf("a box is off the sheet: %+v", b)
		}
		for _, o := range all {
			if b.x < o.x+o.w && o.x < b.x+b.w && b.y < o.y+o.h && o.y < b.y+b.h {
				t.Errorf("%+v is on %+v", b, o)
			}
		}
		all = append(all, b)
	}
	if len(all) != len(testbook.Shipped().Steps) {
		t.Errorf("%d boxes", len(all))
	}
}
