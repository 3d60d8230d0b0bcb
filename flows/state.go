package flows

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"time"
)

// State is where a conversation has got to: all that is ever remembered of it.
// The zero State is a conversation that has not begun.
type State struct {
	Step string // the step we are at
	Area string // the area, while its services are given
	Who  Person
	Lang uint8 // the language, counted from 1; 0: the book's own
	At   uint8 // position in the step's chain of services
	// HelplineAt is where the 24-hour line is in the chain, counted from 1, on a call
	// that met a line which may not answer; 0: where the book has it. It is kept so that
	// a position means the same line for the whole call.
	HelplineAt uint8
	// HelplineIs is which of the 24-hour lines was put there, counted from 1; 0: the one that is
	// given now. What is found out about a line during a call changes which is given.
	HelplineIs uint8
	Line       uint8     // which line of that service is being called
	Stay       bool      // on a call: silence means that the caller waits for the next line
	Ask        [4]string // areas being asked about
	// AskNames are the places they are offered by. If nothing is asked, the first is the place that was named.
	// Unnamed means that they must not be named.
	AskNames [4]string
	Unnamed  bool
	// Spelt means that the only area asked about is that of a name, spelt right, which is no
	// ordinary word: the question gives its number.
	Spelt    bool
	Need     Need
	Urgent   Urgency // of the last answer
	Half     string  // the first half of a postcode, for one text
	Misses   uint8   // answers not understood in a row
	Silences uint8   // silences in a row, on a call
	Idle     uint8   // replies that moved nothing, to the same text, in a row
	Said     uint8   // a mark of the last text, as [Case.Said]: it shows that the same comes again
	Aside    bool    // the last text got the answer to a question: back gives what was there before
}

// ErrNoSuchStep means that the state does not fit the book: it was replaced in
// the middle of a conversation, or the bytes are not a state of ours.
var ErrNoSuchStep = errors.New("the book has no such step")

const stateVersion = 3

// The byte of the silences also holds [State.Aside] and [State.Said]: a call has no texts, and a text conversation no
// silences.
const (
	maxSilences = 0x03
	asideBit    = 0x04
	saidBits    = 3
	maxSaid     = 1<<(8-saidBits) - 1
)

// Urgency says whether the last answer was one to danger or to despair: a text that is not understood, or
// asks for help, then gets it again.
type Urgency uint8

// The urgencies.
const (
	NotUrgent Urgency = iota
	UrgentDanger
	UrgentDespair
	UrgentTaken  // has taken something
	UrgentDoctor // must be seen by a doctor
	urgencies    // how many there are
)

// The byte of the need also holds whether places must not be named, [State.HelplineAt] and
// [State.Urgent].
const (
	unnamedBit     = 0x80
	helplineAtBits = 5
	maxHelplineAt  = 3
	urgentBits     = 2
	urgentMask     = 1<<(helplineAtBits-urgentBits) - 1
	needMask       = 1<<urgentBits - 1
)

// Who it is for and the language share a byte.
const (
	langBits = 4
	whoMask  = 1<<langBits - 1
	// MaxLanguages is how many there may be, without the book's own: each may have a key.
	MaxLanguages = len(LanguageKeys)
)

// The byte of the line also holds whether the caller was asked to stay on the line, [State.Spelt] and
// [State.HelplineIs].
const (
	stayBit        = 0x80
	speltBit       = 0x40
	helplineIsBits = 4
	maxHelplineIs  = 3
	lineMask       = 1<<helplineIsBits - 1
)

// Where each part of an encoded state begins, behind the byte of its version. An id takes idSize bytes.
const (
	idSize     = 4
	atIDs      = 1                  // the step, the area, and four areas that are asked about
	atNames    = atIDs + 6*idSize   // what each of the four is called
	atHalf     = atNames + 4*idSize // half a postcode
	atNeed     = atHalf + idSize    // from here on, a byte each
	atWho      = atNeed + 1
	atAt       = atWho + 1
	atMisses   = atAt + 1
	atSilences = atMisses + 1
	atIdle     = atSilences + 1
	atLine     = atIdle + 1

	// StateSize is the size of an encoded state, in bytes.
	StateSize = atLine + 1
)

// ID is how an id is remembered: four bytes of a hash. The loader refuses a
// book in which two ids share one.
func ID(id string) uint32 {
	if id == "" {
		return 0
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32()
}

// Encode writes the state in [StateSize] bytes.
func (s State) Encode() []byte {
	b := make([]byte, 0, StateSize)
	b = append(b, stateVersion)
	for _, id := range [...]string{s.Step, s.Area, s.Ask[0], s.Ask[1], s.Ask[2], s.Ask[3]} {
		b = binary.BigEndian.AppendUint32(b, ID(id))
	}
	for _, name := range s.AskNames {
		b = binary.BigEndian.AppendUint32(b, ID(name))
	}
	b = binary.BigEndian.AppendUint32(b, ID(s.Half))
	need := byte(s.Need) | min(s.HelplineAt, maxHelplineAt)<<helplineAtBits | byte(s.Urgent)<<urgentBits
	if s.Unnamed {
		need |= unnamedBit
	}
	line := min(s.Line, lineMask) | min(s.HelplineIs, maxHelplineIs)<<helplineIsBits
	if s.Stay {
		line |= stayBit
	}
	if s.Spelt {
		line |= speltBit
	}
	silences := min(s.Silences, maxSilences) | s.Said<<saidBits
	if s.Aside {
		silences |= asideBit
	}
	return append(b, need, byte(s.Who)|s.Lang<<langBits, s.At, s.Misses, silences, s.Idle, line)
}

// Decode reads a state that this book, or another version of it, encoded. The
// error wraps [ErrNoSuchStep].
func (b *Book) Decode(data []byte) (State, error) { return b.decode(data, false) }

// DecodeText is [Book.Decode] for a text conversation. Where its step, or an area, has left the book, it keeps whom
// the conversation is for, what the writer needs, what was urgent and the place: somebody who harms must not get the
// number of those they harm, and somebody deaf must not be told to press 55.
func (b *Book) DecodeText(now time.Time, data []byte) (State, error) {
	s, err := b.Decode(data)
	if err == nil || !IsState(data) {
		return s, err
	}
	was, lostErr := b.decode(data, true)
	kept := State{Who: was.Who, Need: was.Need, Urgent: was.Urgent, Lang: was.Lang, Idle: was.Idle}
	if lostErr != nil || was.Area == "" && kept.Who == Me && kept.Need == NeedNothing && kept.Urgent == NotUrgent {
		return State{}, err
	}
	t := turn{Book: b.In(kept.Lang), now: now}
	if was.Area != "" && kept.Who != Behaviour {
		return t.showServices(kept, was.Area), nil
	}
	return t.enter(kept, t.People[kept.Who].Ask), nil
}

// decode is [Book.Decode]. Of a state that is lost, an id that the book has not is left empty.
func (b *Book) decode(data []byte, lost bool) (State, error) {
	if !IsState(data) {
		return State{}, fmt.Errorf("decode a state of %d bytes: %w", len(data), ErrNoSuchStep)
	}
	need, who, line := data[atNeed], data[atWho], data[atLine]
	if Person(who&whoMask) >= persons || int(who>>langBits) > len(b.Languages) ||
		Need(need&needMask) >= needCount || Urgency(need>>urgentBits&urgentMask) >= urgencies {
		return State{}, fmt.Errorf("decode a state of %d bytes: %w", len(data), ErrNoSuchStep)
	}
	var ids [6]string
	for i := range ids {
		id := binary.BigEndian.Uint32(data[atIDs+idSize*i:])
		if id == 0 {
			continue
		}
		find := b.areaOf
		if i == 0 {
			find = b.stepOf
		}
		name, ok := find(id)
		if !ok && !lost {
			return State{}, fmt.Errorf("decode a state: %w", ErrNoSuchStep)
		}
		ids[i] = name
	}
	s := State{
		Step: ids[0], Area: ids[1], Ask: [4]string(ids[2:]),
		Half: b.gazetteer().OutwardOf(binary.BigEndian.Uint32(data[atHalf:]), ID),
		Need: Need(need & needMask), Unnamed: need&unnamedBit != 0,
		Urgent:     Urgency(need >> urgentBits & urgentMask),
		HelplineAt: need >> helplineAtBits & maxHelplineAt,
		Who:        Person(who & whoMask), Lang: who >> langBits,
		At: data[atAt], Misses: data[atMisses], Silences: data[atSilences] & maxSilences, Idle: data[atIdle],
		Aside: data[atSilences]&asideBit != 0, Said: data[atSilences] >> saidBits,
		Line: line & lineMask, HelplineIs: line >> helplineIsBits & maxHelplineIs,
		Stay: line&stayBit != 0, Spelt: line&speltBit != 0,
	}
	for i := range s.AskNames {
		if id := binary.BigEndian.Uint32(data[atNames+idSize*i:]); id != 0 {
			s.AskNames[i] = b.gazetteer().NameOf(id, ID) // a name that has gone is offered by its area
		}
	}
	return s, nil
}

// IsState reports whether data has the form of an encoded state. It may still be of a
// step that no book has.
func IsState(data []byte) bool { return len(data) == StateSize && data[0] == stateVersion }

// stepOf is the id of the step that an encoded state names.
func (b *Book) stepOf(id uint32) (string, bool) {
	for i := range b.Steps {
		if ID(b.Steps[i].ID) == id {
			return b.Steps[i].ID, true
		}
	}
	return "", false
}

// areaOf is the same of an area.
func (b *Book) areaOf(id uint32) (string, bool) {
	for i := range b.Areas {
		if ID(b.Areas[i].ID) == id {
			return b.Areas[i].ID, true
		}
	}
	return "", false
}

// Revived is the state with room for another reply without progress.
func (s State) Revived() State {
	s.Idle, s.Misses = min(s.Idle, maxIdle-1), 0
	return s
}

// Position is the state without what only the texts before it left: two conversations with the same are at the same
// place.
func (s State) Position() State {
	s.Idle, s.Said, s.Aside, s.Half = 0, 0, false, ""
	return s
}

// near is the state as if the only area in doubt were the writer's.
func (s State) near(elsewhere string) (State, bool) {
	asking := s.asking()
	if !s.Spelt || len(asking) != 2 || asking[1] != elsewhere {
		return s, false
	}
	s.Area, s.Ask = asking[0], [4]string{}
	return s, true
}

// asking lists the areas being asked about.
func (s *State) asking() []string { return filled4(&s.Ask) }
