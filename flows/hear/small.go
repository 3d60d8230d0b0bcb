package hear

import "slices"

// What small words do around the name of a place. The words are in the flow book.
const (
	BeforePlace = "before_place" // "in", "near"
	WordPlace   = "word_place"   // before a place that is an ordinary word too: "called hope"
	Determiner  = "determiner"   // before a word that is no place: "my hope"
	Kin         = "kin"          // who may be the one that needs help: "my sister lives in crewe"
	Writer      = "writer"       // the writer: "i live in crewe"
	WriterIs    = "writer_is"    // the same, and is: "im the landlord in crewe"
	Others      = "others"       // may need help, if the text is about them: "she lives in crewe"
	Told        = "told"         // names a place, and does not answer "where?": "nearest town is crewe"
	There       = "there"        // speaks of a place named before
	Or          = "or"           // between two places
	And         = "and"          // before a second place of the writer's
	Linking     = "linking"      // between a place and the rest of a sentence
	GluedPlace  = "glued_place"  // run together with a place behind it: "imincrewe"
	Relation    = "relation"     // before a town, or before a person's name: "my husband carlisle"
	LivesWith   = "lives_with"   // somebody whom people live with: a town behind it is the writer's
	TheirOwn    = "their_own"    // of somebody else: "his mum"
	Street      = "street"       // makes a street of the town before it: "chester road"
	TownName    = "town_names"   // a town that is a first name, too
	Courtesy    = "courtesy"     // says nothing where a text begins or ends: "hi", "thanks"
	Counted     = "counted"      // a number before it is no word: "4 kids"
	Asking      = "asking"       // asks for something: "thanks i need help"
	Apology     = "apology"      // a courtesy where a text begins; where it ends, it may be a goodbye
	Kiss        = "kiss"         // ends a text, and does not leave
	HisPartner  = "his_partner"  // a partner who is a man: the writer is seldom one
	Shorthand   = "shorthand"    // words whose variants are read as them in phrases, too: "2" for "to"
	Moves       = "moves"        // somebody is at another place now: "moved to upton"
	Kept        = "kept"         // fillers that are not left out before half a name: "not"
	GoneFrom    = "gone_from"    // somebody is not, or no longer, at the place behind it: "moved from"
	Now         = "now"          // speaks of now: "left him years ago hes outside"
	Subject     = "subject"      // says who does something: "he"
	Dated       = "dated"        // says nothing beside a time: "it was years ago"
)

// SmallWords are the names of the lists of small words.
func SmallWords() []string {
	return []string{
		BeforePlace, WordPlace, Determiner, Kin, Writer, WriterIs, Others, Told,
		There, Or, And, Linking, GluedPlace, Relation, LivesWith,
		TheirOwn, Street, TownName, Courtesy, Counted, Asking, Apology, Kiss, HisPartner, Shorthand, Moves,
		Kept, GoneFrom, Now, Subject, Dated,
	}
}

// is reports whether a word does something.
func (e *Ear) is(what, word string) bool { return e.small[what][word] }

// anyIs reports whether one of some words does something.
func (e *Ear) anyIs(what string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return e.is(what, w) })
}

// allAre reports whether each of some words does something.
func (e *Ear) allAre(what string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !e.is(what, w) })
}
