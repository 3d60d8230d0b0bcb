package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// WebhookKind is what sort of webhook one is.
type WebhookKind uint8

// Kinds of webhook.
const (
	Text   WebhookKind = iota // a text came in
	Call                      // an event of a call
	Report                    // what became of one of our texts
)

// Webhook is one genuine webhook in our own words.
type Webhook struct {
	Kind WebhookKind
	// Message and Call are both read, whatever the kind: a number may be set up with the
	// wrong path.
	Message webhook.Message
	Call    webhook.Call
	// Records are the provider's records that the webhook is about.
	Records []Record
}

// read converts a form, the query of its URL and the cookie that came with it.
func read(f form, query, cookie string) Webhook {
	kind, to := kindOf(f), strings.TrimSpace(f.get(fieldTo))
	var from webhook.Address
	if kind != Report { // which comes from ourselves
		from = ParseAddress(f.get(fieldFrom))
	}
	w := Webhook{
		Kind:    kind,
		Message: webhook.Message{From: from, Line: to, Text: privacy.Hide(f.get(fieldBody)), OptOut: optOut(f.get(fieldOptOut)), Cookie: cookie},
		Call: webhook.Call{
			ID: f.get(fieldCall), Caller: from, Line: to, Keys: strings.TrimSpace(f.get(fieldDigits)),
			Position: position(query), Leg: legEnd(f), CallerGone: callEnded(f.get(fieldCallStatus)),
		},
		Records: records(f),
	}
	if id := f.get(fieldMessage); isMessageID(id) {
		w.Message.ID = id
	}
	return w
}

func kindOf(f form) WebhookKind {
	switch {
	case f.get(fieldMessageStatus) != "" && f.get(fieldBody) == "":
		return Report
	case f.get(fieldCall) != "" && f.get(fieldMessage) == "":
		return Call
	}
	return Text
}

func optOut(keyword string) webhook.OptOut {
	switch keyword {
	case "":
		return webhook.OptOutNone
	case "STOP":
		return webhook.OptOutStop
	}
	return webhook.OptOutOther // HELP and START
}

// position is the first value of the position's parameter.
func position(query string) string {
	if query == "" {
		return ""
	}
	q, _ := url.ParseQuery(query) // a parameter that cannot be read is missing
	return q.Get(webhook.PositionParam)
}

func legEnd(f form) webhook.LegEnd {
	seconds, _ := strconv.Atoi(f.get(fieldLegDuration)) // 0 when it is missing
	end := webhook.LegEnd{Bridged: f.get(fieldLegBridged) != "false", Duration: time.Duration(seconds) * time.Second}
	switch f.get(fieldLegStatus) {
	case "completed", "answered":
		end.Status = webhook.LegAnswered
	case "busy":
		end.Status = webhook.LegBusy
	case "no-answer":
		end.Status = webhook.LegNoAnswer
	case "canceled":
		end.Status = webhook.LegCanceled
	}
	return end
}

func callEnded(status string) bool {
	switch status {
	case "completed", "busy", "failed", "no-answer", "canceled":
		return true
	}
	return false
}
