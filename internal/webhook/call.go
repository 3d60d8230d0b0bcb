package webhook

import (
	"time"

	"signpost/internal/voice"
)

// PositionParam is the query parameter of a follow-up URL that holds [Call.Position].
const PositionParam = "t"

// Call is one event of a telephone call: it rang, a key was pressed, a leg ended.
type Call struct {
	ID     string // names the call
	Caller Address
	Line   string // our number, as the provider writes it, trimmed
	// Keys are the keys that were pressed. Empty is silence.
	Keys string
	// Position is what the follow-up URL held under [PositionParam]. Anybody could have
	// sent it: it must be opened.
	Position string
	// Signature is the webhook's: one that is sent again has the same, however its fields were
	// rearranged. Empty when there is none.
	Signature string
	// Leg is how the last call to a service ended.
	Leg LegEnd
	// CallerGone reports that the caller has hung up: nobody hears the reply.
	CallerGone bool
	// Probe reports that no person rings: it is answered as any other and counted apart.
	Probe bool
	// Free reports a probe that costs nothing: nobody rings at all.
	Free bool
	// Outbound reports a call to a service rather than one to us. Duration is how long a call
	// that has ended lasted, in whole seconds; 0 when it is not reported.
	Outbound bool
	Duration time.Duration
}

// LegEnd is how a leg, the call to a service, ended.
type LegEnd struct {
	Status LegStatus
	// Bridged reports that the service was connected to the caller. It is true unless
	// the provider reports that an answered leg was not connected.
	Bridged  bool
	Duration time.Duration // of the leg, in whole seconds; 0 when it is not reported
}

// LegStatus is how a leg ended.
type LegStatus uint8

// Ends of a leg.
const (
	LegFailed   LegStatus = iota // could not be reached
	LegAnswered                  // somebody, or a machine, answered
	LegNoAnswer                  // rang out
	LegBusy                      // engaged
	LegCanceled                  // ended before it was answered
)

// CallReply is what a call does next: instructions, in order. A reply without
// instructions ends the call, or connects a leg that was asked to accept it.
type CallReply []Instruction

// Instruction is one of [Say], [Play], [Gather], [Dial], [Redirect] and [Hangup].
type Instruction interface{ instruction() }

// Say speaks in one voice.
type Say struct {
	Voice, Language string
	Slow            bool
	Speech          []Speech
	// Respelt are names that the voice gets wrong. They are said as they are spelt there,
	// and stay in the words as they are written.
	Respelt []voice.Respelling
}

// Speech is a stretch of speech: words, or a number that is said digit by digit with a
// pause after each of its printed groups.
type Speech struct{ Words, Number string }

// Play plays a recording.
type Play struct{ URL string }

// Gather waits for one key while the prompt is spoken, and for some seconds after it. A
// key cuts the prompt short, and URL is asked for what comes next.
type Gather struct {
	URL     string
	Prompt  []Instruction // Say and Play only
	Seconds int
	// Silence asks URL after silence, too. Otherwise the next instruction follows.
	Silence bool
}

// Dial calls the lines together and connects the first that answers, which may be a
// machine.
type Dial struct {
	// URL is asked for what comes next when the leg has ended. Empty: the next
	// instruction follows.
	URL string
	// Seconds is how long the lines ring. The provider adds about five. (Twilio, TwiML <Dial>,
	// timeout.)
	Seconds int
	// CallerID is shown to the lines: one of our own numbers, never the caller's.
	CallerID string
	Lines    []DialLine
}

// DialLine is one line to call.
type DialLine struct {
	E164 string
	Keys string // pressed for the caller once the line has answered; empty for none
	// KeysAfter is how long after the answer Keys are pressed: whole [KeysAfterUnit], up to
	// [MaxKeysAfter].
	KeysAfter time.Duration
	// AcceptURL is asked what the person who answers hears before they are connected. Empty:
	// they are connected at once.
	AcceptURL string
	StatusURL string // told how the line's own call ended; empty: nobody is told
}

// Redirect asks URL for what comes next.
type Redirect struct{ URL string }

// Hangup ends the call.
type Hangup struct{}

func (Say) instruction()      {}
func (Play) instruction()     {}
func (Gather) instruction()   {}
func (Dial) instruction()     {}
func (Redirect) instruction() {}
func (Hangup) instruction()   {}
