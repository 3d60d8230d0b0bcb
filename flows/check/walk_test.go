package check_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/hear"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/gsm7"
)

// checked is the shipped book and what is wrong with it, found once for all tests.
var checked = sync.OnceValues(func() (*load.Source, []load.Problem) { return check.Dir(book.Files) })

func shipped(t testing.TB) *flows.Book {
	t.Helper()
	src, problems := checked()
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		t.FailNow()
	}
	return src.Book
}

// The book that ships has nothing wrong with it.
func TestShippedBookIsClean(t *testing.T) { shipped(t) }

// Every state a conversation can be in, by text and by call, at every
// combination of open and closed services, with every kind of input: each
// answer keeps the promises, and from each state the ways to the 24-hour number are open.
func TestEveryState(t *testing.T) {
	b := shipped(t)
	w := everyState(t, b)
	t.Run("from each", func(t *testing.T) { fromEveryState(t, b, w) })
}

// A check does not try again, after a miss or a silence, what is understood. It finds every answer
// that a walk finds which does.
func TestCheckWalksEnough(t *testing.T) {
	for _, files := range []fs.FS{book.Files, testbook.Copy()} {
		src, _ := load.Dir(files)
		found, all := check.Answers(src.Book, false), check.Answers(src.Book, true)
		for answer := range all {
			if !found[answer] {
				t.Errorf("a check does not come to %q", answer)
			}
		}
		if len(all) < 1000 {
			t.Errorf("only %d answers", len(all))
		}
	}
}

// The same, while nobody answers the lines that are not open 24 hours, nor the first of
// those that are.
func TestEveryStateNotAnswering(t *testing.T) {
	b, quiet := shipped(t), map[string]bool{}
	for i := range b.Services {
		quiet[b.Services[i].ID] = !b.Services[i].Hours.IsAlways() || b.Services[i].ID == "national_helpline"
	}
	everyState(t, b.WithNotAnswering(quiet))
}

func everyState(t *testing.T, b *flows.Book) *check.Walk {
	t.Helper()
	answers, worded, kept := map[string]bool{}, map[[2]string]bool{}, map[flows.StateKey]bool{}
	var longestText string
	var keys flows.StateKeys
	w := check.WalkBook(b, func(e *check.Edge) {
		r, at := e.Reply, where{e}
		answer := r.Text
		if e.From.Call {
			answer = flows.Spoken(r.Speech)
		}
		answers[answer] = true
		// A million edges have about a thousand texts.
		if wording := [2]string{e.At(), r.Text}; !e.From.Call && r.Text != "" && !worded[wording] {
			worded[wording] = true
			checkWording(t, b, e.At(), r.Text, at)
		}
		if len(r.Text) > len(longestText) {
			longestText = r.Text
		}
		if e.From.Call {
			checkCallAnswer(t, b, e, answer, at)
		} else {
			checkTextAnswer(t, b, e, at)
		}
		if !r.Ended {
			to := e.To.State
			if key := keys.Key(&to); !kept[key] {
				kept[key] = true
				if got, err := b.Decode(to.Encode()); err != nil || got != to {
					t.Errorf("%s: %+v is remembered as %+v, %v", at, to, got, err)
				}
			}
			if to.Who == flows.Behaviour {
				for _, id := range r.Shows {
					if s := b.Service(id); s.For[flows.Me] || s.For[flows.Someone] {
						t.Errorf("%s: somebody worried about how they behave is given %s", at, id)
					}
				}
			}
		}
	})
	if w.Failed != nil {
		t.Fatal(w.Failed)
	}
	texts, calls := 0, 0
	for _, n := range w.Nodes {
		if n.Call {
			calls++
		} else {
			texts++
		}
	}
	t.Logf("walked %d states (%d of texts, %d of calls) at %d moments, %d steps between them, %d different answers; "+
		"longest text %d characters",
		len(w.Nodes), texts, calls, len(w.Moments), w.Edges, len(answers), gsm7.Length(longestText))
	if len(w.Nodes) < 1000 {
		t.Errorf("only %d states: the walk has not walked", len(w.Nodes))
	}
	return w
}

func checkTextAnswer(t *testing.T, b *flows.Book, e *check.Edge, where where) {
	r := e.Reply
	leaving := e.Input == "STOP" || e.Input == "*" || e.Input == b.Words.Leave[0] || e.Input == flows.CaseLeave.String()
	// Thanks need no answer; somebody who cannot write is not written to.
	quiet := e.Input == b.Words.Polite[0] || e.Input == flows.CaseThanks.String() ||
		e.Input == flows.CaseSilent.String()
	switch {
	case leaving && (r.Text != "" || !r.Ended):
		t.Errorf("%s: leaving is not silent and final: %q", where, r.Text)
	case !leaving && !quiet && r.Text == "":
		t.Errorf("%s: silence", where)
	case r.Ended && !leaving && !quiet:
		t.Errorf("%s: the conversation ends", where)
	}
	checkPromises(t, b, e, where)
	if e.Input == "0" && !showsAlways(b, r.Shows) && !namesOpenLine(b, r.Text) {
		t.Errorf("%s: no 24-hour line: %q", where, r.Text)
	}
}

// checkWording checks what depends on nothing but the words of a text and the step they are
// from.
func checkWording(t *testing.T, b *flows.Book, step, text string, where where) {
	t.Helper()
	if n := gsm7.Segments(text); n != 1 {
		t.Errorf("%s: %d segments: %q", where, n, text)
	}
	if rn, _, outside := gsm7.FirstOutside(text); outside {
		t.Errorf("%s: %q is not in the plain alphabet", where, rn)
	}
	if words := check.Watched(b.Watch, text, shippedAllowed()["steps."+step]); len(words) > 0 {
		t.Errorf("%s: %q holds %q", where, text, words)
	}
	if strings.ContainsAny(text, "{}") || strings.Contains(text, ", ,") || strings.Contains(text, ": ,") {
		t.Errorf("%s: a placeholder is left: %q", where, text)
	}
	for _, s := range b.Services {
		if strings.Contains(text, s.Name) {
			t.Errorf("%s: the name of %s is in a text: %q", where, s.ID, text)
		}
	}
	// The first letters show on a locked phone.
	begins := notWord.ReplaceAllString(strings.ToLower(text[:min(40, len(text))]), " ")
	for _, word := range []string{"gay", "lgbt", "man", "men", "under 19", "child", "deaf", "behav", "how i act",
		"18000", "harm", "honour", "older"} {
		if strings.Contains(" "+begins+" ", " "+word+" ") {
			t.Errorf("%s: the first letters tell %q: %q", where, word, begins)
		}
	}
}

// checkPromises checks what holds of every text, no matter what was written and where the
// conversation is.
func checkPromises(t *testing.T, b *flows.Book, e *check.Edge, where where) {
	r := e.Reply
	urgent := strings.HasPrefix(e.Input, "danger") || strings.HasPrefix(e.Input, "wants to die") ||
		strings.HasPrefix(e.Input, "has taken something")
	if urgent {
		at := strings.Index(r.Text, "999")
		if at < 0 || at > 60 {
			t.Errorf("%s: 999 does not lead the answer to danger: %q", where, r.Text)
		}
		if first := firstNumber(r.Text); first != "999" {
			t.Errorf("%s: %q is before 999: %q", where, first, r.Text)
		}
		_, in, named := strings.Cut(e.Input, " in ")
		if a := b.Area(in); named && a != nil && e.To.State.Who != flows.Behaviour &&
			e.To.State.Need != flows.NeedDeaf {
			if local := b.Service(a.Services[0]).Lines[0].Printed; !strings.Contains(r.Text, local) {
				t.Errorf("%s: the number of the place is lost: %q", where, r.Text)
			}
		}
	}
	if (strings.HasPrefix(e.Input, "wants to die") || strings.HasPrefix(e.Input, "has taken")) &&
		!strings.Contains(r.Text, "116 123") {
		t.Errorf("%s: no 116 123: %q", where, r.Text)
	}
	if e.To.State.Need == flows.NeedDeaf && r.SayStep == "" && strings.Contains(r.Text, "55") &&
		fiftyFive(r.Text) {
		t.Errorf("%s: somebody deaf is told to press 55: %q", where, r.Text)
	}
	// After the writer leaves or denies a place, it is neither known nor given.
	first := &b.Areas[0]
	left := strings.Contains(e.Input, flows.CaseChanged) || strings.Contains(e.Input, flows.CaseNotFirst) ||
		strings.Contains(e.Input, flows.CasePlaceDenied)
	if left && e.From.State.Area == first.ID && e.From.State.Who != flows.Behaviour {
		if local := b.Service(first.Services[0]).Lines[0].Printed; e.To.State.Area == first.ID ||
			strings.Contains(r.Text, local) {
			t.Errorf("%s: the writer left %s, but it is still known or given: %q", where, first.ID, r.Text)
		}
	}
	// If the town is known, no text asks for it.
	if s := e.To.State; s.Area != "" && s.Ask[0] == "" && !r.Ended {
		m := &b.Messages
		for _, words := range []string{m.Town.Text, m.NumberTown.Text[strings.LastIndex(m.NumberTown.Text, "}")+1:]} {
			if words = strings.TrimSpace(words); words != "" && strings.Contains(r.Text, words) {
				t.Errorf("%s: %s is known, and the town is asked for: %q", where, s.Area, r.Text)
			}
		}
	}
	// A child stays a child.
	led := func(text string) bool { return strings.HasPrefix(e.Input, text) }
	if line := b.Needs[hear.Child]; e.From.State.Step == line && e.From.State.At == 0 && e.To.State.Step != line &&
		slices.ContainsFunc(ofChildren, led) {
		t.Errorf("%s: a child is led to %q: %q", where, e.To.State.Step, r.Text)
	}
	from, to := e.From.State, e.To.State
	numbered := !e.From.Call && from.Step != "" && b.StepNamed(from.Step).Kind == flows.KindServices &&
		from.Who != flows.Behaviour && from.Urgent == flows.NotUrgent
	// A call for help, or a greeting, does not lose the number that was given.
	if numbered && (e.Input == flows.CaseRepeat.String() || e.Input == flows.CasePleads) && (to.Step != from.Step ||
		to.Area != from.Area || to.At != from.At) {
		t.Errorf("%s: the number is lost: %q", where, r.Text)
	}
	// A complaint that names the place whose number was given does not get it again.
	if a := b.Area(from.Area); numbered && a != nil && e.Input == flows.CaseComplainsOf+a.ID &&
		b.StepNamed(from.Step).FromArea && from.At == 0 && r.Complaint == "" {
		t.Errorf("%s: a complaint gets %q", where, r.Text)
	}
	// From own behaviour nothing leads anywhere else, and every answer says how to leave. A child leaves it, and gets
	// their line.
	if e.From.State.Who == flows.Behaviour && childsText.MatchString(e.Input) {
		line := b.Service("childline").Lines[0].Printed
		// Who has taken something gets that answer again, and a place may leave no room.
		must := e.From.State.Urgent != flows.UrgentTaken && !strings.Contains(e.Input, " in ")
		if e.To.State.Who != flows.Me || must && !strings.Contains(r.Text, line) {
			t.Errorf("%s: a child is not answered as one: %q", where, r.Text)
		}
	} else if e.From.State.Who == flows.Behaviour && !r.Ended {
		if e.To.State.Who != flows.Behaviour {
			t.Errorf("%s: own behaviour leads to %s at %q", where, e.To.State.Who, e.To.State.Step)
		}
		for _, s := range b.Services {
			if !s.For[flows.Behaviour] && len(s.Lines) > 0 && strings.Contains(r.Text, s.Lines[0].Printed) {
				t.Errorf("%s: somebody worried about how they behave is given %s: %q", where, s.ID, r.Text)
			}
		}
		if slices.Contains([]string{"asks ask_who", "asks ask_human", "asks ask_call", "asks ask_hours"}, e.Input) &&
			!strings.Contains(r.Text, b.Service("samaritans").Lines[0].Printed) {
			t.Errorf("%s: a question gets %q", where, r.Text)
		}
		if r.Text != "" && r.SayStep == "" && !keyX(r.Text) {
			t.Errorf("%s: nothing says how to start again: %q", where, r.Text)
		}
	}
}

var (
	childsText  = regexp.MustCompile(`^(12|(needs|danger, and) child(,.*| in .*)?)$`)
	firstNumber = onceForEach(regexp.MustCompile(`[0-9]{3,}`).FindString)
	fiftyFive   = onceForEach(regexp.MustCompile(`\b55\b`).MatchString)
	keyX        = onceForEach(regexp.MustCompile(`\bX\b`).MatchString)
	spoken999   = regexp.MustCompile(`9 ?9 ?9`)
	notWord     = regexp.MustCompile(`[^a-z0-9]+`)
)

// onceForEach looks at each text once: the millions of edges of a walk have about a thousand. Tests that
// walk are not run side by side.
func onceForEach[T any](look func(text string) T) func(string) T {
	seen := map[string]T{}
	return func(text string) T {
		is, ok := seen[text]
		if !ok {
			is = look(text)
			seen[text] = is
		}
		return is
	}
}

// ofChildren are texts that lead an adult to another answer, and a child to none.
var ofChildren = []string{"about somebody else", "danger, somebody else", "danger, and sexual", "needs sexual",
	"needs man", "needs lgbt", "needs child_concern", "needs homeless", "a place in ", flows.CaseBehaviour.String(),
	flows.CaseEither.String(), "tells more"}

func checkCallAnswer(t *testing.T, b *flows.Book, e *check.Edge, said string, where where) {
	r := e.Reply
	if said == "" && e.Input != "answered" {
		t.Errorf("%s: silence", where)
	}
	if e.Input == "answered" && (said != "" || !r.Ended) {
		t.Errorf("%s: after a finished conversation %q is said", where, said)
	}
	if strings.ContainsAny(said, "{}") {
		t.Errorf("%s: a placeholder is left: %q", where, said)
	}
	if r.Act == flows.Dial {
		for _, l := range r.Dial.Lines {
			if l.E164 == "" || !r.Dial.Connect {
				t.Errorf("%s: %s is rung, which only a caller may", where, r.Dial.ID)
			}
		}
	}
	at := e.From.State
	if !r.Ended {
		at = e.To.State
	}
	helpline := b.Helpline(time.Now(), at).Lines[0].Printed
	// Whenever the words speak of the 24-hour line as a number, it is its number.
	for i, u := range r.Speech {
		if slices.Contains(leadsToZero(), lastSentence(u.Words)) && r.Speech[i+1].Number != helpline {
			t.Errorf("%s: %q is given as the 24-hour line", where, r.Speech[i+1].Number)
		}
	}
	checkFirstNumber(t, b, e, said, where)
	if r.Act == flows.HangUp && e.Input != "*" && e.Input != "answered" && !strings.Contains(said, helpline) {
		t.Errorf("%s: the last words do not hold the 24-hour number: %q", where, said)
	}
	checkTransfer(t, b, e, said, where)
	switch {
	case e.Input == "*" && (!r.Ended || r.Act != flows.HangUp || spoken999.MatchString(said) || len(r.Shows) > 0):
		t.Errorf("%s: the quick exit says %q", where, said)
	case r.Act == flows.HangUp && e.Input != "*" && e.Input != "answered" && !showsAlways(b, r.Shows):
		t.Errorf("%s: the call ends without the 24-hour number: %q", where, said)
	}
}

func showsAlways(b *flows.Book, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return b.Service(id).Hours.IsAlways() })
}

// namesOpenLine reports a text with 999 and the number of a line that is always open.
func namesOpenLine(b *flows.Book, text string) bool {
	return strings.Contains(text, "999") && slices.ContainsFunc(b.Services, func(svc flows.Service) bool {
		return svc.Hours.IsAlways() && !svc.Emergency() && strings.Contains(text, svc.Lines[0].Printed)
	})
}

// follow steps a conversation from a node with one input after another.
func follow(t *testing.T, b *flows.Book, w *check.Walk, n check.Node, ins ...flows.Input) (flows.State, flows.Reply) {
	t.Helper()
	s, r := n.State, flows.Reply{}
	for _, in := range ins {
		var err error
		if s, r, err = b.Step(w.Moments[n.Moment], s, in); err != nil {
			t.Fatal(err)
		}
		if r.Ended {
			break
		}
	}
	return s, r
}

// shippedMoments are the moments of the shipped book.
var shippedMoments = sync.OnceValue(func() []time.Time {
	src, _ := checked()
	return check.Moments(src.Book)
})

// shippedAllowed are the words that the author of the shipped book allowed, by where.
var shippedAllowed = sync.OnceValue(func() map[string][]string {
	src, _ := checked()
	return src.Allowed
})

// top is where going back ends: the start, or for somebody worried about how they
// behave what is for them.
func top(b *flows.Book, s flows.State, start string) string {
	if s.Who == flows.Behaviour {
		return b.People[flows.Behaviour].Ask
	}
	return start
}

// fromEveryState checks that from every state two misunderstood answers in a row give the
// 24-hour number, going back leads to the start, and a call left alone ends with the number.
func fromEveryState(t *testing.T, b *flows.Book, w *check.Walk) {
	t.Helper()
	nonsense, nine, kendal := b.PreclassifiedText("xyzzy plugh"), b.PreclassifiedText("9"),
		b.PreclassifiedText("kendal")
	for _, n := range w.Nodes {
		where := fmt.Sprintf("%+v", n)
		switch {
		case n.Dialing:
			fail := flows.LegEnded(flows.LegNoAnswer)
			if _, r := follow(t, b, w, n, fail, fail, fail, fail, fail, fail); !r.Ended || !showsAlways(b, r.Shows) {
				t.Errorf("%s: a chain that nobody answers does not end with the 24-hour number", where)
			}
		case n.Call && n.State.Step != "":
			if _, r := follow(t, b, w, n, flows.Silence(), flows.Silence(), flows.Silence()); !n.State.Stay &&
				(!r.Ended || !showsAlways(b, r.Shows)) {
				t.Errorf("%s: a silent call does not end with the 24-hour number", where)
			}
			if !toldOf999(t, b, w, n) {
				t.Errorf("%s: 9 9 9 is not told what to do", where)
			}
			if n.State.Misses == 0 && n.State.Silences < 2 {
				if _, r := follow(t, b, w, n, flows.Pressed('8'), flows.Pressed('8')); !showsAlways(b, r.Shows) {
					t.Errorf("%s: two wrong keys do not give the 24-hour number", where)
				}
			}
			if s, _ := follow(t, b, w, n,
				slices.Repeat([]flows.Input{flows.Pressed('9')}, 8)...); n.State.Silences < 2 &&
				s.Step != top(b, n.State, b.CallStart) {
				t.Errorf("%s: going back leads to %q", where, s.Step)
			}
		case !n.Call && n.State.Step != "":
			if n.State.Misses == 0 {
				_, r := follow(t, b, w, n, nonsense, nonsense)
				if !showsAlways(b, r.Shows) && !namesOpenLine(b, r.Text) {
					t.Errorf("%s: two misunderstood texts do not give the 24-hour number", where)
				}
			}
			if area := b.Area(n.State.Area); area != nil && n.State.Who != flows.Behaviour && n.State.At == 0 &&
				b.StepNamed(n.State.Step).FromArea && n.State.Ask[0] == "" {
				number := b.Service(area.Services[0]).Lines[0].Printed
				_, r := follow(t, b, w, n, slices.Repeat([]flows.Input{nonsense}, 6)...)
				if !strings.Contains(r.Text, number) && n.State.Need != flows.NeedAll {
					t.Errorf("%s: after six misunderstood texts the local number is lost: %q", where, r.Text)
				}
			}
			if n.State.Urgent != flows.NotUrgent && n.State.Ask[0] == "" {
				staysUrgent(t, b, w, n, where)
			} else if s, _ := follow(t, b, w, n, slices.Repeat([]flows.Input{nine}, 8)...); s.Step != top(b, n.State,
				b.TextStart) {
				t.Errorf("%s: going back leads to %q", where, s.Step)
			}
			// Asked which of two places one name is, a town that is not offered is a third choice.
			if s, r := follow(t, b, w, n, kendal); n.State.Who != flows.Behaviour &&
				!(n.State.Ask[1] != "" && s.Ask[2] == "cumbria_south") && !slices.Contains(r.Shows, "letgo_south") &&
				!strings.Contains(r.Text, b.Service("letgo_south").Lines[0].Printed) { // beside the line for their need
				t.Errorf("%s: a place is not understood: %q", where, r.Text)
			}
		}
	}
}

// sayNothingNew are texts that end neither danger nor despair.
var sayNothingNew = []flows.CaseKind{flows.CaseStart, flows.CaseComplaint, flows.CaseYes, flows.CaseNo, flows.CaseNeither,
	flows.CaseBack, flows.CaseRepeat, flows.CaseUnclear}

// staysUrgent checks that after the answer to danger or despair each such text gets it again, and a text of our
// silence does not end it.
func staysUrgent(t *testing.T, b *flows.Book, w *check.Walk, n check.Node, where string) {
	t.Helper()
	for _, k := range sayNothingNew {
		next, r := follow(t, b, w, n, flows.CaseInput(flows.Case{Kind: k, Digit: -1}))
		switch spent := r.Exhausted && r.Text == ""; {
		case next.Urgent != n.State.Urgent:
			t.Errorf("%s: %q ends what was urgent", where, k)
		case !spent && (strings.Index(r.Text, "999") > 60 || !namesOpenLine(b, r.Text)):
			t.Errorf("%s: after %q: %q", where, k, r.Text)
		}
	}
	lasts := n.State.Urgent != flows.UrgentDanger // a place ends plain danger
	if first := &b.Areas[0]; lasts && n.State.Who != flows.Behaviour {
		place := flows.Case{Kind: flows.CasePlace, Digit: -1, Place: flows.PlaceCase{Areas: [4]string{first.ID}}}
		next, r := follow(t, b, w, n, flows.CaseInput(place))
		if next.Urgent != n.State.Urgent || !strings.Contains(r.Text, "116 123") && !strings.Contains(r.Text, "A&E") ||
			!strings.Contains(r.Text, b.Service(first.Services[0]).Lines[0].Printed) {
			t.Errorf("%s: a place gets %q", where, r.Text)
		}
	}
	if _, r := follow(t, b, w, n, flows.CaseInput(flows.Case{Kind: flows.CaseThanks, Digit: -1})); r.Text != "" &&
		!namesOpenLine(b, r.Text) {
		t.Errorf("%s: thanks get %q", where, r.Text)
	}
	for _, k := range []flows.CaseKind{flows.CaseSilent, flows.CaseThanks} {
		if next, _ := follow(t, b, w, n, flows.CaseInput(flows.Case{Kind: k, Digit: -1})); next.Urgent != n.State.Urgent {
			t.Errorf("%s: %q ends what was urgent", where, k)
		}
	}
}

// A machine that sends one text for ever, any text, falls silent. Only danger is
// always answered here: how often in an hour is up to the sender's limit, which a test
// of the gateway holds.
func TestMachinesFallSilent(t *testing.T) {
	const patience = 16 // answers to a constant text; a real choice may take a few steps first
	b := shipped(t)
	now := check.Moments(b)[0]
	inputs := append(check.TextInputs(b), "I am driving and cannot reply",
		"Thanks for your order! Reply STOP to opt out", "1", "2", "3", "4")
	worst, worstText := 0, ""
	for _, text := range inputs {
		var s flows.State
		answered, last := 0, 0
		for i := range 100 {
			next, r, err := b.Step(now, s, flows.TextInput(text))
			if err != nil {
				t.Fatal(err)
			}
			s = next
			if r.Text != "" && !r.Emergency {
				answered, last = answered+1, i
			}
		}
		if answered > worst {
			worst, worstText = answered, text
		}
		if answered > patience || last > 50 {
			t.Errorf("%q for ever is answered %d times of 100, the last at %d", text, answered, last)
		}
	}
	t.Logf("%d texts, each sent for ever; the most answers: %d, to %q", len(inputs), worst, worstText)
}
