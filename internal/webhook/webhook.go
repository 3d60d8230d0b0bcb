// Package webhook holds what a webhook says and how it is answered, in our own words, and the
// provider's limits that others must keep within. The provider's package converts between
// these types and the wire; the channels know nothing else of a webhook.
package webhook

import "context"

// Kind is what sort of webhook one is.
type Kind uint8

// Kinds of webhook.
const (
	KindText   Kind = iota // a text came in
	KindCall               // an event of a call
	KindReport             // what became of one of our texts
)

// Webhook is one genuine webhook in our own words.
type Webhook struct {
	Kind Kind
	// From is who wrote or rings; empty in a report. To is our number, as the provider writes it,
	// trimmed; in a report, the number that our reply went to.
	From Address
	To   string
	// Message and Call are both read for every kind: a number may be set up with the
	// wrong path.
	Message Message
	Call    Call
	// Records are the provider's records that the webhook is about.
	Records []Record
	// Delivery is what a report says of one of our replies.
	Delivery Delivery
}

// Handler answers a genuine webhook. It reads personal values inside privacy.Forget.
type Handler func(ctx context.Context, w Webhook) Response

// Safe returns the fallback document for a webhook whose handler panicked. The document
// must exist already: what broke the handler could break making it.
type Safe func(w Webhook) []byte

// Response is a reply as the provider reads it, and a sealed cookie that the provider stores
// and returns with the conversation's next message. An empty cookie keeps the one that is stored.
type Response struct {
	Document []byte
	Cookie   string
	Probe    bool // no person was answered: it is counted apart
}

// Outcome is what became of a request, for the counters.
type Outcome string

// Outcomes of a request.
const (
	Answered Outcome = "answered"
	Probed   Outcome = "probe" // a probe was answered
	Refused  Outcome = "refused"
	// Mismatched is a refused request that carries a signature and our account's id: the
	// provider's, with another key or address than ours, or somebody who knows the id.
	Mismatched Outcome = "mismatched"
	Panicked   Outcome = "panicked"
)

// Outcomes lists them all.
func Outcomes() []Outcome { return []Outcome{Answered, Probed, Refused, Mismatched, Panicked} }

// Delivery is what became of one of our replies.
type Delivery struct {
	// Final reports that the provider has said what became of it. Many networks never
	// report more than that a reply was sent.
	Final     bool
	Delivered bool
	// Code is the provider's error code, of a closed list. Empty when delivered.
	Code string
	// Blocked reports that something keeps our replies from more than this one phone.
	Blocked bool
}
