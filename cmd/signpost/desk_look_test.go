//go:build browser

package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"signpost/flows/book"
)

var screenshots = flag.String("screenshots", "", "the folder to put pictures of the desk's pages in")

var guidePictures = flag.String("guide", "", "the folder to put the pictures of the desk's guide in")

// guide keeps what somebody sees from a part of a page on, as a picture of the guide.
func (s *surfer) guide(t *testing.T, path, from, name string) {
	t.Helper()
	if *guidePictures == "" {
		return
	}
	s.shows(t, looksLike{"light", 900})
	s.do(t, chromedp.Navigate(s.at+path), chromedp.WaitReady(from),
		chromedp.Evaluate[chromedp.Void](`(document.querySelector(".ticks details") ?? {}).open = true;
			document.querySelector(`+strconv.Quote(from)+`).scrollIntoView()`))
	png, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*guidePictures, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// axe finds what keeps people with disabilities from using a page. (axe-core, Mozilla Public
// License 2.0.)
//
//go:embed internal/preview/testdata/axe.min.js
var axe string

// In the page: violations are what axe finds, tooWide what runs off the side, and printed which
// parts show.
const (
	violations = `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) =>
		v.id + ": " + v.help + "\n" +
		v.nodes.slice(0, 3).map((n) => n.html + " " + n.failureSummary).join("\n"))))`
	tooWide = `document.scrollingElement.scrollWidth <= innerWidth ? "" :
		[...document.querySelectorAll("main *, header *")]
			.filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
			.map((e) => e.tagName + "." + e.className).slice(0, 5).join(", ")`
	printed = `["header", ".out", "#approve button", ".ticks del", "details .mini", ".turns"].map((what) => {
		const e = document.querySelector(what);
		return what + " " +
			(e.getClientRects().length > 0 && e.checkVisibility({ contentVisibilityAuto: true }));
	}).join(", ")`
)

// audit has axe look at the page that is shown, and reports one that runs off the side.
func (s *surfer) audit(t *testing.T, what string) {
	t.Helper()
	s.do(t, chromedp.Evaluate[chromedp.Void](axe+";undefined"))
	text, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](violations, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s: %s", what, f)
	}
	wide, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](tooWide))
	if err != nil || wide != "" {
		t.Errorf("%s runs off the side: %s (%v)", what, wide, err)
	}
	if *screenshots == "" {
		return
	}
	png, err := chromedp.Run(s.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(*screenshots, "desk-"+what+".png"), png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// looksLike is how a page is shown.
type looksLike struct {
	scheme string
	wide   int64
}

func (s *surfer) shows(t *testing.T, as looksLike) {
	t.Helper()
	call(t, s.ctx, emulation.SetEmulatedMedia,
		emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme",
			Value: as.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	s.do(t, chromedp.EmulateViewport(as.wide, 900))
}

// withBrowser gives a real browser the session of somebody who joined.
func (o *office) withBrowser(t *testing.T, c *colleague) *surfer {
	t.Helper()
	s := o.surfer(t)
	call(t, s.ctx, network.SetCookie, network.SetCookieParams{Name: "session", Value: c.token(t), URL: s.at})
	return s
}

// prints looks at a draft as it is printed: the changes are there whole, and what only a screen
// needs is not.
func (s *surfer) prints(t *testing.T, draft string) {
	t.Helper()
	s.do(t, chromedp.Navigate(s.at+draft), chromedp.WaitReady("#approve"))
	call(t, s.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	defer call(t, s.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	const want = "header false, .out false, #approve button false, .ticks del true, details .mini true, .turns true"
	if got, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](printed)); err != nil || got != want {
		t.Errorf("printed: %s (%v), want %s", got, err, want)
	}
}

// approves ticks everything and approves a draft with the keyboard alone.
func (s *surfer) approves(t *testing.T, draft string) {
	t.Helper()
	s.do(t, chromedp.Navigate(s.at+draft), chromedp.WaitReady("#approve"))
	const most = 200 // stops on the page
	const focused = `(() => {
		const e = document.activeElement;
		if (e.name === "tick" && !e.checked) return "tick";
		return e.tagName === "BUTTON" ? e.textContent : "";
	})()`
	for range most {
		s.do(t, chromedp.KeyEvent(kb.Tab))
		at, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](focused))
		if err != nil {
			t.Fatal(err)
		}
		switch at {
		case "tick":
			s.do(t, chromedp.KeyEvent(" "))
		case "Approve":
			s.do(t, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#publish"))
			return
		}
	}
	t.Fatal("the tab key does not lead to the button that approves")
}

// Every page of the desk, each as it is and with something wrong, is without fault to a checker
// of accessibility, on a phone, a tablet and a desk, in light and dark, and runs off no side. A
// draft is approved with the keyboard alone. The guide names what the pages have.
func TestDeskIsAccessible(t *testing.T) {
	o := openOfficeWith(t, book.Files) // the guide shows it
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	kept := ann.begin(t, "Keep Carlisle")
	shown := ann.post(t, "/example", url.Values{"name": {"Carlisle gets its team"}, "channel": {"text"},
		"they": {"carlisle"}, "at": {"2026-11-18T14:00"}})
	ann.post(t, "/example/save", fields(shown.body))
	waits := jo.begin(t, "New number of the north")
	jo.edits(t, "letgo_north", url.Values{"number0": {"01228 600000"}, "rung_by": {"duty manager"}})
	wants(t, "publish", ann.presses(t, kept, "alone", url.Values{"why": {"to try it"}}), 303)
	behind := waits + "#update"
	s := o.withBrowser(t, ann)
	at := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(s.at + path) }
	shownOnPages := ""
	every := func(name string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		for _, as := range []looksLike{{"light", 1440}, {"dark", 768}, {"light", 390}, {"dark", 390}} {
			s.shows(t, as)
			s.do(t, actions...)
			s.audit(t, fmt.Sprintf("%s-%s-%d", name, as.scheme, as.wide))
		}
		text, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](`document.body.innerText + " " +
			[...document.querySelectorAll("summary, button, a, label")].map((e) => e.textContent).join(" ")`))
		if err != nil {
			t.Fatal(err)
		}
		shownOnPages += " " + strings.Join(strings.Fields(text), " ")
	}
	every("behind", at(behind), chromedp.WaitReady("#update"))
	jo.presses(t, waits, "update", nil)
	every("accept", at(waits), chromedp.WaitReady("#talks"), chromedp.Submit("#talks form"),
		chromedp.WaitVisible(".error-summary"))
	s.guide(t, waits, "#talks", "conversation")
	ids := url.Values{}
	for _, m := range accepts.FindAllStringSubmatch(jo.get(t, waits).body, -1) {
		ids.Add("accept", m[1])
	}
	jo.presses(t, waits, "accept", ids)
	s.do(t, at(waits), chromedp.WaitReady("#propose")) // it is open while Jo edits
	jo.edits(t, "letgo_north", url.Values{"rung_by": {"night manager"}})
	s.sees(t, "You see it as it is now")
	s.sees(t, "by: night manager")
	wants(t, "propose", jo.presses(t, waits, "propose", nil), 303)
	every("draft", at(waits), chromedp.WaitReady("#approve"),
		chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((d) => { d.open = true; })`))
	every("unticked", at(waits), chromedp.WaitReady("#approve"), chromedp.Submit("#approve"),
		chromedp.WaitVisible(".error-summary"))
	s.guide(t, waits, "#approve", "draft")
	s.prints(t, waits)
	s.approves(t, waits)
	every("approved", at(waits), chromedp.WaitReady("#publish"))
	ann.post(t, waits+"/open", nil)
	every("editing", at("/"), chromedp.WaitVisible("#changes p"))
	every("list", at("/desk"))
	every("list-wrong", at("/desk"), chromedp.Submit(`form[action="/desk/drafts"]`),
		chromedp.WaitVisible(".error-summary"))
	every("history", at("/desk/history"))
	every("gateways", at("/desk/gateways"))
	every("people", at("/desk/people"))
	every("trouble", at("/desk/nothing"))
	every("join", at("/desk/join"))
	every("sign-in", at("/desk/sign-in"))
	every("sign-in-wrong", at("/desk/join"), chromedp.Click("#join"), chromedp.WaitVisible(".error-summary"))
	guide, err := os.ReadFile("../../docs/desk.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\*\*([^*]+)\*\*`).FindAllStringSubmatch(string(guide), -1) {
		name := strings.TrimSuffix(strings.Join(strings.Fields(m[1]), " "), " ...")
		if !strings.HasSuffix(name, ".") && !strings.Contains(shownOnPages, name) {
			t.Errorf("the guide says %q, which no page has", name)
		}
	}
}
