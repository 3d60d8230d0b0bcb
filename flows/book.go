package flows

import (
	"slices"
	"strings"
	"time"

	"signpost/flows/hear"
	"signpost/internal/area"
	"signpost/internal/hours"
	"signpost/internal/normalise"
	"signpost/internal/voice"
)

// Limits of a book. A manager who meets one is told so by the loader.
const (
	MaxServices = 200
	MaxAreas    = 64
	MaxSteps    = 200
	// A text offers four choices at most, and a call five: more are hard to remember. The key 5
	// is kept free on both.
	MaxChoices     = 4
	MaxCallChoices = len(choiceKeys)
)

// Person is whom a conversation is for.
type Person uint8

// The people a conversation can be for.
const (
	Me        Person = iota // the person writing or calling
	Someone                 // worried about somebody else
	Behaviour               // worried about how they behave themselves
	persons
)

// PersonNames are the names the flow book uses.
var PersonNames = [persons]string{"me", "someone", "behaviour"}

func (p Person) String() string { return PersonNames[p%persons] }

// Book is one complete, checked flow book. It is never changed once loaded.
type Book struct {
	Version  uint32 // a hash of the files, so that a changed book is noticed
	Services []Service
	Areas    []Area
	// Gazetteer tells where postcodes and places are; nil is the one that ships.
	Gazetteer *area.Gazetteer
	Steps     []Step
	// TextStart and CallStart are where a first text and a call begin.
	TextStart, CallStart string
	// People says which steps each Person gets.
	People [persons]PersonSteps
	// HelplineForAll is the step that 0 leads men and LGBT+ people to.
	HelplineForAll string
	// Either is the step that asks who it is about, where words of harm go both ways.
	Either string
	// Needs says which step answers a need or a question.
	Needs    map[hear.Kind]string
	Messages Messages
	Words    Words
	Watch    []string // words that must not appear in texts, in plain form
	Voice    Voice
	Silent   SilentCalls
	// PersonAfter is how long a leg must have lasted to count as answered by a person.
	PersonAfter time.Duration
	// Pronunciations are names that the voice gets wrong, and how they are said.
	Pronunciations []voice.Respelling
	Audio          map[string]Recording // by the name they are served under
	// Recorded says which of Audio says which words, by [SpokenKey].
	Recorded map[string]string
	// Languages are the others it can be followed in; a text of OwnWords switches back to its own.
	Languages []Language
	OwnWords  []string
	// Ear hears what people write.
	Ear *hear.Ear

	services map[string]int
	areas    map[string]int
	steps    map[string]int
	parents  map[node]parent
	finder   *area.Finder
	labels   map[string]bool // the words of every choice, in plain form
	cache    *replyCache     // see [Book.WithReplyCache]
}

// PersonSteps are the steps for one Person: Ask asks for the place from the top, Place is
// entered once the place is known, and 0 opens Helpline.
type PersonSteps struct{ Ask, Place, Helpline string }

// Voice is how calls are spoken, in the provider's names.
type Voice struct{ Name, Language string }

// Service is one entry of the directory.
type Service struct {
	ID    string
	Name  string // its own name: shown to the people who run this, never texted
	Label string // the discreet name used in texts
	Say   string // how a call names it
	Lines []Line // rung together
	For   [persons]bool
	Hours hours.Hours
	Free  bool // a freephone line
	// Connect means that we may put a caller through. Never to 999 or 101.
	Connect    bool
	From, To   time.Time // first and last day it exists, London midnight; zero: no limit
	IfNoAnswer string    // the service that takes over
	// PausedUntil is the first day it is back after a pause; zero: not paused.
	PausedUntil time.Time
	// RingSeconds is how long its lines ring.
	RingSeconds int
	// PressToAccept has the person who answers press a key, so that an answering
	// machine is not taken for a person.
	PressToAccept bool
	// MentionText and MentionSay are added to a step that lists the service
	// under "also", while the service is open.
	MentionText, MentionSay string
	NotOffered              string // why it is listed but never given out
	TextsOnly               bool   // it takes texts, and no calls
	// What the line is like, as it was agreed with the service or heard on a test call.
	// What nobody has said is unknown.
	FirstWords  string // the first words that are heard
	AnsweredBy  AnsweredBy
	Takes       Takes
	MayBeTexted Known // people may send it texts
	// NotAnswering means that nobody has answered lately. See [Book.WithNotAnswering].
	NotAnswering bool

	CheckedOn, ReviewBy time.Time // zero: never
	CheckedBy           string
	UnrungBecause       string // why it may be given out though nobody rang it lately
	Source, SourceDate  string
	About               string

	itself []string // its id, alone
}

// Line is one telephone number of a service.
type Line struct {
	Printed string // as the service prints it
	E164    string // empty for short numbers that only a caller can dial
	Keys    string // the key to press once it answers; empty: none
	// KeysAfter is how long after the answer Keys is pressed.
	KeysAfter time.Duration
}

// UsualKeysAfter is the wait before a key is pressed on an answered line, when the book does
// not say.
const UsualKeysAfter = 2 * time.Second

// Digits is the number without the blanks it is printed with: two that are printed
// differently may be the same.
func (l Line) Digits() string { return strings.ReplaceAll(l.Printed, " ", "") }

// Exists reports whether the service exists on the day of t.
func (s *Service) Exists(t time.Time) bool {
	return s.NotOffered == "" && (s.From.IsZero() || !t.Before(s.From)) &&
		(s.To.IsZero() || t.Before(s.To.AddDate(0, 0, 1)))
}

// Paused reports that the service is closed for a while (a flood, a strike).
func (s *Service) Paused(t time.Time) bool { return t.Before(s.PausedUntil) }

// CheckedFor is how many days a ringing holds when the book gives no review_by.
const CheckedFor = 90

// Doubtful reports a number that nobody has rung, or not lately enough.
func (s *Service) Doubtful(t time.Time) bool {
	if s.Emergency() {
		return false
	}
	if s.CheckedOn.IsZero() {
		return true
	}
	last := s.ReviewBy // the last day it holds
	if last.IsZero() {
		last = s.CheckedOn.AddDate(0, 0, CheckedFor)
	}
	return !t.Before(last.AddDate(0, 0, 1))
}

// Emergency reports the emergency number, which nobody rings to try it.
func (s *Service) Emergency() bool {
	return len(s.Lines) == 1 && (s.Lines[0].Printed == "999" || s.Lines[0].Printed == "112")
}

// Area is one part of the world with its services.
type Area struct {
	ID        string
	Name      string   // for the people who run this
	Text, Say string   // how it is offered as a choice: its towns
	Districts area.Set // which districts it covers
	Names     []string // more names people use for it
	Services  []string // in the order they are offered
	chain     []*Service
	plain     string // Text, as people may write it back
}

// StepKind is what a step does.
type StepKind uint8

// The kinds of steps.
const (
	KindMenu     StepKind = iota // asks and waits for a choice or a place
	KindServices                 // gives a service's number, or puts a caller through
	KindSay                      // tells something and stays where it was
)

// KindNames are the names the flow book uses.
var KindNames = [...]string{"menu", "services", "say"}

// Step is one step of a conversation.
type Step struct {
	ID        string
	Kind      StepKind
	Text, Say string // wording, with {placeholders}; empty: not for that channel
	Choices   []Choice
	For       *Person  // entering the step settles whom this is for
	Services  []string // what a services step gives; empty: those of the area
	FromArea  bool
	// AreaToo means that those of the area, where it is known, follow its own.
	AreaToo  bool
	Need     Need     // entering the step settles what the person needs
	Also     []string // services mentioned while they are open
	Segments int      // how long the text may be
	chain    []*Service
	withArea map[string][]*Service // the chain with those of each area
}

// Need is what a person needs that changes the numbers they are given.
type Need uint8

// The needs that change an answer.
const (
	NeedNothing  Need = iota
	NeedDeaf          // numbers are given for Relay UK
	NeedAll           // the 24-hour line is one for everybody: for men, and LGBT+ people
	NeedLanguage      // numbers come with how to ask for an interpreter; no step of a book settles it
	needCount
)

// NeedNames are the names the flow book uses.
var NeedNames = [needCount]string{"", "deaf", "line_for_all", ""}

// Action is what choosing does, other than going to a step.
type Action uint8

// The actions of choices.
const (
	ActGo      Action = iota // go to the step
	ActConnect               // put the caller through
	ActNext                  // the next number of the chain
)

// Choice is one choice of a step.
type Choice struct {
	Text, Say        string   // how it is offered; empty: not offered there
	Words            []string // what chooses it, other than its key, in plain form
	TextKey, CallKey int      // 1 to 4, by call also 6; 0: not offered there
	To               string   // the step it opens
	Area             string   // the area it sets; opens the person's Place step
	Does             Action
	plain            string // Text, as people may write it back
}

// Words are what people write that means the same everywhere, in plain form.
type Words struct {
	Leave, Back, Repeat, Helpline, Emergency, Polite, Start []string
	Shortcuts                                               []Shortcut
	Numbers                                                 map[string]int // words for the numbers of a menu: "one"
	BesideNumber                                            []string       // says nothing beside such a number: "1 please"
}

// Shortcut leads from anywhere to a step.
type Shortcut struct {
	Words []string
	To    string
}

// Clone is a copy whose wordings can be changed, to be finished.
func (b *Book) Clone() *Book {
	c := *b
	c.Languages, c.OwnWords = nil, nil
	c.Services, c.Areas, c.Steps = slices.Clone(b.Services), slices.Clone(b.Areas), slices.Clone(b.Steps)
	for i := range c.Steps {
		c.Steps[i].Choices = slices.Clone(c.Steps[i].Choices)
	}
	return &c
}

// As is a copy of a finished book in which change was made to each service: the
// examples of a book must not depend on what is paused or closed on the day they run.
// Ids, and what takes over from what, must stay as they are.
func (b *Book) As(change func(*Service)) *Book {
	c := b.Clone()
	for i := range c.Services {
		change(&c.Services[i])
	}
	c.makeChains()
	c.OwnWords, c.Languages = b.OwnWords, slices.Clone(b.Languages)
	for i := range c.Languages {
		c.Languages[i].Book = c.Languages[i].Book.As(change)
	}
	return c
}

// carrierStop are the words that a provider or network takes as opting out,
// after which it may refuse every further reply. (Twilio, "Advanced Opt-Out".)
var carrierStop = []string{"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
	"stop all"}

// carrierStart are the words taken as opting in again or asking for help.
var carrierStart = []string{"start", "unstop", "yes", "help", "info"}

// CarrierWord reports a word that a provider or network acts on by itself, so
// that no flow may use it as a choice or as a way out.
func CarrierWord(word string) bool {
	w := normalise.Text(word)
	return slices.Contains(carrierStop, w) || slices.Contains(carrierStart, w)
}
