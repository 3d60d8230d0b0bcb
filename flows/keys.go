package flows

// The keys that mean the same at every step of a call. Choices have the keys 1 to 4.
const (
	KeyHelpline   byte = '0' // the 24-hour line
	KeyCannotTalk byte = '5' // pressed by people who mean 999's 55
	KeyBack       byte = '9'
	KeyLeave      byte = '*'
	KeyRepeat     byte = '#' // again, slowly
)
