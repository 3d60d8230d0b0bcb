//go:build browser

package preview_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"signpost/flows/book"
)

// The forms, empty and with something wrong, and the text of a file are without fault to a
// checker of accessibility, in light and dark, on a desk, a tablet and a phone.
func TestFormsAreAccessible(t *testing.T) {
	_, base, _ := serveBook(t, book.Files) // it has languages
	ctx := browse(t)
	at := func(path string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(base + path) }
	pages := map[string][]chromedp.Action[chromedp.Void]{
		"home":       {at("/"), chromedp.WaitVisible("#changes p")},
		"words":      {at("/words")},
		"places":     {at("/places")},
		"area":       {at("/places/halton")},
		"languages":  {at("/languages")},
		"recordings": {at("/recordings")},
		"files":      {at("/files")},
		"file":       {at("/files/areas.yaml"), chromedp.WaitReady(".cm-content")},
		"new-service": {at("/new/service"), chromedp.SetValue("#name", "Another"), chromedp.Submit("form.sheet"),
			chromedp.WaitVisible(".error-summary")},
		"one-wording":  {at("/words/steps.welcome")},
		"new-town":     {at("/new/town")},
		"service-form": {at("/directory/halton_service")},
	}
	for name, actions := range pages {
		for _, as := range []struct {
			scheme string
			wide   int64
		}{{"light", 1440}, {"dark", 768}, {"light", 390}} {
			what := fmt.Sprintf("%s-%s-%d", name, as.scheme, as.wide)
			call(t, ctx, emulation.SetEmulatedMedia,
				emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme",
					Value: as.scheme}}})
			do(t, ctx, chromedp.EmulateViewport(as.wide, 900))
			do(t, ctx, actions...)
			audit(t, ctx, what)
			picture(t, ctx, what)
			if evaluate[bool](t, ctx, `document.scrollingElement.scrollWidth > innerWidth`) {
				t.Errorf("%s runs off the side", what)
			}
		}
	}
}

// Somebody chooses a box of the map with the keyboard and changes its words: what is wrong
// is said beside the field while they write, and again above the form. Then they write in
// the text of a file, which marks a mistake.
func TestWordsByKeyboard(t *testing.T) {
	dir, base, ctx := atThePhone(t)
	do(t, ctx, chromedp.Focus(`a[href="/words/steps.bills"]`), press(kb.Enter))
	until(t, ctx, `document.readyState === "complete" && document.querySelector("h1")?.textContent === "Bills"`)
	evaluate[chromedp.Void](t, ctx,
		`{
			const e = document.querySelector("#steps-bills-text");
			e.value = "Words that nobody reads. ".repeat(9);
			e.dispatchEvent(new Event("input", { bubbles: true }));
		}`)
	until(t, ctx, `document.querySelector("#steps-bills-text-error").textContent !== ""`)
	to(t, ctx, "button.main")
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector(".error-summary a")?.getAttribute("href") === "#steps-bills-text"`)
	do(t, ctx, chromedp.Navigate(base+"/files/areas.yaml"), chromedp.WaitReady(".cm-content"))
	do(t, ctx, chromedp.Focus(".cm-content"), press("x"))
	until(t, ctx, `document.querySelector("#file-live").textContent.includes("to fix here")`)
	until(t, ctx, `document.querySelector(".cm-lintRange-error, .cm-lintPoint-error, .cm-lint-marker-error") !== null`)
	// The editor's own marks are pictures, which the policy of the page keeps out.
	until(t, ctx,
		`[...document.querySelectorAll(".cm-lint-marker-error")]
			.some((e) => getComputedStyle(e, "::before").content.includes("✗"))`)
	if evaluate[string](t, ctx, `document.querySelector("#file-text").value`) == read(t, dir, "areas.yaml") {
		t.Error("what is written does not reach the form")
	}
}

// On a phone the pages are in a menu, which the keyboard opens, and the head leaves most of the
// screen to the page.
func TestMenuByKeyboardAlone(t *testing.T) {
	_, base, _ := serveWhole(t)
	ctx := browse(t)
	do(t, ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(base+"/places"), chromedp.WaitReady(".stacks"))
	const most = 200 // pixels
	if high := evaluate[float64](t, ctx,
		`document.querySelector("header").getBoundingClientRect().height`); high > most {
		t.Errorf("the head takes %v px", high)
	}
	to(t, ctx, ".menu summary")
	do(t, ctx, press(kb.Enter))
	to(t, ctx, `.menu a[aria-current="page"]`)
	audit(t, ctx, "menu")
	to(t, ctx, `.menu a[href="/words"]`)
	do(t, ctx, press(kb.Enter))
	until(t, ctx, `document.querySelector("h1")?.textContent === "Words"`)
}
