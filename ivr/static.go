package ivr

import (
	"time"

	"signpost/flows"
	"signpost/internal/webhook"
)

// Static returns what callers hear when no gateway can be reached: two replies for the
// provider's own bins, or for any host that serves files. Such a host cannot tell keys
// apart, so voice says 999 and the 24-hour number, and any key transfers the caller by the
// second reply, which is at connectURL. (Places could be offered one after another, but then
// the provider's log of URLs would name the place a caller chose.)
//
// callerID is our own number, which the 24-hour line is shown. Without it the provider would
// show the caller's, so the number is only said: no key is offered, and connect is empty.
func Static(b *flows.Book, now time.Time, connectURL, callerID string) (voice, connect webhook.CallReply) {
	offer, connecting, line := b.FallbackOffer(now)
	if line == nil || callerID == "" {
		return hangUpAfter(b, "", b.StaticSpeech()), nil
	}
	prompt := speak(b, "", append(b.StaticSpeech(), offer...), false)
	voice = webhook.CallReply{webhook.Gather{URL: connectURL, Prompt: prompt, Seconds: keySeconds}, webhook.Hangup{}}
	dial := webhook.Dial{Seconds: line.RingSeconds, CallerID: callerID, Lines: plainLines(line)}
	connect = append(speak(b, "", connecting, false), dial)
	return voice, append(connect, hangUpAfter(b, "", b.StaticSpeech())...) // when nobody answers
}
