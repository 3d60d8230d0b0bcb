package main

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var accepts = regexp.MustCompile(`name="accept" value="([^"]+)"`)

// ticked is everything that the page of a draft asks somebody to tick.
func (c *colleague) ticked(t *testing.T, draft string) url.Values {
	t.Helper()
	all := url.Values{"tick": nil}
	for _, m := range ticks.FindAllStringSubmatch(c.get(t, draft).body, -1) {
		all["tick"] = append(all["tick"], m[1])
	}
	return all
}

// lacks reports words that a page must not say.
func lacks(t *testing.T, what string, r reply, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(r.body, w) {
			t.Errorf("%s: the page says %q", what, w)
		}
	}
}

// A conversation that somebody kept is shown by every draft that alters it, as it was and as
// it would be. Its author accepts it before the draft can be proposed, and the approver ticks
// it.
func TestDeskConversations(t *testing.T) {
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	const was, is, name = "0161 496 0001", "0161 496 0090", "Carnmoor gets its team"

	changed := jo.begin(t, "New number of the north")
	jo.edits(t, "fell_team_north", url.Values{"number0": {is}, "rung_by": {"duty manager"}})
	lacks(t, "a draft that alters no conversation", jo.get(t, changed), "Conversations that change")

	kept := ann.begin(t, "Keep Carnmoor")
	shown := ann.post(t, "/example", url.Values{"name": {name}, "channel": {"text"}, "they": {"carnmoor"},
		"at": {"2026-11-18T14:00"}})
	wants(t, "keep a conversation", ann.post(t, "/example/save", fields(shown.body)), http.StatusOK,
		"Saved in your draft")
	wants(t, "the draft that keeps it", ann.get(t, kept), http.StatusOK, "Kept conversations", name,
		`<span class="tag">new</span>`, was, "Callers will notice nothing")
	wants(t, "publish it", ann.presses(t, kept, "alone", url.Values{"why": {"to try it"}}), http.StatusSeeOther)

	wants(t, "the other draft, brought up to date", jo.presses(t, changed, "update", nil), http.StatusSeeOther)
	page := jo.get(t, changed)
	wants(t, "the conversation that it alters", page, http.StatusOK, "Conversations that change", name,
		"I accept this change of: "+name)
	_, talk, _ := strings.Cut(page.body, "Conversations that change")
	if before, after := strings.Index(talk, was), strings.Index(talk, is); before < 0 || after < before {
		t.Errorf("it is not shown as it was and as it would be:\n%s", talk[:min(len(talk), 2000)])
	}
	wants(t, "propose it unread", jo.presses(t, changed, "propose", nil), http.StatusConflict, "There is a problem",
		"accept it first")
	wants(t, "accept nothing", jo.presses(t, changed, "accept", nil), http.StatusUnprocessableEntity,
		"There is a problem", "Tick each conversation", `href="#accept-`)
	ids := url.Values{}
	for _, m := range accepts.FindAllStringSubmatch(page.body, -1) {
		ids.Add("accept", m[1])
	}
	if len(ids["accept"]) != 1 {
		t.Fatalf("%d conversations are to be accepted", len(ids["accept"]))
	}
	wants(t, "accept it", jo.presses(t, changed, "accept", ids), http.StatusSeeOther)
	page = jo.get(t, changed)
	lacks(t, "the draft once it is accepted", page, "Conversations that change")
	wants(t, "the draft once it is accepted", page, http.StatusOK, "Kept conversations",
		`<span class="tag">changed</span>`, "No mistakes")
	wants(t, "propose", jo.presses(t, changed, "propose", nil), http.StatusSeeOther)

	all := ann.ticked(t, changed)
	box := boxOf(t, ann.get(t, changed).body, name)
	without := slices.DeleteFunc(slices.Clone(all["tick"]), func(id string) bool { return id == box })
	if len(without) != len(all["tick"])-1 {
		t.Fatalf("the approver is not asked to tick the conversation: %v", all["tick"])
	}
	wants(t, "approve without the conversation", ann.presses(t, changed, "approve", url.Values{"tick": without}),
		http.StatusUnprocessableEntity, "If you agree, tick the conversation “"+name+"”", "<title>Error: ")
	wants(t, "approve", ann.presses(t, changed, "approve", all), http.StatusSeeOther)
	wants(t, "publish", ann.presses(t, changed, "publish", nil), http.StatusSeeOther)
	wants(t, "the trail", ann.get(t, "/desk/people"), http.StatusOK,
		"accepted a conversation: New number of the north: "+name)

	gone := jo.begin(t, "Tidy up")
	text := fileIn(t, jo, "examples.yaml")
	at := strings.Index(text, fmt.Sprintf("  - name: %q", name))
	if at < 0 {
		t.Fatal("the file of the examples does not hold it")
	}
	proposed := jo.post(t, "/files/examples.yaml", url.Values{"text": {text[:at]}})
	wants(t, "take it out", jo.post(t, "/files/examples.yaml/save", fields(proposed.body)), http.StatusOK,
		"Saved in your draft")
	wants(t, "the draft that takes it out", jo.get(t, gone), http.StatusOK, "Kept conversations",
		`<span class="tag">taken out</span>`)
	wants(t, "propose that", jo.presses(t, gone, "propose", nil), http.StatusSeeOther)
	wants(t, "approve that unticked", ann.presses(t, gone, "approve", nil), http.StatusUnprocessableEntity,
		"tick the conversation")
}

// boxOf is the box beside a conversation.
func boxOf(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<label for="tick-([^"]+)">` + regexp.QuoteMeta(name)).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no box is beside %q", name)
	}
	return m[1]
}

// The page of a draft shows what callers will notice on both channels, at which hours, as it
// is on the phone, and what it costs.
func TestDeskDraftShows(t *testing.T) {
	o := openOffice(t)
	jo := o.joined(t, "Jo", "editor")
	draft := jo.begin(t, "Longer welcome")
	wants(t, "a draft without a change", jo.get(t, draft), http.StatusOK, "Callers will notice nothing")
	jo.edits(t, "fell_team_north", url.Values{"number0": {"0161 496 0090"}, "rung_by": {"duty manager"}})
	page := jo.get(t, draft)
	wants(t, "a number", page, http.StatusOK, "Another number of Fell Team North",
		"answers in calls, some of them at some hours only", "before and after", "Before, by text", "After, by text",
		"Before, in a call", "<mark>0161 496 0090", "1 segment, 4p", "No way to a number costs more or less")

	hours := jo.begin(t, "Shorter hours")
	jo.edits(t, "warmouth_service", url.Values{"hours": {"Mon-Fri 9am-4pm"}})
	wants(t, "hours", jo.get(t, hours), http.StatusOK, "at some hours only, for example")

	dear := jo.begin(t, "A long prompt")
	say := url.Values{"text": {strings.ReplaceAll(fileIn(t, jo, "words.yaml"), "To hear this slowly, press",
		"To hear all of this slowly, press")}}
	shown := jo.post(t, "/files/words.yaml", say)
	wants(t, "a longer call, before it is saved", shown, http.StatusOK, "Save it")
	form := fields(shown.body)
	for _, m := range accepts.FindAllStringSubmatch(shown.body, -1) {
		form.Add("accept", html.UnescapeString(m[1]))
	}
	wants(t, "a longer call", jo.post(t, "/files/words.yaml/save", form), http.StatusOK, "Saved in your draft")
	wants(t, "what it costs", jo.get(t, dear), http.StatusOK, "call, to any number", "seconds of talk</strong>")
}

// fileIn is the text of a file as the page of files shows it.
func fileIn(t *testing.T, c *colleague, name string) string {
	t.Helper()
	_, text, _ := strings.Cut(c.get(t, "/files/"+name).body, "<textarea")
	_, text, _ = strings.Cut(text, ">\n")
	text, _, ok := strings.Cut(html.UnescapeString(text), "</textarea>")
	if !ok {
		t.Fatalf("%s is not shown", name)
	}
	return text
}

// The page of a draft that is open is told when somebody edits the draft, and only then. That
// it waits does not keep anybody signed in.
func TestDeskTellsOfChanges(t *testing.T) {
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	draft := jo.begin(t, "The north was rung")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ann.origin+draft+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := ann.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the page is told in %q", kind)
	}
	said := make(chan string)
	go func() {
		buf := make([]byte, 1000)
		for {
			n, err := resp.Body.Read(buf)
			if err != nil {
				close(said)
				return
			}
			said <- string(buf[:n])
		}
	}()
	first := <-said
	jo.edits(t, "fell_team_north", url.Values{"rung_by": {"duty manager"}})
	if next := <-said; next == first {
		t.Error("an edit tells the page nothing new")
	}
	wants(t, "delete it", jo.post(t, draft+"/delete", nil), http.StatusSeeOther)
	if last := <-said; !strings.Contains(last, "gone") {
		t.Errorf("the page of a draft that is gone is told %q", last)
	}
	o.ahead.Store(int64(31 * time.Minute))
	if ann.isIn(t) {
		t.Error("a page that waits keeps somebody signed in")
	}
}

// A number that was wrong is put right on the same day. The day does not show that the second
// one was rung, so the approver is told to ask.
func TestDeskNumberTwiceADay(t *testing.T) {
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	for i, number := range []string{"0161 496 0090", "0161 496 0092"} {
		draft := jo.begin(t, "New number of the north")
		jo.edits(t, "fell_team_north", url.Values{"number0": {number}, "rung_by": {"duty manager"}})
		page := jo.get(t, draft)
		const ask = "ask whether that person rang the new number, too"
		wants(t, "the draft", page, http.StatusOK, "by: duty manager")
		if asked := strings.Contains(page.body, ask); asked != (i == 1) {
			t.Errorf("%s: the approver is told to ask: %v", number, asked)
		}
		wants(t, "propose", jo.presses(t, draft, "propose", nil), http.StatusSeeOther)
		all := url.Values{}
		for _, m := range ticks.FindAllStringSubmatch(ann.get(t, draft).body, -1) {
			all.Add("tick", m[1])
		}
		wants(t, "approve", ann.presses(t, draft, "approve", all), http.StatusSeeOther)
		wants(t, "publish", ann.presses(t, draft, "publish", nil), http.StatusSeeOther)
	}
}
