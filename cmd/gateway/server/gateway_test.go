package server_test

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	base    = "https://sms.example.org"
	ourLine = "+441632960000"
)

// Every service of the directory can be reached by text and by keypad, through
// real signed webhooks and a real Redis.
func TestEveryServiceIsReached(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	// A Thursday at half past five, while the control room's advisers were there.
	s.SetClock(func() time.Time { return time.Date(2026, 5, 7, 16, 30, 0, 0, time.UTC) })
	b := testbook.Shipped()
	adviser := b.Service("control_room_adviser")
	thenPress2 := strings.ReplaceAll(b.Messages.ThenPress.Text, "{key}", "2")
	or := b.Messages.Or
	tests := []struct {
		service, text, keys string
		want                string // in the text
		said                string // on the call; empty: the same
	}{
		{"LetGo North", "penrith", "11", "01228 633640", ""},
		{"LetGo West", "Whitehaven", "12", "01900 842991" + or.Text + "01900 842992",
			"01900 842991" + or.Say + "01900 842992"},
		{"LetGo South", "ulverston", "13", "01229 582386", ""},
		{"Cheshire East", "Nantwich", "21", "0300 123 5101", ""},
		{"Cheshire West and Chester", "Ellesmere Port", "22", "0300 123 7047" + thenPress2, "0300 123 7047"},
		{"Halton", "runcorn", "23", "0300 111 1247", ""},
		{"Warrington", "Warrington!", "24", "01925 243359", ""},
		{"Wales", "wrexham", "31", "0808 80 10 800", ""},
		{"elsewhere", "Leeds", "33", "0808 2000 247", ""},
		{"Victim Support Cumbria", "kendal|1", "1322", "0300 303 0157", ""},
		{"Victim Support", "leeds|1", "332", "0808 1689 111", ""},
		{"Crimestoppers", "friend|4", "46", "0800 555 111", ""},
		{"Respect", "how i behave", "43", "0808 802 4040", ""},
		{"Samaritans", "how i behave|0", "430", "116 123", ""},
		{"men", "men", "41", "0808 801 0327", ""},
		{"LGBT+", "lgbt", "42", "0800 999 5428", ""},
		{"Childline", "under 19", "44", "0800 1111", ""},
		{"101", "101", "4622", "101", ""},
		{"adviser in the control room", "101", "46", adviser.MentionText, adviser.MentionSay},
		{"999", "999", "5", "999", ""},
	}
	for _, tt := range tests {
		t.Run(tt.service, func(t *testing.T) {
			p, answer := s.phone(), ""
			for one := range strings.SplitSeq(tt.text, "|") {
				answer = text(t, p, one)
			}
			if !strings.Contains(answer, tt.want) {
				t.Errorf("texted %q: %q", tt.text, answer)
			}
			c, err := p.Ring(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []byte(tt.keys) {
				if err := c.Press(t.Context(), k); err != nil {
					t.Fatalf("key %c: %v", k, err)
				}
			}
			want := cmp.Or(tt.said, tt.want)
			if said := strings.Join(c.Said, " "); !strings.Contains(squash(said), squash(want)) {
				t.Errorf("pressed %s: %q is not in %q", tt.keys, want, said)
			}
		})
	}
}

func squash(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// A call goes down the chain until somebody answers: two lines in turn, the
// option pressed for the caller, our number shown and never theirs.
func TestCallIsPutThrough(t *testing.T) {
	var s *running
	for _, from := range []string{"+447400123456", "anonymous", "+266696687", "+17378742833", "",
		"sip:someone@example.org", "+441228633640"} {
		s = start(t, nil) // one that has not seen the lines ring out
		s.SetClock(func() time.Time { return time.Date(2026, 11, 18, 14, 0, 0, 0, time.UTC) })
		p := s.phone()
		p.From = from
		c, err := p.Ring(t.Context())
		if err != nil {
			t.Fatalf("from %q: %v", from, err)
		}
		for _, k := range []byte("121") {
			if err := c.Press(t.Context(), k); err != nil {
				t.Fatal(err)
			}
		}
		var rung []string
		for !c.Ended {
			if len(c.Dialling) == 0 {
				t.Fatalf("from %q: nothing is rung after %q", from, c.Said)
			}
			one := ""
			for _, d := range c.Dialling {
				one += d.E164 + d.Keys + " "
			}
			rung = append(rung, strings.TrimSpace(one))
			if err := c.LegEnds(t.Context(),
				[]string{"no-answer", "busy", "failed", "canceled"}[len(rung)%4]); err != nil {
				t.Fatal(err)
			}
		}
		want := "[+441900842991 +441900842992 +443003030157 +448081689111 +448082000247]"
		if got := fmt.Sprint(rung); got != want {
			t.Errorf("from %q: rang %s, want %s", from, got, want)
		}
		if last := squash(strings.Join(c.Said, " ")); !strings.Contains(last, "08082000247") ||
			!strings.Contains(last, "999") {
			t.Errorf("from %q: the last words are %q", from, c.Said)
		}
		for _, d := range c.Docs {
			for _, n := range d.Children {
				if id, _ := n.Attr("callerId"); n.Name == "Dial" && id != ourLine {
					t.Errorf("from %q: the service is shown %q", from, id)
				}
			}
		}
	}
	p := s.phone()
	c, err := p.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []byte("221") {
		if err := c.Press(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	if d := c.Dialling; len(d) != 1 || d[0] != (webhook.DialLine{E164: "+443001237047", Keys: "wwww2"}) {
		t.Errorf("Chester is rung as %+v", d)
	}
	if err := c.LegEnds(t.Context(), "completed"); err != nil || !c.Ended || len(c.Said) > 0 {
		t.Errorf("after the conversation: ended %v, said %q, %v", c.Ended, c.Said, err)
	}
}

// A repeated webhook gets the same bytes and moves nothing, one at a time and
// all at once.
func TestRepeatsMoveNothing(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p := s.phone()
	form := func(sid, body string) url.Values {
		return url.Values{"MessageSid": {sid}, "From": {p.From}, "To": {p.To}, "Body": {body}}
	}
	post := func(sid, body string) string {
		status, b, err := p.Post(t.Context(), "/sms", form(sid, body))
		if err != nil || status != http.StatusOK {
			t.Errorf("%d, %v", status, err)
		}
		return string(b)
	}
	for _, body := range []string{"hello", "2", "1", "1", "kendal", "1", "xyzzy", "xyzzy", "x", "hello"} {
		sid := handset.SID("SM")
		first := post(sid, body)
		before := conversations(r.Dump(t))
		for range 2 {
			if again := post(sid, body); again != first {
				t.Errorf("%q again: %s\nfirst: %s", body, again, first)
			}
		}
		if after := conversations(r.Dump(t)); after != before {
			t.Errorf("%q again changed what is kept:\n%s\nbefore:\n%s", body, after, before)
		}
	}
	text(t, p, "kendal")
	sid := handset.SID("SM")
	var wg sync.WaitGroup
	answers := make([]string, 12)
	for i := range answers {
		wg.Go(func() { answers[i] = post(sid, "1") })
	}
	wg.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.Contains(a, "0300 303 0157") {
			t.Errorf("one message at once gave %s and %s", answers[0], a)
		}
	}
	if next := text(t, p, "1"); !strings.Contains(next, "0808 1689 111") {
		t.Errorf("twelve deliveries moved more than one step: %q", next)
	}
}

// conversations is a dump without what is written in its own time. A repeat's records are erased
// like any.
func conversations(dump string) string {
	var out []string
	for line := range strings.SplitSeq(dump, "\n") {
		if !strings.HasPrefix(line, "erase:") && !byItself(line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// byItself reports a key that a gateway writes at a fixed rate, whether or not anybody texts.
func byItself(key string) bool {
	return slices.ContainsFunc([]string{"line:", "health:", "spent:", "counts:"},
		func(kind string) bool { return strings.HasPrefix(key, kind) })
}

// What the outside may send that is no plain text from a mobile each has a
// decided outcome.
func TestOddSenders(t *testing.T) {
	s := start(t, nil)
	const silence = ""
	welcome := townAsked
	tests := []struct {
		name string
		form url.Values
		want string
	}{
		{"a mobile", url.Values{"From": {"+447400123456"}}, welcome},
		{"a mobile the number library does not know", url.Values{"From": {"+447700900123"}}, welcome},
		{"a foreign mobile", url.Values{"From": {"+353851234567"}}, welcome},
		{"WhatsApp", url.Values{"From": {"whatsapp:+447400123456"}, "To": {"whatsapp:" + ourLine}}, welcome},
		{"a landline, which might read it aloud", url.Values{"From": {"+441228633640"}}, silence},
		{"a freephone number", url.Values{"From": {"+448082000247"}}, silence},
		{"a 0300 number", url.Values{"From": {"+443001235101"}}, silence},
		{"a name", url.Values{"From": {"YourBank"}}, silence},
		{"a short code", url.Values{"From": {"60777"}}, silence},
		{"withheld", url.Values{"From": {"+266696687"}}, silence},
		{"nobody", url.Values{"From": {""}}, silence},
		{"SIP", url.Values{"From": {"sip:a@example.org"}}, silence},
		{"ourselves", url.Values{"From": {ourLine}}, silence},
		{"a picture with no words", url.Values{"From": {"+447400123457"}, "Body": {""}, "NumMedia": {"1"}}, welcome},
		{"a picture with a place", url.Values{"From": {"+447400123458"}, "Body": {"kendal"}, "NumMedia": {"1"}},
			"01229 582386"},
		{"a quoted reply", url.Values{"From": {"+447400123459"},
			"Body": {"kendal\n> Auto info line. Reply with your town"}}, "01229 582386"},
		{"a base64 body", url.Values{"From": {"+447400123460"},
			"Body": {"a2VuZGFsICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA="}}, "01229 582386"},
		{"a liked message", url.Values{"From": {"+447400123461"}, "Body": {"Liked “Auto info line.”"}}, silence},
		{"a very long text", url.Values{"From": {"+447400123462"}, "Body": {strings.Repeat("hello ", 270)}}, welcome},
		{"the provider has answered STOP", url.Values{"From": {"+447400123463"}, "Body": {"STOP"},
			"OptOutType": {"STOP"}}, silence},
		{"the provider has answered HELP", url.Values{"From": {"+447400123464"}, "Body": {"HELP"},
			"OptOutType": {"HELP"}}, silence},
		{"the provider has answered START", url.Values{"From": {"+447400123465"}, "Body": {"START"},
			"OptOutType": {"START"}}, silence},
		{"STOP to a short code", url.Values{"From": {"+447400123466"}, "To": {"60777"}, "Body": {"Stop."}}, silence},
		{"HELP to a short code", url.Values{"From": {"+447400123467"}, "To": {"60777"}, "Body": {"HELP"}}, welcome},
		{"START to a short code", url.Values{"From": {"+447400123468"}, "To": {"60777"}, "Body": {"START"}}, welcome},
		{"YES out of the blue", url.Values{"From": {"+447400123469"}, "Body": {"YES"}}, welcome},
		{"thanks out of the blue", url.Values{"From": {"+447400123470"}, "Body": {"Ok thank you so much xx"}}, silence},
		{"no message id", url.Values{"From": {"+447400123471"}, "MessageSid": {""}}, "0808 2000 247"},
	}
	p := s.phone()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form := url.Values{"MessageSid": {handset.SID("SM")}, "To": {ourLine}, "Body": {"hello"}, "NumMedia": {"0"}}
			for k, v := range tt.form {
				form[k] = v
			}
			status, body, err := p.Post(t.Context(), "/sms", form)
			if err != nil || status != http.StatusOK {
				t.Fatalf("%d, %v", status, err)
			}
			doc, err := twilio.ParseDocument(body)
			if err != nil {
				t.Fatal(err)
			}
			if got := doc.Words(); !strings.Contains(got, tt.want) || tt.want == silence && len(doc.Children) > 0 {
				t.Errorf("answered %q, want %q", got, tt.want)
			}
		})
	}
}

// Over the limit a sender is given each number once more, and the 24-hour number and 999, at
// growing intervals; callers are never refused.
func TestLimits(t *testing.T) {
	r := testkit.StartRedis(t)
	s, clock := startAt(t, func(c *config.Config) { c.RedisURL = r.URL(); c.SenderLimit = 5 })
	p := s.phone()
	for range 6 { // five within the limit, and one past it
		if got := text(t, p, "kendal"); !strings.Contains(got, "01229 582386") {
			t.Fatalf("within the limit: %q", got)
		}
	}
	sid := handset.SID("SM")
	for range 3 { // its repeats get the same
		got, err := p.TextAs(t.Context(), sid, "kendal")
		if err != nil || !strings.HasPrefix(got, "0808 2000 247") || !strings.Contains(got, "999") {
			t.Errorf("then: %q, %v", got, err)
		}
	}
	for range 3 {
		if got := text(t, p, "kendal"); got != "" {
			t.Errorf("over the limit: %q", got)
		}
	}
	if got := text(t, p, "penrith"); !strings.Contains(got, "01228 633640") {
		t.Errorf("another place over the limit: %q", got)
	}
	clock.add(time.Minute)
	if got := text(t, p, "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("a minute later: %q", got)
	}
	if got := text(t, s.phone(), "kendal"); !strings.Contains(got, "01229 582386") {
		t.Errorf("somebody else: %q", got)
	}
	if before := r.Dump(t); !strings.Contains(before, "s:{") {
		t.Fatal("there is no conversation to leave")
	}
	text(t, p, "x")
	if after := r.Dump(t); strings.Count(after, "s:{") != 1 { // somebody else's
		t.Errorf("leaving over the limit forgets nothing:\n%s", after)
	}
	for range 8 {
		if c, err := p.Ring(t.Context()); err != nil || c.Gather == nil {
			t.Fatalf("a call over the limit: %v", err)
		}
	}
}

// A request that is half way in when the gateway is told to stop is answered.
func TestStopsCleanly(t *testing.T) {
	s := start(t, nil)
	form := url.Values{"MessageSid": {handset.SID("SM")}, "From": {"+447400123456"}, "To": {ourLine},
		"Body": {"kendal"}, "AccountSid": {account}}
	body := form.Encode()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn,
		"POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+"/sms", form), len(body), body[:10])
	text(t, s.phone(), "hello") // by now the server has read the half request
	s.stop()
	for deadline := time.Now().Add(patience); ; testkit.Pause() {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break // the listener is closed: it is stopping
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("it does not stop")
		}
	}
	fmt.Fprint(conn, body[10:])
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), "01229 582386") {
		t.Errorf("answered %q, %v", answer, err)
	}
	if err := <-s.done; err != nil {
		t.Errorf("stopped with %v", err)
	}
	close(s.done)
}
