package simulate

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/handset"
	"signpost/internal/hours"
	"signpost/internal/privacy"
)

// keys of calls: a county and a part of it, then what else somebody may press.
var parts = map[string][]string{"cumbria_north": {"1", "1"}, "cumbria_west": {"1", "2"}, "cumbria_south": {"1", "3"}}

// ends of a leg, as the provider reports them.
var legs = []string{"no-answer", "busy", "failed", "completed", "canceled"}

// act is one thing that a caller does: a key, silence, or how the line that rings ends.
type act struct {
	wait time.Duration
	key  byte // 0: silence
	leg  string
}

// ring has somebody ring.
func (w *world) ring() {
	w.rang++
	p := &person{name: fmt.Sprintf("caller %d", w.rang),
		number: fmt.Sprintf("+4475%08d", w.fate.chance.IntN(100_000_000)), habit: "rings", judged: true}
	if w.fate.sometimes(8) {
		p.number = "anonymous"
	}
	var keys []string
	settled := w.fate.sometimes(3)
	if settled {
		area := pick(w.fate, areasInOrder[:3])
		p.areas, keys = []string{area}, append(keys, parts[area]...)
		keys = append(keys, "1", "1", "1")
	}
	for range 2 + w.fate.chance.IntN(5) {
		if settled {
			break // other keys may lead to other places
		}
		keys = append(keys, pick(w.fate, []string{"1", "1", "2", "3", "0", "5", "9", "#", "", "*"}))
	}
	var acts []act
	for _, k := range keys {
		a := act{wait: w.fate.within(time.Second, 12*time.Second), leg: pick(w.fate, legs)}
		if k != "" {
			a.key = k[0]
		}
		acts = append(acts, a)
	}
	if w.plan.without[-w.rang] {
		return
	}
	phone := &handset.Phone{Handler: front{w}, Base: base, Account: account, Token: privacy.Hide(firstToken),
		From: p.number, To: line}
	w.story.says(p, "rings")
	began := time.Now()
	go func() {
		call, err := phone.Ring(context.Background())
		w.heardCall(p, call, act{}, err)
		for _, a := range acts {
			if err != nil || call.Ended {
				break
			}
			time.Sleep(a.wait) // the caller listens; the time is the simulated world's
			switch {
			case call.Gather == nil && call.Dialling != nil:
				err = call.LegEnds(context.Background(), a.leg)
			case a.key == 0:
				err = call.Wait(context.Background())
			default:
				err = call.Press(context.Background(), a.key)
			}
			w.heardCall(p, call, a, err)
		}
		w.clock.arrive("hung up", p.name, func() { w.hungUp(p, began) })
	}()
}

// hungUp is the end of a call: the provider reports it, and its record can be deleted.
func (w *world) hungUp(p *person, began time.Time) {
	sid := w.callOf[p.number]
	delete(w.callOf, p.number)
	if r := w.provider.records[sid]; r != nil {
		r.final = time.Now().Add(time.Second)
	}
	if w.plan.faults && w.clock.sometimes(20) {
		w.spent.fault("a report of a call's end that never came")
		return
	}
	lasted := fmt.Sprint(int(math.Ceil(time.Since(began).Seconds())))
	w.clock.after(time.Second, func() {
		w.send("/voice/status", url.Values{"CallSid": {sid}, "From": {p.number}, "To": {line},
			"CallStatus": {"completed"}, "CallDuration": {lasted}, "Direction": {"inbound"}}, "", func(*reply) {})
	})
}

// front is the provider's side of a call: what a phone asks goes to one of the gateways.
type front struct{ w *world }

// ServeHTTP runs in the caller's goroutine.
func (f front) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	form, target := r.PostForm, r.URL.RequestURI()
	done := make(chan *reply, 1)
	f.w.clock.arrive("call", form.Get("From")+form.Get("CallSid"), func() {
		f.w.asked(form)
		f.w.send(target, form, "", func(r *reply) {
			f.w.spent.slowest = max(f.w.spent.slowest, r.took)
			if r.took > inTime {
				f.w.fault(nil, "a caller waited %v", r.took)
			}
			done <- r
		})
	})
	var got *reply
	select {
	case got = <-done:
	case <-f.w.ended: // with its gateways: nobody answers any more
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	rw.WriteHeader(got.status)
	_, _ = io.Copy(rw, &got.body)
}

// asked notes the records that the provider keeps of a call and of its legs.
func (w *world) asked(form url.Values) {
	never := time.Now().Add(365 * 24 * time.Hour)
	sid := form.Get("CallSid")
	if w.provider.records[sid] == nil && w.callOf[form.Get("From")] != sid {
		w.provider.records[sid] = &record{created: time.Now(), final: never, from: form.Get("From"), to: line,
			call: true}
		w.callOf[form.Get("From")] = sid
	}
	if leg := form.Get("DialCallSid"); leg != "" {
		w.provider.records[leg] = &record{created: time.Now(), final: time.Now(), from: line, to: "leg", call: true}
	}
}

// heardCall holds what a caller hears against the rules. It runs in the caller's goroutine,
// and hands over what it saw.
func (w *world) heardCall(p *person, c *handset.Call, a act, err error) {
	at := time.Now()
	var said, dialled []string
	ended := c.Ended
	said = append(said, c.Said...)
	for _, l := range c.Dialling {
		dialled = append(dialled, l.E164)
	}
	first := a == act{}
	w.clock.arrive("caller", p.name, func() {
		words := strings.Join(said, " ")
		w.clock.note("%s hears %q, dials %v", p.name, words, dialled)
		w.story.add(p.name, fmt.Sprintf("%s does %q, hears: %s; is connected to %v", p.name, string(a.key),
			words, dialled))
		switch {
		case err != nil:
			w.fault(p, "a call was not answered: %v", err)
			return
		case first && !strings.Contains(words, "9 9 9"):
			w.fault(p, "a call began without 9 9 9: %q", words)
		case first && ended && !strings.Contains(strings.ReplaceAll(words, " ", ""), helpline):
			w.fault(p, "a call ended at once, and without the 24-hour number: %q", words)
		case a.key == '5' && len(dialled) == 0 && !ended && !strings.Contains(words, "9 9 9"):
			w.fault(p, "the key for danger was answered without 9 9 9: %q", words)
		}
		w.checkDialled(p, at, dialled)
	})
}

// checkDialled: a caller is connected to no closed line and to none of another area.
func (w *world) checkDialled(p *person, at time.Time, dialled []string) {
	if time.Since(w.changed) < time.Minute {
		return // two books are in use
	}
	for _, number := range dialled {
		s := serviceOf(w.book, number)
		if s == nil {
			w.fault(p, "a number was dialled that is in no book: %s", number)
			continue
		}
		if open(s, at) == hours.Closed && open(s, at.Add(-2*time.Second)) == hours.Closed {
			w.fault(p, "a caller was connected to %s, which is closed", s.ID)
		}
		if of := owners()[s.ID]; p.areas != nil && of != nil && !slices.Contains(of, p.areas[0]) {
			w.fault(p, "a caller in %s was connected to %s", p.areas[0], s.ID)
		}
	}
}

func serviceOf(b *flows.Book, number string) *flows.Service {
	for i := range b.Services {
		for _, l := range b.Services[i].Lines {
			if l.E164 == number {
				return &b.Services[i]
			}
		}
	}
	return nil
}
