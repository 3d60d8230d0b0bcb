package simulate

import (
	"fmt"
	"strings"
	"testing"
)

// The protocol of marks, commits and cookies, small enough that every order can be tried: two
// texts of one person, each sent up to twice, two gateways or more, a Redis that may go away
// once. What was answered and where the conversation is are written as the texts that led
// there: "ab" is where b leads after a.
type protocol struct {
	state string            // of the conversation, in Redis
	marks map[string]string // by text: the state before it
	up    bool
	falls int // how often Redis may still go away

	cookie  kept
	tries   []try             // under way
	sent    map[string]int    // how often each text was sent
	answers map[string]string // as the provider got them; of a repeat that differs, both
	differ  bool

	markFirst, blind bool // planted faults: see TestProtocolFindsFaults
}

// kept is the cookie: a state, and what Redis held when it went away.
type kept struct {
	state, stored string
	offline       bool
}

// try is one webhook at one gateway: it has read the conversation, or not yet.
type try struct {
	text   string
	cookie kept
	read   bool
	held   string
}

func (p protocol) clone() protocol {
	marks, sent, answers := map[string]string{}, map[string]int{}, map[string]string{}
	for k, v := range p.marks {
		marks[k] = v
	}
	for k, v := range p.sent {
		sent[k] = v
	}
	for k, v := range p.answers {
		answers[k] = v
	}
	p.marks, p.sent, p.answers = marks, sent, answers
	p.tries = append([]try(nil), p.tries...)
	return p
}

// before is the state that a text is answered from: sms/cookie.go, current.
func (c kept) before(stored string) string {
	if c.offline && (stored == "" || stored == c.stored) {
		return c.state
	}
	return stored
}

// answer has the provider get an answer, or lose it.
func (p *protocol) answer(i int, said string, cookie kept) {
	t := p.tries[i]
	p.tries = append(p.tries[:i:i], p.tries[i+1:]...)
	if before, again := p.answers[t.text]; again && before != said {
		p.differ = true
	}
	p.answers[t.text] = said
	p.cookie = cookie
}

// nexts are all the worlds that one step may lead to.
func (p protocol) nexts(texts string, together bool) (all []protocol) {
	for _, text := range strings.Split(texts, "") {
		if p.sent[text] < 2 && (together || len(p.tries) == 0) && (text == texts[:1] || p.sent[texts[:1]] > 0) {
			n := p.clone()
			n.sent[text]++
			n.tries = append(n.tries, try{text: text, cookie: p.cookie})
			all = append(all, n)
		}
	}
	if p.up && p.falls > 0 {
		n := p.clone()
		n.up, n.falls = false, p.falls-1
		all = append(all, n)
	} else if !p.up {
		n := p.clone()
		n.up = true
		all = append(all, n)
	}
	for i, t := range p.tries {
		n := p.clone() // a crash: nothing is answered, and the text may come again
		n.tries = append(n.tries[:i:i], n.tries[i+1:]...)
		if n.sent[t.text] < 2 {
			all = append(all, n)
		}
		all = append(all, p.step(i))
	}
	return all
}

// step has one gateway go on: it reads, or it commits.
func (p protocol) step(i int) protocol {
	n, t := p.clone(), p.tries[i]
	before := t.cookie.before(t.held)
	switch mark, marked := p.marks[t.text]; {
	case !p.up && !t.read: // answered from the cookie
		from := t.cookie.state
		origin := t.cookie.state
		if t.cookie.offline {
			origin = t.cookie.stored
		}
		n.answer(i, from+t.text, kept{from + t.text, origin, true})
	case !p.up:
		n.answer(i, before+t.text, kept{before + t.text, t.held, true})
	case marked:
		n.answer(i, mark+t.text, kept{state: mark + t.text})
	case !t.read:
		n.tries[i].read, n.tries[i].held = true, p.state
	case p.state != t.held && !p.blind: // somebody else has moved it
		if p.markFirst {
			n.marks[t.text] = before
		}
		n.tries[i].held, n.tries[i].cookie.offline = p.state, false
	default:
		n.state, n.marks[t.text] = before+t.text, before
		n.answer(i, before+t.text, kept{state: before + t.text})
	}
	return n
}

// search tries every order, and returns what is wrong in the first that is.
func search(begin protocol, texts string, together bool) (wrong string, tried int) {
	seen := map[string]bool{}
	todo := []protocol{begin}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		key := fmt.Sprint(p)
		if seen[key] {
			continue
		}
		seen[key] = true
		if begin.falls == 0 { // while Redis is there, all is exact
			if p.differ {
				return "a repeat was answered otherwise: " + key, len(seen)
			}
			for text := range p.answers {
				if strings.Count(p.state, text) != 1 {
					return "an answered text did not move the conversation once: " + key, len(seen)
				}
			}
		}
		for _, text := range strings.Split(texts, "") {
			if strings.Count(p.state, text) > 1 {
				return "a text moved the conversation twice: " + key, len(seen)
			}
		}
		todo = append(todo, p.nexts(texts, together)...)
	}
	return "", len(seen)
}

func newProtocol(falls int) protocol {
	return protocol{marks: map[string]string{}, sent: map[string]int{}, answers: map[string]string{}, up: true, falls: falls}
}

// In every order of two texts, repeats and crashes, each text moves the conversation once and
// a repeat gets the same answer.
func TestProtocol(t *testing.T) {
	wrong, tried := search(newProtocol(0), "ab", true)
	if wrong != "" || tried < 200 {
		t.Errorf("%d worlds were tried: %s", tried, wrong)
	}
}

// The search finds the faults that it is for.
func TestProtocolFindsFaults(t *testing.T) {
	for name, plant := range map[string]func(*protocol){
		"the mark is written before the commit":    func(p *protocol) { p.markFirst = true },
		"a commit does not look at what was moved": func(p *protocol) { p.blind = true },
	} {
		p := newProtocol(0)
		plant(&p)
		if wrong, tried := search(p, "ab", true); wrong == "" {
			t.Errorf("%s: not found in %d worlds", name, tried)
		}
	}
}
