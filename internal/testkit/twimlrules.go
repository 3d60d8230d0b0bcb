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
// attributes with the form of each value, what may be inside it, and which
// attributes must be there. (TwiML for Programmable Voice: Say, Gather, Dial,
// Number, Pause, Play, Redirect, Hangup; "SSML in Say".)
type element struct {
	attrs  map[string]*regexp.Regexp
	needs  []string
	inside []string // element names; "text" for words
	final  bool     // what follows it is dead
}

// Sources, read in November 2026: the pages of the provider's documentation "TwiML for
// Programmable Voice" on Say, Gather, Dial, Number, Play, Pause, Redirect and Hangup; for
// the marks in speech, "Supported SSML tags" of the Amazon Polly Developer Guide. Where
// those leave a value open, the types of the provider's official library for Node, version
// 6.3.1, decide (see .ci/contract, which holds our documents against that library itself).
var (
	aURL     = regexp.MustCompile(`^(https?://[^\s]+|/[^\s]*)$`)
	aMethod  = regexp.MustCompile(`^(GET|POST)$`)
	aSeconds = regexp.MustCompile(`^[0-9]{1,3}$`)
	aBool    = regexp.MustCompile(`^(true|false)$`)
	aNumber  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	aCount   = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
	aVoice   = regexp.MustCompile(`^(man|woman|alice|Polly\.[A-Z]\pL+(-Neural|-Generative)?|` +
		`Google\.[a-z]{2,3}-[A-Z]{2}-[A-Za-z0-9-]+|ElevenLabs\.[A-Za-z0-9]+)$`)
	aLang   = regexp.MustCompile(`^([a-z]{2,3}-[A-Z]{2}(-WLS)?|arb)$`)
	aTime   = regexp.MustCompile(`^([0-9]{1,4}ms|10000ms|([0-9]|10)s)$`) // ten seconds at most
	aForce  = regexp.MustCompile(`^(none|x-weak|weak|medium|strong|x-strong)$`)
	aRate   = regexp.MustCompile(`^(x-slow|slow|medium|fast|x-fast|[2-9][0-9]%|1[0-9]{2}%|200%)$`)
	aVolume = regexp.MustCompile(`^(default|silent|x-soft|soft|medium|loud|x-loud|[+-][0-9]{1,2}dB)$`)
	aPitch  = regexp.MustCompile(`^(default|x-low|low|medium|high|x-high|[+-][0-9]{1,2}%)$`)
	aKeys   = regexp.MustCompile(`^[0-9#*A-DwW]{1,32}$`)
	aTone   = regexp.MustCompile(`^(at|au|bg|br|be|ch|cl|cn|cz|de|dk|ee|es|fi|fr|gr|hu|il|in|it|lt|jp|` +
		`mx|my|nl|no|nz|ph|pl|pt|ru|se|sg|th|uk|us|us-old|tw|ve|za)$`)
	aEvents = regexp.MustCompile(`^(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*$`)
)

var voiceRules = map[string]element{
	"Response": {inside: []string{"Say", "Gather", "Dial", "Pause", "Play", "Redirect", "Hangup"}},
	"Say": {attrs: map[string]*regexp.Regexp{"voice": aVoice, "language": aLang, "loop": aSeconds},
		needs: []string{"voice", "language"}, inside: []string{"text", "break", "prosody", "sub"}},
	"break": {attrs: map[string]*regexp.Regexp{"time": aTime, "strength": aForce}},
	"prosody": {attrs: map[string]*regexp.Regexp{"rate": aRate, "volume": aVolume, "pitch": aPitch},
		inside: []string{"text", "break", "sub"}},
	"sub": {attrs: map[string]*regexp.Regexp{"alias": regexp.MustCompile(`\S`)}, needs: []string{"alias"},
		inside: []string{"text"}},
	"Pause": {attrs: map[string]*regexp.Regexp{"length": aCount}},
	"Play":  {attrs: map[string]*regexp.Regexp{"loop": aSeconds, "digits": aKeys}, inside: []string{"text"}},
	"Gather": {attrs: map[string]*regexp.Regexp{"input": regexp.MustCompile(`^dtmf$`), "numDigits": aCount,
		"finishOnKey": regexp.MustCompile(`^[0-9*#]?$`), "timeout": aCount,
		"actionOnEmptyResult": aBool, "action": aURL, "method": aMethod}, needs: []string{"action", "method",
		"numDigits", "finishOnKey", "timeout"}, inside: []string{"Say", "Play", "Pause"}},
	"Dial": {attrs: map[string]*regexp.Regexp{"action": aURL, "method": aMethod, "timeout": aSeconds,
		"hangupOnStar": aBool, "ringTone": aTone,
		"callerId": aNumber, "timeLimit": regexp.MustCompile(`^[1-9][0-9]{0,4}$`),
		"answerOnBridge": aBool}, needs: []string{"action", "method",
		"timeout"}, inside: []string{"Number"}, final: true},
	"Number": {attrs: map[string]*regexp.Regexp{"sendDigits": aKeys, "url": aURL, "method": aMethod,
		"statusCallback": aURL, "statusCallbackMethod": aMethod,
		"statusCallbackEvent": aEvents}, inside: []string{"text"}},
	"Redirect": {attrs: map[string]*regexp.Regexp{"method": aMethod}, needs: []string{"method"},
		inside: []string{"text"}, final: true},
	"Hangup": {final: true},
}

// Limits of the provider's documents.
const (
	maxDialled               = 10
	minDialTime, maxDialTime = 5, 600
	maxTimeLimit             = 14_400 // seconds
	maxSaid                  = 4096   // characters of one Say (SignalWire, <Say>; Twilio names none)
)

// AcceptFaults is [VoiceFaults] for what the person who answers a line hears before they are
// connected: nothing there may dial or redirect, and without instructions they are
// connected. (Twilio, TwiML <Number>, url.)
func AcceptFaults(doc twilio.Node) []string {
	if len(doc.Children) == 0 {
		return nil
	}
	faults := VoiceFaults(doc)
	for _, n := range doc.Children {
		if !slices.Contains([]string{"Say", "Play", "Pause", "Gather", "Hangup"}, n.Name) {
			faults = append(faults, fmt.Sprintf("<%s> may not be where a call is accepted", n.Name))
		}
	}
	return faults
}

// sayFaults lists what a voice cannot say.
func sayFaults(say twilio.Node) (faults []string) {
	name, _ := say.Attr("voice")
	language, _ := say.Attr("language")
	if family, of, _ := strings.Cut(name, "."); family == "Google" && !strings.HasPrefix(of, language+"-") {
		faults = append(faults, fmt.Sprintf("the voice %s does not speak %s", name, language))
	}
	if n := len([]rune(say.Words())); n > maxSaid {
		faults = append(faults, fmt.Sprintf("<Say> says %d characters; at most %d", n, maxSaid))
	}
	var walk func(twilio.Node)
	walk = func(n twilio.Node) {
		if n.Name != "" && n.Name != "Say" && !marksKept(name, n.Name) {
			faults = append(faults, fmt.Sprintf("the voice %s does not keep <%s>", name, n.Name))
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(say)
	return faults
}

// marksKept reports whether a voice follows a mark, wholly: the oldest voices know none,
// Generative and Chirp voices only some of the rate and the pauses.
func marksKept(voice, mark string) bool {
	switch {
	case strings.HasSuffix(voice, "-Generative"):
		return mark == "break" || mark == "sub"
	case strings.Contains(voice, "-Chirp"):
		return mark == "sub"
	}
	return strings.HasPrefix(voice, "Polly.") || strings.HasPrefix(voice, "Google.")
}

// VoiceFaults lists what the provider's documentation would refuse in a call's
// document, or what would silently not work.
func VoiceFaults(doc twilio.Node) []string {
	var f voiceFaults
	f.element(doc)
	if len(doc.Children) == 0 {
		f.say("the document is empty: the call drops")
	} else if last := doc.Children[len(doc.Children)-1].Name; !voiceRules[last].final {
		f.say("the document ends after <%s>: the call drops", last)
	}
	return f
}

type voiceFaults []string

func (f *voiceFaults) say(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// element lists the faults of an element, and of those inside.
func (f *voiceFaults) element(n twilio.Node) {
	rule, ok := voiceRules[n.Name]
	if !ok {
		f.say("<%s> is no element of a call", n.Name)
		return
	}
	for i, a := range n.Attrs {
		form, known := rule.attrs[a.Name]
		switch {
		case slices.ContainsFunc(n.Attrs[:i], func(b twilio.Attr) bool { return b.Name == a.Name }):
			f.say("<%s> has %s twice", n.Name, a.Name)
		case !known:
			f.say("<%s> has no attribute %s", n.Name, a.Name)
		case form != nil && !form.MatchString(a.Value):
			f.say("<%s %s=%q> is not of the right form", n.Name, a.Name, a.Value)
		}
	}
	for _, need := range rule.needs {
		if _, ok := n.Attr(need); !ok {
			f.say("<%s> lacks %s", n.Name, need)
		}
	}
	for i, c := range n.Children {
		name := c.Name
		if name == "" {
			name = "text"
		}
		if !slices.Contains(rule.inside, name) {
			f.say("<%s> may not be in <%s>", name, n.Name)
			continue
		}
		if n.Name == "Response" && voiceRules[name].final && i != len(n.Children)-1 {
			f.say("what follows <%s> is never reached", name)
		}
		if c.Name != "" {
			f.element(c)
		}
	}
	f.inside(n)
}

// inside lists the faults of what an element says, plays, calls or redirects to.
func (f *voiceFaults) inside(n twilio.Node) {
	words := n.Words()
	if slices.Contains([]string{"Say", "Number", "Redirect", "Play"}, n.Name) && strings.TrimSpace(words) == "" {
		f.say("<%s> is empty", n.Name)
	}
	switch n.Name {
	case "Say":
		*f = append(*f, sayFaults(n)...)
	case "Number":
		if keys, ok := n.Attr("sendDigits"); ok && strings.Trim(keys, "wW") == "" {
			f.say("<Number> waits, and presses nothing")
		}
		if !aNumber.MatchString(words) {
			f.say("<Number>%s is not in international form", words)
		}
	case "Play":
		if !aURL.MatchString(words) {
			f.say("<Play> leads nowhere")
		}
	case "Redirect":
		if _, err := url.Parse(words); err != nil || !aURL.MatchString(words) {
			f.say("<Redirect> leads nowhere")
		}
	case "Dial":
		if _, ok := n.Attr("hangupOnStar"); ok {
			f.say("a caller's star may be reported like a line that answered and was over at once: hangupOnStar")
		}
		if limit, ok := n.Attr("timeLimit"); ok {
			if sec, _ := strconv.Atoi(limit); sec > maxTimeLimit {
				f.say("<Dial> lasts %s s at most", limit)
			}
		}
		t, _ := n.Attr("timeout")
		if sec, _ := strconv.Atoi(t); len(n.Children) == 0 || len(n.Children) > maxDialled || sec < minDialTime ||
			sec > maxDialTime {
			f.say("<Dial> rings %d lines for %s s", len(n.Children), t)
		}
	}
}
