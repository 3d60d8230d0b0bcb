package twilio

import (
	"fmt"
	"strings"
	"time"

	"signpost/internal/voice"
	"signpost/internal/webhook"
)

const (
	groupPause = 350 // ms between the groups of a number
	// slowPauses and slowRate apply to speech that the caller asked to hear again.
	slowPauses = 2 // times groupPause
	slowRate   = "85%"
	// mostShortWaits are waits of half a second before the longer letter is used. See
	// [webhook.MaxKeysAfter].
	mostShortWaits = 30
)

// TextDocument writes the reply to a text; without words it sends nothing. The provider
// reports delivery to statusURL, or to nobody when that is empty.
func TextDocument(text, statusURL string) []byte {
	if text == "" {
		return document()
	}
	n := Node{Name: "Message", Children: []Node{{Name: "Body", Text: text}}}
	if statusURL != "" { // which attribute counts depends on the account's age
		n.Attrs = []Attr{{"action", statusURL}, {"method", "POST"}, {"statusCallback", statusURL}}
	}
	return document(n)
}

// CallDocument writes what a call does next. The same reply always gives the same bytes.
func CallDocument(reply webhook.CallReply) []byte {
	return document(nodes(reply)...)
}

func nodes(in []webhook.Instruction) (out []Node) {
	for _, i := range in {
		switch i := i.(type) {
		case webhook.Say:
			out = append(out, say(i))
		case webhook.Play:
			out = append(out, Node{Name: "Play", Text: i.URL})
		case webhook.Gather:
			out = append(out, gather(i))
		case webhook.Dial:
			out = append(out, dial(i))
		case webhook.Redirect:
			out = append(out, Node{Name: "Redirect", Attrs: []Attr{{"method", "POST"}}, Text: i.URL})
		case webhook.Hangup:
			out = append(out, Node{Name: "Hangup"})
		}
	}
	return out
}

func say(s webhook.Say) Node {
	pause := groupPause
	if s.Slow {
		pause *= slowPauses
	}
	wait := Node{Name: "break", Attrs: []Attr{{"time", fmt.Sprintf("%dms", pause)}}}
	var words []Node
	for _, part := range s.Speech {
		if part.Words != "" {
			words = append(words, respelt(" "+part.Words+" ", s.Respelt)...)
			continue
		}
		words = append(words, wait)
		for group := range strings.FieldsSeq(part.Number) {
			words = append(words, Node{Text: strings.Join(strings.Split(group, ""), " ")}, wait)
		}
	}
	if s.Slow {
		words = []Node{{Name: "prosody", Attrs: []Attr{{"rate", slowRate}}, Children: words}}
	}
	return Node{Name: "Say", Attrs: []Attr{{"voice", s.Voice}, {"language", s.Language}}, Children: words}
}

// respelt marks the names that are said otherwise than they are written. What is written
// stays there for anybody who reads the document.
func respelt(words string, table []voice.Respelling) (out []Node) {
	for _, p := range voice.Pieces(words, table) {
		if p.Said == "" {
			out = append(out, Node{Text: p.Words})
			continue
		}
		out = append(out, Node{Name: "sub", Attrs: []Attr{{"alias", p.Said}}, Children: []Node{{Text: p.Words}}})
	}
	return out
}

// gather takes one key, any of the twelve: with an empty finishOnKey "#" is a key, too.
func gather(g webhook.Gather) Node {
	attrs := []Attr{{"input", "dtmf"}, {"numDigits", "1"}, {"finishOnKey", ""}, {"timeout", fmt.Sprint(g.Seconds)}}
	if g.Silence {
		attrs = append(attrs, Attr{"actionOnEmptyResult", "true"})
	}
	return Node{Name: "Gather", Attrs: append(attrs, Attr{"action", g.URL}, Attr{"method", "POST"}),
		Children: nodes(g.Prompt)}
}

// waits is a wait in the provider's alphabet of keys to send: each "w" is half a second,
// each "W" a second.
func waits(d time.Duration) string {
	halves := int(d / webhook.KeysAfterUnit)
	if halves <= mostShortWaits {
		return strings.Repeat("w", halves)
	}
	return strings.Repeat("W", halves/2) + strings.Repeat("w", halves%2)
}

// dial has no hangupOnStar: a leg that the caller drops may be reported like one that was
// answered.
func dial(d webhook.Dial) Node {
	n := Node{Name: "Dial"}
	if d.URL != "" {
		n.Attrs = []Attr{{"action", d.URL}, {"method", "POST"}}
	}
	n.Attrs = append(n.Attrs, Attr{"timeout", fmt.Sprint(d.Seconds)}, Attr{"ringTone", "uk"})
	if d.CallerID != "" {
		n.Attrs = append(n.Attrs, Attr{"callerId", d.CallerID})
	}
	for _, l := range d.Lines {
		number := Node{Name: "Number", Text: l.E164}
		if l.Keys != "" {
			number.Attrs = append(number.Attrs, Attr{"sendDigits", waits(l.KeysAfter) + l.Keys})
		}
		if l.AcceptURL != "" {
			number.Attrs = append(number.Attrs, Attr{"url", l.AcceptURL}, Attr{"method", "POST"})
		}
		if l.StatusURL != "" {
			number.Attrs = append(number.Attrs, Attr{"statusCallback", l.StatusURL},
				Attr{"statusCallbackMethod", "POST"})
		}
		n.Children = append(n.Children, number)
	}
	return n
}
