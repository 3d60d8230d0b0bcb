package admit_test

import (
	"fmt"
	"strings"
	"time"
)

// means is one thing that an attacker can do over and over.
type means struct {
	name  string
	price float64 // in pence, of one; of a minute of a call
	phone float64 // in pence, of each phone that it needs; it then does `each` an hour
	each  int
	calls bool
	hers  bool // it needs her number
	do    func(w *world, s stream, i int)
}

// eachHour is how many texts or calls one phone makes in an hour.
const eachHour = 240

var allMeans = []means{
	{name: "`hello` in her name", price: forgedText, hers: true,
		do: func(w *world, _ stream, _ int) { w.text(hers, "her", hello) }},
	{name: "her own place in her name", price: forgedText, hers: true,
		do: func(w *world, _ stream, _ int) { w.text(hers, "her", place) }},
	{name: "other places in her name", price: forgedText, hers: true,
		do: func(w *world, _ stream, i int) { w.text(hers, "her", fmt.Sprint("place ", i%5)) }},
	{name: "`999` in her name", price: forgedText, hers: true,
		do: func(w *world, _ stream, _ int) { w.text(hers, "her", danger) }},
	{name: "`X` in her name", price: forgedText, hers: true,
		do: func(w *world, _ stream, _ int) { w.text(hers, "her", leave) }},
	{name: "all of these in her name", price: forgedText, hers: true, do: func(w *world, _ stream, i int) {
		w.text(hers, "her", []string{hello, place, danger, "place 1", leave, need}[i%6])
	}},
	{name: "texts in as many other names", price: forgedText,
		do: func(w *world, s stream, i int) { w.text(home(s.id*100_000+i), fmt.Sprint(s.id, "/", i), hello) }},
	{name: "texts of phones", phone: simCard, each: eachHour, do: func(w *world, s stream, i int) {
		n := i % s.phones
		w.text(home(s.id*100_000+n), fmt.Sprint(s.id, "/", n), []string{hello, place}[i/s.phones%2])
	}},
	{name: "`999` of phones", phone: simCard, each: eachHour, do: func(w *world, s stream, i int) {
		n := i % s.phones
		w.text(home(s.id*100_000+n), fmt.Sprint(s.id, "/", n), danger)
	}},
	{name: "texts from abroad", price: forgedText,
		do: func(w *world, s stream, i int) { w.text(elsewhe, fmt.Sprint(s.id, "/abroad ", i), hello) }},
	{name: "texts from numbers that pay", price: forgedText,
		do: func(w *world, s stream, i int) { w.text(premium, fmt.Sprint(s.id, "/pays ", i), hello) }},
	{name: "withheld calls", price: webCall, calls: true,
		do: func(w *world, s stream, _ int) { w.call(noNumber, s.lasts) }},
	{name: "calls from abroad", price: webCall, calls: true,
		do: func(w *world, s stream, _ int) { w.call(elsewhe, s.lasts) }},
	{name: "calls in as many other names", price: webCall, calls: true,
		do: func(w *world, s stream, i int) { w.call(home(s.id*100_000+i), s.lasts) }},
	{name: "calls in her name", price: webCall, hers: true, calls: true,
		do: func(w *world, s stream, _ int) { w.call(hers, s.lasts) }},
}

const place = "her place"

// stream is one means, used n times, every so often, from some time before she comes.
type stream struct {
	id     int
	means  int
	n      int
	every  time.Duration
	before time.Duration
	phones int           // that take turns
	lasts  time.Duration // of a call
}

func (s stream) cost() float64 {
	m := allMeans[s.means]
	if m.phone > 0 {
		return m.phone * float64(s.phones)
	}
	if m.calls {
		return m.price * float64(s.n) * max(1, s.lasts.Minutes())
	}
	return m.price * float64(s.n)
}

func (s stream) String() string {
	m := allMeans[s.means]
	by := ""
	if m.phone > 0 {
		by = fmt.Sprintf(" of %d SIM cards", s.phones)
	}
	if strings.Contains(m.name, "calls") {
		by += fmt.Sprintf(", each of %v", s.lasts)
	}
	return strings.NewReplacer("m0s", " min", "1h0 min", "1 h", "1s", "1 s", "3s", "3 s", "9s", "9 s", "30s",
		"30 s").Replace(fmt.Sprintf("%d × %s%s, one every %v", s.n, m.name, by, s.every))
}

// fitted is a stream whose phones are as many as it needs.
func (s stream) fitted() stream {
	s.n = max(1, s.n)
	if m := allMeans[s.means]; m.phone > 0 {
		takes := time.Hour / time.Duration(m.each) // how long a phone is busy with one
		together := min(s.n, int((takes+s.every-1)/s.every))
		s.phones = max(1, s.phones, together)
	}
	return s
}
