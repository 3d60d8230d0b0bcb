package sms

// Outcome is what became of a text, for the counters.
type Outcome string

// Outcomes of a text.
const (
	Answered         Outcome = "answered"
	Probed           Outcome = "probe"  // not from a person
	Silent           Outcome = "silent" // nothing was sent, on purpose
	Brief            Outcome = "brief"  // a first text, answered without a menu
	Limited          Outcome = "limited"
	InMaintenance    Outcome = "maintenance"
	Repeated         Outcome = "repeat" // the same message came again
	ProviderAnswered Outcome = "provider_answered"
	Unanswerable     Outcome = "unanswerable" // from a machine, or a number that takes no texts
	Degraded         Outcome = "degraded"     // answered without Redis and without a cookie
	FromCookie       Outcome = "from_cookie"  // answered without Redis, from the cookie
	NotSaved         Outcome = "not_saved"    // answered, and Redis did not take the conversation
	Contended        Outcome = "contended"    // other texts of the same person came in between
)

// Outcomes lists them all.
func Outcomes() []Outcome {
	return []Outcome{Answered, Probed, Silent, Brief, Limited, InMaintenance, Repeated, ProviderAnswered, Unanswerable,
		Degraded, FromCookie, NotSaved, Contended}
}
