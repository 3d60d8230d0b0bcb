package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"signpost/flows"
	"signpost/flows/testbook"
)

// Somebody who asks who can see the texts gets the step that tells it, in one segment. What it
// tells, of deleting, copies and gaps, an example of the book holds.
func TestWhoCanSeeTheTexts(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"he checks my phone", "can he see this", "does it show", "he reads my texts",
		"will he know i texted",
		"if i delete this can he still see it", "how do i delete these", "does it show that i texted",
		"is this confidential"} {
		a := answer(t, b, text)
		for _, must := range []string{testbook.Opens("private"), "0808 2000 247"} {
			if !strings.Contains(a.Text, must) {
				t.Errorf("%q gets %q, without %q", text, a.Text, must)
			}
		}
		if len(a.Text) > 160 {
			t.Errorf("%q gets %d characters", text, len(a.Text))
		}
	}
}

// Somebody who is staying with their family is not a child by that.
func TestStayingWithFamily(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"im staying at my mums in kendal need someone to talk to",
		"stopping at me mams in kendal till i sort a flat",
		"back at my mum and dads in kendal since i left him", "im at my nans in kendal he hit me"} {
		if a := answer(t, b, text); a.Area != "cumbria_south" || strings.Contains(a.Text, "0800 1111") {
			t.Errorf("%q gets %q", text, a.Text)
		}
	}
}

// Two places with one service need no question.
func TestTwoPlacesOfOneService(t *testing.T) {
	b := shipped(t)
	for text, area := range map[string]string{"kendal or barrow": "cumbria_south", "barrow or kendal": "cumbria_south",
		"widnes or runcorn": "halton", "kendal or penrith": ""} {
		if a := answer(t, b, text); a.Area != area {
			t.Errorf("%q leads to %q: %q", text, a.Area, a.Text)
		}
	}
}

// Who leaves themselves out is asked which it is, or gets the line for people who harm.
func TestOwnBehaviourWithoutSubject(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"slapped my gf", "kicked the missus", "threw a mug at my husband",
		"she is scared of me", "arrested for hitting my partner"} {
		if a := answer(t, b, text); a.Who != flows.Behaviour && a.Kind != flows.CaseEither {
			t.Errorf("%q gets %q", text, a.Text)
		}
	}
	for _, text := range []string{"he slapped my gf", "slapped me again", "dad kicked me out",
		"beat my wife at cards"} {
		if a := answer(t, b, text); a.Who == flows.Behaviour || a.Kind == flows.CaseEither {
			t.Errorf("%q gets %q", text, a.Text)
		}
	}
}

// Words of harm that a victim writes too never lock her in.
func TestLikelyVictimsAreNotLockedIn(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"me fella's got a temper and i get the brunt",
		"i hid his keys so he couldnt come back drunk", "my wife has told the school im violent. im not, she is",
		"they hold meetings about me and what i did to the family name",
		"he put my head through the window theres glass in it", "he says i need anger management"} {
		if a := answer(t, b, text); a.Who == flows.Behaviour {
			t.Errorf("%q gets %q", text, a.Text)
		}
	}
}

// A need in the text of somebody who may be the one who harms is no reason to give a
// service for people who are harmed without asking.
func TestNeedsOfThoseWhoMayHarm(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"smashed the kitchen up in front of the bairns again",
		"my kids are scared of their own mam. i scream and throw things", "i keep driving past hers",
		"put a app on my girlfriends phone so i can see where she is", "hit her cos she laughed at me",
		"i need to stop controling my girlfriend", "is it confidential if i say i have hit my wife"} {
		if a := answer(t, b, text); a.Who != flows.Behaviour && a.Kind != flows.CaseEither {
			t.Errorf("%q gets %q", text, a.Text)
		}
	}
}

// A question about who harms does not forget the town that was named with it.
func TestWhichIsItKeepsThePlace(t *testing.T) {
	b := shipped(t)
	for _, tt := range []struct {
		texts     []string
		area      string
		behaviour bool
	}{
		{[]string{"im in crewe i hit her but she hits me", "1"}, "cheshire_east", false},
		{[]string{"im in crewe i hit her but she hits me", "what they do"}, "cheshire_east", false},
		{[]string{"im in crewe", "i hit her but she hits me", "1"}, "cheshire_east", false},
		{[]string{"i hit her but she hits me", "1"}, "", false},
		{[]string{"im in crewe i hit her but she hits me", "2"}, "", true},
	} {
		var s flows.State
		for _, text := range tt.texts {
			next, _, err := b.Step(wednesday, s, flows.TextInput(text))
			if err != nil {
				t.Fatal(err)
			}
			s = next
		}
		if s.Area != tt.area || (s.Who == flows.Behaviour) != tt.behaviour {
			t.Errorf("%q ends at %+v", tt.texts, s)
		}
	}
}

// A correction of the place is a place, however the writer apologises: the weight of words
// takes no despair and no need from it. A call for help with it stays one.
func TestCorrectionsAreOfThePlace(t *testing.T) {
	b := shipped(t)
	for _, apology := range []string{"no sorry i meant ", "sorry wrong town i meant ", "no i said ", "no no sorry its ",
		"nah sorry mate meant to say "} {
		for _, town := range []string{"crewe", "kendal", "gretna", "barrow", "widnes"} {
			if c := b.Classify(apology + town); c.Kind != flows.CasePlace {
				t.Errorf("%q is %+v", apology+town, c)
			}
		}
	}
	if c := b.Classify("no sorry i meant crewe he has a knife"); c.Kind != flows.CaseDanger {
		t.Errorf("danger in a correction is %+v", c)
	}
}

// Somebody who cannot leave a place, or would, is in it; somebody who has left is not. An age
// before "my" is no postcode.
func TestLeavingAPlace(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"cant leave %s", "scared to leave %s", "he says hell find me if i leave %s",
		"how do i get out of %s", "i want to move away from %s", "cant leave the flat %s",
		"he wont let me leave the house in %s", "i need to leave home %s"} {
		for town, area := range map[string]string{"crewe": "cheshire_east", "widnes": "halton",
			"kendal": "cumbria_south"} {
			if c := b.Classify(fmt.Sprintf(text, town)); c.Place.Areas[0] != area {
				t.Errorf("%q: %+v", fmt.Sprintf(text, town), c.Place)
			}
		}
	}
	for _, text := range []string{"i left crewe", "we left the flat in kendal", "had to leave home crewe",
		"we moved out of widnes", "im 72 my son hits me", "im 81 my husband shouts"} {
		if c := b.Classify(text); c.Place.Areas[0] != "" {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
}

// "Were in crewe" is "we're in crewe", and children are with who counts them.
func TestTogetherInAPlace(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"we're in %s", "were in %s need help", "were from %s me n the kids",
		"me and 2 kids %s", "with my 3 kids %s", "homeless with my 2 kids in %s", "me and my mum in %s",
		"staying with his parents in %s", "nowhere to sleep with 2 little ones, %s"} {
		for town, area := range map[string]string{"crewe": "cheshire_east", "widnes": "halton",
			"kendal": "cumbria_south"} {
			if c := b.Classify(fmt.Sprintf(text, town)); c.Place.Areas[0] != area || c.Place.Ask {
				t.Errorf("%q: %+v", fmt.Sprintf(text, town), c.Place)
			}
		}
	}
	for _, text := range []string{"we were in crewe", "they were in crewe", "we were living in kendal",
		"my kids are in widnes", "kids in crewe", "he is with his kids in crewe", "my mum and sister in kendal"} {
		if c := b.Classify(text); c.Place.Areas[0] != "" {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
}

// Somebody else's house in a town, or one that was left, is not where the writer is. A house where
// the two are together is.
func TestSomethingInAPlace(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{
		"he lives in a flat in kendal", "he lives on the main road in kendal", "hes staying in a hotel in kendal",
		"she lives in a caravan near kendal",
		"my sister lives in a flat in kendal", "my ex moved to a house by kendal",
		"his flat is on the estate in kendal", "he works at a garage in kendal",
		"i used to live in a flat in kendal", "we used to live on a farm near kendal",
		"im not at the house in kendal anymore", "i work at the hospital in kendal",
		"he lives with his mum in kendal", "he kept the house in kendal", "he lives in nobottle in kendal",
		"not in nobottle in kendal",
	} {
		if c := b.Classify(text); c.Place.Areas[0] != "" {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
	for _, text := range []string{
		"i live in a flat in kendal", "we live on the main road in kendal", "he is at my house in kendal",
		"he lives with me in a flat in kendal",
		"he locked me in the flat in kendal", "he wont leave the flat in kendal", "he beats me in our house in kendal",
		"me and him live in a flat in kendal",
		"not in crewe any more im in kendal", "i work in crewe but live in kendal",
		"hubby works in warrington, home in kendal",
	} {
		if c := b.Classify(text); c.Place.Areas[0] != "cumbria_south" {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
}

// A town behind a word for somebody, at the end of a sentence, is asked about by name.
func TestNameOrTown(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"leaving my husband carlisle", "scared of my ex carlisle pls",
		"need to get away from my dad carlisle. no phone"} {
		if c := b.Classify(text); c.Place.Areas[0] != "cumbria_north" || !c.Place.Ask {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
	for _, text := range []string{"my husband carlisle hits me", "my boyfriend chester", "my brother lincoln hits me"} {
		if c := b.Classify(text); c.Place.Areas[0] != "" {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
}
