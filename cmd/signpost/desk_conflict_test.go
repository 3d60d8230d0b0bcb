package main

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

// Two people change the same fact of a service. The later draft says which fact, by the name
// of the service, and asks which to keep.
func TestDeskConflict(t *testing.T) {
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	late := jo.begin(t, "The night team")
	jo.edits(t, "riverton_service", url.Values{"label": {"night team"}})
	first := ann.begin(t, "The day team")
	ann.edits(t, "riverton_service", url.Values{"label": {"day team"}})
	wants(t, "publish", ann.presses(t, first, "alone", url.Values{"why": {"to try it"}}), http.StatusSeeOther)
	page := jo.get(t, late)
	wants(t, "the draft", page, http.StatusOK,
		"<legend>Riverton service, label ", "night team",
		"day team")
	wants(t, "choose nothing", jo.presses(t, late, "update", nil), http.StatusUnprocessableEntity,
		"Choose what to keep of Riverton service")
	m := regexp.MustCompile(`name="(keep-[^"]+)" value="draft"`).FindStringSubmatch(page.body)
	if m == nil {
		t.Fatalf("there is nothing to choose:\n%s", page.body)
	}
	wants(t, "keep the draft", jo.presses(t, late, "update", url.Values{m[1]: {"draft"}}), http.StatusSeeOther)
	wants(t, "the draft afterwards", jo.get(t, late), http.StatusOK, "<del>day</del> → <ins>night</ins>")
}
