package webhook

// RecordID names a record of the provider that can be deleted: a message's or a call's. The
// provider's package makes it and checks its form. The zero RecordID names none.
type RecordID string

// Record is a record of the provider, and what is happening to it.
type Record struct {
	ID    RecordID
	State RecordState
}

// RecordState is what is happening to a record.
type RecordState uint8

// States of a record.
const (
	RecordFinal   RecordState = iota // nothing more happens to it
	RecordSending                    // our text, on its way: it must not be touched
	RecordSent                       // our text; many networks report nothing after this
	RecordCalling                    // a call in progress
)
