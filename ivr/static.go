package ivr

import (
	"time"

	"signpost/flows"
	"signpost/internal/twiml"
)

// Static is what callers hear when no gateway can be reached: two documents for the
// provider's own bins, or for any host that serves files. Such a host cannot tell one
// key from another, so the first says the 24-hour number and has any key put the
// caller through by the second, which is at connect. (Places could be offered one after
// another, any key choosing the last; but then the address of the next file would tell
// the place, in clear, to whoever keeps addresses.)
func Static(b *flows.Book, now time.Time, connect string) (voice, through []byte) {
	offer, connecting, line := b.FallbackOffer(now)
	if line == nil {
		return Fallback(b), Fallback(b)
	}
	spoken := say(b, "", append(offer, b.FallbackSpeech()...), false)
	voice = twiml.Response(twiml.GatherInPassing(connect, spoken...), twiml.Hangup())
	var lines []twiml.Dialled
	for _, l := range line.Lines {
		d := twiml.Dialled{E164: l.E164}
		if l.Keys != "" {
			d.Keys = greetingWait + l.Keys
		}
		lines = append(lines, d)
	}
	nodes := append(say(b, "", connecting, false), twiml.Dial("", line.RingSeconds, "", lines...))
	nodes = append(nodes, say(b, "", b.FallbackSpeech(), false)...) // when nobody answers
	return voice, twiml.Response(append(nodes, twiml.Hangup())...)
}
