package twilio

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// TwiML is written here and not by the provider's Go library, which drops empty
// attributes (finishOnKey="" makes "#" a key), capitalises SSML names, which the provider
// refuses, and writes attributes in random order: a repeated webhook must get the same
// bytes.

// MaxDocument is the longest document the provider accepts, in bytes (its error 11750).
const MaxDocument = 64 << 10

const contentType = "text/xml; charset=utf-8"

// Node is one element of a TwiML document, or text when Name is empty.
type Node struct {
	Name     string
	Attrs    []Attr
	Text     string
	Children []Node
}

// Attr is one attribute. An empty value is written, too.
type Attr struct{ Name, Value string }

// Attr returns an attribute's value; ok is false when it is absent.
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

// document writes a whole document.
func document(nodes ...Node) []byte {
	const usual = 2 << 10 // bytes of a greeting
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

func escape(b *bytes.Buffer, words string) {
	if plain(words) {
		b.WriteString(words)
		return
	}
	_ = xml.EscapeText(b, []byte(words)) // a Buffer does not fail
}

// plain reports words that are the same in a document: nearly all are.
func plain(words string) bool {
	for i := range len(words) {
		switch c := words[i]; {
		case c < ' ', c > '~', c == '"', c == '\'', c == '&', c == '<', c == '>':
			return false
		}
	}
	return true
}

// ErrNotTwiML is wrapped by every error of [ParseDocument].
var ErrNotTwiML = errors.New("not TwiML")

const maxDepth = 8 // our own documents nest four levels

// ParseDocument reads a document of at most [MaxDocument] bytes and returns its Response
// element. Space around elements is dropped, space inside speech kept. Its errors wrap
// [ErrNotTwiML].
func ParseDocument(doc []byte) (Node, error) {
	if len(doc) > MaxDocument {
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
				top.Children = append(top.Children, Node{Text: string(tok)})
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
