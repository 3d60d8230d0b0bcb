package flows_test

import (
	"testing"

	"signpost/flows"
	"signpost/flows/hear"
)

// Texts in another language get the answer for their language, or to what they say. No English word is
// guessed in them.
func TestForeignTexts(t *testing.T) {
	b := shipped(t)
	for _, c := range []struct {
		text string
		kind flows.CaseKind
		what hear.Kind // of a need or a complaint
	}{
		// Polish.
		{"dzien dobry", flows.CaseNeed, hear.Interpreter},
		{"Dzień dobry!", flows.CaseNeed, hear.Interpreter},
		{"dzis w nocy?", flows.CaseNeed, hear.Interpreter},
		{"nie mam pieniedzy", flows.CaseNeed, hear.Interpreter},
		{"mąż zabrał mi paszport", flows.CaseNeed, hear.Interpreter},
		{"jestem w Crewe, moj maz pije", flows.CaseNeed, hear.Interpreter},
		{"nie nosze tego, prosze", flows.CaseNeed, hear.Interpreter},
		{"gdzie jest szpital", flows.CaseNeed, hear.Interpreter},
		{"nie wiem co robic", flows.CaseNeed, hear.Interpreter},
		{"czy zabiora mi dzieci", flows.CaseNeed, hear.Interpreter},
		{"prosze nie dzwonic", flows.CaseNeed, hear.Interpreter},
		{"nie dzwonimy?", flows.CaseNeed, hear.Interpreter},
		{"ja uderzyłem żonę chcę przestać", flows.CaseBehaviour, 0},
		{"kto to jest", flows.CaseNeed, hear.Interpreter},
		{"boje sie", flows.CaseNeed, hear.Interpreter},
		{"moj maz pije", flows.CaseNeed, hear.Interpreter},
		{"mieszkam w Crewe", flows.CasePlace, 0},
		{"on wrocil", flows.CaseDanger, 0},
		{"maz wrocil", flows.CaseDanger, 0},
		{"maz mnie bije", flows.CaseDanger, 0},
		{"chlopak mi grozi", flows.CaseDanger, 0},
		{"boję się go", flows.CaseDanger, 0},
		{"zmuszaja mnie do slubu", flows.CaseNeed, hear.Honour},
		{"nikt nie odbiera", flows.CaseComplaint, hear.NoAnswer},
		{"zajete", flows.CaseComplaint, hear.Engaged},
		// Romanian.
		{"buna ziua", flows.CaseNeed, hear.Interpreter},
		{"sotul mi-a luat banii", flows.CaseNeed, hear.Interpreter},
		{"copiii mei plang", flows.CaseNeed, hear.Interpreter},
		{"ce oras? Carlisle", flows.CaseNeed, hear.Interpreter},
		{"unde este?", flows.CaseNeed, hear.Interpreter},
		{"am doi copii si nu am bani", flows.CaseNeed, hear.Interpreter},
		{"vreau sa vorbesc romaneste", flows.CaseNeed, hear.Interpreter},
		{"scriu mai tarziu", flows.CaseNeed, hear.Interpreter},
		{"a venit acasa", flows.CaseDanger, 0},
		{"s-a intors", flows.CaseDanger, 0},
		{"sotul meu ma bate", flows.CaseDanger, 0},
		{"nu raspunde", flows.CaseComplaint, hear.NoAnswer},
		{"ocupat", flows.CaseComplaint, hear.Engaged},
		// Urdu and Punjabi.
		{"kya ye police hai", flows.CaseNeed, hear.Interpreter},
		{"mera shohar ghar mein hai", flows.CaseNeed, hear.Interpreter},
		{"mujhe nahi pata kya karna hai", flows.CaseNeed, hear.Interpreter},
		{"meri madad karo", flows.CaseNeed, hear.Interpreter},
		{"wo aagya", flows.CaseDanger, 0},
		{"ghar aa gaya", flows.CaseDanger, 0},
		{"mujhe maar raha hai", flows.CaseDanger, 0},
		{"ghar wale shaadi zabardasti kar rahe hain", flows.CaseNeed, hear.Honour},
		{"میرا شوہر مجھے مارتا ہے", flows.CaseNeed, hear.Interpreter},
		// Welsh.
		{"dwi isio siarad", flows.CaseNeed, hear.Interpreter},
		{"prynhawn da", flows.CaseNeed, hear.Interpreter},
		// Ukrainian and Russian.
		{"де це", flows.CaseNeed, hear.Interpreter},
		{"чи це безкоштовно", flows.CaseNeed, hear.Interpreter},
		{"он не муж мой", flows.CaseNeed, hear.Interpreter},
		{"він не чоловік мій", flows.CaseNeed, hear.Interpreter},
		{"помогите пожалуйста", flows.CaseNeed, hear.Interpreter},
		{"він знайшов мене", flows.CaseDanger, 0},
		{"він прийшов", flows.CaseDanger, 0},
		{"він мене б'є", flows.CaseDanger, 0},
		{"он мене б'є", flows.CaseDanger, 0},
		{"Он вернулся", flows.CaseDanger, 0},
		{"дякую", flows.CaseThanks, 0},
		// Languages of which no phrase is known.
		{"救命", flows.CaseNeed, hear.Interpreter},
		{"βοήθεια", flows.CaseNeed, hear.Interpreter},
		{"ساعدني!!", flows.CaseNeed, hear.Interpreter},
		{"እርዳታ", flows.CaseNeed, hear.Interpreter},
		{"帮帮我", flows.CaseNeed, hear.Interpreter},
		{"ਮੇਰੀ ਮਦਦ ਕਰੋ", flows.CaseNeed, hear.Interpreter},
		// Little English.
		{"not understand", flows.CaseNeed, hear.Interpreter},
		{"i no speak good", flows.CaseNeed, hear.Interpreter},
		{"sory my english", flows.CaseNeed, hear.Interpreter},
		{"Hello I am Polish woman, my man take my passport", flows.CaseNeed, hear.Interpreter},
	} {
		got := b.Classify(c.text)
		if got.Kind != c.kind || c.what != 0 && got.What != c.what {
			t.Errorf("%q is %s (%s), not %s (%s)", c.text, got.Kind, got.What, c.kind, c.what)
		}
	}
}

// A town beside another language keeps its number.
func TestForeignTextKeepsThePlace(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{"jestem w Carlisle, moj maz pije", "dzien dobry Carlisle",
		"vreau ajutor, sunt in Carlisle", "де це? Carlisle"} {
		a := answer(t, b, text)
		if !a.keeps(b, "cumbria_north") {
			t.Errorf("%q does not keep Carlisle: %q", text, a.Text)
		}
	}
}

// English with typing mistakes, text-speak, names or pictures is not taken for another language.
func TestEnglishIsNotForeign(t *testing.T) {
	b := shipped(t)
	for _, text := range []string{
		"hi its Kasia", "Maz is on his way", "my husband Maz hit me", "Maz and Kasia r at mine", "sunita here",
		"my mate Sunita is scared", "Meri said to txt u", "Imi is with me", "mae is my mam", "its Beth n Pam",
		"my nan Bob n dad", "tell Mo im ok", "mam is on to me", "my mam wont go", "me mam and da",
		"im at me mams", "no on to me", "do u no the no", "am on me own", "la la la", "co op in crewe",
		"my man is in the pub", "the main road", "pe kit at school", "i am to go on to him", "hai im scared",
		"hai hun its me", "hun r u ok", "kia ora", "he took my kia", "ye ok", "ye he dus", "menu pls",
		"mere mention of him", "cos he said so", "jus wana tlk", "jst txt me", "plz hlp im scard",
		"wen is it opn", "wot do i do nw", "gud mornin", "nuthin", "idk wat 2 do", "r u ther", "hes bak frm pub",
		"he wnt let me owt", "im sorrry", "he kiked me owt", "got no munny", "cant tork now",
		"he sed he wud chnge", "my sis is frm poland", "i was born in wales", "polish the floor",
		"he love it when i cry", "nie at home", "my girl is dim", "wen i plant the garden", "he wears my merch",
		"are you ok pani", "jest", "jest a min", "i dont understand", "i did not understand him",
		"i do not speak to him", "he does not understand me", "sorry i cant talk", "😀", "😭😭😭", "👍🏽",
		"¯\\_(ツ)_/¯", "ಠ_ಠ help", "🇵🇱", "𝓱𝓮𝓵𝓹 𝓶𝓮", "ｈｅｌｐ ｍｅ", "hеlp me pls", "999", "?!", "...", "café in crewe",
		"Ω", "my mam is scared", "hes on to me", "me man hits me", "mi fella is at it agen", "maz hit me",
		"kasia next door is cryin", "sunita needs help", "ona is my sister", "noc noc", "hi hun", "yeh he did",
		"wo is me", "jest for fun", "no im ok", "ta pet", "ma says no", "pa hits me", "hai hun", "hai there",
		"i sunt no", "care home", "the sau road", "me boje", "meri christmas", "mera peak", "salut to you",
		"azi from next door", "marta my carer pinches me", "si my ex", "mujh", "kar is gone", "wale", "thi is bad",
		"plz halp", "iam scard ov im", "he dont let me out da house", "ur so kind", "no one nos",
		"do i hav to giv name", "is it free", "wots this", "🔪🔪", "👊 me", "𝓱𝓮𝓵𝓹 me", "café in kendal",
		"£20 a week", "like im a prossie", "х", "так", "спасибо",
	} {
		if b.Hear(text).Has(hear.Interpreter) {
			t.Errorf("%q is taken for another language: %v", text, b.Hear(text).Facts)
		}
	}
}

// Who writes of danger in English beside words of another language is understood.
func TestMixedEnglishIsWeighed(t *testing.T) {
	b := shipped(t)
	for text, want := range map[string]flows.CaseKind{
		"my english not good he hit me now call police":                            flows.CaseDanger,
		"prosze he has a knife":                                                    flows.CaseDanger,
		"madad he is kicking the door":                                             flows.CaseDanger,
		"dzien dobry i dont want to be here anymore, i have had enough of my life": flows.CaseDespair,
	} {
		if got := b.Classify(text); got.Kind != want {
			t.Errorf("%q is %s, not %s", text, got.Kind, want)
		}
	}
}
