package flows_test

import (
	"testing"

	"signpost/flows"
	"signpost/flows/hear"
)

// A text in another language gets the way to an interpreter, and not what English words would weigh.
func TestForeignTexts(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"dzien dobry", "Dzień dobry", "dzis w nocy?", "nie wiem co robic", "czy zabiora mi dzieci",
		"prosze nie dzwonic", "kto to jest", "boje sie", "moj maz pije", "buna ziua", "am doi copii si nu am bani",
		"vreau sa vorbesc romaneste", "scriu mai tarziu", "mujhe nahi pata kya karna hai",
		"meri madad karo", "де це", "чи це безкоштовно", "він не чоловік мій", "میرا شوہر مجھے مارتا ہے", "ਮੇਰੀ ਮਦਦ ਕਰੋ",
		"помогите пожалуйста"} {
		if c := b.Classify(text); c.Kind != flows.CaseNeed || c.What != hear.Interpreter {
			t.Errorf("%q is %v %v, by %v", text, c.Kind, c.What, b.Hear(text).Facts)
		}
	}
	for _, text := range []string{"он мене б'є", "maz mnie bije", "sotul meu ma bate", "mujhe maar raha hai"} {
		if c := b.Classify(text); c.Kind != flows.CaseDanger {
			t.Errorf("%q is %v", text, c.Kind)
		}
	}
}

// English texts with slips, names and words that other languages have, too, are English.
func TestEnglishIsNotForeign(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"my mam is scared", "hes on to me", "me man hits me", "mi fella is at it agen", "maz hit me",
		"kasia next door is cryin", "sunita needs help", "ona is my sister", "noc noc", "hi hun", "yeh he did", "wo is me",
		"jest for fun", "no im ok", "ta pet", "ma says no", "pa hits me", "hai hun", "hai there", "i sunt no", "care home",
		"the sau road", "la la la", "me boje", "meri christmas", "mera peak", "salut to you", "azi from next door",
		"marta my carer pinches me", "si my ex", "mujh", "kar is gone", "wale", "thi is bad", "plz halp", "iam scard ov im",
		"he dont let me out da house", "ur so kind", "no one nos", "do i hav to giv name", "is it free", "wots this",
		"🔪🔪", "😭😭😭", "👊 me", "𝓱𝓮𝓵𝓹 me", "café in kendal", "£20 a week", "999", "...", "х", "так", "спасибо"} {
		if b.Hear(text).Has(hear.Interpreter) {
			t.Errorf("%q is taken for another language: %v", text, b.Hear(text).Facts)
		}
	}
}
