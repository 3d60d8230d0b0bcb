package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

var (
	allOf   = regexp.MustCompile(`All (\d+) answers, before and after`)
	changed = regexp.MustCompile(`(\d+) answers change`)
	inWays  = regexp.MustCompile(`In (?:(\d+) texts?)?(?:, and )?(?:(\d+) answers? in calls)?[,.]`)
)

// A pause changes some two hundred answers. An approver ticks a few causes, not each answer, and
// can open each cause to see all its answers. Every answer is of a cause, and no cause may be
// left unticked. Ticks of a draft as it was before an edit count for nothing.
func TestDeskGroups(t *testing.T) {
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	draft := jo.begin(t, "The support line is closed")
	pause := func(until string) {
		t.Helper()
		jo.edits(t, "everyday_support", url.Values{"paused_until": {until}})
		ids := url.Values{}
		for _, m := range accepts.FindAllStringSubmatch(jo.get(t, draft).body, -1) {
			ids.Add("accept", m[1])
		}
		if len(ids) > 0 {
			wants(t, "accept what changes", jo.presses(t, draft, "accept", ids), http.StatusSeeOther)
		}
		wants(t, "propose", jo.presses(t, draft, "propose", nil), http.StatusSeeOther)
	}
	day := time.Now().AddDate(0, 1, 0).Format("2006-01-02")
	pause(day)
	page := ann.get(t, draft).body
	all := ann.ticked(t, draft)["tick"]
	m := changed.FindStringSubmatch(jo.get(t, "/changes").body)
	if m == nil {
		t.Fatal("the pages of the draft do not say how many answers change")
	}
	answers, _ := strconv.Atoi(m[1])
	const many, few = 100, 30
	if answers < many || len(all) > few {
		t.Errorf("%d answers change, in %d ticks", answers, len(all))
	}
	sum, opened := 0, 0
	for _, m := range inWays.FindAllStringSubmatch(page, -1) {
		texts, _ := strconv.Atoi(m[1])
		calls, _ := strconv.Atoi(m[2])
		sum += texts + calls
	}
	for _, m := range allOf.FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[1])
		opened += n
	}
	if sum != answers || opened > sum || opened < sum-2*len(all) {
		t.Errorf("of %d answers the causes tell %d, and show %d besides the first ones", answers, sum, opened)
	}
	for i, id := range all {
		without := slices.Delete(slices.Clone(all), i, i+1)
		wants(t, "approve without "+id, ann.presses(t, draft, "approve", url.Values{"tick": without}),
			http.StatusUnprocessableEntity, "If you agree, tick ", `href="#tick-`+id)
	}
	before := fields(page)
	pause(time.Now().AddDate(0, 2, 0).Format("2006-01-02"))
	stale := url.Values{"commit": {before.Get("commit")}, "published": {before.Get("published")}, "tick": all}
	wants(t, "approve a draft that has changed", ann.post(t, draft+"/approve", stale), http.StatusConflict,
		"Somebody changed the draft meanwhile")
	wants(t, "approve with ticks from before", ann.presses(t, draft, "approve", url.Values{"tick": all}),
		http.StatusUnprocessableEntity, "If you agree, tick ")
	wants(t, "approve", ann.presses(t, draft, "approve", ann.ticked(t, draft)), http.StatusSeeOther)
}
