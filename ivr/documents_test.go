package ivr_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/testbook"
	"signpost/internal/counters"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
	"signpost/ivr"
)

// documentsDir is where .ci/contract has every distinct document written, for the
// provider's official library to judge.
var documentsDir = flag.String("documents", "", "write every document into this `folder`")

// withoutTokens is a document without the sealed positions in its URLs, which differ in every document.
func withoutTokens(document []byte) string {
	const token = "?t="
	var out strings.Builder
	rest := string(document)
	for {
		before, after, found := strings.Cut(rest, token)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString(token + "x")
		end := strings.IndexAny(after, `"<`)
		if end < 0 {
			return out.String()
		}
		rest = after[end:]
	}
}

// document tells documents apart by themselves and by the one before: the same words can
// stand at a first and at a second mistake.
type document struct{ before, here string }

// Every document that a call can be answered with is one that the provider's documentation
// allows, in every voice and at every moment that differs; so is what a service hears.
func TestDocuments(t *testing.T) {
	c := newChannelOf(t, testbook.Shipped(), nil)
	c.Count, c.AddCount = func(ivr.Event) {}, func(string, counters.Kind) {}
	written := map[string]bool{}
	judge := func(r webhook.CallReply, faultsOf func(twilio.Node) []string) string {
		doc := twilio.CallDocument(r)
		plain := withoutTokens(doc)
		if written[plain] {
			return plain
		}
		written[plain] = true
		n, err := twilio.ParseDocument(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faultsOf(n) {
			t.Errorf("%s in %s", fault, plain)
		}
		return plain
	}
	judge(c.Accept(webhook.Call{}), testkit.AcceptFaults)
	for _, keys := range []string{"", "1", "2"} {
		judge(c.Accepted(webhook.Call{Keys: keys}), testkit.AcceptFaults)
	}
	judge(ivr.Fallback(c.Book()), testkit.VoiceFaults)
	c.maintenance = true
	judge(c.Start(event("CA1", "")), testkit.VoiceFaults)
	c.maintenance = false
	for _, moment := range check.Moments(c.Book()) {
		c.now = moment
		c.everyReply(func(r webhook.CallReply) string { return judge(r, testkit.VoiceFaults) })
	}
	t.Logf("%d distinct documents", len(written))
	if len(written) < 60 {
		t.Error("few calls were walked")
	}
	writeDocuments(t, written)
}

// everyReply walks everything that a caller can do, nearest first. show gives the document
// of a reply without its position.
func (c *channel) everyReply(show func(webhook.CallReply) string) {
	type node struct {
		reply webhook.CallReply
		doc   string
	}
	seen := map[document]bool{}
	first := c.press("", "") // a call whose position is lost begins again, past the limits of callers
	for queue := []node{{first, show(first)}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		follow := func(r webhook.CallReply) {
			n := node{r, show(r)}
			if d := (document{at.doc, n.doc}); !seen[d] {
				seen[d] = true
				queue = append(queue, n)
			}
		}
		for _, i := range at.reply {
			switch i := i.(type) {
			case webhook.Gather:
				for _, keys := range strings.Split("0 1 2 3 4 5 6 7 8 9 * # ", " ") { // the last is silence
					follow(c.press(i.URL, keys))
				}
			case webhook.Dial:
				for _, end := range []webhook.LegEnd{
					{Status: webhook.LegFailed}, {Status: webhook.LegNoAnswer}, {Status: webhook.LegBusy},
					{Status: webhook.LegCanceled}, {Status: webhook.LegAnswered},
					{Status: webhook.LegAnswered, Bridged: true, Duration: time.Second},
					{Status: webhook.LegAnswered, Bridged: true, Duration: time.Hour},
				} {
					e := event("CA1", i.URL)
					e.Leg = end
					follow(c.Leg(e))
				}
			}
		}
	}
}

// Once every stretch of words has a recording, calls say nothing but numbers in the
// synthetic voice, the gateway's own messages included.
func TestEverythingRecorded(t *testing.T) {
	c := newChannelOf(t, testbook.Shipped(), nil)
	c.Count, c.AddCount = func(ivr.Event) {}, func(string, counters.Kind) {}
	b := *c.Book()
	b.Audio, b.Recorded = map[string]flows.Recording{"a.wav": {}}, map[string]string{}
	for _, s := range check.Stretches(&b) {
		b.Recorded[flows.SpokenKey(s.Words)] = "a.wav"
	}
	c.Handler.Book = func() *flows.Book { return &b }
	played := 0
	var unrecorded func(r []webhook.Instruction)
	unrecorded = func(r []webhook.Instruction) {
		for _, i := range r {
			switch i := i.(type) {
			case webhook.Gather:
				unrecorded(i.Prompt)
			case webhook.Play:
				played++
			case webhook.Say:
				for _, part := range i.Speech {
					if part.Words != "" {
						t.Errorf("not recorded: %q", part.Words)
					}
				}
			}
		}
	}
	unrecorded(c.Accept(webhook.Call{}))
	c.maintenance = true
	unrecorded(c.Start(event("CA1", "")))
	c.maintenance = false
	judged := map[string]bool{}
	for _, moment := range check.Moments(&b) {
		c.now = moment
		c.everyReply(func(r webhook.CallReply) string {
			unrecorded(r)
			doc := twilio.CallDocument(r)
			plain := withoutTokens(doc) + said(r)
			if judged[plain] {
				return plain
			}
			judged[plain] = true
			n, err := twilio.ParseDocument(doc)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range testkit.VoiceFaults(n) {
				t.Error(fault)
			}
			return plain
		})
	}
	if played < 20 {
		t.Error("few recordings were played")
	}
}

// writeDocuments writes them for another program.
func writeDocuments(t *testing.T, all map[string]bool) {
	if *documentsDir == "" {
		return
	}
	i := 0
	for doc := range all {
		i++
		if err := os.WriteFile(filepath.Join(*documentsDir, fmt.Sprintf("call-%d.xml", i)), []byte(doc),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
}
