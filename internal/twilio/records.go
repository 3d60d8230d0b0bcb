package twilio

import "strings"

// RecordID names a record of the provider that can be deleted: a message's or a call's.
// The zero RecordID names none.
type RecordID struct{ id string }

// ParseRecordID reads an id as [RecordID.String] writes it.
func ParseRecordID(s string) (id RecordID, ok bool) {
	if !isMessageID(s) && !isCallID(s) {
		return RecordID{}, false
	}
	return RecordID{strings.Clone(s)}, true // part of a webhook would keep all of it in memory
}

func (r RecordID) String() string { return r.id }

// IsAccountID reports whether s has the form of an account's id.
func IsAccountID(s string) bool { return isSID(s, "AC") }

func isMessageID(s string) bool { return isSID(s, "SM") || isSID(s, "MM") }

func isCallID(s string) bool { return isSID(s, "CA") }

// isSID reports an id of a kind: its two letters and 32 hexadecimal digits.
func isSID(s, kind string) bool {
	const length = 34
	return len(s) == length && s[:2] == kind && strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
}

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

// records lists what a webhook is about: a text, or a call and the leg that ended.
func records(f form) []Record {
	all := make([]Record, 0, 3)
	add := func(field string, state RecordState) {
		if id, ok := ParseRecordID(f.get(field)); ok {
			all = append(all, Record{id, state})
		}
	}
	add(fieldMessage, messageState(f.get(fieldMessageStatus)))
	call := RecordCalling
	if callEnded(f.get(fieldCallStatus)) {
		call = RecordFinal
	}
	add(fieldCall, call)
	add(fieldLeg, RecordFinal)
	return all
}

func messageState(status string) RecordState {
	switch status {
	case "", "received", "delivered", "undelivered", "failed", "read",
		"canceled": // the first two are a text that came in
		return RecordFinal
	case "sent":
		return RecordSent
	}
	return RecordSending
}
