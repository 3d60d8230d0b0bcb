package ivr

import (
	"time"

	"signpost/flows"
	"signpost/internal/webhook"
)

// Static returns what callers hear when no gateway can be reached: two replies for the
// provider's own bins, or for any host that serves files. Such a host cannot tell keys
// apart, so voice says the 24-hour number and any key transfers the caller by the second
// reply, which is at connectURL. (Places could be offered one after another, but then the
// provider's log of URLs would name the place a caller chose.)
func Static(b *flows.Book, now time.Time, connectURL string) (voice, connect webhook.CallReply) {
	offer, connecting, line := b.FallbackOffer(now)
	if line == nil {
		return Fallback(b), Fallback(b)
	}
	prompt := speak(b, "", append(offer, b.FallbackSpeech()...), false)
	voice = webhook.CallReply{webhook.Gather{URL: connectURL, Prompt: prompt, Seconds: passingSeconds}, webhook.Hangup{}}
	connect = append(speak(b, "", connecting, false), webhook.Dial{Seconds: line.RingSeconds, Lines: plainLines(line)})
	return voice, append(connect, Fallback(b)...) // when nobody answers
}
