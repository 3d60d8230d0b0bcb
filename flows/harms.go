package flows

import "signpost/flows/hear"

// Margins in the weight of words, between people who are harmed and people who harm. All were
// fitted on texts that are taught.
const (
	// harmedMargin: a writer whose words fall short of the words of people who are harmed by no more
	// than this is asked.
	harmedMargin = 1
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
)

// surelyHarms reports unmistakable words of somebody who harms: a phrase, with nothing of
// somebody who is harmed in it or in the weight of words.
func surelyHarms(r *hear.Reading) bool {
	if r.Sure(hear.Hurt) || r.Nearly(hear.Hurt, harmedMargin) {
		return false
	}
	return r.Has(hear.Behaviour) && r.Over(hear.MaybeBehaviour) >= -denied ||
		r.Sure(hear.MaybeBehaviour) && r.Nearly(hear.MaybeBehaviour, -openWeight) && !r.Nearly(hear.Hurt, openMargin) &&
			!r.Has(hear.Other)
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
	nearMargin = 0.75
	// awayMargin: unless the words fall short of the words of people who are harmed by no more than
	// this.
	awayMargin = 0.5
	// otherWeight: in a text about somebody else, the words must speak for a writer who harms by this
	// much.
	otherWeight = 0.5
)

func nearlyHarms(r *hear.Reading) bool {
	if r.Sure(hear.Hurt) || r.Sure(hear.Child) || r.Has(hear.Ordinary) || !r.Nearly(hear.MaybeBehaviour, nearMargin) ||
		r.Nearly(hear.Hurt, awayMargin) {
		return false
	}
	_, need := firstOf(r, needs)
	return need || len(r.Places) > 0
}
