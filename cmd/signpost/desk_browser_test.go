//go:build browser

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"signpost/internal/testkit"
)

// surfer is somebody with a real browser, which has a passkey made by the browser's own
// developer tools.
type surfer struct {
	ctx context.Context
	at  string
}

func (o *office) surfer(t *testing.T) *surfer {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"),
		chromedp.NoSandbox)
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	s := &surfer{ctx, o.origin}
	call(t, ctx, webauthn.Enable, webauthn.EnableParams{})
	call(t, ctx, webauthn.AddVirtualAuthenticator,
		webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	return s
}

func call[P, R any](t *testing.T, ctx context.Context, cmd cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, cmd, params); err != nil {
		t.Fatalf("in the browser: %v", err)
	}
}

func (s *surfer) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 2*time.Minute)
	defer cancel()
	if err := testkit.InBrowser(ctx, actions...); err != nil {
		text, _ := chromedp.Run(s.ctx,
			chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 3000)`))
		t.Fatalf("in the browser: %v; the page is\n%s", err, text)
	}
}

// sees waits until the page says something.
func (s *surfer) sees(t *testing.T, words string) {
	t.Helper()
	end := time.Now().Add(2 * time.Minute)
	for {
		text, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		if err == nil && strings.Contains(text, words) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the page does not say %q: %v\n%s", words, err, text)
		}
		time.Sleep(50 * time.Millisecond) // between two looks at the page
	}
}

// presses presses the button with these words, on a page that has come whole, with its script.
func (s *surfer) presses(t *testing.T, words string) {
	t.Helper()
	click := `document.readyState === "complete" && (() => {
		const b = [...document.querySelectorAll("button")].find((b) => b.textContent.includes("` + words + `"));
		b?.click();
		return !!b;
	})()`
	end := time.Now().Add(2 * time.Minute)
	for {
		found, err := chromedp.Run(s.ctx, chromedp.Evaluate[bool](click))
		if err == nil && found {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("there is no button %q: %v", words, err)
		}
		time.Sleep(50 * time.Millisecond) // between two looks at the page
	}
}

// join joins with an invitation, as somebody does who was given its address.
func (s *surfer) join(t *testing.T, code string) {
	t.Helper()
	s.do(t, chromedp.Navigate(s.at+"/desk/join#"+code))
	s.presses(t, "Make a passkey")
	s.sees(t, "Begin a draft")
}

// fits tells that a page is not wider than a small screen.
func (s *surfer) fits(t *testing.T, path string) {
	t.Helper()
	call(t, s.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844,
		DeviceScaleFactor: 1, Mobile: true})
	s.do(t, chromedp.Navigate(s.at+path))
	wide, err := chromedp.Run(s.ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > 390`))
	if err != nil || wide {
		t.Errorf("%s is wider than 390 px (%v)", path, err)
	}
}

// The whole way of a change in real browsers: invite, sign in, change a number, be refused,
// record the test call, propose, approve as somebody else, live on two gateways, back.
func TestDeskInABrowser(t *testing.T) {
	o := openOffice(t)
	hosts := []*hosted{o.host(t, "One"), o.host(t, "Two")}
	jo, ann := o.surfer(t), o.surfer(t)
	jo.join(t, o.invite(t, "Jo", "editor"))
	ann.join(t, o.invite(t, "Ann", "approver"))
	jo.presses(t, "Sign out")
	jo.sees(t, "There is no password")
	jo.presses(t, "Sign in with a passkey")
	jo.sees(t, "Begin a draft")

	jo.do(t, chromedp.SendKeys("#title", "New number of the north"))
	jo.presses(t, "Begin the draft")
	jo.sees(t, "What callers will notice")
	draft, err := chromedp.Run(jo.ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		t.Fatal(err)
	}
	jo.presses(t, "Edit this draft")
	jo.sees(t, "Draft: New number of the north")
	service := jo.at + "/directory/fell_team_north"
	jo.do(t, chromedp.Navigate(service), chromedp.SetValue("#number0", "0161 496 0090"),
		chromedp.SetValue("#unrung_because", "it moved; the board"))
	jo.presses(t, "Show what would change")
	jo.presses(t, "Save it")
	jo.sees(t, "Saved in your draft")
	jo.do(t, chromedp.Navigate(jo.at+draft))
	jo.sees(t, "Nobody has written down who rang it")
	jo.presses(t, "Propose")
	jo.sees(t, "There is a problem")
	jo.do(t, chromedp.Navigate(service), chromedp.SetValue("#rung_by", "duty manager"))
	jo.presses(t, "Show what would change")
	jo.presses(t, "Save it")
	jo.sees(t, "Saved in your draft")
	jo.do(t, chromedp.Navigate(jo.at+draft))
	jo.presses(t, "Propose")
	jo.sees(t, "It waits for approval")
	jo.fits(t, draft)

	ann.do(t, chromedp.Navigate(ann.at+draft))
	ann.sees(t, "duty manager")
	ann.presses(t, "Approve")
	ann.sees(t, "If you agree, tick")
	const tickAll = `[...document.querySelectorAll("input[name=tick]")].map((b) => b.click()).length`
	if _, err := chromedp.Run(ann.ctx, chromedp.Evaluate[int](tickAll)); err != nil {
		t.Fatal(err)
	}
	ann.presses(t, "Approve")
	ann.sees(t, "Every gateway answers with it within seconds")
	ann.presses(t, "Publish")
	says(t, hosts, "carnmoor", "0161 496 0090")
	ann.do(t, chromedp.Navigate(ann.at+"/desk/history"))
	ann.presses(t, "Go back to publication 1")
	says(t, hosts, "carnmoor", "0161 496 0001")

	for _, path := range []string{"/desk", "/desk/history", "/desk/gateways", "/desk/people"} {
		ann.fits(t, path)
	}
}
