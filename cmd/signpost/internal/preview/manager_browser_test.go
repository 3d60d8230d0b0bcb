//go:build browser

package preview_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// laptop starts the program as a manager does: one file, without a command, without Go,
// git or any other program to be found. It gives the page's address.
func laptop(t *testing.T) (home, base string) {
	t.Helper()
	home = t.TempDir()
	program := filepath.Join(home, "signpost-linux")
	build := exec.Command("go", "build", "-o", program, "signpost/cmd/signpost")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PATH=" + filepath.Join(home, "no programs")}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, base, found := strings.Cut(strings.TrimSpace(said), "http://")
	if !found {
		t.Fatalf("it says %q", said)
	}
	return home, "http://" + strings.TrimSuffix(base, "/")
}

// manager is somebody who has the guide, a laptop and a browser.
type manager struct {
	t      *testing.T
	ctx    context.Context
	base   string
	dir    string
	shown  strings.Builder // the words of all pages so far
	change int
}

func (m *manager) see(name string) {
	m.t.Helper()
	m.shown.WriteString(evaluate[string](m.t, m.ctx, `document.body.innerText + " " +
		[...document.querySelectorAll("label, button, summary")].map(e => e.textContent).join(" ")`))
	if name != "" && *screenshots != "" {
		m.picture(name)
	}
}

// picture keeps what somebody sees at first, or around the button that saves, with the
// folder as it is called on most laptops.
func (m *manager) picture(name string) {
	m.t.Helper()
	evaluate[chromedp.Void](m.t, m.ctx, `document.querySelector("form.save button")?.scrollIntoView({block: "end"})`)
	m.pictureHere(name)
}

// pictureHere keeps what somebody sees where they are on the page.
func (m *manager) pictureHere(name string) {
	m.t.Helper()
	if *screenshots == "" {
		return
	}
	const shown = `C:\\Users\\Sam`
	evaluate[chromedp.Void](m.t, m.ctx, fmt.Sprintf(`(() => {
		const folder = document.querySelector("#folder"), foot = document.querySelector("footer code");
		window.undo = folder?.value;
		if (folder) folder.value = "%[1]s\\Documents\\Signpost flow book";
		if (foot) foot.textContent = "%[1]s\\Documents\\Signpost flow book";
	})()`, shown))
	png, err := chromedp.Run(m.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		m.t.Fatal(err)
	}
	evaluate[chromedp.Void](m.t, m.ctx,
		`(() => { const folder = document.querySelector("#folder"); if (folder) folder.value = window.undo; })()`)
}

// press clicks what has these words on it.
func (m *manager) press(words string) {
	m.t.Helper()
	click := fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll("a, button")].find(e => e.textContent.trim().startsWith(%q));
		if (e) e.click();
		return Boolean(e);
	})()`, words)
	if !evaluate[bool](m.t, m.ctx, click) {
		m.t.Fatalf("nothing to press says %q:\n%s", words, shown(m.ctx))
	}
}

// leave clicks what has these words on it, and waits for the page that it leads to. That page
// may have the heading of the one before.
func (m *manager) leave(words string) {
	m.t.Helper()
	evaluate[chromedp.Void](m.t, m.ctx, `window.before = true`)
	m.press(words)
	m.until(`!window.before`)
}

// fill writes into the field that has these words beside it.
func (m *manager) fill(label, words string) {
	m.t.Helper()
	set := fmt.Sprintf(`(() => {
		const l = [...document.querySelectorAll("label")].find(l => l.textContent.trim().startsWith(%q));
		if (!l) return false;
		document.getElementById(l.htmlFor).value = %q;
		return true;
	})()`, label, words)
	if !evaluate[bool](m.t, m.ctx, set) {
		m.t.Fatalf("no field is called %q:\n%s", label, shown(m.ctx))
	}
}

// open goes to the form of a service, as the guide says.
func (m *manager) open(service string) {
	m.t.Helper()
	m.leave("Directory")
	m.until(`document.querySelector("h1")?.textContent === "Directory"`)
	m.see("")
	m.leave(service)
	m.until(fmt.Sprintf(`document.querySelector("h1")?.textContent === %q`, service))
	m.see("")
}

// propose shows the change, or what is wrong with it, and says whether it may be saved.
func (m *manager) propose(name string) bool {
	m.t.Helper()
	m.leave("Show what would change")
	m.until(`(document.querySelector("h1")?.textContent.startsWith("What would change") ||
		document.querySelector(".error-summary"))`)
	m.see(name)
	return evaluate[bool](m.t, m.ctx, `document.querySelector("form.save button") !== null`)
}

// until waits for a page that has come whole and of which something holds.
func (m *manager) until(js string) {
	m.t.Helper()
	until(m.t, m.ctx, `document.readyState === "complete" && (`+js+`)`)
}

func (m *manager) save(button, name string) {
	m.t.Helper()
	m.leave(button)
	m.until(`document.querySelector("h1")?.textContent.startsWith("Saved")`)
	m.see(name)
	m.change++
}

// gets reports what the file says now.
func (m *manager) wrote(want string) {
	m.t.Helper()
	if text := read(m.t, m.dir, "services.yaml"); !strings.Contains(text, want) {
		m.t.Errorf("after %d changes the file does not say %q", m.change, want)
	}
}

// Somebody who follows the guide alone makes ten changes, on a folder that the program
// made, and undoes the last. Each is saved, or refused for a reason about its line. The
// pictures are those of the guide.
func TestManagerFollowsTheGuide(t *testing.T) {
	home, base := laptop(t)
	m := &manager{t: t, ctx: browse(t), base: base, dir: filepath.Join(home, "Documents", "Signpost flow book")}
	do(t, m.ctx, chromedp.EmulateViewport(900, 700), chromedp.Navigate(base+"/"), chromedp.WaitReady("#folder"))
	m.see("start")
	m.leave("Open this folder")
	m.until(`document.querySelector("#words") !== null`)
	m.see("")

	m.open("LetGo South") // a number
	m.fill("Telephone number", "+44 (0)1229 582387")
	if m.propose("") {
		t.Error("a number that nobody rang may be saved with the old reason")
	}
	if wrong := evaluate[string](t, m.ctx, `document.querySelector(".error-summary a").getAttribute("href") + " " +
		document.getElementById("number0").value`); wrong != "#rung_by +44 (0)1229 582387" {
		t.Errorf("the form leads to %q", wrong)
	}
	m.fill("Telephone number", "01228 633640")
	m.fill("Your role, if you rang", "duty manager")
	if !m.propose("change") || !strings.Contains(m.shown.String(), "is the number of") {
		t.Error("another service's number is offered without a warning")
	}
	m.press("Change what you wrote")
	m.until(`document.querySelector("h1")?.textContent === "LetGo South" &&
		document.getElementById("rung_by").value === "duty manager"`)
	m.fill("Telephone number", "01229 582387")
	m.propose("")
	m.save("Save it", "saved")
	m.wrote("- number: 01229 582387")

	m.leave("Directory") // rung today
	m.until(`document.querySelector("h1")?.textContent === "Directory"`)
	m.fill("Your role, having rung LetGo North", "duty manager")
	m.leave("Rung today")
	m.until(`document.querySelector("h1")?.textContent.startsWith("Rung today")`)
	m.see("")
	m.save("Yes, save it", "")

	for _, c := range []struct{ service, label, words, wrote string }{
		{"LetGo West", "Paused until", "2099-01-05", "paused_until: 2099-01-05"},
		{"LetGo West", "Paused until", "", "    hours: unknown\n    if_no_answer: victim_support_cumbria"},
		{"Cheshire East Domestic Abuse Hub", "Hours", "Mon-Fri 9am-5pm, Sat 10am-1pm",
			"hours: Mon-Fri 9am-5pm, Sat 10am-1pm"},
		{"Victim Support Cumbria", "Hours", "weekdays 9am to 5pm", "hours: weekdays 9am to 5pm #"},
		{"Cheshire East Domestic Abuse Hub", "On bank holidays", "open", "bank_holidays: open"},
		{"Respect Phoneline", "What a text calls it", "behaviour line", "label: behaviour line"},
		{"Respect Phoneline", "What a call calls it", "the behaviour line", "say: the behaviour line"},
	} {
		m.open(c.service)
		m.fill(c.label, c.words)
		if !m.propose("") {
			t.Fatalf("%s, %s %q is refused:\n%s", c.service, c.label, c.words, shown(m.ctx))
		}
		m.save("Save it", "")
		m.wrote(c.wrote)
	}

	m.open("Warrington Refuge") // a single day
	m.fill("Day", "2098-12-24")
	m.fill("Times", "9am-12.30pm")
	m.propose("")
	m.save("Save it", "")
	m.wrote("    exceptions:\n      2098-12-24: 9am-12.30pm\n")
	if m.change != 10 {
		t.Errorf("%d changes were saved", m.change)
	}

	m.open("Warrington Refuge") // what must be refused, at its line
	m.fill("Hours", "9-5")
	if m.propose("") || !strings.Contains(m.shown.String(), "hours: Mon-Fri 9am-5pm") {
		t.Error("hours that may mean two things are taken, or not explained")
	}
	if at := evaluate[string](t, m.ctx, `[...document.querySelectorAll(".error-summary a")]
		.map(e => e.getAttribute("href")).join(" ")`); at != "#hours" {
		t.Errorf("it is refused at %q", at)
	}
	m.leave("Undo the last save")
	m.until(`document.querySelector("h1")?.textContent.startsWith("Undone")`)
	if strings.Contains(read(t, m.dir, "services.yaml"), "2098-12-24") {
		t.Error("the last save is not undone")
	}
	m.leave("Phone")
	m.until(`document.querySelector("#verdict.unsure")?.textContent.includes("No mistakes")`)
	m.see("")
	m.namesAreThere()
}

// namesAreThere reports names in quotes in the guide that no page has.
func (m *manager) namesAreThere() {
	guide := read(m.t, "../../../../docs", "manager.md")
	steps, _, ok := strings.Cut(guide, "\n## See what people get\n")
	if !ok {
		m.t.Fatal("the guide has no part of what people get")
	}
	all := strings.Join(strings.Fields(m.shown.String()), " ")
	for _, q := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(steps, -1) {
		if q[1] != "closed now, opens Mon 9am" && !strings.Contains(all, q[1]) {
			m.t.Errorf("the guide says %q, which no page has", q[1])
		}
	}
}
