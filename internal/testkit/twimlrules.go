package testkit

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"signpost/internal/twilio"
)

// element is what the provider's documentation allows of one element: its
// attributes with the form of each value, what may stand inside it, and which
// attributes must be there. (TwiML for Programmable Voice: Say, Gather, Dial,
// Number, Pause, Play, Redirect, Hangup; "SSML in Say".)
type element struct {
	attrs  map[string]*regexp.Regexp
	needs  []string
	inside []string // element names; "text" for words
	final  bool     // what follows it is dead
}

var (
	aURL     = regexp.MustCompile(`^(https?://[^\s]+|/[^\s]*)$`)
	aMethod  = regexp.MustCompile(`^(GET|POST)$`)
	aSeconds = regexp.MustCompile(`^[0-9]{1,3}$`)
	aBool    = regexp.MustCompile(`^(true|false)$`)
	aNumber  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	aVoice   = regexp.MustCompile(`^(man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+)$`)
	aLang    = regexp.MustCompile(`^[a-z]{2}-[A-Z]{2}$`)
	aTime    = regexp.MustCompile(`^([0-9]{1,5}ms|([0-9]|10)s)$`)
	aRate    = regexp.MustCompile(`^(x-slow|slow|medium|fast|x-fast|[2-9][0-9]%|1[0-9]{2}%|200%)$`)
	aKeys    = regexp.MustCompile(`^[0-9#*wW]{1,32}$`)
)

var voiceRules = map[string]element{
	"Response": {inside: []string{"Say", "Gather", "Dial", "Pause", "Play", "Redirect", "Hangup"}},
	"Say":      {attrs: map[string]*regexp.Regexp{"voice": aVoice, "language": aLang, "loop": aSeconds}, needs: []string{"voice", "language"}, inside: []string{"text", "break", "prosody"}},
	"break":    {attrs: map[string]*regexp.Regexp{"time": aTime, "strength": nil}},
	"prosody":  {attrs: map[string]*regexp.Regexp{"rate": aRate, "volume": nil, "pitch": nil}, inside: []string{"text", "break"}},
	"Pause":    {attrs: map[string]*regexp.Regexp{"length": aSeconds}},
	"Play":     {attrs: map[string]*regexp.Regexp{"loop": aSeconds, "digits": aKeys}, inside: []string{"text"}},
	"Gather": {attrs: map[string]*regexp.Regexp{"input": regexp.MustCompile(`^dtmf$`), "numDigits": aSeconds, "finishOnKey": regexp.MustCompile(`^[0-9*#]?$`), "timeout": aSeconds,
		"actionOnEmptyResult": aBool, "action": aURL, "method": aMethod}, needs: []string{"action", "method", "numDigits", "finishOnKey", "timeout"}, inside: []string{"Say", "Play", "Pause"}},
	"Dial": {attrs: map[string]*regexp.Regexp{"action": aURL, "method": aMethod, "timeout": aSeconds, "hangupOnStar": aBool, "ringTone": regexp.MustCompile(`^[a-z]{2}(-old)?$`),
		"callerId": aNumber, "timeLimit": aSeconds}, needs: []string{"action", "method", "timeout"}, inside: []string{"Number"}, final: true},
	"Number":   {attrs: map[string]*regexp.Regexp{"sendDigits": aKeys, "url": aURL, "method": aMethod, "statusCallback": aURL, "statusCallbackMethod": aMethod}, inside: []string{"text"}},
	"Redirect": {attrs: map[string]*regexp.Regexp{"method": aMethod}, needs: []string{"method"}, inside: []string{"text"}, final: true},
	"Hangup":   {final: true},
}

// Limits of the provider's documents.
const (
	maxDialled               = 10
	minDialTime, maxDialTime = 5, 600
)

// VoiceFaults lists what the provider's documentation would refuse in a call's
// document, or what would silently not work.
func VoiceFaults(doc twilio.Node) []string {
	var faults []string
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	var walk func(n twilio.Node)
	walk = func(n twilio.Node) {
		rule, ok := voiceRules[n.Name]
		if !ok {
			say("<%s> is no element of a call", n.Name)
			return
		}
		for _, a := range n.Attrs {
			form, known := rule.attrs[a.Name]
			if !known {
				say("<%s> has no attribute %s", n.Name, a.Name)
			} else if form != nil && !form.MatchString(a.Value) {
				say("<%s %s=%q> is not of the right form", n.Name, a.Name, a.Value)
			}
		}
		for _, need := range rule.needs {
			if _, ok := n.Attr(need); !ok {
				say("<%s> lacks %s", n.Name, need)
			}
		}
		for i, c := range n.Children {
			name := c.Name
			if name == "" {
				name = "text"
			}
			if !slices.Contains(rule.inside, name) {
				say("<%s> may not stand in <%s>", name, n.Name)
				continue
			}
			if n.Name == "Response" && voiceRules[name].final && i != len(n.Children)-1 {
				say("what follows <%s> is never reached", name)
			}
			if c.Name != "" {
				walk(c)
			}
		}
		switch n.Name {
		case "Say", "Number", "Redirect", "Play":
			if strings.TrimSpace(n.Words()) == "" {
				say("<%s> is empty", n.Name)
			}
		}
		if n.Name == "Number" && !aNumber.MatchString(n.Words()) {
			say("<Number>%s is not in international form", n.Words())
		}
		if n.Name == "Redirect" {
			if _, err := url.Parse(n.Words()); err != nil || !aURL.MatchString(n.Words()) {
				say("<Redirect> leads nowhere")
			}
		}
		if n.Name == "Dial" {
			t, _ := n.Attr("timeout")
			if sec, _ := strconv.Atoi(t); len(n.Children) == 0 || len(n.Children) > maxDialled || sec < minDialTime || sec > maxDialTime {
				say("<Dial> rings %d lines for %s s", len(n.Children), t)
			}
		}
	}
	walk(doc)
	if len(doc.Children) == 0 {
		say("the document is empty: the call drops")
	} else if last := doc.Children[len(doc.Children)-1].Name; !voiceRules[last].final {
		say("the document ends after <%s>: the call drops", last)
	}
	return faults
}
