package twilio

import (
	"slices"

	"signpost/internal/webhook"
)

// otherCode is what an error code that is not listed, or is missing, is counted as.
const otherCode = "other"

// deliveryCodes are the error codes of replies that were not delivered. (The provider's
// "Error and warning dictionary", 21610 and 30001 to 30610.)
var deliveryCodes = []string{
	"21610", // the person sent STOP: the provider refuses every reply
	"30001", // too many messages waited
	"30002", // the account is suspended
	"30003", // the phone is off or has no signal
	"30004", // the phone blocks texts
	"30005", // the number is not known
	"30006", // a landline, or a network that takes no texts
	"30007", // a network's filter took it for spam
	"30008", // not known
	"30010", // it costs more than the account allows
	"30017", // a network was overloaded
	"30018", // the number is not registered for texts
	"30019", // it was too large
	"30022", // more than the network allows
	"30023", // more than the network allows in a day
	"30024", // the network does not take this sender
	"30034", // the sender is not registered
	"30410", // the provider's route did not answer in time
}

// blockedCodes are those with which a route, a network or the account keeps our replies from
// everybody, and not from one phone. deploy/alerts.yaml has the same.
var blockedCodes = []string{"30002", "30007", "30010", "30022", "30023", "30024", "30034"}

// BlockedCodes lists the codes of replies that are [webhook.Delivery.Blocked].
func BlockedCodes() []string { return slices.Clone(blockedCodes) }

// DeliveryCodes lists every code that a [webhook.Delivery] may hold.
func DeliveryCodes() []string { return append(slices.Clone(deliveryCodes), otherCode) }

// deliveryOf reads what a report says of a reply.
func deliveryOf(f form) webhook.Delivery {
	switch f.get(fieldMessageStatus) {
	case "delivered", "read":
		return webhook.Delivery{Final: true, Delivered: true}
	case "undelivered", "failed":
		// The code is one of our own strings: nothing of the webhook outlives it.
		if i := slices.Index(deliveryCodes, f.get(fieldErrorCode)); i >= 0 {
			code := deliveryCodes[i]
			return webhook.Delivery{Final: true, Code: code, Blocked: slices.Contains(blockedCodes, code)}
		}
		return webhook.Delivery{Final: true, Code: otherCode}
	}
	return webhook.Delivery{}
}
