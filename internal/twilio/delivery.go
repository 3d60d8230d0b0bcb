package twilio

import "slices"

// Delivery is what became of one of our replies.
type Delivery struct {
	// Final reports that the provider has said what became of it. Many networks never
	// report more than that a reply was sent.
	Final     bool
	Delivered bool
	Code      string // the provider's error code, from [DeliveryCodes]; empty when delivered
}

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

// Blocked reports that something keeps our replies from more than this one phone.
func (d Delivery) Blocked() bool { return slices.Contains(blockedCodes, d.Code) }

// BlockedCodes lists the codes of replies that are [Delivery.Blocked].
func BlockedCodes() []string { return slices.Clone(blockedCodes) }

// DeliveryCodes lists every code that a [Delivery] may hold.
func DeliveryCodes() []string { return append(slices.Clone(deliveryCodes), otherCode) }

// deliveryOf reads what a report says of a reply.
func deliveryOf(f form) Delivery {
	switch f.get(fieldMessageStatus) {
	case "delivered", "read":
		return Delivery{Final: true, Delivered: true}
	case "undelivered", "failed":
		// The code is one of our own strings: nothing of the webhook outlives it.
		if i := slices.Index(deliveryCodes, f.get(fieldErrorCode)); i >= 0 {
			return Delivery{Final: true, Code: deliveryCodes[i]}
		}
		return Delivery{Final: true, Code: otherCode}
	}
	return Delivery{}
}
