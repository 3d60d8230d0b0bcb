package flows

// Input is one thing a person did.
type Input struct {
	kind       inputKind
	text       string
	key        byte
	leg        Leg
	considered *Case // what the text asks for, if that was worked out beforehand
}

type inputKind uint8

const (
	heard inputKind = iota
	rang
	pressed
	silent
	legEnded
)

// Heard is a text message.
func Heard(text string) Input { return Input{kind: heard, text: text} }

// Seek is [Heard] with what the text asks for worked out beforehand, for those who
// send the same text to one book from many states.
func (b *Book) Seek(text string) Input {
	c := b.Consider(text)
	return Input{kind: heard, text: text, considered: &c}
}

// Considered is a text of which only the case is known.
func Considered(c Case) Input { return Input{kind: heard, considered: &c} }

// caseIn is what the text asks for.
func (in Input) caseIn(b *Book) Case {
	if in.considered != nil {
		return *in.considered
	}
	return b.Consider(in.text)
}

// Rang is a call coming in.
func Rang() Input { return Input{kind: rang} }

// Pressed is one key on a call: 0 to 9, '*' or '#'. Any other byte is a key
// that is not understood.
func Pressed(key byte) Input { return Input{kind: pressed, key: key} }

// Silence is a prompt on a call that nobody answered.
func Silence() Input { return Input{kind: silent} }

// LegEnded is the end of an attempt to put a caller through.
func LegEnded(leg Leg) Input { return Input{kind: legEnded, leg: leg} }

// Leg is how an attempt to put a caller through ended.
type Leg uint8

const (
	LegTalked   Leg = iota // somebody answered; the conversation is over
	LegNoAnswer            // rang out
	LegBusy                // engaged
	LegFailed              // could not be reached, or cancelled
)

// Reply is what a person is told, and what happens next.
type Reply struct {
	// Text is the text message to send; empty means silence.
	Text string
	// Speech is what a call says, in order.
	Speech []Utterance
	Act    Act
	Dial   *Service // who to ring, when Act is Dial
	// Ended tells that the conversation is over and its state must go.
	Ended bool
	// Rest tells that nothing moved and the state's lifetime should not be
	// renewed, so that two machines fall silent for good.
	Rest bool
	// Shows lists the services whose numbers are given, for counters and tests.
	Shows []string
	// Slow asks for the words to be said slowly: the caller wanted them again.
	Slow bool
	// Emergency tells that this is the answer to somebody who may think we are
	// 999.
	Emergency bool
	// Complaint is the service that somebody says did not help: it did not answer, was
	// engaged or closed, a machine answered, its number does not work.
	Complaint string
	// Tells is the step that was told in passing, if one was.
	Tells string
}

// Act is what a call does once the words are spoken.
type Act uint8

const (
	Listen Act = iota // wait for a key
	Dial              // ring Reply.Dial
	HangUp            // end the call
)

// Utterance is a stretch of speech: words, or a number to be said digit by
// digit in its printed groups.
type Utterance struct {
	Words  string
	Number string
	// Audio is the recording that is played; Words then say what is in it.
	Audio string
	// Lang is the language it is said in, as State has it.
	Lang uint8
}
