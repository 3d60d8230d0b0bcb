package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// read converts what came, but for the records: a form, the query of its URL, the cookie and the
// signature.
func read(from sent) webhook.Webhook {
	f := from.form
	kind, to := kindOf(f), strings.TrimSpace(f.get(fieldTo))
	var sender webhook.Address
	if kind != webhook.KindReport { // which comes from ourselves
		sender = ParseAddress(f.get(fieldFrom))
	}
	w := webhook.Webhook{
		Kind: kind,
		From: sender,
		To:   to,
		Message: webhook.Message{From: sender, Line: to, Text: privacy.Hide(f.get(fieldBody)),
			OptOut: optOut(f.get(fieldOptOut)), Cookie: from.cookie},
		Call: webhook.Call{
			ID: f.get(fieldCall), Caller: sender, Line: to, Keys: strings.TrimSpace(f.get(fieldDigits)),
			Position: position(from.query), Signature: from.signature, Leg: legEnd(f),
			CallerGone: callEnded(f.get(fieldCallStatus)),
			Outbound:   strings.HasPrefix(f.get(fieldDirection), "outbound"),
			Duration:   seconds(f.get(fieldCallDuration)),
		},
	}
	if kind == webhook.KindReport {
		w.Delivery = deliveryOf(f)
	}
	if id := f.get(fieldMessage); isMessageID(id) {
		w.Message.ID = id
	}
	if from.ambiguous { // it must not move anything
		w.Message.ID = ""
	}
	return w
}

func kindOf(f form) webhook.Kind {
	switch {
	case f.get(fieldMessageStatus) != "" && f.get(fieldBody) == "":
		return webhook.KindReport
	case f.get(fieldCall) != "" && f.get(fieldMessage) == "":
		return webhook.KindCall
	}
	return webhook.KindText
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
	end := webhook.LegEnd{Bridged: f.get(fieldLegBridged) != "false", Duration: seconds(f.get(fieldLegDuration))}
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

// seconds reads a whole number of seconds, 0 when it is missing or none.
func seconds(v string) time.Duration {
	if v == "" { // as in most webhooks; Atoi would make an error
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0
	}
	const most = int(webhook.LongestCall / time.Second)
	return time.Duration(min(n, most)) * time.Second
}

func callEnded(status string) bool {
	switch status {
	case "completed", "busy", "failed", "no-answer", "canceled":
		return true
	}
	return false
}
