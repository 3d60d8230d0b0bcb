package main

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	line    = "+441632960000"
	ours    = "+447400000001" // to check from
)

var quick = pace{every: time.Millisecond, text: 300 * time.Millisecond, call: 300 * time.Millisecond}

// desk is a gateway, and a double of the provider whose texts and calls reach it.
func desk(t *testing.T) (*testkit.Provider, testkit.Network) {
	t.Helper()
	var g *server.Gateway
	web := httptest.NewServer(nil)
	t.Cleanup(web.Close)
	double := testkit.NewProvider(t, account, token)
	for name, v := range map[string]string{"PUBLIC_URL": web.URL, "TWILIO_ACCOUNT_SID": account,
		"TWILIO_AUTH_TOKEN": token, "TWILIO_API_URL": double.URL,
		"REDIS_URL": config.Embedded, "PRIVACY_KEY": strings.Repeat("5a", 32)} {
		t.Setenv(name, v)
	}
	cfg, err := config.FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	if g, err = server.New(cfg, server.NewLog(io.Discard, false)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	web.Config.Handler = g.Handler()
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": line, "sms_url": web.URL + "/sms",
		"voice_url": web.URL + "/voice"})
	double.Line(map[string]any{"sid": "PN" + strings.Repeat("2", 32), "phone_number": ours, "sms_url": ""})
	phone := func(from, to string) *handset.Phone {
		return &handset.Phone{Base: web.URL, Account: account, Token: privacy.Hide(token), From: from, To: to}
	}
	n := testkit.Network{
		Text: func(from, to, body string) string {
			answer, err := phone(from, to).Text(context.Background(), body)
			if err != nil {
				t.Error(err)
			}
			return answer
		},
		Call: func(from, to string) (string, int) {
			if _, err := phone(from, to).Ring(context.Background()); err != nil {
				return "completed", 1
			}
			return "completed", 0
		},
	}
	double.Connect(n)
	return double, n
}

func check(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(args, &o, &e, quick)
	return code, o.String(), e.String()
}

// It says yes when the line answers and no when it does not, and leaves nothing behind
// at the provider.
func TestYesAndNo(t *testing.T) {
	double, n := desk(t)
	for _, tt := range []struct {
		name   string
		change func(*testkit.Network)
		want   string
	}{
		{"all is well", func(*testkit.Network) {}, "text: yes\ncall: yes\n"},
		{"texts get silence", func(n *testkit.Network) { n.Text = func(_, _, _ string) string { return "" } },
			"text: no\ncall: yes\n"},
		{"texts get words of somebody else's",
			func(n *testkit.Network) {
				n.Text = func(_, _, _ string) string { return "Thanks for the message." }
			}, "text: no\ncall: yes\n"},
		{"the call's webhook fails",
			func(n *testkit.Network) {
				n.Call = func(_, _ string) (string, int) { return "completed", 1 }
			}, "text: yes\ncall: no\n"},
		{"nobody takes the call",
			func(n *testkit.Network) {
				n.Call = func(_, _ string) (string, int) { return "no-answer", 0 }
			}, "text: yes\ncall: no\n"},
		{"the number is engaged",
			func(n *testkit.Network) {
				n.Call = func(_, _ string) (string, int) { return "busy", 0 }
			}, "text: yes\ncall: no\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := n
			tt.change(&now)
			double.Connect(now)
			// What an earlier check left is no answer to this one.
			double.Hold(testkit.Record{SID: "SM" + strings.Repeat("a", 32), From: line, To: ours, Body: "999",
				Inbound: true, Created: time.Now()})
			code, out, errs := check("-from", ours, "-to", line)
			if out != tt.want || errs != "" || (code == exitOK) != !strings.Contains(tt.want, "no") {
				t.Errorf("%d: %q %q, want %q", code, out, errs, tt.want)
			}
			if left := double.Left(); len(left) > 0 {
				t.Errorf("%d records are left", len(left))
			}
		})
	}
}

// Nobody but our own line is ever texted or rung: if anything is not so, nothing is begun,
// and it says why.
func TestNobodyElse(t *testing.T) {
	for _, tt := range []struct {
		name, from, to, says string
		change               func(*testkit.Provider)
	}{
		{"somebody's phone", ours, "+447700900123", "nobody else is texted or rung", nil},
		{"from somebody's phone", "+447700900123", line, "not one of this account's numbers", nil},
		{"from the line to itself", line, line, "something answers texts", nil},
		{"to the number to check from", ours, ours, "another than the line", nil},
		{"the line leads elsewhere", ours, line, "does not go to PUBLIC_URL",
			func(p *testkit.Provider) { p.Lines()[0]["sms_url"] = "https://elsewhere.example.org/sms" }},
		{"texts to the number are answered", ours, line, "something answers texts",
			func(p *testkit.Provider) { p.Lines()[1]["sms_url"] = "https://demo.example.com/welcome" }},
		{"the provider refuses us", ours, line, "refuses our credentials",
			func(p *testkit.Provider) { p.SetToken("another") }},
		{"the provider is unreachable", ours, line, "nothing was sent", func(p *testkit.Provider) {
			p.Fail(testkit.FaultBroken, testkit.FaultBroken, testkit.FaultBroken, testkit.FaultBroken)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			double, _ := desk(t)
			if tt.change != nil {
				tt.change(double)
			}
			code, out, errs := check("-from", tt.from, "-to", tt.to)
			if code == exitOK || out != "" || !strings.Contains(errs, tt.says) {
				t.Errorf("%d: %q, %q; want it to say %q", code, out, errs, tt.says)
			}
			if asked := double.Requests(); slices.ContainsFunc(asked,
				func(q string) bool { return strings.HasPrefix(q, "POST ") }) {
				t.Errorf("asked for %q", asked)
			}
		})
	}
}

// With a short code, or a messaging service that leads here, it works as well.
func TestThroughAService(t *testing.T) {
	double, _ := desk(t)
	here := double.Lines()[0]["sms_url"]
	double.Lines()[0]["sms_url"] = ""
	double.Line(map[string]any{"sid": "MG" + strings.Repeat("3", 32), "friendly_name": "Local info",
		"inbound_request_url": here, "validity_period": 600})
	if code, out, errs := check("-from", ours, "-to", line); code != exitOK || out != "text: yes\ncall: yes\n" {
		t.Errorf("%d: %q %q", code, out, errs)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"-from", ours}, {"-from", ours, "-to", line, "more"}, {"-wrong"}} {
		if code, out, errs := check(args...); code != exitMisuse || out != "" ||
			!strings.Contains(errs, "linecheck -from NUMBER -to LINE") {
			t.Errorf("%q: %d %q %q", args, code, out, errs)
		}
	}
	if code, out, errs := check("-h"); code != exitOK || errs != "" ||
		!strings.Contains(out, "both must be the account's own") {
		t.Errorf("-h: %d %q %q", code, out, errs)
	}
	if code, out, _ := check("-version"); code != exitOK || !strings.HasPrefix(out, "signpost linecheck ") {
		t.Errorf("-version: %d %q", code, out)
	}
}

// The files for a timer run this program by its own flags.
func TestTimer(t *testing.T) {
	unit, err := os.ReadFile(filepath.FromSlash("../../deploy/signpost-linecheck.service"))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/linecheck -from \S+ -to \S+$`).Match(unit) {
		t.Errorf("the unit does not run linecheck:\n%s", unit)
	}
}
