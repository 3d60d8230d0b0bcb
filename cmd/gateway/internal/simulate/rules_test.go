package simulate

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"signpost/flows"
	"signpost/internal/budget"
	"signpost/internal/gsm7"
	"signpost/internal/hours"
	"signpost/internal/store"
)

// inTime is how soon everybody must have an answer.
const inTime = time.Second

// fault notes that a rule was broken.
func (w *world) fault(p *person, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	w.broken = append(w.broken, time.Now().UTC().Format(time.DateTime)+" "+what)
	w.clock.note("broken: %s", what)
	w.story.breaks(p, what)
}

// check holds one answer to a text against the rules.
func (w *world) check(p *person, s saying, sid string, began time.Time, own bool, r *reply, text string, err error) {
	w.spent.slowest = max(w.spent.slowest, r.took)
	w.story.hears(p, r, text)
	w.clock.note("%s texts %q (%s), is answered %q", p.name, s.text, sid, text)
	switch {
	case r.status != http.StatusOK || err != nil:
		w.fault(p, "a genuine text was answered with status %d, %v", r.status, err)
		return
	case r.took > inTime:
		w.fault(p, "an answer took %v", r.took)
	}
	if time.Now().Before(w.troubled) {
		p.hurt = true
	}
	p.away = p.away || time.Now().Before(w.distant)
	b := r.node.g.Book(0)
	if b.Version != w.book.Version && time.Since(w.changed) > time.Minute {
		w.fault(p, "gateway %s answers by a book that is no longer in force", r.node.name)
	}
	tight := p.heavy || time.Now().Before(w.tight)
	note := func(again, same, still bool) {
		p.history = append(p.history, porcupine.Operation{
			ClientId: len(p.history), Call: began.UnixNano(), Return: time.Now().UnixNano(),
			Input:  heard{s.text, began, time.Now(), w.booksFor(b), tight, p.forgotten(), p.away, again, same, still},
			Output: text,
		})
	}
	if before, again := p.first[sid]; again {
		w.checkAgain(p, before, own, b, text, note)
		return
	}
	p.first[sid] = said{text, r.begun, p.hurt, b.Version, len(p.first)}
	note(false, false, false)
	w.spent.text(int64(budget.Pence(w.cfg.TextPence)), text)
	w.checkDanger(p, s, b, text)
	w.checkBudget(p, s, b, text)
	if w.plan.rule != nil {
		if wrong := w.plan.rule(p, text); wrong != "" {
			w.fault(p, "%s", wrong)
		}
	}
	if text == "" {
		if _, r, err := b.Step(r.begun, flows.State{}, flows.TextInput(s.text)); !tight && len(p.history) == 1 &&
			(err != nil || r.Text != "") {
			w.fault(p, "a first text got no answer")
		}
		return
	}
	w.checkNumbers(p, b, r, text)
}

// checkAgain: a text that comes twice gets the same bytes, and moves nothing the second time.
// own: it came with the cookie of its answer, by which any gateway knows it, with every fault.
func (w *world) checkAgain(p *person, before said, own bool, b *flows.Book, text string,
	note func(again, same, still bool)) {
	known := own && before.book == b.Version
	switch {
	case before.text != text && (known || !p.away && !p.forgotten() && !before.hurt):
		w.fault(p, "a text that came twice was answered with %q and with %q", before.text, text)
	case known || !p.away && !p.forgotten():
	default: // its answer may not be known any more, or that it came before
		note(true, before.text == text || p.forgotten(), p.remembers(before))
	}
}

// remembers reports whether the provider's cookie must tell that a text came before: few have
// come since, one after the other, and none was lost.
func (p *person) remembers(before said) bool {
	const recent = 4                          // as many as a cookie tells, beside the last
	since := len(p.first) - 1 - before.number // none: it may come again without the cookie of its answer
	return !p.forgotten() && !before.hurt && since >= 1 && since <= recent && p.together.Before(before.at)
}

// booksFor are the books that may have answered: the one in force, and others just before
// and after a change.
func (w *world) booksFor(b *flows.Book) []*flows.Book {
	all := []*flows.Book{b}
	if time.Since(w.changed) < time.Minute {
		for _, n := range w.live() {
			all = append(all, n.g.Book(0))
		}
		all = append(all, w.books...)
	}
	return all
}

// urgentTexts is how many answers to danger a sender gets in an hour, always.
const urgentTexts = 12

// checkDanger: danger is answered with 999 before any other number.
func (w *world) checkDanger(p *person, s saying, b *flows.Book, text string) {
	if kind := b.Classify(s.text).Kind; kind != flows.CaseDanger && kind != flows.CaseDespair {
		return
	}
	now := time.Now()
	p.dangers = slices.DeleteFunc(p.dangers, func(t time.Time) bool { return now.Sub(t) > time.Hour })
	p.dangers = append(p.dangers, now)
	if len(p.dangers) > urgentTexts {
		return
	}
	at := strings.Index(text, "999")
	first := strings.IndexAny(text, "0123456789")
	if at < 0 || first < at {
		w.fault(p, "danger (%q) was not answered with 999 first: %q", s.text, text)
	}
}

// given are the services whose numbers a text gives, and where in it.
func given(b *flows.Book, text string) map[*flows.Service]int {
	out := map[*flows.Service]int{}
	for i := range b.Services {
		for _, l := range b.Services[i].Lines {
			if len(l.Printed) <= 3 {
				continue
			}
			at := strings.Index(text, l.Printed)
			end := at + len(l.Printed)
			if at >= 0 && (end == len(text) || text[end] < '0' || text[end] > '9') {
				out[&b.Services[i]] = at
			}
		}
	}
	return out
}

// owners are the areas that alone are given a service; none: anybody may be.
var owners = sync.OnceValue(func() map[string][]string {
	b := shippedBook()
	of := map[string][]string{}
	for _, a := range b.Areas {
		seen := map[string]bool{}
		for _, id := range a.Services {
			for s := b.Service(id); s != nil && !seen[s.ID]; s = b.Service(s.IfNoAnswer) {
				seen[s.ID] = true
				of[s.ID] = append(of[s.ID], a.ID)
			}
		}
	}
	for id, areas := range of {
		if len(areas) > 4 || slices.Contains(areas, "elsewhere") {
			delete(of, id)
		}
	}
	for _, s := range b.Steps {
		for _, id := range s.Services {
			delete(of, id)
		}
	}
	return of
})

// checkNumbers: nobody is given another area's number, a service for the people harmed after
// writing about their own behaviour, or a closed line as an open one.
func (w *world) checkNumbers(p *person, b *flows.Book, r *reply, text string) {
	for _, a := range b.Areas {
		if strings.Contains(text, " "+a.Text) { // offered as a choice
			p.areas = append(p.areas, a.ID)
		}
	}
	for s, at := range given(b, text) {
		if of := owners()[s.ID]; of != nil &&
			!slices.ContainsFunc(of, func(a string) bool { return slices.Contains(p.areas, a) }) {
			p.doubts = append(p.doubts,
				doubt{of, fmt.Sprintf("somebody in %v was given the number of %s, which serves %v: %q", p.areas, s.ID,
					of, text)})
		}
		if p.behaviour && !s.For[flows.Behaviour] && !(p.uncertain && p.forgotten()) {
			w.fault(p, "somebody worried about their own behaviour was given %s: %q", s.ID, text)
		}
		facts, _, _ := strings.Cut(text[at:], ")")
		before, now := open(s, r.begun.Truncate(time.Minute)), open(s, time.Now())
		switch {
		case before != now:
		case now == hours.Closed && strings.Contains(facts, shownOpen(b, s)):
			w.fault(p, "%s is closed and was shown as open: %q", s.ID, text)
		case now == hours.Open && strings.Contains(facts, shownClosed(b)):
			w.fault(p, "%s is open and was shown as closed: %q", s.ID, text)
		}
	}
}

// shownOpen is what a text says of a line that is open at all its hours.
func shownOpen(b *flows.Book, s *flows.Service) string {
	return strings.ReplaceAll(b.Messages.HoursOpen.Text, "{hours}", s.Hours.String())
}

// shownClosed is how a text begins to say that a line is closed: its hours may follow in
// another form.
func shownClosed(b *flows.Book) string {
	begins, _, _ := strings.Cut(b.Messages.HoursClosed.Text, "{hours}")
	return strings.TrimRight(begins, " :,")
}

// doubt is a number of areas that somebody had not named when it was given.
type doubt struct {
	of   []string
	what string
}

// week are hours of the books, as the world itself reads them: the first and the last day of
// the week, and the minutes of a day.
var week = map[string]struct {
	first, last time.Weekday
	from, to    int
}{
	"Mon-Fri 9am-6pm":     {time.Monday, time.Friday, 9 * 60, 18 * 60},
	"Mon-Fri 9am-5pm":     {time.Monday, time.Friday, 9 * 60, 17 * 60},
	"Mon-Sun 8am-11.30pm": {time.Sunday, time.Saturday, 8 * 60, 23*60 + 30},
}

// open is whether a service is open, by the world's own account where it has one.
func open(s *flows.Service, at time.Time) hours.Status {
	h, known := week[s.Hours.String()]
	local := at.In(london())
	if !known || hours.BankHoliday(local) {
		return s.Hours.At(at)
	}
	minute := local.Hour()*60 + local.Minute()
	if h.first <= local.Weekday() && local.Weekday() <= h.last && h.from <= minute && minute < h.to {
		return hours.Open
	}
	return hours.Closed
}

var london = sync.OnceValue(func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return l
})

// judge asks whether some order of a person's texts explains all that they were answered.
func (w *world) judge(p *person) {
	if p.judged {
		return
	}
	p.judged = true
	if all := p.explained(); !explains(all, w.cfg.SessionTTL) {
		slices.SortStableFunc(all, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
		n := sort.Search(len(all), func(n int) bool { return !explains(all[:n+1], w.cfg.SessionTTL) })
		w.fault(p, "no order of the texts of %s explains the answers; the first that does not fit is %q", p.name,
			all[min(n, len(all)-1)].Output)
	}
	for _, d := range p.doubts { // the answer that offered the area may have come later
		if !slices.ContainsFunc(d.of, func(a string) bool { return slices.Contains(p.areas, a) }) {
			w.fault(p, "%s", d.what)
		}
	}
	p.history, p.first, p.script = nil, nil, nil
}

// judgePeople judges those who are left.
func (w *world) judgePeople() {
	for _, p := range w.people {
		w.judge(p)
	}
}

// spending is what answers have cost by the world's own account.
type spending struct {
	sure    map[time.Time]int64 // tenths of a penny, by hour
	late    map[time.Time]int64 // near the ends of an hour: they may count in it
	spoilt  map[time.Time]bool  // hours in which something was lost
	faults  map[string]int
	slowest time.Duration
}

func (s *spending) begin() {
	s.sure, s.late, s.spoilt, s.faults = map[time.Time]int64{}, map[time.Time]int64{}, map[time.Time]bool{},
		map[string]int{}
}

func (s *spending) fault(kind string) { s.faults[kind]++ }

// text adds what a text costs; a segment's price is in tenths of a penny.
func (s *spending) text(price int64, text string) {
	if text == "" {
		return
	}
	now := time.Now().UTC()
	hour := now.Truncate(time.Hour)
	cost := int64(gsm7.Segments(text)) * price
	other := now.Add(edge).Truncate(time.Hour)
	if other.Equal(hour) {
		other = now.Add(-edge).Truncate(time.Hour)
	}
	if other.Equal(hour) {
		s.sure[hour] += cost
		return
	}
	s.late[hour] += cost
	s.late[other] += cost
}

// edge is how near the end of an hour the hour is not certain that an answer counts in.
const edge = 10 * time.Second

// checkBudget: far past what an hour may cost, a calm text gets a number at most.
func (w *world) checkBudget(p *person, s saying, b *flows.Book, text string) {
	const far = 2 // times the limit
	kind := b.Classify(s.text).Kind
	spent := w.spent.sure[time.Now().UTC().Truncate(time.Hour)]
	if p.behaviour || kind == flows.CaseDanger || kind == flows.CaseDespair ||
		spent < far*int64(budget.Pence(w.cfg.SpendLimitPence)) {
		return
	}
	if text != "" && text != b.FallbackText() && text != b.MaintenanceText() && len(given(b, text)) == 0 {
		w.fault(p, "%d tenths of a penny are spent, and %q is answered in full: %q", spent, s.text, text)
	}
}

// checkSpending: what the gateways reckon together is what the answers cost.
func (w *world) checkSpending() {
	last := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	cost, some := w.spent.sure[last]
	if !some || time.Since(last) < time.Hour+2*edge {
		return
	}
	late := w.spent.late[last]
	delete(w.spent.sure, last)
	delete(w.spent.late, last)
	if w.spent.spoilt[last] {
		return
	}
	key, stored := "spent:"+last.Format("2006-01-02T15"), map[string]string{}
	processes, _ := w.redis.m.HKeys(key)
	for _, p := range processes {
		stored[p] = w.redis.m.HGet(key, p)
	}
	amounts := store.SpendIn(w.keyring(), last, stored)
	if reckoned := int64(amounts["texts_home"] + amounts["texts_elsewhere"]); reckoned < cost || reckoned > cost+late {
		w.fault(nil, "the texts of %s cost %d tenths of a penny (%d more near its ends), and were reckoned at %d",
			last.Format("2006-01-02 15:00"), cost, late, reckoned)
	}
}

// spoil says that something of this hour may be lost, and of the one before, which has not
// been checked yet.
func (w *world) spoil() {
	hour := time.Now().UTC().Truncate(time.Hour)
	w.spent.spoilt[hour.Add(-time.Hour)] = true
	w.spent.spoilt[hour] = true
	w.spent.spoilt[hour.Add(time.Hour)] = true
}
