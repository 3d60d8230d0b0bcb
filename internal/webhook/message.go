package webhook

import "signpost/internal/privacy"

// Message is a text that somebody sent us.
type Message struct {
	// ID names the message: the same webhook sent twice has the same. Empty when it has
	// no valid id.
	ID   string
	From Address
	Line string // our number, as the provider writes it, trimmed
	Text privacy.Private
	// OptOut is set when the provider has already answered the text by itself.
	OptOut OptOut
	// Cookie is the last [TextReply.Cookie] of this conversation. Anybody could have
	// sent it: the signature does not cover it.
	Cookie string
	// Probe reports that no person wrote it: it is answered as any other and counted apart.
	Probe bool
	// Free reports a probe that costs nothing: nobody is sent the reply.
	Free bool
}

// OptOut is which opt-out keyword the provider has answered, if any.
type OptOut uint8

// Opt-out keywords.
const (
	OptOutNone  OptOut = iota
	OptOutStop         // the sender has opted out
	OptOutOther        // the sender asked for help, or opted in again
)

// TextReply answers a message.
type TextReply struct {
	Text string // empty: no text is sent
	// Cookie is stored by the provider and returned with the conversation's next
	// message. It must be sealed. Empty keeps the cookie that is stored.
	Cookie string
}
