package diagram

import (
	"fmt"
	"html"
	"math"
	"strings"
	"unicode"

	"signpost/flows"
)

// The sheet, in millimetres: A4 on its side.
const (
	sheetWide, sheetHigh = 297.0, 210.0
	margin               = 8.0
	heading              = 9.0
	footing              = 4.0
	gutter               = 13.0 // between columns, for the lines
	between              = 2.6  // between boxes
	lineHigh             = 3.5
	padding              = 1.3
	fontSize             = 2.6
	boldWide             = 1.1 // how much wider bold letters are
)

// SVG is the map on one sheet of A4 on its side. Every box is a group with the
// id "step-" and the step's name, so that a page can light one up.
func SVG(b *flows.Book, title string) string { return Linked(b, title, nil) }

// Linked is the map on which every box is a link to where href says; without href there
// are none.
func Linked(b *flows.Book, title string, href func(step string) string) string {
	boxes := layout(b)
	columns, tallest := place(boxes)
	wide := (sheetWide - 2*margin - gutter*float64(columns-1)) / float64(max(columns, 1))
	// The whole is made as large as the sheet allows.
	const largest = 1.3
	scale := math.Min(largest, (sheetHigh-2*margin-heading-footing)/tallest)
	byID := map[string]*stepBox{}
	for _, box := range boxes {
		box.x = (margin + float64(box.column)*(wide/scale+gutter/scale))
		byID[box.Step.ID] = box
	}
	var out strings.Builder
	role := "img"
	if href != nil {
		role = "group" // what is in it can be reached
	}
	note := offeredByAll(b)
	fmt.Fprintf(&out,
		`<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g" role="%s" `+
			`aria-labelledby="map-title map-desc" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" `+
			`font-size="%g">`+"\n",
		sheetWide, sheetHigh, sheetWide, sheetHigh, role, fontSize)
	fmt.Fprintf(&out, "<title id=\"map-title\">%s</title>\n<desc id=\"map-desc\">%s</desc>\n", html.EscapeString(title),
		html.EscapeString(inWords(b, boxes)+note))
	fmt.Fprintf(&out,
		`<text class="map-heading" x="%g" y="%g" font-size="4.5" font-weight="bold" fill="#1b1b1b">%s</text>`+"\n",
		margin, margin+4, html.EscapeString(title))
	fmt.Fprintf(&out, `<g transform="translate(%g %g) scale(%.4f)">`+"\n", margin*(1-scale), margin+heading, scale)
	for _, box := range boxes {
		lines(&out, box, byID, wide/scale)
	}
	for _, box := range boxes {
		if href != nil {
			fmt.Fprintf(&out, `<a href="%s">`, html.EscapeString(href(box.Step.ID)))
		}
		drawBox(&out, b, box, wide/scale)
		if href != nil {
			out.WriteString("</a>")
		}
	}
	out.WriteString("</g>\n")
	fmt.Fprintf(&out, `<text class="map-note" x="%g" y="%g" fill="#1b1b1b">%s</text>`+"\n</svg>\n", margin,
		sheetHigh-margin+2, html.EscapeString(note))
	return out.String()
}

// place stacks the boxes of each column and tells how many columns there are and
// how high the highest is.
func place(boxes []*stepBox) (columns int, tallest float64) {
	down := map[int]float64{}
	for _, box := range boxes {
		columns = max(columns, box.column+1)
		box.y = down[box.column]
		down[box.column] += box.high() + between
		tallest = math.Max(tallest, down[box.column])
	}
	for _, box := range boxes { // short columns are in the middle
		box.y += (tallest - down[box.column]) / 2
	}
	return columns, tallest
}

func (b *stepBox) high() float64 { return float64(1+len(b.Rows))*lineHigh + 2*padding }

// rowY is where a row's line begins.
func (b *stepBox) rowY(i int) float64 { return b.y + padding + (float64(i)+1.5)*lineHigh }

func lines(out *strings.Builder, box *stepBox, byID map[string]*stepBox, wide float64) {
	for i, r := range box.Rows {
		to := byID[r.To]
		if to == nil {
			continue
		}
		x1, y1 := box.x+wide, box.rowY(i)
		x2, y2 := to.x, to.y+padding+lineHigh/2
		bend := 7.0
		if to.column <= box.column { // back, or beside: round the outside
			x2 = to.x + wide
			fmt.Fprintf(out,
				`<path class="map-line map-back" data-from="%s" data-to="%s" `+
					`d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f" `+
					`fill="none" stroke="#8a8a8a" stroke-width=".25" stroke-dasharray="1 .8"/>`+"\n",
				box.Step.ID, to.Step.ID, x1, y1, x1+bend, y1, x2+bend, y2, x2, y2)
			continue
		}
		fmt.Fprintf(out,
			`<path class="map-line" data-from="%s" data-to="%s" `+
				`d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f" `+
				`fill="none" stroke="#5b5b5b" stroke-width=".3"/>`+"\n",
			box.Step.ID, to.Step.ID, x1, y1, x1+bend, y1, x2-bend, y2, x2, y2)
		fmt.Fprintf(out, `<path class="map-tip" d="M%.1f %.1fl-1.4 -.7v1.4z" fill="#5b5b5b"/>`+"\n", x2, y2)
	}
}

// fills are the colours of boxes, by kind: they also differ in their edges, for
// those who print in black.
var fills = [...]string{"#eef4fb", "#e9f6ec", "#f6f1e4"}

func drawBox(out *strings.Builder, book *flows.Book, b *stepBox, wide float64) {
	edge := [...]string{"", ``, ` stroke-dasharray="1.2 .8"`}[b.Step.Kind]
	fmt.Fprintf(out,
		`<g class="map-step map-%s" id="step-%s"><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="1.2" `+
			`fill="%s" stroke="#2b4a6f" stroke-width="%s"%s/>`,
		flows.KindNames[b.Step.Kind], b.Step.ID, b.x, b.y, wide, b.high(), fills[b.Step.Kind],
		[...]string{".35", ".7", ".35"}[b.Step.Kind], edge)
	name := Name(book, b.Step)
	text := func(y float64, weight, words string) {
		inside := wide - 2*padding
		if weight != "" {
			inside /= boldWide
		}
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f"%s fill="#1b1b1b">%s</text>`, b.x+padding, y, weight,
			html.EscapeString(fit(words, inside)))
	}
	text(b.y+padding+lineHigh*0.75, ` font-weight="bold"`, name)
	for i, r := range b.Rows {
		words := strings.TrimSpace(r.Keys + "  " + r.Label)
		text(b.y+padding+(float64(i)+1.75)*lineHigh, "", words)
	}
	out.WriteString("</g>\n")
}

// fit cuts words to a width.
func fit(words string, wide float64) string {
	const dots = 1.0 // of the font's size: the sign for what is cut off
	letters, at, room := []rune(words), 0.0, wide/fontSize
	fits := 0 // letters that leave room for the dots
	for i, r := range letters {
		if at += letterWide(r); at <= room-dots {
			fits = i + 1
		}
	}
	if at <= room {
		return words
	}
	return strings.TrimSpace(string(letters[:max(fits, 1)])) + "…"
}

// letterWide is how wide a letter is, as a part of the font's size: those of DejaVu
// Sans by their kind, which run wide.
func letterWide(r rune) float64 {
	switch {
	case strings.ContainsRune(" iljIJ.,:;'!|", r):
		return 0.32
	case strings.ContainsRune("frt()-", r):
		return 0.41
	case strings.ContainsRune("mMW@", r):
		return 0.98
	case r == 'w':
		return 0.82
	case unicode.IsUpper(r):
		return 0.72
	}
	return 0.62
}

// inWords is the map for those who cannot see it.
func inWords(book *flows.Book, boxes []*stepBox) string {
	var out strings.Builder
	for _, b := range boxes {
		fmt.Fprintf(&out, "%s (%s", Name(book, b.Step), flows.KindNames[b.Step.Kind])
		if b.Starts != "" {
			fmt.Fprintf(&out, ", %s begin here", b.Starts)
		}
		out.WriteString("):")
		for _, r := range b.Rows {
			fmt.Fprintf(&out, " %s", strings.TrimSpace(r.Keys+" "+r.Label))
			if r.To != "" {
				fmt.Fprintf(&out, " goes to %s", nameOf(book, r.To))
			}
			out.WriteString(";")
		}
		out.WriteString("\n")
	}
	return out.String()
}
