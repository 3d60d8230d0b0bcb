//go:build browser

package preview_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A save is shown on an open page by itself, and a save that breaks the book too.
func TestSavesAreShown(t *testing.T) {
	dir, base, _ := serveWhole(t)
	ctx := browse(t)
	do(t, ctx, chromedp.Navigate(base+"/"), chromedp.WaitReady("#words"))
	until(t, ctx, `document.querySelector("#verdict").textContent.includes("No mistakes")`)
	change(t, dir, "menus.yaml", "goes_to: fellshire\n", "goes_to: cumbira\n")
	until(t, ctx,
		`document.querySelector("#verdict.bad")?.textContent.includes("1 to fix") &&
			document.querySelector("#checks").textContent.includes('there is no step "cumbira"')`)
	change(t, dir, "menus.yaml", "goes_to: cumbira\n", "goes_to: fellshire\n")
	change(t, dir, "menus.yaml", "  fellshire:\n", "  of_fellshire:\n")
	until(t, ctx, `document.querySelector("#checks").textContent.includes('there is no step "fellshire"')`)
	text := strings.ReplaceAll(read(t, dir, "menus.yaml"), "goes_to: fellshire\n", "goes_to: of_fellshire\n")
	if err := os.WriteFile(filepath.Join(dir, "menus.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	until(t, ctx,
		`document.querySelector("#verdict.unsure")?.textContent.includes("No mistakes") &&
			document.querySelector("#step-of_fellshire")`)
	until(t, ctx, `document.querySelector("#changes").textContent.includes("Nothing, compared with")`)
	// Anybody who is on a button of the checks stays on it when they are renewed.
	change(t, dir, "services.yaml", "    label: advice line\n", "    lable: advice line\n")
	until(t, ctx, `document.querySelector("#checks form button") !== null`)
	do(t, ctx, chromedp.Focus("#checks form button"))
	change(t, dir, "menus.yaml", "We never text first.", "We never  text first.")
	until(t, ctx,
		`document.querySelector("#checks").textContent.includes("too many") &&
			document.activeElement === document.querySelector("#checks form button")`)
	change(t, dir, "menus.yaml", "We never  text first.", "We never text first.")
	change(t, dir, "services.yaml", "    lable: advice line\n", "    label: advice line\n")
	until(t, ctx,
		`document.querySelector("#verdict.unsure")?.textContent.includes("No mistakes") &&
			document.activeElement === document.querySelector("#checks")`)
	change(t, dir, "menus.yaml", "Who is it for?", "Who is this for?")
	until(t, ctx,
		`document.querySelector("#changes").textContent.includes("1 answer changes.") &&
			document.querySelector("#changes .put").textContent.startsWith("Who is this for?") &&
			document.querySelector("nav").textContent.includes("What people will notice (1)")`)
}
