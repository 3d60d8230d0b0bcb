package flows

import "strings"

// The keys that mean the same at every step of a call. Choices have the keys 1 to 4, and
// a fifth the key 6.
const (
	KeyHelpline   byte = '0' // the 24-hour line
	KeyCannotTalk byte = '5' // pressed by people who mean 999's 55
	KeyBack       byte = '9' // where nothing lies behind, like KeyCannotTalk: people key 9 9 9
	KeyLeave      byte = '*'
	KeyRepeat     byte = '#' // again, slowly
)

// choiceKeys are the keys of a step's choices on a call, in order. 5 is left out, since a
// frightened caller may press 55 here instead of on 999.
const choiceKeys = "12346"

// LanguageKeys are the keys that a language may have. The key 6 may be a choice or a language
// in one book, and not both. A new key that means the same everywhere is taken from here.
const LanguageKeys = "678"

// Keys are all keys of a telephone.
const Keys = "0123456789*#"

// IsKey reports whether a text is one key of a telephone.
func IsKey(s string) bool { return len(s) == 1 && strings.Contains(Keys, s) }

// CallKey is the digit of a step's nth choice on a call, counted from 1.
func CallKey(nth int) int { return int(choiceKeys[nth-1] - '0') }
