package flows

import "time"

// Input is one thing a person did.
type Input struct {
	kind       inputKind
	text       string
	key        byte
	leg        Leg
	known      *Case      // what the text asks for, if that was worked out before
	cache      *caseCache // the case of the text in each book that was asked so far
	connects   bool       // a last silence connects the caller
	noTransfer bool       // nobody can be connected on this call
}

type inputKind uint8

const (
	inputText inputKind = iota
	inputRang
	inputKey
	inputSilence
	inputLegEnded
)

// TextInput is a text message.
func TextInput(text string) Input { return Input{kind: inputText, text: text} }

// CachedTextInput is [TextInput] for a text that is stepped on more than once: each book classifies
// it the first time only. It holds the cases for as long as it is reachable. It is not safe for
// concurrent use.
func CachedTextInput(text string) Input {
	return Input{kind: inputText, text: text, cache: new(caseCache)}
}

// caseCache holds the case of one text in each book that classified it.
type caseCache []cachedCase

type cachedCase struct {
	book *Book
	c    *Case
}

// PreclassifiedText is [TextInput] for a text that this book has classified already: a walk sends
// the same text from many states.
func (b *Book) PreclassifiedText(text string) Input {
	c := b.Classify(text)
	return Input{kind: inputText, text: text, known: &c}
}

// CaseInput is a text of which only the case is known.
func CaseInput(c Case) Input { return Input{kind: inputText, known: &c} }

// Case is what the text asks a book for.
func (in Input) Case(b *Book) Case { return *in.caseIn(b) }

// caseIn returns the case by its address. A case is large, and a walk reads millions.
func (in Input) caseIn(b *Book) *Case {
	if in.known != nil {
		return in.known
	}
	if in.cache == nil {
		c := b.Classify(in.text)
		return &c
	}
	for _, known := range *in.cache {
		if known.book == b {
			return known.c
		}
	}
	c := b.Classify(in.text)
	*in.cache = append(*in.cache, cachedCase{b, &c})
	return &c
}

// Rang is a call coming in.
func Rang() Input { return Input{kind: inputRang} }

// Pressed is one key on a call: 0 to 9, '*' or '#'. Any other byte is a key
// that is not understood.
func Pressed(key byte) Input { return Input{kind: inputKey, key: key} }

// Silence is a prompt on a call that nobody answered.
func Silence() Input { return Input{kind: inputSilence} }

// SilenceConnects is [Silence] on a call that the 24-hour line has agreed to take when the
// caller cannot press a key. See [SilentCalls].
func SilenceConnects() Input { return Input{kind: inputSilence, connects: true} }

// LegEnded is the end of an attempt to connect a caller.
func LegEnded(leg Leg) Input { return Input{kind: inputLegEnded, leg: leg} }

// WithoutTransfer is the same input on a call that cannot be connected to anybody: numbers
// are said instead.
func (in Input) WithoutTransfer() Input {
	in.noTransfer = true
	return in
}

// Leg is how an attempt to connect a caller ended.
type Leg uint8

// The ways a dialled line can end.
const (
	LegTalked    Leg = iota // somebody answered and stayed; the call is over
	LegNoAnswer             // rang out, or the person who answered did not accept the call
	LegBusy                 // engaged
	LegFailed               // could not be reached
	LegCancelled            // ended by the provider before it was answered
	LegShort                // answered, perhaps by a machine, and over at once; the caller is still there
)

// PersonAfter is how long a leg must have lasted to count as answered by a person, when the
// book does not say. A shorter one may have been an answering machine.
const PersonAfter = 25 * time.Second

// Reply is what a person is told, and what happens next.
type Reply struct {
	// Text is the text message to send; empty means silence.
	Text string
	// Speech is what a call says, in order.
	Speech []Utterance
	Act    Act
	// Dial is the service to call, and DialLine which of its lines, when Act is Dial.
	Dial     *Service
	DialLine int
	// Ended means that the conversation is over and its state must go.
	Ended bool
	// KeepsExpiry means that nothing moved and the state's lifetime should not be
	// renewed, so that two machines fall silent for good.
	KeepsExpiry bool
	// Exhausted means that nothing is said because too much of the conversation has moved
	// nothing: somebody else may have written it.
	Exhausted bool
	// Shows lists the services whose numbers are given, the first of the text first. An answer to danger
	// lists none.
	Shows []string
	// Slow asks for the words to be said slowly: the caller wanted them again, or these
	// are the last words of the call.
	Slow bool
	// Emergency means that this is the answer to somebody who may think we are
	// 999.
	Emergency bool
	// Complaint is the service that somebody says did not help: it did not answer, was
	// engaged or closed, a machine answered, its number does not work.
	Complaint string
	// SayStep is the step that was told in passing, if one was.
	SayStep string
}

// Urgent reports a text's reply that is the answer to danger or despair, for the first time or again.
// after is the state behind it.
func (r Reply) Urgent(after State) bool {
	return r.Emergency || after.Urgent != NotUrgent && r.Text != "" && r.SayStep == ""
}

// Act is what a call does once the words are spoken.
type Act uint8

// What a call does after an answer.
const (
	Listen Act = iota // wait for a key
	Dial              // call Reply.Dial
	HangUp            // end the call
)

// Utterance is a stretch of speech: words, or a number to be said digit by
// digit in its printed groups.
type Utterance struct {
	Words  string
	Number string
	// Lang is the language it is said in, as State has it.
	Lang uint8
}
