package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/testkit"
)

// Attacks on the line, over real HTTP, with the limits that ship. (The limits alone are
// attacked in thousands of ways in internal/admit.) Redis keeps its own time: what is
// counted there comes back slower in these tests than it would.

// asShipped runs a gateway with the limits that ship, and a clock that a test moves.
func asShipped(t *testing.T) (*running, *testClock) {
	t.Helper()
	d, err := config.Parse(map[string]string{"PUBLIC_URL": base, "TWILIO_ACCOUNT_SID": account,
		"TWILIO_AUTH_TOKEN": token}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := testkit.StartRedis(t)
	return startAt(t, func(c *config.Config) {
		c.RedisURL, c.SenderLimit, c.ForeignSenderLimit, c.ServiceLimit, c.Countries = r.URL(), d.SenderLimit,
			d.ForeignSenderLimit, d.ServiceLimit, d.Countries
		c.SpendLimitPence, c.TextPence, c.MinutePence, c.CallerLimit = d.SpendLimitPence, d.TextPence, d.MinutePence,
			d.CallerLimit
	})
}

// What answers hold.
const (
	barrowsNumber = "01229 582386"
	emergency     = "55" // how to be heard by 999 without a word
)

// The beginnings of two steps, which tell that they have answered.
var townAsked, whoAsked = testbook.Opens("welcome"), testbook.Opens("who")

// exchange is what one person texts, and what the answer must hold; empty: nothing comes.
type exchange struct{ text, want string }

// says has one person text and looks at the answers.
func says(t *testing.T, who string, p *handset.Phone, all ...exchange) {
	t.Helper()
	for _, x := range all {
		got := text(t, p, x.text)
		if !strings.Contains(got, x.want) || x.want == "" && got != "" {
			t.Errorf("%s texts %q and gets %q, not %q", who, x.text, got, x.want)
		}
	}
}

// forges sends a text n times in the name of a phone, and returns how many were answered.
func forges(t *testing.T, p *handset.Phone, n int, body string) (answered int) {
	t.Helper()
	for range n {
		if text(t, p, body) != "" {
			answered++
		}
	}
	return answered
}

// 121 texts in her name, and one more every nine seconds: her own are answered, and her phone
// does not fill up.
func TestForgedTextsDoNotSilenceHer(t *testing.T) {
	s, clock := asShipped(t)
	she := s.phone()
	forges(t, she, 121, "hello")
	says(t, "she", she, exchange{"Barrow", barrowsNumber}, exchange{"999", emergency},
		exchange{"he has a knife", emergency})
	sent, lastLine := 0, time.Duration(0)
	for second := time.Duration(0); second < 49*time.Minute; second += 9 * time.Second { // to the end of the hour
		clock.add(9 * time.Second)
		if got := text(t, she, "hello"); got != "" {
			sent, lastLine = sent+1, second
		}
		if second-lastLine > 16*time.Minute {
			t.Fatalf("nothing was sent to her phone for %v", second-lastLine)
		}
	}
	const again = 8 // the answer to her text of danger comes so often again, after anything that says nothing new
	if sent > 7+again {
		t.Errorf("%d forged texts of that hour were answered", sent)
	}
	says(t, "she, at its end,", she, exchange{"Barrow", barrowsNumber}, exchange{"999", emergency})
	clock.add(2 * time.Minute)
	says(t, "she, in the next hour,", she, exchange{"hello", the24}, exchange{"Barrow", barrowsNumber},
		exchange{"999", emergency})
}

// After any forged text, she gets her number, or it was sent to her phone within sixteen minutes.
func TestForgedPlacesUseUpNothing(t *testing.T) {
	s, clock := asShipped(t)
	she := s.phone()
	var last time.Duration
	for second := time.Duration(0); second < 45*time.Minute; second += 9 * time.Second {
		clock.add(9 * time.Second)
		if strings.Contains(text(t, she, "Barrow"), barrowsNumber) {
			last = second
		}
		if second-last > 16*time.Minute {
			t.Fatalf("the number was not sent to her phone for %v", second-last)
		}
	}
	says(t, "she", she, exchange{"carlisle", "01228 633640"}, exchange{"999", emergency})
}

// A place in her name in the middle of her conversation is undone by one text, at any step
// she is at; so is anything else that is forged, by her place or by X.
func TestForgedPlaceIsUndone(t *testing.T) {
	s := start(t, nil)
	for _, before := range [][]string{{}, {"hello"}, {"hello", "2"}, {"hello", "2", "1"}, {"Barrow"}, {"Barrow", "1"},
		{"999"}, {"im deaf"}, {"0"}} {
		for _, forged := range []string{"Crewe", "Chester or Crewe", "CW1 2AB", "carlisle", "not Barrow", "hello",
			"xyzzy", "he has a knife", "x", "STOP", "0", "9", "1", "my friend in Crewe"} {
			p := s.phone()
			for _, body := range before {
				text(t, p, body)
			}
			text(t, p, forged)
			if got := text(t, p, "Barrow"); !strings.Contains(got, barrowsNumber) {
				t.Errorf("after %q and a forged %q her place gets %q", before, forged, got)
			}
		}
		// The branch of somebody who harms is left by X alone: who is on it must not be given
		// the numbers of those they harm.
		p := s.phone()
		for _, body := range before {
			text(t, p, body)
		}
		text(t, p, "i hit my wife")
		says(t, "she", p, exchange{"x", ""}, exchange{"Barrow", barrowsNumber})
	}
}

// Replies that move nothing are used up in her name: her place gets its number all the same,
// at growing intervals, with the helpline text between; and danger gets 999.
func TestForgedTextsExhaustAConversation(t *testing.T) {
	s, clock := startAt(t, nil)
	she := s.phone()
	if got := forges(t, she, 9, "Barrow"); got != 9 {
		t.Fatalf("%d texts were answered", got)
	}
	says(t, "she", she, exchange{"Barrow", barrowsNumber}, exchange{"Barrow", the24}, exchange{"Barrow", ""},
		exchange{"999", emergency})
	clock.add(time.Minute)
	says(t, "she, a minute later,", she, exchange{"Barrow", barrowsNumber}, exchange{"carlisle", "01228 633640"})
	p := s.phone()
	forges(t, p, 20, "asdfgh")
	says(t, "she", p, exchange{"asdfgh", ""}, exchange{"999", emergency}, exchange{"Barrow", barrowsNumber})
}

// STOP in her name on a long number: the provider opts her out and says so, and sends her
// nothing until she texts START; we cannot change that. Her conversation is over, her calls
// are answered, and after START so are her texts.
func TestForgedStop(t *testing.T) {
	s, _ := asShipped(t)
	she := s.phone()
	says(t, "she", she, exchange{"Barrow", barrowsNumber})
	optOut := func(word string) {
		sid := handset.SID("SM")
		status, body, err := she.Post(t.Context(), "/sms",
			url.Values{"MessageSid": {sid}, "From": {she.From}, "To": {she.To}, "Body": {word}, "OptOutType": {word}})
		if err != nil || status != http.StatusOK || strings.Contains(string(body), "<Message") {
			t.Errorf("%s is answered %d %s, %v", word, status, body, err)
		}
	}
	optOut("STOP")
	call, err := she.Ring(t.Context())
	if err != nil || call.Ended || only24(t, call) {
		t.Errorf("her call hears %q, %v", call.Said, err)
	}
	optOut("START")
	says(t, "she", she, exchange{"hello", townAsked}, exchange{"Barrow", barrowsNumber})
}

// hangsUp rings, and hangs up after some seconds.
func hangsUp(t *testing.T, p *handset.Phone, seconds int) *handset.Call {
	t.Helper()
	call, err := p.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"CallSid": {handset.SID("CA")}, "From": {p.From}, "To": {p.To}, "CallStatus": {"completed"},
		"Direction": {"inbound"}, "CallDuration": {fmt.Sprint(seconds)}}
	if status, _, err := p.Post(t.Context(), "/voice/status", form); err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	return call
}

// 161 withheld calls that hang up take nothing from anybody. Some hundreds more take the menu
// from withheld callers, who have the 24-hour line dialled; and nothing from others.
func TestWithheldCallsTakeNothingFromOthers(t *testing.T) {
	s, _ := asShipped(t)
	for i := range 161 {
		if only24(t, hangsUp(t, withheld(s), 1)) {
			t.Fatalf("call %d is not offered the menu", i+1)
		}
	}
	if only24(t, hangsUp(t, withheld(s), 1)) {
		t.Error("after 161 calls a withheld caller is not offered the menu")
	}
	robots := 0
	for !only24(t, hangsUp(t, withheld(s), 60)) {
		if robots++; robots > 2000 {
			t.Fatal("withheld calls cost nothing")
		}
	}
	if robots < 150 {
		t.Errorf("%d more calls took the menu from withheld callers", robots)
	}
	for range 40 {
		hangsUp(t, withheld(s), 60)
	}
	if only24(t, hangsUp(t, s.phone(), 60)) {
		t.Error("withheld calls took the menu from a caller with a number")
	}
	says(t, "somebody", s.phone(), exchange{"hello", townAsked}, exchange{"Barrow", barrowsNumber},
		exchange{"999", emergency})
	if !only24(t, hangsUp(t, withheld(s), 60)) { // the line is dialled no matter what is spent
		t.Error("the menu came back")
	}
}

// A call is charged by what it lasted: a talk of an hour costs what 121 calls that hang up do.
func TestCallsCostWhatTheyLast(t *testing.T) {
	const minute = 500 // pence: the metric shows steps of five pounds
	s, _ := startAt(t, func(c *config.Config) { c.SpendLimitPence, c.TextPence, c.MinutePence = 1e6, 1, minute })
	hangsUp(t, s.phone(), 2)
	if got := s.metric(t, "signpost_spend_current_hour_pounds"); got != minute/100 {
		t.Errorf("a call that hangs up costs £%v", got)
	}
	call, err := s.phone().Ring(t.Context())
	if err != nil || call.Press(t.Context(), '0') != nil {
		t.Fatal(err)
	}
	if err := call.LegEndsAs(t.Context(), url.Values{"DialCallStatus": {"completed"}, "DialBridged": {"true"},
		"DialCallDuration": {"3600"}}); err != nil {
		t.Fatal(err)
	}
	hangsUp(t, s.phone(), 3660)
	if got := s.metric(t, "signpost_spend_current_hour_pounds"); got != (1+1+60+61)*minute/100 {
		t.Errorf("with a talk of an hour it is £%v", got)
	}
}

// Phones that write all they can: a new person gets the number for her place in one segment,
// 999 gets an answer, and she is put through.
func TestPhonesThatWriteWithoutEnd(t *testing.T) {
	for _, phones := range []int{7, 9, 40} {
		t.Run(fmt.Sprint(phones), func(t *testing.T) {
			t.Parallel()
			s, _ := asShipped(t)
			for n := range phones {
				forges(t, numbered(s, "+4475%08d", n), 120, []string{"hello", "Crewe", "999"}[n%3])
			}
			she := s.phone()
			first := text(t, she, "hello")
			inFull := strings.Contains(first, townAsked)
			if !inFull && first != testbook.Shipped().FallbackText() || !strings.Contains(first, "999") {
				t.Errorf("hello gets %q", first)
			}
			if got := text(t, she, "Barrow"); !strings.Contains(got, barrowsNumber) || len(got) > 160 {
				t.Errorf("her place gets %q", got)
			}
			says(t, "she", she, exchange{"999", emergency}, exchange{"x", ""})
			if phones < 40 && !inFull {
				t.Errorf("%d phones took the first question from others", phones)
			}
			call, err := s.phone().Ring(t.Context())
			if err != nil || only24(t, call) {
				t.Errorf("texts took the menu from callers: %q, %v", call.Said, err)
			}
		})
	}
}

// Somebody has us text numbers that pay for it: they get one text each, until a tenth of what
// an hour may cost is spent; people of this country notice nothing.
func TestPumping(t *testing.T) {
	s, _ := asShipped(t)
	answered := 0
	for i := range 300 {
		for range 2 {
			if text(t, numbered(s, "+3361%07d", i), "hello") != "" {
				answered++
			}
		}
	}
	if answered < 90 || answered > 101 {
		t.Errorf("%d of 600 texts from abroad were answered", answered)
	}
	says(t, "she", s.phone(), exchange{"hello", townAsked}, exchange{"Barrow", barrowsNumber})
}

// Robots that ring and press nothing, or any key: nobody is dialled for silence, and calls of
// one number end at the 24-hour line.
func TestRobocalls(t *testing.T) {
	s, _ := asShipped(t)
	robot := s.phone()
	for range 40 {
		call, err := robot.Ring(t.Context())
		for i := 0; err == nil && !call.Ended; i++ {
			if len(call.Dialling) > 0 {
				t.Fatalf("silence has somebody dialled: %q", call.Said)
			}
			if err = call.Wait(t.Context()); i > 10 {
				t.Fatal("silence does not end the call")
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if only24(t, hangsUp(t, s.phone(), 1)) {
		t.Error("one number's calls took the menu from another")
	}
}

// A text in the name of one of our own lines is forged. Answered, it would have the two lines
// answer each other, for one text that somebody paid for. Our own test phones are answered.
func TestOurLinesDoNotAnswerEachOther(t *testing.T) {
	const another, tester = "+447400333444", "+447400333555"
	s := start(t, func(c *config.Config) {
		c.Lines, c.TestPhones = []string{ourLine, another, tester}, []string{tester}
	})
	for _, body := range []string{"hello", "999", "Barrow", "i hit my wife"} {
		p := s.phone()
		p.From = another
		says(t, "a line of ours", p, exchange{body, ""})
	}
	p := s.phone()
	p.From = tester
	says(t, "linecheck", p, exchange{"hello", townAsked})
}
