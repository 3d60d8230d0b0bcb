package hear

import "unicode"

// otherScript is what a reading shows for a text in letters that we cannot read.
const otherScript = "letters of another script"

// hearScript hears that somebody needs an interpreter in a text that says nothing we know, in letters that are
// mostly not Latin.
func (r *Reading) hearScript() {
	for _, f := range r.Facts {
		if f.Kind != Filler {
			return
		}
	}
	const fewest = 2 // words: one may be thanks, or a key
	if len(r.Places) > 0 || len(r.Words) < fewest || !mostlyOtherScript(r.Words) {
		return
	}
	r.Facts = append(r.Facts, Fact{Kind: Interpreter, From: 0, To: len(r.Words), Phrase: otherScript, Place: -1})
	r.has |= Of(Interpreter)
	r.foreign |= Of(Interpreter)
	r.firm |= Of(Interpreter)
}

// mostlyOtherScript reports words with more letters of other scripts than Latin ones. Signs and emoji are no letters,
// and letters of no script are Latin ones in another shape.
func mostlyOtherScript(words []string) bool {
	latin, other := 0, 0
	for _, w := range words {
		for _, c := range w {
			switch {
			case !unicode.IsLetter(c):
			case unicode.In(c, unicode.Latin, unicode.Common):
				latin++
			default:
				other++
			}
		}
	}
	return other > latin
}
