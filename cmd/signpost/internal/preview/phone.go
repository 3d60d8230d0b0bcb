package preview

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/internal/gsm7"
	"signpost/internal/handset"
	"signpost/internal/hours"
)

// phone is one handset on a page. It does one thing at a time.
type phone struct {
	number int // its own; set once
	mu     sync.Mutex
	text   mirror
	ring   mirror
	call   *handset.Call
}

// mirror follows a conversation beside the gateway, so that the map can show where
// it is. It looks at nothing but what the phone sends.
type mirror struct {
	state flows.State
	tells string
}

func (m *mirror) step(b *flows.Book, now time.Time, in flows.Input) flows.Reply {
	next, reply, err := b.Step(now, m.state, in)
	if err != nil {
		*m = mirror{}
		return flows.Reply{}
	}
	*m = mirror{state: next, tells: reply.SayStep}
	if reply.Ended {
		m.state = flows.State{}
	}
	return reply
}

// at is the step whose box is lit.
func (m *mirror) at() string {
	if m.tells != "" {
		return m.tells
	}
	return m.state.Step
}

// asked is what a page sends.
type asked struct {
	Phone string `json:"phone"` // the page's own name for its phone
	Kind  string `json:"kind"`  // of the caller's number
	Line  string `json:"line"`  // of ours
	At    string `json:"at"`    // the moment, as 2026-12-25T03:00; empty: now
	Away  bool   `json:"away"`  // the store is away
	Text  string `json:"text"`
	Key   string `json:"key"`
	How   string `json:"how"` // a dialled line ends
}

// told is what a page gets back.
type told struct {
	Reply    string   `json:"reply"`
	Letters  int      `json:"letters"`
	Segments int      `json:"segments"`
	Pence    float64  `json:"pence"`
	Said     []string `json:"said"`
	Rings    []string `json:"rings"` // lines that ring
	Keys     bool     `json:"keys"`  // a key may be pressed
	Ended    bool     `json:"ended"`
	Step     string   `json:"step"` // the box to light
}

// maxPhones bounds the handsets kept.
const maxPhones = 32

// numbers of callers, by kind. %05d is the phone's own. (Ofcom keeps 07700 900 000
// to 900 999 and others for drama: they are not valid, so these are ordinary.)
var callers = map[string]string{
	"mobile": "+4474001%05d", "landline": "+44122863%04d", "withheld": "anonymous", "whatsapp": "whatsapp:+4474001%05d",
	"abroad": "+3361234%04d",
}

var ourLines = map[string]string{"long": "+447400654321", "short": "60777"}

// statuses are the provider's words for how a line ends, by ours.
var statuses = map[string]string{
	"answered": "completed", "short": "completed", "no answer": "no-answer", "engaged": "busy", "failed": "failed",
	"cancelled": "canceled",
}

var errNotUnderstood = errors.New("the page sent something that is not understood: reload the page")

// phone does what somebody does with a handset.
func (s *Server) phone(w http.ResponseWriter, r *http.Request) {
	var a asked
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		http.Error(w, errNotUnderstood.Error(), http.StatusBadRequest)
		return
	}
	t, err := s.do(r, r.PathValue("what"), a)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(t) // the page is gone if it fails
}

func (s *Server) do(r *http.Request, what string, a asked) (told, error) {
	now, err := s.pretend(a.At)
	if err != nil {
		return told{}, err
	}
	p, h, err := s.handset(a)
	if err != nil {
		return told{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	book := s.Verdict().Book
	ctx := r.Context()
	switch what {
	case "text":
		reply, err := h.Text(ctx, a.Text)
		if err != nil {
			return told{}, fmt.Errorf("the gateway did not answer as it should: %w", err)
		}
		if is := p.text.step(book, now, flows.TextInput(a.Text)); is.Text != reply {
			p.text = mirror{} // the gateway has lost the conversation, or does not answer this phone
		}
		return s.read(p, reply), nil
	case "afresh":
		s.forget(a.Phone)
		return told{}, nil
	case "ring":
		p.call, err = h.Ring(ctx)
		p.ring = mirror{}
		p.ring.step(book, now, flows.Rang())
		return s.heard(p, err)
	case "hangup":
		p.call, p.ring = nil, mirror{}
		return told{Ended: true}, nil
	}
	if p.call == nil || p.call.Ended {
		return told{}, errors.New("there is no call: ring first")
	}
	switch {
	case what == "press" && flows.IsKey(a.Key):
		err = p.call.Press(ctx, a.Key[0])
		p.ring.step(book, now, flows.Pressed(a.Key[0]))
	case what == "wait":
		err = p.call.Wait(ctx)
		p.ring.step(book, now, flows.Silence())
	case what == "leg" && statuses[a.How] != "":
		if a.How == "short" {
			err = p.call.LegShort(ctx)
		} else {
			err = p.call.LegEnds(ctx, statuses[a.How])
		}
		p.ring.step(book, now, flows.LegEnded(check.Legs[a.How]))
	default:
		return told{}, errors.New("a phone cannot do that")
	}
	if errors.Is(err, handset.ErrNotNow) {
		return told{}, errors.New("the call is not waiting for that now")
	}
	return s.heard(p, err)
}

// read is where a conversation by text is, with what its reply costs.
func (s *Server) read(p *phone, reply string) told {
	t := told{Reply: reply, Step: p.text.at()}
	if reply != "" {
		t.Letters, t.Segments = gsm7.Length(reply), gsm7.Segments(reply)
		t.Pence = float64(t.Segments) * s.Pence
	}
	return t
}

// heard is where a call is.
func (s *Server) heard(p *phone, err error) (told, error) {
	if err != nil {
		return told{}, fmt.Errorf("the gateway did not answer as it should: %w", err)
	}
	t := told{Said: p.call.Said, Keys: p.call.Gather != nil, Ended: p.call.Ended, Step: p.ring.at(),
		Rings: p.call.Ringing()}
	if t.Ended {
		t.Step = ""
	}
	return t, nil
}

// momentForm is how a page sends a moment.
const momentForm = "2006-01-02T15:04"

// moment reads a moment of a page; empty is now, and the zero time.
func moment(at string) (then time.Time, err error) {
	if at == "" {
		return then, nil
	}
	if then, err = time.ParseInLocation(momentForm, at, hours.London()); err != nil {
		return then, errors.New("that is not a date and a time: write them like 2026-12-25T03:00")
	}
	return then, nil
}

// pretend sets the gateways' clock.
func (s *Server) pretend(at string) (time.Time, error) {
	then, err := moment(at)
	if err != nil {
		return then, err
	}
	s.mu.Lock()
	s.moment = then
	s.mu.Unlock()
	return s.clock(), nil
}

// handset is the page's phone, set up as the page says.
func (s *Server) handset(a asked) (*phone, *handset.Phone, error) {
	from, to := callers[a.Kind], ourLines[a.Line]
	if from == "" || to == "" || a.Phone == "" || len(a.Phone) > 64 {
		return nil, nil, errNotUnderstood
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.phones[a.Phone]
	if p == nil {
		if len(s.order) >= maxPhones {
			delete(s.phones, s.order[0])
			s.order = s.order[1:]
		}
		const most = 10_000 // numbers of four digits
		p = &phone{number: s.made % most}
		s.made++
		s.phones[a.Phone] = p
		s.order = append(s.order, a.Phone)
	}
	i := 0
	if a.Away {
		i = 1
	}
	h := s.lines[i].Phone
	h.From, h.To = from, to
	if strings.Contains(from, "%") {
		h.From = fmt.Sprintf(from, p.number)
	}
	return p, &h, nil
}

// forget has a page's phone be another one, with another number.
func (s *Server) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.phones, name)
	s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == name })
}
