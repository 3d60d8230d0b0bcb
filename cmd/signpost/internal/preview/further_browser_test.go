//go:build browser

package preview_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"signpost/flows/book"
)

// choose takes what has these words in the list that has a label beside it.
func (m *manager) choose(label, words string) {
	m.t.Helper()
	set := fmt.Sprintf(`(() => {
		const l = [...document.querySelectorAll("label")].find(l => l.textContent.trim().startsWith(%q));
		const list = l && document.getElementById(l.htmlFor);
		const o = [...(list?.options ?? [])].find(o => o.textContent.startsWith(%q));
		if (o) list.value = o.value;
		return Boolean(o);
	})()`, label, words)
	if !evaluate[bool](m.t, m.ctx, set) {
		m.t.Fatalf("no list %q has %q:\n%s", label, words, shown(m.ctx))
	}
}

// goes follows links and buttons until a page has this heading.
func (m *manager) goes(heading string, words ...string) {
	m.t.Helper()
	for _, w := range words {
		m.until(fmt.Sprintf(
			`[...document.querySelectorAll("a, button")].some(e => e.textContent.trim().startsWith(%q))`, w))
		m.leave(w)
	}
	m.until(fmt.Sprintf(`document.querySelector("h1")?.textContent.startsWith(%q)`, heading))
	m.see("")
}

// texts sends a text on the phone of the first page, and waits for words in the answer.
func (m *manager) texts(text, want string) {
	m.t.Helper()
	m.goes("Phone", "Phone")
	do(m.t, m.ctx, chromedp.SendKeys("#words", text+kb.Enter))
	m.until(fmt.Sprintf(`[...document.querySelectorAll("#bubbles .we")].at(-1)?.textContent.includes(%q)`, want))
}

// saves shows a change, accepts the conversations that it alters, and saves it. It tells how
// many conversations those were.
func (m *manager) saves(picture string) int {
	m.t.Helper()
	if !m.propose("") {
		m.t.Fatalf("the change cannot be saved:\n%s", shown(m.ctx))
	}
	n := evaluate[int](m.t, m.ctx, `[...document.querySelectorAll("input[name=accept]")].map(b => b.click()).length`)
	if picture != "" {
		evaluate[chromedp.Void](m.t, m.ctx, `document.querySelector(".altered").scrollIntoView()`)
		m.see("")
		m.pictureHere(picture)
	}
	m.save("Save it", "")
	return n
}

// Somebody who follows the rest of the guide keeps a conversation, adds a service and a town,
// changes what an area gets, some words, a file and a phrase. What they kept is shown by each
// change that alters it.
func TestManagerFollowsTheGuideFurther(t *testing.T) {
	dir, base, _ := serveBook(t, book.Files) // the guide shows it
	m := &manager{t: t, ctx: browse(t), base: base, dir: dir}
	do(t, m.ctx, chromedp.EmulateViewport(900, 700), chromedp.Navigate(base+"/"), chromedp.WaitReady("#words"))

	m.texts("widnes", "0300 111 1247") // keep a conversation
	do(t, m.ctx, chromedp.Click(".keep summary"))
	m.fill("A name for the example", "Widnes gets its team")
	m.saves("")

	m.goes("Add a service", "Directory", "Add a service")
	m.fill("What the service calls itself", "Halton Night Line")
	m.fill("What a text calls it", "night team")
	m.fill("What a call calls it", "the night team")
	m.fill("Telephone number", "01928 500000")
	m.fill("Hours", "Mon-Fri 6pm-11pm")
	m.choose("Its area", "Halton")
	m.choose("Where in the area's list", "before them")
	m.choose("Which service comes next", "Halton Domestic Abuse Service")
	m.fill("Who prints it", "its own page")
	m.fill("Your role, if you rang", "duty manager")
	if n := m.saves("conversation"); n == 0 {
		t.Error("the conversation that was kept is not shown, though the service changes it")
	}
	m.texts("widnes", "01928 500000")

	m.goes("Add a town", "Places", "Add a town or a name")
	m.fill("The name, as people write it", "zedby")
	m.choose("Its area", "Halton")
	m.saves("")
	m.texts("zedby", "01928 500000")

	m.goes("Halton", "Places", "Halton")
	m.choose("Service 1", "Halton Domestic Abuse Service")
	m.choose("Service 2", "Halton Night Line")
	m.saves("")
	m.texts("widnes", "0300 111 1247")

	m.goes("Cumbria", "Words", "Cumbria")
	m.fill("What a call says", "In Cumbria: {choices}, not sure 0.")
	m.saves("")

	m.goes("words.yaml", "Files", "words.yaml")
	do(t, m.ctx, chromedp.WaitReady(".cm-content"), chromedp.Focus(".cm-content"), press("# Looked at in November. "))
	m.saves("")
	if !strings.Contains(read(t, dir, "words.yaml"), "# Looked at in November. #") {
		t.Error("the file does not say what was written into it")
	}

	m.goes("What is understood", "What is understood")
	m.fill("The text", "he flumps the door in crewe")
	m.press("Show what is understood")
	m.until(`document.querySelector("#phrase") !== null`)
	m.see("")
	do(t, m.ctx, chromedp.Click(".fix summary"))
	m.choose("What the text says", "Somebody is in danger")
	m.fill("The words that say it", "flumps the door")
	m.saves("")
	m.texts("he flumps the door in crewe", "999")
	for _, page := range []string{"Languages", "Recordings"} {
		m.goes(page, page)
	}
	m.goes("Polski", "Languages", "Polski")

	guide := read(t, "../../../../docs", "manager.md")
	_, rest, _ := strings.Cut(guide, "\n## Add a service\n")
	rest, _, ok := strings.Cut(rest, "\n## The files\n")
	if !ok {
		t.Fatal("the guide has no part about adding a service")
	}
	all := strings.Join(strings.Fields(m.shown.String()), " ")
	for _, q := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(rest, -1) {
		if words := strings.Join(strings.Fields(q[1]), " "); !strings.Contains(all, words) {
			t.Errorf("the guide says %q, which no page has", words)
		}
	}
}
