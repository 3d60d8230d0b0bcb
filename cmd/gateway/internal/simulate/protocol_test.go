package simulate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The protocol of marks, commits and cookies, small enough that every order can be tried: a
// few texts of one person, several gateways, a Redis that becomes unreachable and comes back,
// writes that arrive late or never, answers of Redis that get lost, crashes. What was answered
// and where the conversation is are written as the texts that led there: "ab" is where b leads
// after a. After the text "x" there is no conversation.
type protocol struct {
	state string            // of the conversation, in Redis
	marks map[string]string // by text: the state before it
	up    bool
	falls int     // how often Redis may still become unreachable, or lose a write or its answer
	late  []write // on their way to Redis; each may arrive at any time

	cookie  kept
	tries   []try             // under way
	sent    map[string]int    // how often each text was sent
	answers map[string]string // as the provider got them first
	done    []string          // texts, in the order of their first answers
	wrong   string            // what went wrong

	flaw string // a planted flaw: see TestProtocolFindsFlaws
}

// kept is the cookie: a state, what Redis may hold, and the texts that it was the answer to,
// with the state before the last.
type kept struct {
	present, offline, blind bool
	state                   string
	held                    []string
	last, before            string
	recent                  string // the texts before the last
}

// try is one webhook at one gateway: it has read the conversation, or not yet.
type try struct {
	text   string
	cookie kept
	read   bool
	held   string
	marks  int
}

// write is a commit.
type write struct {
	text, held, before, next string
	marks                    int
}

// rules are what a search may do.
type rules struct {
	texts    string
	together bool // texts come before the ones before them are answered
	copies   int  // how often the provider may send a text, if nothing crashes
}

func led(state, text string) string {
	if text == "x" {
		return ""
	}
	return state + text
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
	p.tries, p.late, p.done = slices.Clone(p.tries), slices.Clone(p.late), slices.Clone(p.done)
	return p
}

// newer, passed and current are as in sms/cookie.go.
func (c kept) newer(stored string) bool {
	return c.offline && (stored == "" || c.blind || c.passed(stored))
}

func (c kept) passed(stored string) bool { return c.offline && slices.Contains(c.held, stored) }

func (c kept) current(stored string) string {
	if c.newer(stored) {
		return c.state
	}
	return stored
}

// offlineCookie and unsaved are the cookies of answers that Redis did not take.
func (c kept) offlineCookie(next string) kept {
	held := c.held
	if c.present && !c.offline {
		held = []string{c.state}
	}
	return kept{present: true, offline: true, blind: c.blind || !c.present, state: next, held: joined(held, next)}
}

func (c kept) unsaved(stored, next string) kept {
	return kept{present: true, offline: true, state: next, held: joined(c.held, stored, next)}
}

func joined(held []string, more ...string) []string {
	held = slices.Clone(held)
	for _, s := range more {
		if !slices.Contains(held, s) {
			held = append(held, s)
		}
	}
	return held
}

// answer has the provider get an answer: the text as it was answered from a state.
func (p *protocol) answer(i int, before string, cookie kept) {
	t := p.tries[i]
	cookie.last, cookie.before, cookie.recent = t.text, before, t.cookie.recent+t.cookie.last
	p.answerWith(i, before, cookie)
}

func (p *protocol) answerWith(i int, before string, cookie kept) {
	t := p.tries[i]
	p.tries = slices.Delete(p.tries, i, i+1)
	said := before + t.text
	if first, again := p.answers[t.text]; !again {
		p.answers[t.text] = said
		p.done = append(p.done, t.text)
	} else if first != said && !strings.Contains(t.cookie.recent, t.text) {
		p.wrong = "a repeat was answered otherwise"
	}
	if p.flaw == "only one state is held" && len(cookie.held) > 1 {
		cookie.held = cookie.held[:1]
	}
	p.cookie = cookie
}

// commit is the script in internal/store/session.go.
func (p *protocol) commit(w write) (moved bool) {
	if p.state != w.held && p.flaw != "a commit does not look at what was moved" {
		return true
	}
	if w.held == "" && len(p.marks) != w.marks && p.flaw != "a commit does not count the marks" {
		return true
	}
	p.state, p.marks[w.text] = w.next, w.before
	return false
}

// nexts are all the worlds that one step may lead to.
func (p protocol) nexts(r rules) (all []protocol) {
	add := func(f func(*protocol)) {
		n := p.clone()
		f(&n)
		all = append(all, n)
	}
	for i, text := range strings.Split(r.texts, "") {
		turn := i == 0 || p.sent[r.texts[i-1:i]] > 0
		if !r.together {
			turn = len(p.tries) == 0 && len(p.done) >= i
		}
		if turn && p.sent[text] < r.copies {
			add(func(n *protocol) {
				n.sent[text]++
				n.tries = append(n.tries, try{text: text, cookie: n.cookie})
			})
		}
	}
	switch {
	case !p.up:
		add(func(n *protocol) { n.up = true })
	case p.falls > 0:
		add(func(n *protocol) { n.up, n.falls = false, n.falls-1 })
	}
	for i, w := range p.late {
		// One order is left out: the write of somebody who leaves comes seconds late, and
		// between the read and the commit of another text. That text is then answered as
		// the first after leaving, since nobody can tell it from one sent before.
		reading := slices.ContainsFunc(p.tries, func(t try) bool { return t.read })
		if _, marked := p.marks[w.text]; p.up && (w.next != "" || !reading) {
			add(func(n *protocol) {
				n.late = slices.Delete(n.late, i, i+1)
				if !marked {
					n.commit(w)
				}
			})
		}
	}
	for i, t := range p.tries {
		if p.sent[t.text] < 2 {
			add(func(n *protocol) { // a crash: nothing is answered, and the text comes again
				n.sent[t.text]++
				n.tries[i] = try{text: t.text, cookie: t.cookie}
			})
		}
		all = append(all, p.steps(i)...)
	}
	return all
}

// steps are all the ways for one gateway to go on: it reads, or it commits.
func (p protocol) steps(i int) []protocol {
	n, t := p.clone(), p.tries[i]
	mark, marked := p.marks[t.text]
	switch {
	case !t.read && t.cookie.last == t.text && p.flaw != "the cookie has no mark":
		n.answerWith(i, t.cookie.before, t.cookie)
		return []protocol{n}
	case !t.read && strings.Contains(t.cookie.recent, t.text) && !(p.up && marked) &&
		p.flaw != "the cookie has no mark":
		before := t.cookie.state
		if p.up {
			before = t.cookie.current(p.state)
		}
		n.answerWith(i, before, p.cookie) // it moves nothing
		return []protocol{n}
	case !t.read && !p.up: // answered from the cookie
		n.answer(i, t.cookie.state, t.cookie.offlineCookie(led(t.cookie.state, t.text)))
		return []protocol{n}
	case p.up && marked:
		next := led(mark, t.text)
		if (strings.Contains(t.cookie.recent, t.text) || p.state != next) &&
			p.flaw != "a repeat takes the cookie back" {
			n.answerWith(i, mark, p.cookie)
		} else {
			n.answer(i, mark, kept{present: true, state: next})
		}
		return []protocol{n}
	case !t.read:
		n.tries[i].read, n.tries[i].held, n.tries[i].marks = true, p.state, len(p.marks)
		return []protocol{n}
	}
	before := t.cookie.current(t.held)
	w := write{t.text, t.held, before, led(before, t.text), t.marks}
	var all []protocol
	if !p.up || p.falls > 0 { // nobody knows what becomes of the write
		n := p.clone()
		if p.up {
			n.falls--
		}
		n.late = append(n.late, w)
		if p.up { // and is asked again
			again := n.clone()
			all = append(all, again)
		}
		n.answer(i, before, t.cookie.unsaved(t.held, w.next))
		all = append(all, n)
	}
	switch {
	case !p.up:
	case n.commit(w): // others have moved it: answered again from where it is
		now := &n.tries[i]
		if p.flaw == "the mark is written before the commit" {
			n.marks[t.text] = before
		}
		if n.state == "" || !t.cookie.passed(n.state) {
			now.cookie.offline = false
		}
		now.held, now.marks = n.state, len(n.marks)
		all = append(all, n)
	default:
		n.answer(i, before, kept{present: true, state: w.next})
		all = append(all, n)
	}
	return all
}

// broken says which rule a world breaks; empty: none.
func (p protocol) broken(r rules, faultless bool) string {
	if p.wrong != "" {
		return p.wrong
	}
	for _, text := range strings.Split(r.texts, "") {
		if strings.Count(p.state, text) > 1 {
			return "a text moved the conversation twice"
		}
		if _, answered := p.answers[text]; answered && faultless && !strings.Contains(r.texts, "x") &&
			strings.Count(p.state, text) != 1 {
			return "an answered text did not move the conversation once"
		}
	}
	if r.together {
		return ""
	}
	state := ""
	for _, text := range p.done { // one after the other: all is exact, with every fault
		if p.answers[text] != state+text {
			return fmt.Sprintf("%q was answered as %q", state+text, p.answers[text])
		}
		state = led(state, text)
	}
	return ""
}

// search tries every order, and returns what is wrong in the first that is.
func search(begin protocol, r rules) (wrong string, tried int) {
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
		if wrong := p.broken(r, begin.falls == 0); wrong != "" {
			return wrong + ": " + key, len(seen)
		}
		todo = append(todo, p.nexts(r)...)
	}
	return "", len(seen)
}

func newProtocol(falls int) protocol {
	return protocol{marks: map[string]string{}, sent: map[string]int{}, answers: map[string]string{}, up: true,
		falls: falls}
}

// searches are the worlds that are tried: texts together, with repeats, while Redis is there;
// and one text after the other, with every fault.
var searches = []struct {
	falls int
	rules
}{
	{0, rules{"ab", true, 2}}, {0, rules{"abc", true, 1}}, {0, rules{"axb", true, 1}},
	{3, rules{"abc", false, 1}}, {3, rules{"axb", false, 1}}, {2, rules{"axbc", false, 1}},
	{2, rules{"abxc", false, 1}},
	{2, rules{"abc", false, 2}}, {2, rules{"axb", false, 2}}, {1, rules{"abxc", false, 2}},
}

// In every order each text moves the conversation once, a repeat gets the same answer, no
// text is forgotten, and what somebody has left does not come back.
func TestProtocol(t *testing.T) {
	all := 0
	for _, s := range searches {
		wrong, tried := search(newProtocol(s.falls), s.rules)
		if wrong != "" {
			t.Errorf("%+v: %s", s, wrong)
		}
		all += tried
	}
	if all < 10_000 {
		t.Errorf("only %d worlds were tried", all)
	}
	t.Logf("%d worlds were tried", all)
}

// The search finds the flaws that it is for.
func TestProtocolFindsFlaws(t *testing.T) {
	for _, flaw := range []string{
		"the mark is written before the commit", "a commit does not look at what was moved",
		"a commit does not count the marks", "only one state is held", "the cookie has no mark",
		"a repeat takes the cookie back",
	} {
		found := slices.ContainsFunc(searches, func(s struct {
			falls int
			rules
		}) bool {
			p := newProtocol(s.falls)
			p.flaw = flaw
			wrong, _ := search(p, s.rules)
			return wrong != ""
		})
		if !found {
			t.Errorf("%s: not found", flaw)
		}
	}
}
