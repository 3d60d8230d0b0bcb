package flows

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"signpost/flows/hear"
	"signpost/internal/normalise"
)

// CaseKind is what a text asks for.
type CaseKind uint8

// The cases. decide says which of them wins; docs/answers.md has the table.
const (
	CaseUnclear   CaseKind = iota // nothing that is understood
	CaseLeave                     // out, and nothing else
	CaseDanger                    // somebody is in danger
	CaseDespair                   // wants to die, or has taken something
	CaseBehaviour                 // the writer is the one who harms
	CaseEither                    // words of harm both ways: ask which it is
	CaseSilent                    // somebody else reads the phone
	CaseAnswer                    // a digit or an ordinal
	CaseHelpline                  // the 24-hour line
	CaseBack
	CaseRepeat
	CaseStart
	CaseThanks
	CaseYes
	CaseNo      // no, wrong, not that place
	CaseNeither // none of what is offered
	CaseNotSure
	CaseShortcut  // words that lead straight to a step
	CaseComplaint // about the number that was given
	CaseNeed      // a line for what the writer needs
	CaseSomeone   // it is about somebody else
	CasePlace     // a place
	CaseQuestion  // a question to us
	CaseDenied    // only a place that is not the writer's
	caseKinds
)

var caseNames = [caseKinds]string{"nothing that is understood", "leave", "danger",
	"wants to die, or has taken something", "own behaviour", "harm both ways",
	"somebody else reads the phone", "an answer", "the 24-hour line", "back", "again", "start again", "thanks", "yes",
	"no", "none of these", "not sure", "a shortcut",
	"a complaint about a number", "a need", "somebody else", "a place", "a question to us",
	"a place that is not theirs"}

func (k CaseKind) String() string { return caseNames[k%caseKinds] }

// Case is what a text asks for: all that the engine sees of it.
type Case struct {
	Kind CaseKind
	// What is of a need, a question or a complaint, which a place may be beside; with danger, of a need or nothing.
	What hear.Kind
	// Someone means that an urgent text is about somebody else.
	Someone bool
	// Doctor means that it has to be seen by one; Taken that something was swallowed.
	Doctor, Taken bool
	// Deaf means that the writer cannot hear.
	Deaf bool
	// Foreign means that the writer needs an interpreter.
	Foreign bool
	// Child means that the writer surely is a child.
	Child bool
	// Guess means that no phrase says it, only the weight of words.
	Guess bool
	// Sentence means that an unclear text is a sentence: somebody tells more.
	Sentence bool
	// Pleads means that "again" is the word for help alone.
	Pleads bool
	Digit  int8   // of an answer; -1: none
	Label  string // words of a choice of the book, in plain form; empty: none
	Step   string // of a shortcut
	Place  PlaceCase
	Half   string // the first or second half of a postcode
	Said   uint8  // a mark of the text: another text seldom has the same; 0: no text
	// ShortForms are a short text, which may be half of a name that was offered.
	ShortForms [3]string
}

// Hear reads a text as the book hears it.
func (b *Book) Hear(text string) *hear.Reading { return b.Ear.Hear(text, b.finder) }

// Classify returns what a text asks for.
func (b *Book) Classify(text string) Case { return b.decide(b.Hear(text), text) }

// needs are the facts that can have a line of their own, the most pressing first.
var needs = []hear.Kind{hear.Child, hear.Deaf, hear.TextOnly, hear.Sexual, hear.Honour, hear.LGBT, hear.Man, hear.Older,
	hear.ChildConcern,
	hear.Interpreter, hear.Homeless, hear.Tracked, hear.Stalked, hear.Visa, hear.Anonymous}

// everybodysNeeds have no line of their own: the 24-hour line and the service of the town answer them. So a
// place that is not certain is asked about.
var everybodysNeeds = []hear.Kind{hear.Homeless, hear.Tracked, hear.Stalked, hear.Visa}

// questions are the facts that ask for an answer of ours.
var questions = []hear.Kind{hear.AskSilent, hear.AskBill, hear.AskFree, hear.AskCall, hear.AskPrivate, hear.AskHours,
	hear.AskHuman, hear.AskWho}

// complaints are the facts that ask for another number.
var complaints = []hear.Kind{hear.NoAnswer, hear.Engaged, hear.DeadLine, hear.Machine, hear.Shut, hear.Another}

// Answerable are the needs and questions that the book can answer with a step.
func Answerable() []hear.Kind { return slices.Concat(needs, questions) }

// Complaints are the kinds of complaint about a number.
func Complaints() []hear.Kind { return slices.Clone(complaints) }

// decide turns what a text says into the case it is: a pure function of the
// reading, apart from the words that the book itself lists.
func (b *Book) decide(r *hear.Reading, text string) Case {
	w := normalise.Text(text)
	if _, digit := b.digitIn(r, w); digit || r.OnlyOf(replies...) || r.Sure(hear.Watched) || corrects(r) {
		r = r.Surely() // an answer to a menu, a phone that somebody else reads, a correction
	}
	c := Case{Digit: -1, Place: b.placeIn(r), Half: r.Half(), ShortForms: r.ShortForms(), Said: said(w)}
	if !r.Sure(hear.Other) && c.Place.any() && !c.Place.About {
		r = r.Without(hear.Other) // a guess must not take the writer's place for somebody else's
	}
	c.Deaf, c.Foreign, c.Someone = r.Has(hear.Deaf), r.Sure(hear.Interpreter), r.Has(hear.Other)
	c.Child = surelyChild(r)
	c.Doctor, c.Taken = r.Has(hear.Injury), r.Has(hear.Taken)
	c.Label = cmp.Or(b.labelIn(w), b.labelIn(c.ShortForms[1])) // "how i act i suppose"
	urgent := r.Set().Any(hear.Danger, hear.Injury, hear.Despair, hear.Taken)
	sureDanger := r.Sure(hear.Danger) || r.Sure(hear.Injury)
	cannotSpeak := r.Sure(hear.Deaf) || r.Sure(hear.TextOnly) // somebody who cannot speak on the phone
	harm := r.Has(hear.Behaviour)
	switch {
	case slices.Contains(carrierStop, w), !urgent && (slices.Contains(b.Words.Leave, w) || leaves(r)):
		c.Kind = CaseLeave // "x" behind an emoji of danger does not leave
	case slices.Contains(b.Words.Emergency, w), b.emergency(r.Core()):
		c.Kind = CaseDanger
	case surelyHarms(r) && !r.Has(hear.Despair) && !c.Child:
		c.Kind = CaseBehaviour
	case r.Set().Any(hear.Despair, hear.Taken):
		c.Kind = CaseDespair
		if need, ok := firstOf(r, dangerNeeds); ok && r.Sure(need) {
			c.What = need
		}
	case urgent && (sureDanger || !cannotSpeak):
		c.Kind = CaseDanger
		c.What, c.Someone = needInDanger(r)
	case !c.Child && (harm && !r.Has(hear.Other) && !ratherHarmed(r) || c.Label == "" && mayHarm(r)):
		c.Kind = CaseEither
	default:
		b.decideCalm(&c, r, w, text)
	}
	c.Guess, c.Sentence = guessed(r, &c), c.Kind == CaseUnclear && r.Sentence()
	return c
}

// said is the mark of a text, which shows that the same comes again. Digits do not count: what machines send for
// ever often differs in a time or a number alone.
func said(w string) uint8 {
	words := strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return -1
		}
		return c
	}, w)
	return uint8(ID(words)%maxSaid) + 1
}

// leaves reports a text that says to leave and nothing else.
func leaves(r *hear.Reading) bool { return r.Only(hear.Leave) && !r.Asks() && !r.Kissed() }

// emergency reports a text that is one of the texts of an emergency, or some of them in a row: "999 999".
func (b *Book) emergency(words []string) bool {
	const most = 5
	if len(words) == 0 || len(words) > most {
		return false
	}
	one := func(text string) bool { return slices.Contains(b.Words.Emergency, text) }
	return one(strings.Join(words, " ")) || !slices.ContainsFunc(words, func(w string) bool { return !one(w) })
}

// replies are what answers a question of ours: "none of them" says nothing else.
var replies = []hear.Kind{hear.Yes, hear.No, hear.Neither, hear.NotSure, hear.First, hear.Second, hear.Third,
	hear.Fourth, hear.Repeat, hear.Helpline,
	hear.Thanks, hear.SmallTalk}

// corrects reports a short text that says which place is meant, and which is not.
func corrects(r *hear.Reading) bool {
	const most = 8 // words
	return len(r.Words) <= most && len(r.Places) > 0 && (r.Sure(hear.NotHere) || r.Sure(hear.Wrong))
}

// dangerNeeds are the needs whose line is named in an answer to danger, the most
// pressing first.
var dangerNeeds = []hear.Kind{hear.Child, hear.Sexual, hear.Honour, hear.LGBT, hear.Man, hear.Older, hear.ChildConcern}

func dangerNeed(k hear.Kind) bool { return slices.Contains(dangerNeeds, k) }

// surelyNeedInDanger is the weight of words, above enough, from which a need is named beside danger that no phrase says.
// Of the labelled texts of danger that were tuned on, 7 of 8 such needs that weigh less are wrong, but not those of men.
const surelyNeedInDanger = 0.5

// needInDanger returns the need of the writer in a text about danger, and reports whether
// the text is about somebody else. The need is hear.Danger when there is none.
func needInDanger(r *hear.Reading) (need hear.Kind, someone bool) {
	need, ok := firstOf(r, dangerNeeds)
	sure := ok && r.Sure(need)
	if ok && !sure && need != hear.Man && r.Over(need) < surelyNeedInDanger {
		need, ok = hear.Danger, false
	}
	switch {
	case r.Sure(hear.ChildConcern) && !r.Sure(hear.Child):
		return hear.ChildConcern, false
	case r.Sure(hear.Other) && !r.Sure(hear.Child), r.Has(hear.Other) && !sure && need != hear.Child:
		return hear.Danger, true
	}
	if !ok {
		return hear.Danger, false
	}
	return need, false
}

// decideCalm is decide for a text with nothing urgent in it.
func (b *Book) decideCalm(c *Case, r *hear.Reading, w, text string) {
	if n, ok := b.digitIn(r, w); ok {
		c.Kind, c.Digit = CaseAnswer, int8(n)
		c.Place.Changed = r.Set().Any(hear.No, hear.Wrong) // "no the third"
		return
	}
	if b.decideWord(c, w) {
		return
	}
	need, hasNeed := firstOf(r, needs)
	question, asks := firstOf(r, questions)
	complaint, complains := firstOf(r, complaints)
	place := c.Place.any()
	sure := hasNeed && r.Sure(need) // the weight of words does not outweigh a phrase
	switch {
	case len(r.Core()) == 0 && slices.ContainsFunc(r.Words,
		func(w string) bool { return slices.Contains(b.Words.Repeat, w) }):
		c.Kind = CaseRepeat // "hiya x"
	case tapback(text), b.polite(w), !r.Asks() && (r.Only(hear.Thanks) || r.Only(hear.SmallTalk) || thanksOnly(r)):
		c.Kind = CaseThanks
	case r.Has(hear.Watched) && (!sure || need == hear.TextOnly || need == hear.Tracked) && !place &&
		(!asks || question == hear.AskPrivate):
		c.Kind = CaseSilent
	case complains && !place && (!sure || need == hear.Man) && !r.Sure(hear.Other):
		c.Kind, c.What = CaseComplaint, complaint
	case r.Only(hear.Neither):
		c.Kind = CaseNeither
	case r.Only(hear.NotSure):
		c.Kind = CaseNotSure
	case r.Only(hear.Yes):
		c.Kind = CaseYes
	case r.Only(hear.No), r.Has(hear.Wrong) && !place && !sure && !r.Sure(hear.Other):
		c.Kind = CaseNo
	case aboutSomeone(r, need, sure):
		c.Kind = CaseSomeone
	case asks && hasNeed && !place && (!sure || need == hear.Tracked): // "will he know i texted"
		c.Kind, c.What = CaseQuestion, question
	case hasNeed && !(c.Place.unsure() && slices.Contains(everybodysNeeds, need)):
		c.Kind, c.What = CaseNeed, need
	case place:
		c.Kind = CasePlace
		if complains { // perhaps about the number of that place
			c.What = complaint
		}
	case r.Only(hear.Helpline), r.Has(hear.Helpline) && !asks:
		c.Kind = CaseHelpline
	case r.SaysOf(hear.Repeat) && !asks:
		c.Kind = CaseRepeat
		if r.Sure(hear.Hurt) {
			c.What = hear.Hurt
		}
	case asks:
		c.Kind, c.What = CaseQuestion, question
	case c.Place.Denied[0] != "":
		c.Kind = CaseDenied
	case r.Has(hear.Hurt): // heard, and nothing new to go on: the question, or the number, again
		c.Kind = CaseRepeat
		if r.Sure(hear.Hurt) {
			c.What = hear.Hurt
		}
	}
}

// decideWord decides a text that is one of the words that a book lists, and reports whether it
// is one.
func (b *Book) decideWord(c *Case, w string) bool {
	for _, l := range []struct {
		words []string
		kind  CaseKind
	}{{b.Words.Helpline, CaseHelpline}, {b.Words.Back, CaseBack}, {b.Words.Repeat, CaseRepeat},
		{carrierStart, CaseStart},
		{b.Words.Start, CaseStart}} {
		if slices.Contains(l.words, w) {
			c.Kind = l.kind
			switch w {
			case "yes":
				c.Kind = CaseYes
			case "help":
				c.Kind, c.Pleads = CaseRepeat, true
			}
			return true
		}
	}
	if w == "#" {
		c.Kind = CaseRepeat
		return true
	}
	for i := range b.Words.Shortcuts {
		if slices.Contains(b.Words.Shortcuts[i].Words, w) {
			c.Kind, c.Step = CaseShortcut, b.Words.Shortcuts[i].To
			return true
		}
	}
	return false
}

// aboutSomeone reports a text about somebody else, which no need of the writer outweighs.
// Somebody who cannot ring needs a text line, also where the text is about somebody else.
func aboutSomeone(r *hear.Reading, need hear.Kind, sure bool) bool {
	switch {
	case !r.Has(hear.Other):
		return false
	case dangerNeed(need):
		return weightOf(r, hear.Other) > weightOf(r, need)
	}
	return !sure || r.Sure(hear.Other) && need != hear.Deaf && need != hear.TextOnly
}

// thanksOnly reports thanks and small talk together, and nothing else.
func thanksOnly(r *hear.Reading) bool {
	_, need := firstSure(r, needs)
	return !need && r.Has(hear.Thanks) && r.OnlyOf(hear.Thanks, hear.SmallTalk)
}

// phraseCounts is how much more a need weighs that a phrase says: about as much as the
// words that speak most for it. It was fitted on the rows that were tuned on.
const phraseCounts = 3

// firstOf is the first kind that a text says, of those that a phrase of the book heard;
// failing these, of those that the weight of words did. Of several needs that have a line
// of their own, the one that the words weigh most for comes first: "i am 15 and worried
// about my baby brother" and "my son of 15 hits me" both say child.
func firstOf(r *hear.Reading, kinds []hear.Kind) (hear.Kind, bool) {
	if k, ok := firstSaid(r, kinds); !ok || !dangerNeed(k) {
		return k, ok
	}
	var most hear.Kind
	best := float32(math.Inf(-1))
	for _, k := range kinds {
		if weight := weightOf(r, k); r.Has(k) && dangerNeed(k) && weight > best {
			most, best = k, weight
		}
	}
	if most == hear.Man && r.Sure(hear.LGBT) && r.Over(hear.LGBT) > r.Over(hear.Man)-phraseCounts {
		return hear.LGBT, true // "my husband hits me, im a man" says both
	}
	return most, true
}

// weightOf is how much a text says a kind: the weight of its words, and more for a phrase.
func weightOf(r *hear.Reading, k hear.Kind) float32 {
	if r.Sure(k) {
		return r.Over(k) + phraseCounts
	}
	return r.Over(k)
}

// firstSaid is firstOf by the order of the kinds alone.
func firstSaid(r *hear.Reading, kinds []hear.Kind) (hear.Kind, bool) {
	if k, ok := firstSure(r, kinds); ok {
		return k, true
	}
	if i := slices.IndexFunc(kinds, r.Has); i >= 0 {
		return kinds[i], true
	}
	return 0, false
}

// firstSure is the first kind that a phrase of the book heard.
func firstSure(r *hear.Reading, kinds []hear.Kind) (hear.Kind, bool) {
	if i := slices.IndexFunc(kinds, r.Sure); i >= 0 {
		return kinds[i], true
	}
	return 0, false
}

// digitIn reads a text that answers a menu: a digit, a digit with thanks, or an
// ordinal.
func (b *Book) digitIn(r *hear.Reading, w string) (int, bool) {
	if n, ok := b.menuNumber(w); ok {
		return n, true
	}
	if n, rest, ok := b.leadingNumber(w); ok && b.polite(rest) { // "2 thanks"
		return n, true
	}
	if core := r.Core(); len(core) == 1 { // "2 pls x"
		if n, ok := b.menuNumber(core[0]); ok {
			return n, true
		}
	}
	for i, k := range []hear.Kind{hear.First, hear.Second, hear.Third, hear.Fourth} {
		if r.Only(k) {
			return i + 1, true
		}
	}
	return 0, false
}

// labelIn is the choice of the book that a text names: its words, or its number and
// its words together, which come without the number.
func (b *Book) labelIn(w string) string {
	if b.labels[w] {
		return w
	}
	if _, rest, ok := b.leadingNumber(w); ok && b.labels[rest] {
		return w
	}
	return ""
}

// tapback reports the texts that phones send when a message is "liked": they
// quote what we wrote and ask for nothing.
func tapback(text string) bool {
	for _, p := range []string{"Liked ", "Loved ", "Disliked ", "Laughed at ", "Emphasized ", "Emphasised ",
		"Questioned ", "Removed a "} {
		if rest, ok := strings.CutPrefix(text, p); ok &&
			(p == "Removed a " || strings.HasPrefix(rest, "“") || strings.HasPrefix(rest, `"`)) {
			return true
		}
	}
	if i := strings.Index(text, " to “"); i > 0 && i < 24 && strings.HasSuffix(strings.TrimSpace(text), "”") {
		return strings.HasPrefix(text, "Reacted ") || !strings.ContainsAny(text[:i], "abcdefghijklmnopqrstuvwxyz")
	}
	return false
}
