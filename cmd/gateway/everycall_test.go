package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// leg is one point of a call: the document, and how the caller got there.
type leg struct {
	doc     twilio.Node
	keys    int     // pressed so far
	seconds float64 // of speech heard so far, listening to everything
	said    []string
	astray  bool // a key that is no choice was pressed, or none
	// wandered: back, again or the emergency key was pressed, as often as somebody likes.
	wandered bool
	arrived  bool // a person was rung or a number given
}

// Every path of every call, at every combination of open and closed lines, with
// every key, silence, and every ending of every dialled line, followed through
// signed webhooks as a phone follows TwiML. Each document is one the provider
// takes; each call ends; no silence of our making lasts more than five seconds;
// and a person or a number is never more than two keys and 25 seconds of speech
// away, or three keys and 45 seconds with a wrong key or a silence (but not for those
// who go back, ask to hear it again or press 5, as often as they like).
func TestEveryCall(t *testing.T) {
	const shortKeys, shortSeconds, maxKeys, maxSeconds, maxSilence = 2, 25.0, 3, 45.0, 5
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	secret := privacy.NewSecret()
	ring, err := privacy.NewKeyring(secret)
	if err != nil {
		t.Fatal(err)
	}
	g, err := server.New(config.Config{PublicURL: base, AccountSID: account,
		Tokens: []privacy.Private{privacy.Hide(token)}, RedisURL: config.Embedded,
		Secrets: [][]byte{secret}, SessionTTL: time.Minute, SenderLimit: 100,
		ServiceLimit: 100}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	sid := handset.SID("CA")
	phone := &handset.Phone{Handler: g.Handler(), Base: base, Account: account, Token: privacy.Hide(token),
		From: "+447400123456", To: line}
	post := func(target string, fields ...string) twilio.Node {
		form := url.Values{"CallSid": {sid}, "From": {phone.From}, "To": {phone.To}, "CallStatus": {"in-progress"}}
		for i := 0; i < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		status, body, err := phone.Post(t.Context(), target, form)
		if err != nil || status != 200 {
			t.Fatalf("%s: %d, %v", target, status, err)
		}
		doc, err := twilio.ParseDocument(body)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	documents, paths, worst, worstAstray := 0, 0, leg{}, leg{}
	for _, moment := range check.Moments(src.Book) {
		g.SetClock(func() time.Time { return moment })
		seen := map[string]bool{}
		for queue := []leg{{doc: post("/voice")}}; len(queue) > 0; queue = queue[1:] {
			l := queue[0]
			for _, fault := range testkit.VoiceFaults(l.doc) {
				t.Errorf("%s: %s, after %v", moment, fault, l.said)
			}
			said := spoken(l.doc)
			l.seconds += flows.Seconds([]flows.Utterance{{Words: said}})
			l.said = append(l.said[:len(l.said):len(l.said)], fmt.Sprintf("  %5.1f s  %s", l.seconds, said))
			documents++
			last := l.doc.Children[len(l.doc.Children)-1]
			if arrives(src.Book, l.doc) && !l.arrived {
				l.arrived = true
				l.seconds -= leadIn(said)
				if !l.astray && !l.wandered && (l.keys > shortKeys || l.seconds > shortSeconds) || !l.wandered &&
					(l.keys > maxKeys || l.seconds > maxSeconds) {
					t.Errorf("a number is %d keys and %.0f s away:\n%s", l.keys, l.seconds, strings.Join(l.said, "\n"))
				}
				if !l.astray && !l.wandered && l.seconds > worst.seconds {
					worst = l
				}
				if l.astray && !l.wandered && l.seconds > worstAstray.seconds {
					worstAstray = l
				}
			}
			next := func(doc twilio.Node, did string, keys int) {
				paths++
				where, missed := position(t, ring, sid, doc, moment)
				astray := l.astray || missed
				wandered := l.wandered || did == "presses 9" || did == "presses #" || did == "presses 5"
				id := fmt.Sprint(where, astray, wandered, l.arrived)
				if seen[id] {
					return
				}
				seen[id] = true
				queue = append(queue, leg{doc, l.keys + keys, l.seconds,
					append(l.said[:len(l.said):len(l.said)], "          * "+did), astray, wandered, l.arrived})
			}
			first := l.doc.Children[0]
			if first.Name != "Gather" && last.Name != "Dial" && last.Name != "Hangup" {
				t.Errorf("the call drops after %q", said)
			}
			if first.Name == "Gather" {
				wait, _ := first.Attr("timeout")
				if sec, _ := strconv.Atoi(wait); sec > maxSilence {
					t.Errorf("a silence of %d s", sec)
				}
				action, _ := first.Attr("action")
				if last.Name != "Dial" && last.Words() != action {
					t.Errorf("a gather that falls through leads to %q", last.Words())
				}
				for _, k := range flows.Keys {
					next(post(action, "Digits", string(k)), "presses "+string(k), 1)
				}
				if last.Name != "Dial" {
					next(post(action, "Digits", ""), "presses nothing", 0)
					next(post(action), "presses nothing", 0)
				}
			}
			if last.Name == "Dial" {
				action, _ := last.Attr("action")
				// Somebody answers the line again and again, so that it is never one that does
				// not answer: what is called does not depend on the way of the walk.
				answered := []string{"DialCallStatus", "completed", "DialCallDuration", "60", "DialBridged", "true"}
				for _, end := range legEnds {
					doc := post(action, end...)
					next(doc, fmt.Sprint("the line ends with ", end), 0)
					post(action, answered...)
					if gone := slices.Contains(end, "CallStatus"); gone && doc.Children[0].Name != "Hangup" {
						t.Errorf("nobody is there, and hears %q", spoken(doc))
					}
				}
			}
		}
	}
	t.Logf("%d documents on %d paths; the longest way to a number, when every prompt is heard to its end, %.0f s:\n%s",
		documents, paths, worst.seconds, strings.Join(worst.said, "\n"))
	t.Logf("the longest way astray, with wrong keys and silences, %.0f s:\n%s", worstAstray.seconds,
		strings.Join(worstAstray.said, "\n"))
	if documents < 1000 {
		t.Errorf("only %d documents: the walk has not walked", documents)
	}
}

// legEnds are the ways a line we called can end: who answered, for how long, and whether
// the caller is still there.
var legEnds = [][]string{
	{"DialCallStatus", "completed", "DialCallDuration", "25", "DialBridged", "true"},
	{"DialCallStatus", "completed", "DialCallDuration", "24", "DialBridged", "true"},
	{"DialCallStatus", "completed", "DialCallDuration", "0"},
	{"DialCallStatus", "completed"},
	{"DialCallStatus", "completed", "DialCallDuration", "40", "DialBridged", "false"},
	{"DialCallStatus", "answered", "DialCallDuration", "600"},
	{"DialCallStatus", "busy"}, {"DialCallStatus", "no-answer"}, {"DialCallStatus", "failed"},
	{"DialCallStatus", "canceled"}, {"DialCallStatus", "something new"},
	{"DialCallStatus", "completed", "DialCallDuration", "3", "CallStatus", "completed"},
	{"DialCallStatus", "no-answer", "CallStatus", "completed"},
}

// spoken is what a document says, digits kept apart as they are spoken.
func spoken(doc twilio.Node) string {
	var words []string
	var walk func(twilio.Node)
	walk = func(n twilio.Node) {
		if n.Name == "Redirect" || n.Name == "Number" {
			return
		}
		words = append(words, strings.Fields(n.Text)...)
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(doc)
	return strings.Join(words, " ")
}

// leadIn is the part of what is said that comes after the number: heard or not,
// the number is there before it.
func leadIn(said string) float64 {
	toNumber := said[:numberEnd(said)]
	return flows.Seconds([]flows.Utterance{{Words: said}}) - flows.Seconds([]flows.Utterance{{Words: toNumber}})
}

// numberEnd is where the first telephone number in the words ends. To somebody
// who presses 5 here, who may have meant it for 999, that number is 999.
func numberEnd(said string) int {
	const emergency, notUrgent = "9 9 9.", "dial 1 0 1 "
	notUs, _, _ := strings.Cut(testbook.Shipped().Messages.Emergency.Say, emergency) // this is not 999
	if rest, ok := strings.CutPrefix(said, notUs+emergency); ok {
		return len(said) - len(rest) + strings.Index(rest, emergency) + len(emergency)
	}
	if i := strings.Index(said, notUrgent); i >= 0 {
		return i + len(notUrgent)
	}
	run := 0
	for i := 0; i < len(said); i++ {
		switch c := said[i]; {
		case c >= '0' && c <= '9':
			run++
		case c != ' ' && run < 6:
			run = 0
		case c != ' ':
			return i
		}
	}
	return len(said)
}

// arrives reports a document that rings somebody or says a number.
func arrives(b *flows.Book, doc twilio.Node) bool {
	for _, n := range doc.Children {
		if n.Name == "Dial" {
			return true
		}
	}
	said := strings.ReplaceAll(spoken(doc), " ", "")
	if strings.Contains(said, "dial101") {
		return true
	}
	for _, s := range b.Services {
		for _, l := range s.Lines {
			if n := strings.ReplaceAll(l.Printed, " ", ""); len(n) > 3 && strings.Contains(said, n) {
				return true
			}
		}
	}
	return false
}

// position is where a call is: what its sealed token holds, but for the count of
// turns, and the kind of document. missed tells that the last key was no choice,
// or none.
func position(t *testing.T, ring *privacy.Keyring, sid string, doc twilio.Node, now time.Time) (where string,
	missed bool) {
	t.Helper()
	for _, n := range doc.Children {
		action, ok := n.Attr("action")
		if !ok {
			continue
		}
		u, err := url.Parse(action)
		if err != nil {
			t.Fatal(err)
		}
		data, err := ring.Open("call position", sid, now, u.Query().Get("t"))
		if err != nil {
			t.Fatalf("a token does not open: %v", err)
		}
		const misses, quiet = flows.StateSize - 4, flows.StateSize - 3
		return fmt.Sprintf("%s %s %x", n.Name, doc.Children[len(doc.Children)-1].Name, data[:flows.StateSize]),
			data[misses] > 0 || data[quiet] > 0
	}
	return "end " + spoken(doc), false
}
