package flows

import (
	"slices"

	"signpost/flows/hear"
)

// Margins in the weight of words, between people who are harmed and people who harm. All were
// fitted on texts that are taught.
const (
	// harmedMargin: a writer whose words fall short of the words of people who are harmed by no more
	// than this is taken for one of them, unless a phrase or the words say more.
	harmedMargin = 1
	// sureMargin: a writer whose words fall short of the words of people who are harmed by no more than
	// this is asked, even beside an unmistakable phrase.
	sureMargin = 3.5
	// openMargin is harmedMargin where the phrase leaves open who did it: "slapped my gf again, want
	// to stop".
	openMargin = 2
	// openWeight: there, the words must speak for somebody who harms by this much.
	openWeight = 3
	// askMargin: beside a phrase of somebody who is harmed, a phrase of somebody who harms makes us
	// ask if the words are short of it by no more than this.
	askMargin = 2
	// denied: words that fall short by more than this deny even an unmistakable phrase. Then we ask, too.
	denied = 2
	// plainWeight, plainAway: without a phrase, the words must speak for somebody who harms by the first, and fall
	// short of the words of people who are harmed by more than the second. Of the labelled texts that were tuned
	// on, 83 about own behaviour have both that no phrase says, and none of 4,500 of people who are harmed.
	plainWeight, plainAway = 4, 4
)

// surelyHarms reports unmistakable words of somebody who harms: a phrase, or many words that all weigh so, with
// nothing of somebody who is harmed in it or in the weight of words.
func surelyHarms(r *hear.Reading) bool {
	if r.Sure(hear.Hurt) || r.Nearly(hear.Hurt, sureMargin) {
		return false
	}
	return r.Has(hear.Behaviour) && r.Over(hear.MaybeBehaviour) >= -denied ||
		r.Sure(hear.MaybeBehaviour) && r.Nearly(hear.MaybeBehaviour, -openWeight) && !r.Has(hear.Other) ||
		plainlyHarms(r)
}

// notChild: a phrase of a child does not count where the words fall short of those of children by more than this:
// "like my dad, he battered mum and now ive done it". Of the labelled texts of people who harm, 44 of 49 children who
// say so fall short by less, and none of 8 grown-ups.
const notChild = 1

// surelyChild reports a writer who is a child: a phrase says so, and the words do not speak against it.
func surelyChild(r *hear.Reading) bool { return r.Sure(hear.Child) && r.Over(hear.Child) >= -notChild }

// plainlyHarms reports words that weigh so much for somebody who harms that no phrase is needed, and that speak for
// nothing else: no other person, no need.
func plainlyHarms(r *hear.Reading) bool {
	return r.Nearly(hear.MaybeBehaviour, -plainWeight) && !r.Nearly(hear.Hurt, plainAway) &&
		!slices.ContainsFunc(ofOthers, func(k hear.Kind) bool { return r.Has(k) || r.Nearly(k, 0) })
}

// mayHarm reports a writer who may be the one who harms. A need or a question is no sign of
// either side: people who harm have them too. So is a phrase of somebody who is harmed,
// beside one of somebody who harms. There, the weight of words decides whether to ask.
func mayHarm(r *hear.Reading) bool {
	if r.Has(hear.Other) { // "she will not press charges but i did it"
		return r.Nearly(hear.MaybeBehaviour, -otherWeight) && !r.Nearly(hear.Hurt, harmedMargin) &&
			!r.Nearly(hear.Other, 0)
	}
	if !r.Has(hear.MaybeBehaviour) {
		return nearlyHarms(r)
	}
	like := !r.Nearly(hear.Hurt, harmedMargin)
	switch phrase := r.Sure(hear.MaybeBehaviour); {
	case r.Sure(hear.Hurt):
		return like && phrase && r.Nearly(hear.MaybeBehaviour, askMargin) ||
			r.Nearly(hear.MaybeBehaviour, 0) && !r.Nearly(hear.Hurt, openMargin)
	case r.Sure(hear.Child) && !phrase:
		return false
	}
	_, need := firstSure(r, needs)
	_, asks := firstSure(r, questions)
	_, complains := firstSure(r, complaints)
	return like || !need && !asks && !complains
}

// Margins for the texts in which no phrase says who harms. They were fitted on the rows that were
// tuned on.
const (
	// nearMargin: if a place or a need would send the writer to a service for people who are
	// harmed, we ask a writer whose words fall short of the words of people who harm by no more
	// than this,
	nearMargin = 0.25
	// awayMargin: unless the words fall short of the words of people who are harmed by no more than
	// this,
	awayMargin = 0.5
	// nearWords: or there are fewer words. "dv help crewe" says too little to ask.
	nearWords = 6
	// otherWeight: in a text about somebody else, the words must speak for a writer who harms by this
	// much.
	otherWeight = 0.5
)

// Margins for how much more the words speak for somebody who harms than for somebody who is harmed. They were
// fitted on labelled texts.
const (
	// hurtCounts is how much the weight for somebody who is harmed counts.
	hurtCounts = 1.3
	// leansMargin is enough to ask, and leansAgainst where a phrase says that the writer is harmed: of the texts
	// about own behaviour that would be sent to a service for people who are harmed, 9 of 40 have as much; of
	// those of people who are harmed, 7 of 7,000.
	leansMargin, leansAgainst = 0.5, 1.5
	// farMargin: unless the words fall short of the words of people who harm by more than this,
	farMargin = 2
	// leansWords: or there are fewer words, and no phrase: "carlisle hospital gave me this number".
	leansWords = 12
	// harmedOver: where phrases say both, it is enough not to ask. All of 24 such texts are of people who are
	// harmed.
	harmedOver = 3
)

// lean is by how much the words speak more for a writer who harms than for one who is harmed.
func lean(r *hear.Reading) float32 { return r.Over(hear.MaybeBehaviour) - hurtCounts*r.Over(hear.Hurt) }

// ofOthers are the kinds of text that must not weigh more than own behaviour in [leans]: "i was raped, im in
// crewe" has nothing of the words of partners who harm.
var ofOthers = []hear.Kind{hear.Other, hear.Child, hear.Man, hear.LGBT, hear.Sexual, hear.Honour, hear.Older,
	hear.ChildConcern}

// leans reports words that speak more for a writer who harms than for one who is harmed.
func leans(r *hear.Reading) bool {
	enough, words := float32(leansMargin), leansWords
	if r.Sure(hear.Hurt) {
		enough, words = leansAgainst, 0
	}
	if len(r.Words) < words {
		return false
	}
	return r.Nearly(hear.MaybeBehaviour, farMargin) && lean(r) >= enough &&
		!slices.ContainsFunc(ofOthers, func(k hear.Kind) bool { return r.Over(k) >= r.Over(hear.MaybeBehaviour) })
}

// ratherHarmed reports phrases of both sides whose words speak for somebody who is harmed: "i slapped him once
// and he beats me all the time".
func ratherHarmed(r *hear.Reading) bool { return r.Sure(hear.Hurt) && lean(r) < -harmedOver }

// nearlyHarms reports a writer who may be the one who harms, though no phrase and no weight says so.
func nearlyHarms(r *hear.Reading) bool {
	if r.Sure(hear.Child) || r.Sure(hear.Interpreter) || r.Has(hear.Ordinary) || r.Alike(hear.MaybeBehaviour) {
		return false
	}
	near := !r.Sure(hear.Hurt) && len(r.Words) >= nearWords && r.Nearly(hear.MaybeBehaviour, nearMargin) &&
		!r.Nearly(hear.Hurt, awayMargin)
	if !near && !leans(r) {
		return false
	}
	_, need := firstOf(r, needs)
	return need || len(r.Places) > 0
}
