package simulate

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"signpost/flows"
)

// heard is a text as the model of a conversation hears it.
type heard struct {
	text     string
	from, to time.Time
	books    []*flows.Book
	heavy    bool // the limits may answer instead
	hurt     bool // the store may have forgotten
	away     bool // the store may not have answered
	again    bool // it came before: it may move nothing
	same     bool // and was answered the same
	still    bool // and the provider's cookie tells so: it moves nothing
}

// place is where a conversation may be: an encoded state, and when it ends. Older is where
// it was, for what may have been forgotten.
type place struct {
	state string
	until int64
	older string // encoded states, in order
}

// conversation is what the engine would do if each text came once and in some order. It
// knows nothing of stores, cookies or gateways. Its state is all places where the
// conversation may be, in order.
func conversation(ttl time.Duration) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return []place{{}} },
		Step: func(state, input, output any) (bool, any) {
			in, next := input.(heard), map[place]bool{}
			steps := stepper{in.text, map[stepFrom]stepped{}}
			for _, at := range state.([]place) {
				at.next(in, output.(string), ttl, steps, func(p place) { next[p] = true })
			}
			all := widest(next)
			return len(all) > 0, all
		},
		Equal: func(a, b any) bool { return slices.Equal(a.([]place), b.([]place)) },
	}
}

// widest leaves out places that explain no more than another: of the same state and end, with
// fewer older states.
func widest(places map[place]bool) []place {
	all := slices.SortedFunc(maps.Keys(places), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(a.until, b.until),
			cmp.Compare(len(b.older), len(a.older)), cmp.Compare(a.older, b.older))
	})
	kept, group := all[:0], 0
	for _, p := range all {
		if len(kept) > 0 && (kept[group].state != p.state || kept[group].until != p.until) {
			group = len(kept)
		}
		if !slices.ContainsFunc(kept[group:], func(wide place) bool { return holds(wide.older, p.older) }) {
			kept = append(kept, p)
		}
	}
	return kept
}

// holds reports whether all states of one list are in another. Both are in order.
func holds(all, some string) bool {
	for len(some) > 0 {
		switch {
		case len(all) < len(some):
			return false
		case all[:flows.StateSize] == some[:flows.StateSize]:
			some = some[flows.StateSize:]
		}
		all = all[flows.StateSize:]
	}
	return true
}

// stepper steps a text from many places, which mostly are of the same few states.
type stepper struct {
	text  string
	known map[stepFrom]stepped
}

type stepFrom struct {
	book    *flows.Book
	minute  int64
	state   string
	revived bool
}

type stepped struct {
	state string
	who   flows.Person
	reply flows.Reply
	err   error
}

func (t stepper) step(b *flows.Book, minute time.Time, state string, revived bool) stepped {
	from := stepFrom{b, minute.Unix(), state, revived}
	if to, ok := t.known[from]; ok {
		return to
	}
	s := flows.State{}
	if state != "" {
		if known, err := b.Decode([]byte(state)); err == nil {
			s = known
		}
	}
	if revived {
		s = s.Revived()
	}
	after, reply, err := b.Step(minute, s, flows.TextInput(t.text))
	to := stepped{string(after.Encode()), after.Who, reply, err}
	t.known[from] = to
	return to
}

// slack is how exactly the end of a conversation is known.
const slack = 3 * time.Second

// begins are the states that a text may be answered from.
func (at place) begins(in heard) (from []string) {
	alive := at.state != "" && in.from.UnixNano() < at.until+int64(slack)
	if alive {
		from = append(from, at.state)
	}
	if !alive || in.to.UnixNano() > at.until-int64(slack) || in.hurt {
		from = append(from, "")
	}
	if in.hurt {
		for i := 0; i+flows.StateSize <= len(at.older); i += flows.StateSize {
			from = append(from, at.older[i:i+flows.StateSize])
		}
	}
	return from
}

// next adds the places where a conversation may be after a text that got an answer.
func (at place) next(in heard, answer string, ttl time.Duration, steps stepper, add func(place)) {
	until := in.to.Add(ttl).UnixNano()
	older := at.older
	if at.state != "" && !holds(older, at.state) {
		older = inserted(older, at.state)
	}
	if in.same {
		add(at)
	}
	for _, b := range in.books {
		for _, begin := range at.begins(in) {
			for minute := in.from.Truncate(time.Minute); !minute.After(in.to); minute = minute.Add(time.Minute) {
				after := steps.step(b, minute, begin, false)
				if after.err != nil {
					continue
				}
				r, to := after.reply, place{after.state, until, older}
				if r.KeepsExpiry && begin != "" {
					to.until = at.until
				}
				if r.Ended {
					to = place{older: older}
				}
				little := answer == "" || answer == b.FallbackText() || answer == b.MaintenanceText()
				little = little && (in.heavy || r.Exhausted || in.hurt || in.away && begin == "")
				if !in.still && (r.Text == answer || little && after.who == flows.Behaviour) {
					add(to)
				}
				if in.again && r.Text == answer {
					add(at)
				}
				if r.Exhausted && in.heavy && !in.still {
					if anew := steps.step(b, minute, begin, true); anew.err == nil && anew.reply.Text == answer {
						add(place{anew.state, until, older})
					}
				}
				if little {
					add(place{begin, at.until, older})
				}
				if in.heavy || in.hurt { // the short answer, without a conversation
					if brief := steps.step(b, minute, "", false); brief.err == nil && brief.reply.Text == answer {
						add(place{begin, at.until, older})
					}
				}
			}
		}
	}
}

// inserted adds a state to some, in their order: however they were met, they are the same.
func inserted(older, state string) string {
	i := 0
	for i < len(older) && older[i:i+flows.StateSize] < state {
		i += flows.StateSize
	}
	return older[:i] + state + older[i:]
}

// explains reports whether some order of texts explains their answers.
func explains(texts []porcupine.Operation, ttl time.Duration) bool {
	return porcupine.CheckOperations(conversation(ttl), texts)
}

// explained is the part of a history that must be explained. Whether a whole flood can be
// takes for ever to find out, so only its beginning must: until a moment when nothing was
// being answered, so that nothing after it can be before it.
func (p *person) explained() []porcupine.Operation {
	most := 16
	if p.forgotten() {
		most = 8 // each may be answered from any state before
	}
	if len(p.history) <= most || !p.heavy {
		return p.history
	}
	all := slices.Clone(p.history)
	slices.SortStableFunc(all, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	quiet, last := 0, int64(0)
	for i, op := range all[:most] {
		if op.Call > last {
			quiet = i
		}
		last = max(last, op.Return)
	}
	return all[:quiet]
}
