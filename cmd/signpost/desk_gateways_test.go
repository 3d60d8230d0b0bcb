package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Machines that show the same token are told from each other. One that is gone for good is
// forgotten, and a gateway that is removed is not known any more.
func TestMachinesOfOneToken(t *testing.T) {
	o := openOffice(t)
	jo := o.joined(t, "Jo", "editor")
	exit, token, errs := inTerminal("desk", "gateway", "-dir", o.dir, "-name", "Fly")
	if exit != exitOK {
		t.Fatalf("%d, %s", exit, errs)
	}
	reports := func(machine string) int {
		t.Helper()
		return jo.ask(t, http.MethodPost, "/follow/report",
			strings.NewReader(`{"serial": 1, "machine": "`+machine+`"}`), "application/json", "Authorization",
			"Bearer "+strings.TrimSpace(token)).status
	}
	if code := reports("a1"); code != http.StatusOK {
		t.Fatalf("a report: %d", code)
	}
	o.ahead.Store(int64(20 * time.Minute))
	reports("b2")
	wants(t, "two machines", jo.get(t, "/desk/gateways"), http.StatusOK, "Fly, machine a1", "Fly, machine b2",
		"is silent", "the gateway does not answer", "0 of 2 gateways")
	o.ahead.Store(int64(61 * time.Minute))
	reports("b2")
	jo.signIn(t) // the session is over
	if r := jo.get(t, "/desk/gateways"); !strings.Contains(r.body, "machine b2") ||
		strings.Contains(r.body, "machine a1") {
		t.Errorf("a machine that is gone: %s", r.body)
	}
	if code, _, errs := inTerminal("desk", "remove", "-dir", o.dir, "-name", "Fly"); code != exitOK ||
		reports("b2") != http.StatusUnauthorized {
		t.Errorf("a gateway that was removed still reports: %d, %s", code, errs)
	}
	wants(t, "no gateway", jo.get(t, "/desk/gateways"), http.StatusOK, "No gateway follows this desk yet")
}
