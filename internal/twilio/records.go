package twilio

import (
	"strings"

	"signpost/internal/webhook"
)

// ParseRecordID reads the id of a message or a call.
func ParseRecordID(s string) (id webhook.RecordID, ok bool) {
	if !isMessageID(s) && !isCallID(s) {
		return "", false
	}
	return webhook.RecordID(strings.Clone(s)), true // part of a webhook would keep all of it in memory
}

// IsAccountID reports whether s has the form of an account's id.
func IsAccountID(s string) bool { return isSID(s, "AC") }

func isMessageID(s string) bool { return isSID(s, "SM") || isSID(s, "MM") }

func isCallID(s string) bool { return isSID(s, "CA") }

// isSID reports an id of a kind: its two letters and 32 hexadecimal digits.
func isSID(s, kind string) bool {
	return len(s) == webhook.IDLength && s[:2] == kind && strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
}

// records lists what a webhook is about: a text, or a call and the leg that ended.
func records(f form) []webhook.Record {
	all := make([]webhook.Record, 0, 3)
	add := func(field string, state webhook.RecordState) {
		if id, ok := ParseRecordID(f.get(field)); ok {
			all = append(all, webhook.Record{ID: id, State: state})
		}
	}
	add(fieldMessage, messageState(f.get(fieldMessageStatus)))
	call := webhook.RecordCalling
	if callEnded(f.get(fieldCallStatus)) {
		call = webhook.RecordFinal
	}
	add(fieldCall, call)
	add(fieldLeg, webhook.RecordFinal)
	return all
}

func messageState(status string) webhook.RecordState {
	switch status {
	case "", "received", "delivered", "undelivered", "failed", "read",
		"canceled": // the first two are a text that came in
		return webhook.RecordFinal
	case "sent":
		return webhook.RecordSent
	}
	return webhook.RecordSending
}
