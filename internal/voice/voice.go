// Package voice is the closed table of the provider's synthetic voices that can say what we
// ask of them, with the languages that each speaks.
//
// A voice must be able to pause between the groups of a number, to speak slowly when a
// caller asks for the words again, and to say a name as it is respelt: it must follow the
// marks break, prosody and sub. So the oldest voices (man, woman, alice) and the newest
// (Generative, Chirp, ElevenLabs) are left out: they follow no marks, or only some.
//
// Sources: the names are those of the type SayVoice in the provider's official library for
// Node, version 6.3.1, which is generated from the provider's own definition of TwiML; the
// languages of the Polly voices are those of "Available voices" in the Amazon Polly
// Developer Guide, and the marks those of its "Supported SSML tags"; the language of a
// Google voice is in its name. Read in November 2026.
package voice

import (
	"slices"
	"strings"
)

// spoken is what speaks one language.
type spoken struct {
	language                   string
	polly, neural              string // names, as the provider writes them behind "Polly."
	standard, wavenet, neural2 string // letters of Google's voices
}

// Languages lists the languages that a voice speaks; none for a voice that is not in the
// table.
func Languages(name string) (languages []string) {
	for i := range table {
		if slices.Contains(table[i].voices(), name) {
			languages = append(languages, table[i].language)
		}
	}
	return languages
}

// For lists the voices that speak a language, the plainest first; none for a language that
// is not in the table.
func For(language string) []string {
	for i := range table {
		if table[i].language == language {
			return table[i].voices()
		}
	}
	return nil
}

// All lists every language in the table.
func All() (languages []string) {
	for i := range table {
		languages = append(languages, table[i].language)
	}
	return languages
}

// Names lists every voice in the table.
func Names() (names []string) {
	for i := range table {
		names = append(names, table[i].voices()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *spoken) voices() (names []string) {
	for _, n := range strings.Fields(s.polly) {
		names = append(names, "Polly."+n)
	}
	for _, n := range strings.Fields(s.neural) {
		names = append(names, "Polly."+n+"-Neural")
	}
	for _, family := range []struct{ name, letters string }{{"Standard", s.standard}, {"Wavenet", s.wavenet},
		{"Neural2", s.neural2}} {
		for _, letter := range family.letters {
			names = append(names, "Google."+s.language+"-"+family.name+"-"+string(letter))
		}
	}
	return names
}

// table lists each language with its voices: Polly's standard and neural ones, then the
// letters of Google's Standard, Wavenet and Neural2 ones.
var table = []spoken{
	{"af-ZA", "", "", "A", "", ""},
	{"am-ET", "", "", "AB", "AB", ""},
	{"ar-AE", "", "Hala Zayd", "", "", ""},
	{"ar-XA", "", "", "ABCD", "ABCD", ""},
	{"arb", "Zeina", "", "", "", ""},
	{"bg-BG", "", "", "AB", "", ""},
	{"bn-IN", "", "", "ABCD", "ABCD", ""},
	{"ca-ES", "", "Arlet", "AB", "", ""},
	{"cmn-CN", "Zhiyu", "Zhiyu", "ABCD", "ABCD", ""},
	{"cmn-TW", "", "", "ABC", "ABC", ""},
	{"cs-CZ", "", "", "AB", "AB", ""},
	{"cy-GB", "Gwyneth", "", "", "", ""},
	{"da-DK", "Mads Naja", "Sofie", "ACDEFG", "ACDEFG", "DF"},
	{"de-AT", "", "Hannah", "", "", ""},
	{"de-DE", "Hans Marlene Vicki", "Daniel Vicki", "ABCDEFGH", "ABCDEFGH", "ABCDFGH"},
	{"el-GR", "", "", "AB", "AB", ""},
	{"en-AU", "Nicole Russell", "Olivia", "ABCD", "ABCD", "ABCD"},
	{"en-GB", "Amy Brian Emma", "Amy Arthur Brian Emma", "ABCDFNO", "ABCDFNO", "ABCDFNO"},
	{"en-GB-WLS", "Geraint", "", "", "", ""},
	{"en-IE", "", "Niamh", "", "", ""},
	{"en-IN", "Aditi Raveena", "Kajal", "ABCDEF", "ABCDEF", "ABCD"},
	{"en-NZ", "", "Aria", "", "", ""},
	{"en-US", "Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Salli",
		"Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Ruth Salli Stephen", "ABCDEFGHIJ",
		"ABCDEFGHIJ", "ACDEFGHIJ"},
	{"en-ZA", "", "Ayanda", "", "", ""},
	{"es-ES", "Conchita Enrique Lucia", "Lucia Sergio", "ABCDEFGH", "BCDEFGH", "ABCDEFGH"},
	{"es-MX", "Mia", "Andres Mia", "", "", ""},
	{"es-US", "Lupe Miguel Penelope", "Lupe Pedro", "ABC", "ABC", "ABC"},
	{"eu-ES", "", "", "AB", "", ""},
	{"fi-FI", "", "Suvi", "AB", "AB", ""},
	{"fil-PH", "", "", "ABCD", "ABCD", ""},
	{"fr-BE", "", "Isabelle", "", "", ""},
	{"fr-CA", "Chantal", "Gabrielle Liam", "ABCD", "ABCD", "ABCD"},
	{"fr-FR", "Celine Lea Mathieu", "Lea Remi", "ABCDEFG", "ABCDEFG", "ABCDEFG"},
	{"gl-ES", "", "", "AB", "", ""},
	{"gu-IN", "", "", "ABCD", "ABCD", ""},
	{"he-IL", "", "", "ABCD", "ABCD", ""},
	{"hi-IN", "Aditi", "Kajal", "ABCDEF", "ABCDEF", "ABCD"},
	{"hu-HU", "", "", "AB", "A", ""},
	{"id-ID", "", "", "ABCD", "ABCD", ""},
	{"is-IS", "Dora Karl", "", "AB", "", ""},
	{"it-IT", "Bianca Carla Giorgio", "Adriano Bianca", "ABCDEF", "ABCDEF", "ACF"},
	{"ja-JP", "Mizuki Takumi", "Kazuha Takumi Tomoko", "ABCD", "ABCD", "BCD"},
	{"kn-IN", "", "", "ABCD", "ABCD", ""},
	{"ko-KR", "Seoyeon", "Seoyeon", "ABCD", "ABCD", "ABC"},
	{"lt-LT", "", "", "AB", "", ""},
	{"lv-LV", "", "", "AB", "", ""},
	{"ml-IN", "", "", "ABCD", "ABCD", ""},
	{"mr-IN", "", "", "ABC", "ABC", ""},
	{"ms-MY", "", "", "ABCD", "ABCD", ""},
	{"nb-NO", "Liv", "Ida", "ABCDEFG", "ABCDEFG", ""},
	{"nl-BE", "", "Lisa", "ABCD", "ABCD", ""},
	{"nl-NL", "Lotte Ruben", "Laura", "ABCDEFG", "ABCDEFG", ""},
	{"pa-IN", "", "", "ABCD", "ABCD", ""},
	{"pl-PL", "Ewa Jacek Jan Maja", "Ola", "ABCDEFG", "ABCDEFG", ""},
	{"pt-BR", "Camila Ricardo Vitoria", "Camila Thiago Vitoria", "ABCDE", "ABCDE", "ABC"},
	{"pt-PT", "Cristiano Ines", "Ines", "ABCDEF", "ABCDEF", ""},
	{"ro-RO", "Carmen", "", "AB", "AB", ""},
	{"ru-RU", "Maxim Tatyana", "", "ABCDE", "ABCDE", ""},
	{"sk-SK", "", "", "AB", "AB", ""},
	{"sr-RS", "", "", "A", "", ""},
	{"sv-SE", "Astrid", "Elin", "ABCDEFG", "ABCDEFG", ""},
	{"ta-IN", "", "", "ABCD", "ABCD", ""},
	{"te-IN", "", "", "ABCD", "", ""},
	{"th-TH", "", "", "A", "", "C"},
	{"tr-TR", "Filiz", "Burcu", "ABCDE", "ABCDE", ""},
	{"uk-UA", "", "", "A", "A", ""},
	{"vi-VN", "", "", "ABCD", "ABCD", "AD"},
	{"yue-CN", "", "Hiujin", "", "", ""},
	{"yue-HK", "", "", "ABCD", "", ""},
}
