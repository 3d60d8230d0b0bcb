package ivr

import (
	"signpost/flows"
	"signpost/internal/webhook"
)

// How long a key is waited for after the prompt.
const (
	keySeconds     = 5 // longer sounds like a dead line
	acceptSeconds  = 8
	passingSeconds = 1 // before a line is called
)

// reply converts the engine's reply.
func (h *Handler) reply(c webhook.Call, book *flows.Book, r flows.Reply, pos position) webhook.CallReply {
	prompt := speak(book, h.BaseURL, r.Speech, r.Slow)
	switch r.Act {
	case flows.Dial:
		dial := webhook.Dial{
			URL: h.link(c, LegPath, pos), Seconds: r.Dial.RingSeconds,
			CallerID: h.callerID(c),
			Lines:    h.dialLines(r.Dial, r.DialLine),
		}
		if len(prompt) > 0 { // between attempts a key leaves the chain of services
			return webhook.CallReply{webhook.Gather{URL: h.link(c, KeyPath, pos), Prompt: prompt,
				Seconds: passingSeconds}, dial}
		}
		return webhook.CallReply{dial}
	case flows.HangUp:
		return append(prompt, webhook.Hangup{})
	}
	next := h.link(c, KeyPath, pos)
	// The redirect is for a provider that does not ask after silence.
	return webhook.CallReply{webhook.Gather{URL: next, Prompt: prompt, Seconds: keySeconds, Silence: true},
		webhook.Redirect{URL: next}}
}

// link is a follow-up URL that carries the sealed position.
func (h *Handler) link(c webhook.Call, path string, pos position) string {
	token := h.Positions.seal(c.ID, pos) // its characters need no escaping in a URL
	return h.BaseURL + path + "?" + webhook.PositionParam + "=" + token
}

// dialLines is one line of a service: together, a machine on one would cut off the others.
func (h *Handler) dialLines(svc *flows.Service, which int) []webhook.DialLine {
	lines := plainLines(svc)[which : which+1]
	for i := range lines {
		lines[i].StatusURL = h.BaseURL + StatusPath // each leg has a record of its own
		if svc.PressToAccept {
			lines[i].AcceptURL = h.BaseURL + AcceptPath
		}
	}
	return lines
}

// plainLines are a service's lines, without webhooks.
func plainLines(svc *flows.Service) (lines []webhook.DialLine) {
	for _, l := range svc.Lines {
		lines = append(lines, webhook.DialLine{E164: l.E164, Keys: l.Keys, KeysAfter: l.KeysAfter})
	}
	return lines
}

// offerHelpline is what a caller past the limits hears: the 24-hour number and 999. Any key
// but the one to leave has the 24-hour line dialled; silence does not, or machines would
// keep it busy.
func (h *Handler) offerHelpline(c webhook.Call) webhook.CallReply {
	b := h.Book()
	offer, _, line := b.FallbackOffer(h.Now())
	if line == nil {
		return Fallback(b)
	}
	prompt := speak(b, h.BaseURL, append(offer, b.FallbackSpeech()...), false)
	key := webhook.Gather{URL: h.link(c, KeyPath, position{turns: helplineOnly}), Prompt: prompt, Seconds: keySeconds}
	return webhook.CallReply{key, webhook.Hangup{}}
}

// Fallback is what a caller hears when something of ours is broken: a 24-hour number.
func Fallback(b *flows.Book) webhook.CallReply { return hangUpAfter(b, "", b.FallbackSpeech()) }

func hangUpAfter(b *flows.Book, base string, said []flows.Utterance) webhook.CallReply {
	return append(speak(b, base, said, false), webhook.Hangup{})
}

// speak says utterances in the book's voices. A recording, from under base, is played in
// place of its words. Without base nothing is: what is said when something is broken, or
// from a host of files, must not need another request.
func speak(b *flows.Book, base string, said []flows.Utterance, slow bool) (out []webhook.Instruction) {
	var speech []webhook.Speech
	lang := uint8(0)
	flush := func() {
		if len(speech) > 0 {
			of := b.In(lang)
			out = append(out, webhook.Say{Voice: of.Voice.Name, Language: of.Voice.Language, Slow: slow, Speech: speech,
				Respelt: of.Pronunciations})
		}
		speech = nil
	}
	for _, u := range said {
		if u.Lang != lang {
			flush()
			lang = u.Lang
		}
		if name := b.RecordingOf(u); name != "" && base != "" {
			flush()
			out = append(out, webhook.Play{URL: base + AudioPath + name})
			continue
		}
		speech = append(speech, webhook.Speech{Words: u.Words, Number: u.Number})
	}
	flush()
	return out
}
