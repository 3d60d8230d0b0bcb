// Package ivr is the call channel: it turns a call's webhooks into inputs for
// the flow engine, and the engine's replies into TwiML.
//
// Nothing is stored for a call. Where it has got to rides in the follow-up URL
// as a sealed token, bound to the call, that expires and cannot be altered.
// There is no way here to record anyone, or to call anyone back.
package ivr

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"signpost/flows"
	"signpost/internal/privacy"
	"signpost/internal/spend"
	"signpost/internal/tally"
	"signpost/internal/twiml"
	"signpost/internal/webhook"
)

// Timings of a call.
const (
	// keySeconds is how long a caller has to press a key after the prompt. More
	// than five seconds of silence sounds like a dead line.
	keySeconds = 5
	// acceptSeconds is how long whoever answers has to take a call.
	acceptSeconds = 8
	// TokenLife covers the longest call the provider connects (4 hours). Expiry
	// is rounded to whole hours, so that a repeated webhook gets the same token.
	TokenLife = 6 * time.Hour
	// maxTurns ends a call that goes round for ever, machine or not.
	maxTurns = 60
	groupGap = 350 // milliseconds between the groups of a number
	// greetingWait is two seconds for a line's greeting to start, as keys.
	greetingWait = "wwww"
)

// Handler answers call webhooks.
type Handler struct {
	Book func(version uint32) *flows.Book
	Keys *privacy.Keyring
	// Base is the scheme and host the provider calls.
	Base string
	// Recording is a recording of the book in force, or of the one before it,
	// which a call may still be listening to.
	Recording func(name string) (flows.Recording, bool)
	// Meter reckons what answering costs; a call costs Price, with whom it is put
	// through to.
	Meter *spend.Meter
	Price spend.Money
	// Callers bounds how often one caller is offered the menu.
	Callers *Callers
	// Resting tells that the menus are out of use.
	Resting func() bool
	// CallerID is shown to services when the number called cannot be.
	CallerID string
	Now      func() time.Time
	Log      *slog.Logger
	Count    func(outcome string)
	Tally    func(tally.Kind) // adds to the day's counts

	greeted atomic.Pointer[greeting]
}

// Paths of the call's follow-ups, the server's own business.
const (
	StatusPath = "/voice/status" // a call or a leg has ended
	KeyPath    = "/voice/key"    // a key, or silence
	LegPath    = "/voice/leg"    // the end of a dialled line
	// AcceptPath and AcceptedPath ask whoever answers to take the call. They
	// carry no position: they are about no caller.
	AcceptPath, AcceptedPath = "/voice/accept", "/voice/accepted"
	AudioPath                = "/audio/" // recordings
)

// position is what a token holds.
type position struct {
	state flows.State
	turns byte
}

const purpose = "call position"

// Start answers a call coming in. Who rings without end, and everybody when what may
// be spent is spent, is told the 24-hour number and not offered the menu.
func (h *Handler) Start(_ context.Context, r webhook.Request) []byte {
	if h.Resting() {
		h.Count("call, maintenance")
		b := h.Book(0)
		return twiml.Response(append(say(b, "", b.MaintenanceSpeech(), false), twiml.Hangup())...)
	}
	if !h.affords(r) {
		h.Count("call, the number only")
		h.Tally(tally.Kind{Channel: tally.Call, Outcome: tally.Limited})
		return Fallback(h.Book(0))
	}
	h.Meter.Spend(h.Price)
	h.Count("call")
	h.Tally(tally.Kind{Channel: tally.Call, Outcome: tally.Begun})
	return h.greet(r)
}

// Key answers a key press or a silence.
func (h *Handler) Key(_ context.Context, r webhook.Request) []byte {
	pos, ok := h.open(r)
	if !ok {
		h.Count("call begun again")
		return h.step(r, position{}, flows.Rang())
	}
	in := flows.Silence()
	if keys := strings.TrimSpace(r.Get("Digits")); keys != "" {
		in = flows.Pressed(keys[0])
	}
	return h.step(r, pos, in)
}

// Leg answers the end of a dialled line.
func (h *Handler) Leg(_ context.Context, r webhook.Request) []byte {
	leg := flows.LegFailed
	switch r.Get("DialCallStatus") {
	case "completed", "answered":
		leg = flows.LegTalked
		if r.Get("DialBridged") == "false" {
			leg = flows.LegNoAnswer // a machine, or somebody who did not take it
		}
	case "busy":
		leg = flows.LegBusy
	case "no-answer":
		leg = flows.LegNoAnswer
	}
	h.Count("leg " + string(legTally[leg]))
	pos, ok := h.open(r)
	if ok {
		h.Tally(tally.Kind{Channel: tally.Call, Service: h.rang(pos.state), Outcome: legTally[leg]})
	}
	if leg == flows.LegTalked {
		return twiml.Response(twiml.Hangup()) // whatever the token says: the talk is over
	}
	if !ok {
		h.Count("call begun again")
		return h.step(r, position{}, flows.Rang())
	}
	return h.step(r, pos, flows.LegEnded(leg))
}

// Accept asks whoever answers to take the call.
func (h *Handler) Accept(context.Context, webhook.Request) []byte {
	b := h.Book(0)
	words := say(b, h.Base, []flows.Utterance{{Words: b.Messages.Accept.Say}}, false)
	return twiml.Response(twiml.GatherKey(h.Base+AcceptedPath, acceptSeconds, words...), twiml.Hangup())
}

// Accepted puts the caller through if the key was pressed: an empty document
// connects the two. Anything else hangs up on whoever answered, and the next
// line is tried.
func (h *Handler) Accepted(_ context.Context, r webhook.Request) []byte {
	if r.Get("Digits") == "1" {
		return twiml.Response()
	}
	return twiml.Response(twiml.Hangup())
}

// legTally is what the end of a ringing is counted as.
var legTally = [...]tally.Outcome{flows.LegTalked: tally.Answered, flows.LegNoAnswer: tally.NoAnswer, flows.LegBusy: tally.Engaged, flows.LegFailed: tally.Failed}

// rang is the service that was being rung.
func (h *Handler) rang(s flows.State) string {
	b := h.Book(0)
	step := b.StepNamed(s.Step)
	if step == nil {
		return ""
	}
	if chain := b.Chain(h.Now(), step, s.Area, s.Who); int(s.At) < len(chain) {
		return chain[s.At].ID
	}
	return ""
}

// count adds a step of a call to the day's counts.
func (h *Handler) count(before, after flows.State, reply flows.Reply, in flows.Input) {
	k := tally.Kind{Channel: tally.Call}
	switch {
	case reply.Ended && in == flows.Pressed('*'):
		k.Outcome = tally.Left
	case in == flows.Pressed('5'):
		k.Outcome = tally.Emergency
	case len(reply.Shows) > 0 && reply.Act == flows.Listen && flows.Moved(before, after):
		k.Area, k.Service, k.Outcome = after.Area, reply.Shows[0], tally.Given
	default:
		return
	}
	h.Tally(k)
}

// Fallback is what a caller hears when something of ours is broken.
func Fallback(b *flows.Book) []byte {
	return twiml.Response(append(say(b, "", b.FallbackSpeech(), false), twiml.Hangup())...)
}

// greeting is how every call is answered in a minute, by a book: the same document
// but for the link to what comes next.
type greeting struct {
	book   *flows.Book
	minute int64
	pos    position
	pieces [][]byte // around the links
}

// links is how many links a greeting has: where the provider goes when a key is
// pressed, and where it goes when it falls through.
const links = 2

// greet answers a call that begins. Most of its work is done once a minute.
func (h *Handler) greet(r webhook.Request) []byte {
	book, now := h.Book(0), h.Now()
	minute := now.Unix() / 60
	if g := h.greeted.Load(); g != nil && g.book == book && g.minute == minute {
		return bytes.Join(g.pieces, []byte(h.link(r, KeyPath, g.pos)))
	}
	next, reply, err := book.Step(now, flows.State{}, flows.Rang())
	if err != nil || reply.Act != flows.Listen {
		return h.step(r, position{}, flows.Rang())
	}
	pos := position{next, 1}
	doc := h.twiml(r, book, reply, pos)
	// Only what is the same for everybody may be kept: with any other number of
	// links, one of this call's own is left in it.
	if pieces := bytes.Split(doc, []byte(h.link(r, KeyPath, pos))); len(pieces) == links+1 {
		h.greeted.Store(&greeting{book, minute, pos, pieces})
	}
	return doc
}

// step moves the call and says what comes of it.
func (h *Handler) step(r webhook.Request, pos position, in flows.Input) []byte {
	book := h.Book(0)
	if pos.turns >= maxTurns {
		h.Count("call too long")
		return Fallback(book)
	}
	next, reply, err := book.Step(h.Now(), pos.state, in)
	if err != nil { // the book changed under the call: start again, kindly
		next, reply, err = book.Step(h.Now(), flows.State{}, flows.Rang())
	}
	if err != nil {
		h.Log.Error("a call was answered with the safe words", "err", err)
		return Fallback(book)
	}
	h.count(pos.state, next, reply, in)
	return h.twiml(r, book, reply, position{next, pos.turns + 1})
}

func (h *Handler) twiml(r webhook.Request, book *flows.Book, reply flows.Reply, pos position) []byte {
	nodes := say(book, h.Base, reply.Speech, reply.Slow)
	switch reply.Act {
	case flows.Dial:
		var lines []twiml.Dialled
		for _, l := range reply.Dial.Lines {
			d := twiml.Dialled{E164: l.E164, Status: h.Base + StatusPath} // each leg has a record of its own
			if l.Keys != "" {
				d.Keys = greetingWait + l.Keys
			}
			if reply.Dial.PressToAccept {
				d.Accept = h.Base + AcceptPath
			}
			lines = append(lines, d)
		}
		dial := twiml.Dial(h.link(r, LegPath, pos), reply.Dial.RingSeconds, h.callerID(r), lines...)
		if len(nodes) > 0 { // between attempts a key leaves the queue of them
			return twiml.Response(twiml.GatherInPassing(h.link(r, KeyPath, pos), nodes...), dial)
		}
		return twiml.Response(dial)
	case flows.HangUp:
		return twiml.Response(append(nodes, twiml.Hangup())...)
	}
	next := h.link(r, KeyPath, pos)
	// Pressed or not, the provider asks for what comes next; should it ever fall
	// through, the redirect does.
	return twiml.Response(twiml.GatherKey(next, keySeconds, nodes...), twiml.Redirect(next))
}

// callerID shows services our number, never the caller's.
func (h *Handler) callerID(r webhook.Request) string {
	if to := webhook.ParseParty(r.Get("To")); to.Kind == webhook.Phone {
		return to.E164.Reveal()
	}
	return h.CallerID
}

// link is a follow-up URL that carries the position, sealed to this call.
func (h *Handler) link(r webhook.Request, path string, pos position) string {
	expires := h.Now().Truncate(time.Hour).Add(TokenLife)
	token := h.Keys.Seal(purpose, r.Get("CallSid"), expires, append(pos.state.Encode(), pos.turns))
	return h.Base + path + "?t=" + token // its letters stand for themselves in a URL
}

// open reads the position of a follow-up; ok is false when it is not one of
// ours, is another call's, has expired, or belongs to a book that is gone.
func (h *Handler) open(r webhook.Request) (position, bool) {
	data, err := h.Keys.Open(purpose, r.Get("CallSid"), h.Now(), r.Param("t"))
	if err != nil || len(data) != flows.StateSize+1 {
		return position{}, false
	}
	state, err := h.Book(0).Decode(data[:flows.StateSize])
	if err != nil {
		return position{}, false
	}
	return position{state, data[flows.StateSize]}, true
}

// say speaks utterances in the book's voice: words as they are, numbers digit
// by digit with a pause after each printed group. A recording is played in the
// place of its words, from under base.
func say(b *flows.Book, base string, said []flows.Utterance, slow bool) []twiml.Node {
	gap := groupGap
	if slow {
		gap *= 2
	}
	var nodes, words []twiml.Node
	lang := uint8(0)
	flush := func() {
		if slow && len(words) > 0 {
			words = []twiml.Node{twiml.Slowly(words...)}
		}
		if len(words) > 0 {
			voice := b.VoiceOf(lang)
			nodes = append(nodes, twiml.Say(voice.Name, voice.Language, words...))
		}
		words = nil
	}
	for _, u := range said {
		if u.Lang != lang {
			flush()
			lang = u.Lang
		}
		if _, recorded := b.Audio[u.Audio]; recorded {
			flush()
			nodes = append(nodes, twiml.Play(base+AudioPath+u.Audio))
			continue
		}
		if u.Words != "" {
			words = append(words, twiml.Text(" "+u.Words+" "))
			continue
		}
		words = append(words, twiml.Break(gap))
		for group := range strings.FieldsSeq(u.Number) {
			words = append(words, twiml.Text(strings.Join(strings.Split(group, ""), " ")), twiml.Break(gap))
		}
	}
	flush()
	return nodes
}

// ServeAudio serves a recording of the book in force. The provider fetches it
// like any file, unsigned: it says nothing about anybody. Its name is made from
// what is in it, so it may be kept for ever.
func (h *Handler) ServeAudio(w http.ResponseWriter, r *http.Request) {
	rec, ok := h.Recording(strings.TrimPrefix(r.URL.Path, AudioPath))
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Content-Length", strconv.Itoa(len(rec.Data)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(rec.Data)
	}
}
