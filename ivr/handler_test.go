package ivr_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/privacy"
	"signpost/internal/spend"
	"signpost/internal/tally"
	"signpost/internal/twiml"
	"signpost/internal/webhook"
	"signpost/ivr"
)

func handler(t testing.TB) (*ivr.Handler, *time.Time) {
	t.Helper()
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 18, 14, 10, 0, 0, time.UTC)
	return &ivr.Handler{Book: func(uint32) *flows.Book { return src.Book }, Keys: keys, Meter: &spend.Meter{Now: time.Now}, Callers: &ivr.Callers{}, Resting: func() bool { return false }, Base: "https://x.example",
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Count: func(string) {}, Tally: func(tally.Kind) {}}, &now
}

func request(call, link, field, value string) webhook.Request {
	form := url.Values{"CallSid": {call}, "From": {"+447400123456"}, "To": {"+441632960000"}}
	if field != "" {
		form.Set(field, value)
	}
	r := webhook.Request{Form: webhook.FormOf(form)}
	if u, err := url.Parse(link); err == nil {
		r.Query = u.RawQuery
	}
	return r
}

func parse(t testing.TB, doc []byte) twiml.Node {
	t.Helper()
	n, err := twiml.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func action(n twiml.Node) string {
	for _, c := range n.Children {
		if a, ok := c.Attr("action"); ok {
			return a
		}
	}
	return ""
}

// A position holds for its own call only, cannot be altered, and expires: in
// each case the call begins again, kindly.
func TestPositionIsSealed(t *testing.T) {
	h, now := handler(t)
	ctx := context.Background()
	first := h.Start(ctx, request("CA1", "", "", ""))
	link := action(parse(t, first))
	if again := h.Start(ctx, request("CA1", "", "", "")); string(again) != string(first) {
		t.Error("a repeated webhook is answered otherwise")
	}
	greeting := parse(t, first).Words()
	const second = "For Cumbria"
	if got := parse(t, h.Key(ctx, request("CA1", link, "Digits", "1"))).Words(); !strings.Contains(got, second) {
		t.Fatalf("the position does not hold: %q", got)
	}
	for name, r := range map[string]webhook.Request{
		"another call": request("CA2", link, "Digits", "1"), "altered": request("CA1", link+"A", "Digits", "1"),
		"cut": request("CA1", link[:len(link)-4], "Digits", "1"), "none": request("CA1", "", "Digits", "1"),
	} {
		if got := parse(t, h.Key(ctx, r)).Words(); strings.Contains(got, second) || !strings.Contains(got, "Local information line") {
			t.Errorf("%s: %q (greeting %q)", name, got, greeting)
		}
	}
	*now = now.Add(7 * time.Hour)
	if got := parse(t, h.Key(ctx, request("CA1", link, "Digits", "1"))).Words(); strings.Contains(got, second) {
		t.Errorf("expired: %q", got)
	}
}

// Absent and empty digits are both silence; a doubled key counts once; nobody
// goes round for ever.
func TestKeys(t *testing.T) {
	h, _ := handler(t)
	ctx := context.Background()
	link := action(parse(t, h.Start(ctx, request("CA1", "", "", ""))))
	for _, r := range []webhook.Request{request("CA1", link, "", ""), request("CA1", link, "Digits", ""), request("CA1", link, "Digits", " ")} {
		if got := parse(t, h.Key(ctx, r)).Words(); !strings.Contains(got, "Here it is again") {
			t.Errorf("silence gives %q", got)
		}
	}
	if got := parse(t, h.Key(ctx, request("CA1", link, "Digits", "11"))).Words(); !strings.Contains(got, "For Cumbria") {
		t.Errorf("a doubled key gives %q", got)
	}
	for range 100 {
		n := parse(t, h.Key(ctx, request("CA1", link, "Digits", "#")))
		if link = action(n); link == "" {
			if last := n.Children[len(n.Children)-1].Name; last != "Hangup" || !strings.Contains(strings.ReplaceAll(n.Words(), " ", ""), "08082000247") {
				t.Errorf("the endless call ends with %q", n.Words())
			}
			return
		}
	}
	t.Error("a call goes round for ever")
}

// Whatever the last words, a finished conversation is never followed by speech.
func TestAfterTheTalk(t *testing.T) {
	h, _ := handler(t)
	for _, link := range []string{"", "https://x.example/voice/leg?t=nonsense"} {
		n := parse(t, h.Leg(context.Background(), request("CA1", link, "DialCallStatus", "completed")))
		if len(n.Children) != 1 || n.Children[0].Name != "Hangup" {
			t.Errorf("after the talk: %+v", n)
		}
	}
	n := parse(t, h.Leg(context.Background(), request("CA1", "", "DialCallStatus", "no-answer")))
	if !strings.Contains(n.Words(), "Local information line") {
		t.Errorf("a lost position after no answer: %q", n.Words())
	}
}

// The same words greet every call, but the way on is each call's own; and the next
// minute's greeting is made anew.
func TestGreetingsAreEachCallsOwn(t *testing.T) {
	h, now := handler(t)
	start := func(call string) (doc, link string) {
		doc = string(h.Start(t.Context(), request(call, "", "", "")))
		return doc, action(parse(t, []byte(doc)))
	}
	for range 2 {
		first, one := start("CA1")
		second, two := start("CA2")
		if one == two || strings.ReplaceAll(first, one, "") != strings.ReplaceAll(second, two, "") || strings.Count(second, two) != 2 || strings.Contains(second, one) {
			t.Errorf("two calls are answered\n%s\n%s", first, second)
		}
		if again, _ := start("CA1"); again != first {
			t.Errorf("a repeat is answered %s", again)
		}
		heard := parse(t, h.Key(t.Context(), request("CA2", two, "Digits", "1"))).Words()
		stolen := parse(t, h.Key(t.Context(), request("CA2", one, "Digits", "1"))).Words()
		if !strings.Contains(heard, "Cumbria") || strings.Contains(stolen, "Cumbria,") {
			t.Errorf("its own link leads to %q, another's to %q", heard, stolen)
		}
		*now = now.Add(59 * time.Minute) // another hour: the links are others
	}
}

// Every document says language and voice, collects any key, and is followed by
// something.
func FuzzKey(f *testing.F) {
	f.Add("1", "t")
	f.Add("*", "")
	h, _ := handler(f)
	f.Fuzz(func(t *testing.T, digits, token string) {
		r := request("CA1", "", "Digits", digits)
		r.Query = url.Values{"t": {token}}.Encode()
		n := parse(t, h.Key(context.Background(), r))
		if len(n.Children) == 0 || n.Words() == "" {
			t.Errorf("%q: a dead line", digits)
		}
	})
}
