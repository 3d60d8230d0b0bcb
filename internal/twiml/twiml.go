// Package twiml writes and reads the provider's markup (TwiML), in our words.
//
// The provider's Go library has a writer too. It is not used: it drops empty
// attributes, so finishOnKey="" (without which "#" cannot be a key) cannot be
// said; it writes SSML names capitalised, which the provider refuses; and it
// writes attributes in random order, while a repeated webhook must be answered
// byte for byte alike.
package twiml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxSize is the longest document the provider takes, in bytes (its error
// 11750).
const MaxSize = 64 << 10

// ContentType is sent with every document.
const ContentType = "text/xml; charset=utf-8"

// Node is one element, or text when Name is empty.
type Node struct {
	Name     string
	Attrs    []Attr
	Text     string
	Children []Node
}

// Attr is one attribute. An empty value is written, unlike in most writers.
type Attr struct{ Name, Value string }

// Attr gives an attribute's value; ok is false when it is absent.
func (n Node) Attr(name string) (value string, ok bool) {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Words is all the text inside a node, in order.
func (n Node) Words() string {
	var b strings.Builder
	var walk func(Node)
	walk = func(n Node) {
		b.WriteString(n.Text)
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

// Text is plain text inside an element.
func Text(s string) Node { return Node{Text: s} }

// Break is a pause inside speech (SSML), in milliseconds.
func Break(ms int) Node {
	return Node{Name: "break", Attrs: []Attr{{"time", fmt.Sprintf("%dms", ms)}}}
}

// Message is a text to the person who wrote. The provider reports what became
// of it to status, named twice because which attribute counts depends on the
// account's age.
func Message(body, status string) Node {
	n := Node{Name: "Message", Children: []Node{{Name: "Body", Text: body}}}
	if status != "" {
		n.Attrs = []Attr{{"action", status}, {"method", "POST"}, {"statusCallback", status}}
	}
	return n
}

// Say speaks words and breaks in one voice.
func Say(voice, language string, words ...Node) Node {
	return Node{Name: "Say", Attrs: []Attr{{"voice", voice}, {"language", language}}, Children: words}
}

// Slowly speaks words at an easy pace (SSML).
func Slowly(words ...Node) Node {
	return Node{Name: "prosody", Attrs: []Attr{{"rate", "85%"}}, Children: words}
}

// Play plays a recording.
func Play(url string) Node { return Node{Name: "Play", Text: url} }

// GatherKey waits for one key, any of the twelve, while the prompt is spoken
// and for timeout seconds after it. A key cuts the prompt short. Pressed or
// not, the provider then asks action.
func GatherKey(action string, timeout int, prompt ...Node) Node {
	return Node{Name: "Gather", Attrs: []Attr{
		{"input", "dtmf"}, {"numDigits", "1"}, {"finishOnKey", ""}, {"timeout", fmt.Sprint(timeout)},
		{"actionOnEmptyResult", "true"}, {"action", action}, {"method", "POST"},
	}, Children: prompt}
}

// GatherInPassing takes a key while words are spoken and for a second after
// them; when none is pressed, what follows in the document goes on.
func GatherInPassing(action string, prompt ...Node) Node {
	return Node{Name: "Gather", Attrs: []Attr{
		{"input", "dtmf"}, {"numDigits", "1"}, {"finishOnKey", ""}, {"timeout", "1"}, {"action", action}, {"method", "POST"},
	}, Children: prompt}
}

// Redirect asks for the next document.
func Redirect(url string) Node {
	return Node{Name: "Redirect", Attrs: []Attr{{"method", "POST"}}, Text: url}
}

// Hangup ends the call.
func Hangup() Node { return Node{Name: "Hangup"} }

// Dialled is one line to ring.
type Dialled struct {
	E164 string
	// Keys are pressed for the caller once the line answers, in the provider's
	// sendDigits alphabet: "w" waits half a second.
	Keys string
	// Accept is the document run for whoever answers, before they are connected;
	// empty: they are connected at once.
	Accept string
	// Status is told when the line's own call has ended; empty: nobody is.
	Status string
}

// Dial rings the lines together; the first to answer is connected. When that
// ends, however it ends, the provider asks action. "*" drops the dialled leg.
// An empty callerID leaves the provider's choice; with an empty action the document
// goes on.
func Dial(action string, ringSeconds int, callerID string, lines ...Dialled) Node {
	n := Node{Name: "Dial"}
	if action != "" {
		n.Attrs = []Attr{{"action", action}, {"method", "POST"}}
	}
	n.Attrs = append(n.Attrs, Attr{"timeout", fmt.Sprint(ringSeconds)}, Attr{"hangupOnStar", "true"}, Attr{"ringTone", "uk"})
	if callerID != "" {
		n.Attrs = append(n.Attrs, Attr{"callerId", callerID})
	}
	for _, l := range lines {
		num := Node{Name: "Number", Text: l.E164}
		if l.Keys != "" {
			num.Attrs = append(num.Attrs, Attr{"sendDigits", l.Keys})
		}
		if l.Accept != "" {
			num.Attrs = append(num.Attrs, Attr{"url", l.Accept}, Attr{"method", "POST"})
		}
		if l.Status != "" {
			num.Attrs = append(num.Attrs, Attr{"statusCallback", l.Status}, Attr{"statusCallbackMethod", "POST"})
		}
		n.Children = append(n.Children, num)
	}
	return n
}

// Response is a whole document. The same nodes always give the same bytes.
func Response(nodes ...Node) []byte {
	const usual = 1024 // bytes: most documents are shorter
	b := bytes.NewBuffer(make([]byte, 0, usual))
	b.WriteString(xml.Header)
	write(b, Node{Name: "Response", Children: nodes})
	return b.Bytes()
}

func write(b *bytes.Buffer, n Node) {
	if n.Name == "" {
		escape(b, n.Text)
		return
	}
	b.WriteByte('<')
	b.WriteString(n.Name)
	for _, a := range n.Attrs {
		b.WriteByte(' ')
		b.WriteString(a.Name)
		b.WriteString(`="`)
		escape(b, a.Value)
		b.WriteByte('"')
	}
	if n.Text == "" && len(n.Children) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	escape(b, n.Text)
	for _, c := range n.Children {
		write(b, c)
	}
	b.WriteString("</")
	b.WriteString(n.Name)
	b.WriteByte('>')
}

// escape writes words. Most need nothing done to them.
func escape(b *bytes.Buffer, words string) {
	for i := range len(words) {
		if c := words[i]; c < ' ' || c > '~' || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' {
			_ = xml.EscapeText(b, []byte(words)) // a Buffer does not fail
			return
		}
	}
	b.WriteString(words)
}

// ErrNotTwiML is wrapped by every error of [Parse].
var ErrNotTwiML = errors.New("not TwiML")

const maxDepth = 8 // our own documents nest four deep

// Parse reads a document of at most [MaxSize] bytes and gives its Response
// element. Space around elements is dropped, space inside speech kept.
func Parse(doc []byte) (Node, error) {
	if len(doc) > MaxSize {
		return Node{}, fmt.Errorf("a document of %d bytes: %w", len(doc), ErrNotTwiML)
	}
	dec := xml.NewDecoder(bytes.NewReader(doc))
	var stack []Node
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return Node{}, fmt.Errorf("the document ends early: %w", ErrNotTwiML)
		}
		if err != nil {
			return Node{}, fmt.Errorf("read the document: %w", errors.Join(ErrNotTwiML, err))
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(stack) == maxDepth {
				return Node{}, fmt.Errorf("elements nest deeper than %d: %w", maxDepth, ErrNotTwiML)
			}
			n := Node{Name: tok.Name.Local}
			for _, a := range tok.Attr {
				n.Attrs = append(n.Attrs, Attr{a.Name.Local, a.Value})
			}
			stack = append(stack, n)
		case xml.CharData:
			if len(stack) > 0 && strings.TrimSpace(string(tok)) != "" {
				top := &stack[len(stack)-1]
				top.Children = append(top.Children, Text(string(tok)))
			}
		case xml.EndElement:
			done := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				if done.Name != "Response" {
					return Node{}, fmt.Errorf("the root is <%s>: %w", done.Name, ErrNotTwiML)
				}
				return done, nil
			}
			top := &stack[len(stack)-1]
			top.Children = append(top.Children, done)
		}
	}
}
