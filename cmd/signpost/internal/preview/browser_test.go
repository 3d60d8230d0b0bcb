//go:build browser

package preview_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"signpost/flows/book"
	"signpost/internal/testkit"
)

var screenshots = flag.String("screenshots", "", "the folder to put pictures of the pages in")

// axe finds what keeps people with disabilities from using a page. (axe-core,
// Mozilla Public License 2.0.)
//
//go:embed testdata/axe.min.js
var axe string

// browse opens a real browser. All that it logs as an error, and every request it
// makes to another host, fails the test.
func browse(t *testing.T) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	var mu sync.Mutex
	var wrong []string
	err := chromedp.Listen(ctx, func(e any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			what := e.ExceptionDetails.Text + " " + e.ExceptionDetails.URL
			if x := e.ExceptionDetails.Exception; x != nil {
				what += " " + x.Description
			}
			wrong = append(wrong, what)
		case *log.EventEntryAdded:
			if e.Entry.Level == "error" && !strings.Contains(e.Entry.URL, "favicon") && !expected(e.Entry.Text) {
				wrong = append(wrong, e.Entry.Text+" "+e.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Hostname() != "127.0.0.1" {
				wrong = append(wrong, "a request to "+e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, w := range wrong {
			t.Errorf("the browser says: %s", w)
		}
	})
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	call(t, ctx, runtime.Enable, cdp.Empty{})
	return ctx
}

// expected is what the browser logs of pages that are there to say that something
// did not work.
func expected(text string) bool {
	return strings.Contains(text, "status of 404") || strings.Contains(text, "status of 409") ||
		strings.Contains(text, "status of 422")
}

func call[P, R any](t *testing.T, ctx context.Context, cmd cdp.Command[P, R], params P) R {
	t.Helper()
	r, err := chromedp.Call(ctx, cmd, params)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
	return r
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := testkit.InBrowser(ctx, actions...); err != nil {
		t.Fatalf("in the browser: %v; the page is\n%s", err, shown(ctx))
	}
}

// shown is the page as it is, when something on it did not come about.
func shown(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	text, err := chromedp.Run(ctx,
		chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 3000)`))
	if err != nil {
		return err.Error()
	}
	return text
}

func evaluate[T any](t *testing.T, ctx context.Context, js string, opts ...chromedp.EvaluateOption) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, opts...))
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
	return v
}

// patience bounds one thing done in the browser.
const patience = 2 * time.Minute

// until waits for a condition of the page.
func until(t *testing.T, ctx context.Context, js string) {
	t.Helper()
	const often = 30 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	for end := time.After(patience); ; {
		// A page that is just being left has no answer; the next one will.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+js+")")); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited for %s; the page says:\n%s", js, evaluate[string](t, ctx, `document.body.innerText`))
		}
	}
}

// picture keeps what the page looks like, when pictures are wanted.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// audit has axe look at the page.
func audit(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	evaluate[chromedp.Void](t, ctx, axe+";undefined")
	found := evaluate[string](t, ctx,
		`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v =>
			({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}))))`,
		chromedp.EvalAwaitPromise)
	var violations []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Errorf("%s: %s: %s\n%s", what, v.ID, v.Help, strings.Join(v.Nodes[:min(3, len(v.Nodes))], "\n"))
	}
}

// The pages, each as it is, with a conversation on it, with mistakes, with a
// change proposed, are without fault to a checker of accessibility: light and
// dark, on a desk, on a tablet and at 400 %, where nothing runs off the side.
func TestPagesAreAccessible(t *testing.T) {
	dir, base, s := serveWhole(t)
	_, clean, _ := serveWhole(t) // a form can propose nothing for a book with mistakes
	ctx := browse(t)
	change(t, dir, "menus.yaml", "Who is it for?", "Who is this for?")
	s.Look()
	change(t, dir, "services.yaml", "    label: advice line\n", "    lable: advice line\n")
	change(t, dir, "menus.yaml", "We never text first.", "We NEVER text first.")
	s.Look() // or the first page would be renewed while it is used
	pages := map[string][]chromedp.Action[chromedp.Void]{
		"phone": {chromedp.Navigate(base + "/"), chromedp.SendKeys("#words", "kendrow"+kb.Enter),
			chromedp.WaitVisible(".bubbles .we"), chromedp.Click("#ring"), chromedp.WaitVisible("#captions .we")},
		"changes": {chromedp.Navigate(base + "/changes"), chromedp.WaitVisible(".noticed")},
		"fix": {chromedp.Navigate(base + "/"), chromedp.Submit(`form[action="/fix"]`),
			chromedp.WaitVisible("pre.diff")},
		"heard": {chromedp.Navigate(base + "/heard"),
			chromedp.SendKeys("#heard-text", "im in crenton hes got a knife"+kb.Enter), chromedp.WaitVisible(".says"),
			chromedp.Click(".fix summary")},
		"routes":    {chromedp.Navigate(base + "/routes"), chromedp.Click("main summary")},
		"directory": {chromedp.Navigate(base + "/directory")},
		"service":   {chromedp.Navigate(base + "/directory/riverton_service")},
		"trouble":   {chromedp.Navigate(base + "/directory/none")},
		"refused": {chromedp.Navigate(clean + "/directory/warmouth_service"),
			chromedp.SetValue("#number0", "0161 496 009"), chromedp.Submit("form.form"),
			chromedp.WaitVisible(".error-summary")},
		"no-role": {chromedp.Navigate(clean + "/directory"), chromedp.Submit(`form[action$="/rung"]`),
			chromedp.WaitVisible(".error-summary")},
		"proposal": {chromedp.Navigate(clean + "/directory/warmouth_service"),
			chromedp.SetValue("#number0", "0161 496 0093"), chromedp.SetValue("#rung_by", "duty manager"),
			chromedp.Submit("form.form"), chromedp.WaitVisible("pre.diff")},
	}
	for name, actions := range pages {
		for _, scheme := range []string{"light", "dark"} {
			for _, wide := range []int64{1280, 768, 320} {
				what := fmt.Sprintf("%s-%s-%d", name, scheme, wide)
				call(t, ctx, emulation.SetEmulatedMedia,
					emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme",
						Value: scheme}}})
				do(t, ctx, chromedp.EmulateViewport(wide, 900))
				do(t, ctx, actions...)
				audit(t, ctx, what)
				picture(t, ctx, what)
				if evaluate[bool](t, ctx, `document.scrollingElement.scrollWidth > innerWidth`) {
					t.Errorf("%s runs off the side", what)
				}
			}
		}
	}
}

// The page for signature is shown in a browser as it is, and is without fault, too.
func TestSignOffPageIsAccessible(t *testing.T) {
	_, base, _ := serveWhole(t)
	ctx := browse(t)
	do(t, ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(base+"/sign-off"), chromedp.WaitReady("#sign"))
	audit(t, ctx, "sign-off")
	picture(t, ctx, "sign-off")
	if got := evaluate[string](t, ctx,
		`getComputedStyle(document.querySelector(".row")).borderLeftStyle`); got != "solid" {
		t.Errorf("the page is shown without its style: %q", got)
	}
}

// atThePhone opens the first page, with nothing touched yet.
func atThePhone(t *testing.T) (dir, base string, ctx context.Context) {
	t.Helper()
	dir, base, _ = serveWhole(t)
	ctx = browse(t)
	do(t, ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(base+"/"), chromedp.WaitReady("#words"))
	return dir, base, ctx
}

// press presses keys of the keyboard, one after another.
func press(keys ...string) chromedp.Action[chromedp.Void] {
	var all []chromedp.Action[chromedp.Void]
	for _, k := range keys {
		all = append(all, chromedp.KeyEvent(k))
	}
	return chromedp.Steps(all...)
}

// to walks with the tab key until an element has the focus.
func to(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	const most = 120 // stops on a page
	for range most {
		do(t, ctx, press(kb.Tab))
		if evaluate[bool](t, ctx, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	t.Fatalf("the tab key does not lead to %s", selector)
}

// With the keyboard alone: a text, a call put through and unanswered, a number
// rung today. The box of the step lights up on the way.
func TestKeyboardAlone(t *testing.T) {
	dir, base, ctx := atThePhone(t)
	to(t, ctx, "#words")
	do(t, ctx, press("kendrow", kb.Enter))
	until(t, ctx, `document.querySelector("#bubbles .we")?.textContent.includes("0161 496 0002")`)
	until(t, ctx, `document.querySelector(".map-step.lit")?.id === "step-local_line"`)
	until(t, ctx, `document.querySelector("#sums").textContent === "1 text sent, 1 segment back, 4.0p."`)
	to(t, ctx, "#ring")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("#captions").textContent.includes("Info line")`)
	for _, step := range []struct{ key, lit, says string }{{"1", "fellshire", "Carnmoor or Penwick press 1"},
		{"3", "local_line", "To talk press 1"}, {"1", "local_line", "Connecting you to the local team"}} {
		do(t, ctx, press(step.key))
		until(t, ctx, fmt.Sprintf(`document.querySelector("#captions").textContent.includes(%q)`, step.says))
		until(t, ctx, fmt.Sprintf(`document.querySelector(".map-step.lit")?.id === "step-%s"`, step.lit))
	}
	until(t, ctx, `document.querySelector("#ringing").textContent.startsWith("A line is ringing")`)
	to(t, ctx, `[data-how="no answer"]`)
	do(t, ctx, press(kb.Enter))
	until(t, ctx,
		`document.querySelector("#captions").textContent.includes("There was no answer. Trying another line.")`)
	to(t, ctx, "#hangup")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("#ring").disabled === false`)
	picture(t, ctx, "conversation")

	do(t, ctx, chromedp.Navigate(base+"/directory"))
	to(t, ctx, "#role-fell_team_north")
	do(t, ctx, press("duty manager", kb.Enter))
	until(t, ctx, `[...document.querySelectorAll("button")].some(b => b.textContent === "Yes, save it")`)
	to(t, ctx, `form.save button`)
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("h1").textContent === "Saved: Fell Team North"`)
	if text := read(t, dir, "services.yaml"); !strings.Contains(text,
		"    checked_on: 2026-11-20\n    checked_by: duty manager\n\n  fell_team_south:") {
		_, north, _ := strings.Cut(text, "  fell_team_north:")
		t.Errorf("the file does not say it:\n%.1500s", north)
	}
	picture(t, ctx, "rung")
}

// With the keyboard alone: a conversation becomes an example.
func TestKeepWithKeyboard(t *testing.T) {
	dir, _, ctx := atThePhone(t)
	to(t, ctx, ".keep summary")
	do(t, ctx, press(kb.Enter))
	to(t, ctx, "#name")
	do(t, ctx, press("Kendrow has its number", kb.Enter))
	until(t, ctx, `document.querySelector("#keeps").textContent === "Send a text first."`)
	do(t, ctx, chromedp.Focus("#words"), press("kendrow", kb.Enter))
	until(t, ctx, `document.querySelector("#bubbles .we")?.textContent.includes("0161 496 0002")`)
	to(t, ctx, "#name")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("pre.diff")?.textContent.includes("Kendrow has its number")`)
	picture(t, ctx, "example")
	to(t, ctx, "form.save button")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("h1").textContent === "Saved: an example"`)
	if text := read(t, dir, "examples.yaml"); !strings.Contains(text,
		"      - they: \"kendrow\"\n        we: [\"0161 496 0002\", \"0808 157 0010\"]\n") {
		t.Errorf("the file does not say it:\n%s", text[len(text)-400:])
	}
}

// With the keyboard alone, and without fault to a checker of accessibility: a text is
// read, which is told without leaving the page,
// and what was missed in it is added.
func TestTeachIsAccessible(t *testing.T) {
	dir, base, _ := serveBook(t, book.Files) // examples in the lists of danger name its places
	ctx := browse(t)
	do(t, ctx, chromedp.EmulateViewport(1280, 1000), chromedp.Navigate(base+"/heard"),
		chromedp.WaitReady("#heard-text"))
	to(t, ctx, "#heard-text")
	do(t, ctx, press("im in crewe hes got a knife", kb.Enter))
	until(t, ctx,
		`document.querySelector("#heard-said").textContent.includes("Somebody is in danger now") &&
			document.activeElement.id === "heard-text"`)
	audit(t, ctx, "heard")
	picture(t, ctx, "heard")
	evaluate[chromedp.Void](t, ctx, `document.querySelector("#heard-text").select()`) // what is typed takes its place
	do(t, ctx, press("he flumps the door in crewe", kb.Enter))
	until(t, ctx, `document.querySelector("#phrase")?.value === "he flumps the door in crewe"`)
	to(t, ctx, ".fix summary")
	do(t, ctx, press(kb.Enter))
	to(t, ctx, "#list")
	do(t, ctx, press("Somebody is in"))
	until(t, ctx, `document.querySelector("#list").value === "heard.danger"`)
	audit(t, ctx, "heard-teach")
	picture(t, ctx, "heard-teach")
	to(t, ctx, "#phrase")
	do(t, ctx, press("flumps the door", kb.Enter))
	until(t, ctx,
		`document.querySelector("pre.diff")?.textContent.includes("flumps the door") &&
			document.querySelector("main").textContent.includes("It is understood: Somebody is in danger now.")`)
	audit(t, ctx, "heard-proposal")
	picture(t, ctx, "heard-proposal")
	to(t, ctx, "form.save button")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("h1").textContent.startsWith("Saved: a phrase")`)
	if text := read(t, dir, "heard_danger.yaml"); !strings.Contains(text, "- \"flumps the door\"\n") ||
		!strings.Contains(text, "he flumps the door in crewe") {
		t.Error("the file does not say it")
	}
	for _, wide := range []int64{640, 320} {
		do(t, ctx, chromedp.EmulateViewport(wide, 900), chromedp.Navigate(base+"/heard"),
			chromedp.WaitReady("#heard-text"), chromedp.SendKeys("#heard-text", "im in crewe hes got a knife"+kb.Enter),
			chromedp.WaitVisible(".says"))
		if evaluate[bool](t, ctx, `document.scrollingElement.scrollWidth > innerWidth`) {
			t.Errorf("at %d it runs off the side", wide)
		}
	}
}

// A place that is chosen is put into the text, and the page says what a caller there
// presses: that leads there.
func TestPlaceByKeyboard(t *testing.T) {
	_, _, ctx := atThePhone(t)
	to(t, ctx, ".setup summary")
	do(t, ctx, press(kb.Enter))
	to(t, ctx, "#place")
	do(t, ctx, press("Widmere"))
	until(t, ctx,
		`document.querySelector("#words").value === "Widmere" &&
			document.querySelector("#place-help").textContent === "Send the text; or ring, and press 2, then 3."`)
	to(t, ctx, "#words")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("#bubbles .we")?.textContent.includes("0306 999 0008")`)
	to(t, ctx, "#ring")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("#captions .we") !== null`)
	for i, key := range []string{"2", "3"} {
		do(t, ctx, press(key))
		until(t, ctx,
			fmt.Sprintf(`document.querySelectorAll("#captions .they").length === %d &&
				!document.querySelector("[data-key='1']").disabled`,
				i+1))
	}
	until(t, ctx,
		`document.querySelector("#captions").textContent.includes("To talk press 1") &&
			document.querySelector(".map-step.lit")?.id === "step-local_line"`)
}

// The page as the README shows it; its picture, when pictures are wanted.
func TestPictureForReaders(t *testing.T) {
	_, base, _ := serveBook(t, book.Files)
	ctx := browse(t)
	do(t, ctx, chromedp.EmulateViewport(1360, 1120), chromedp.Navigate(base+"/"), chromedp.WaitReady("#words"),
		chromedp.SendKeys("#words", "hello"+kb.Enter), chromedp.WaitVisible(".bubbles .we"),
		chromedp.SendKeys("#words", "im in kendal"+kb.Enter))
	until(t, ctx, `document.querySelectorAll("#bubbles .we").length === 2`)
	do(t, ctx, chromedp.Click("#ring"))
	until(t, ctx, `document.querySelector("#captions .we") !== null`)
	do(t, ctx, chromedp.Click(`[data-key="1"]`))
	until(t, ctx, `document.querySelectorAll("#captions .we").length === 2`)
	// Nothing on the map runs out of its box.
	if out := evaluate[string](t, ctx, `(() => {
		const right = (e) => e.getBBox().x + e.getBBox().width;
		return [...document.querySelectorAll(".map-step text")]
			.filter(w => right(w) > right(w.parentElement.querySelector("rect")))
			.map(w => w.textContent).join(", ");
	})()`); out != "" {
		t.Errorf("out of its box on the map: %s", out)
	}
	if *screenshots == "" {
		return
	}
	evaluate[chromedp.Void](t, ctx, `scrollTo(0, 0)`)
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, "preview.png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
