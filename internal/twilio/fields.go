package twilio

// Fields of a webhook's form. A test bars these names from every other package.
const (
	fieldAccount       = "AccountSid"
	fieldFrom          = "From"
	fieldTo            = "To"
	fieldMessage       = "MessageSid"
	fieldMessageStatus = "MessageStatus"
	fieldErrorCode     = "ErrorCode"
	fieldBody          = "Body"
	fieldOptOut        = "OptOutType"
	fieldCall          = "CallSid"
	fieldCallStatus    = "CallStatus"
	fieldCallDuration  = "CallDuration" // seconds
	fieldDirection     = "Direction"
	fieldDigits        = "Digits"
	fieldLeg           = "DialCallSid"
	fieldLegStatus     = "DialCallStatus"
	fieldLegBridged    = "DialBridged"
	fieldLegDuration   = "DialCallDuration" // seconds
)

// fieldProfile is what somebody calls themselves on WhatsApp. It is looked at for its bytes only.
const fieldProfile = "ProfileName"

// fieldsOfFrom say where a sender is, as networks guess it. They are not read.
var fieldsOfFrom = []string{"FromCity", "FromCountry", "FromState", "FromZip"}

// SignatureHeader carries the provider's signature.
const SignatureHeader = "X-Twilio-Signature"
