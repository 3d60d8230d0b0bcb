package load

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// roleWords are words of which at least one names what somebody does.
var roleWords = strings.Fields(`administrator admin adviser advisor advocate agent analyst apprentice assistant board caller caseworker ceo chair charity chief clerk committee
	commissioner coordinator co-ordinator council counsellor deputy desk developer director duty editor engineer executive facilitator governor head helper helpline idva isva intern
	lead leader manager member mentor nurse officer operations operator owner police practitioner principal project rota reception receptionist researcher responder reviewer safeguarding secretary
	senior service services shift social staff steward student supervisor support team technician technologist tester trainee trainer treasurer trustee volunteer warden worker colleague`)

// firstNames are the names that people in England have most often: somebody who writes
// one has written who they are. (Office for National Statistics, baby names 1954-2004.)
var firstNames = strings.Fields(`aaron abigail adam adrian aisha alan alex alexander alexandra ali alice alison amanda amber amelia amy andrea andrew angela ann anna anne anthony ashley barbara ben
	benjamin beth bethany bob brian callum cameron carl carol caroline catherine charles charlie charlotte chloe chris christine christopher claire clare colin connor craig dan daniel danielle darren
	dave david dawn dean deborah debbie denise derek diane dominic donna dorothy edward elaine eleanor elizabeth ellie emily emma eric ethan eve fatima fiona frances gareth gary gavin
	gemma geoffrey george georgia gillian glen graham grant hannah harriet harry hayley hazel heather helen henry holly howard ian imran irene isabel jack jacqueline jade jake james jamie
	jan jane janet janice jason jean jeff jennifer jenny jeremy jessica jill jim jo joan joanna joanne joe john jonathan jordan joseph josh joshua joyce judith julia julian julie karen kate
	katherine kathleen katie keith kelly ken kenneth kerry kevin kieran kim kirsty kyle laura lauren leanne lee leigh lesley lewis liam linda lindsay lisa liz louise lucy luke lynn lynne
	maggie malcolm marc margaret maria marie marion martin mary matt matthew maureen max megan melanie melissa michael michelle mike mohammed mohammad muhammad molly natalie natasha neil
	nicholas nick nicola nicole nigel olivia oliver pam pamela pat patricia patrick paul pauline peter phil philip phillip rachael rachel ray raymond rebecca rhys richard rita rob robert robin roger
	ross roy russell ruth ryan sally sam samantha samuel sandra sara sarah scott sean shane sharon shaun sheila shirley sian simon sophie stacey stephanie stephen steve steven stewart stuart
	sue susan suzanne sylvia terence teresa terry thomas tim timothy tina toby tom tony tracey tracy valerie vanessa vera veronica vicky victoria vincent wayne wendy william yasmin yvonne zoe
	mr mrs ms miss dr`)

// Role returns an error for words that cannot be the role of the person who rang a number:
// "x", or a person's name, which a flow book must not contain.
func Role(words string) error {
	const example = "write a role, like service manager or duty worker"
	all := strings.FieldsFunc(strings.ToLower(words),
		func(r rune) bool { return strings.ContainsRune(" ,.;:/()'&", r) })
	if len(all) == 0 {
		return errors.New("nothing says who rang it: " + example)
	}
	for _, w := range all {
		if slices.Contains(firstNames, w) {
			return fmt.Errorf("%q may be a person's name, which must not be here: %s", words, example)
		}
	}
	if !slices.ContainsFunc(all, func(w string) bool {
		return slices.Contains(roleWords, w) || slices.Contains(roleWords, strings.TrimSuffix(w, "s"))
	}) {
		return fmt.Errorf("%q does not say what somebody does: %s", words, example)
	}
	return nil
}
