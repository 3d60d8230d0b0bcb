package report

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// few is the smallest group where every history is tried.
const few = 10

// A random history: a tree of two or three levels, some days, counts from
// nothing to many.
func history(r *rand.Rand) (t tree, days int, counts map[string][]int) {
	t.add(-1, "all", "")
	counts = map[string][]int{}
	days = 1 + r.IntN(30)
	var grow func(parent, depth int)
	grow = func(parent, depth int) {
		for k := range 1 + r.IntN(5) {
			key := fmt.Sprint(parent, ".", k)
			if depth > 1 && r.IntN(2) == 0 {
				grow(t.add(parent, key, ""), depth-1)
				continue
			}
			t.add(parent, key, key)
			busy := []int{0, 1, 1, 3, 8, 12, 30}[r.IntN(7)]
			for range days {
				counts[key] = append(counts[key], r.IntN(2*busy+1)*r.IntN(2))
			}
		}
	}
	grow(0, 3)
	return t, days, counts
}

// Every range of days there is, in every pair that begins or ends together, and
// every total less its parts: nothing that can be got by subtracting is a count
// from 1 to 19, and what is shown is right but for fewer than twenty a figure that
// wait, and for rounding.
func TestSubtracting(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	shown, hidden := 0, 0
	for run := range 2000 {
		tr, days, counts := history(r)
		tr.release(Least, days, func(key string, d int) int { return counts[key][d] },
			func(d int) bool { return d%7 == 6 })
		leaves := 0
		for i := range tr {
			if len(tr[i].kids) == 0 {
				leaves++
			}
		}
		for i := range tr {
			f := &tr[i]
			truth, leavesUnder := make([]int, days), under(tr, i)
			for d := range days {
				for _, l := range leavesUnder {
					truth[d] += counts[tr[l].key][d]
				}
				if d > 0 {
					truth[d] += truth[d-1]
				}
			}
			for to := range days {
				if truth[to] < f.released[to] {
					t.Fatalf("run %d: of figure %d's %d after day %d %d are released", run, i, truth[to], to,
						f.released[to])
				}
				for from := -1; from < to; from++ {
					n, ok := f.shown(from, to)
					if !ok {
						hidden++
						if n != 0 {
							t.Fatalf("run %d: %d is shown of figure %d, which is hidden", run, n, i)
						}
						continue
					}
					shown++
					if n < Least || n%Step != 0 {
						t.Fatalf("run %d: figure %d, days %d to %d: %d is shown", run, i, from+1, to, n)
					}
					for mid := from + 1; mid < to; mid++ { // two reports, subtracted
						a, _ := f.shown(from, mid)
						if rest := n - a; rest != 0 && rest < Least {
							t.Fatalf("run %d: figure %d: %d less %d", run, i, n, a)
						}
					}
					parts := 0 // a total, less its parts
					for _, k := range f.kids {
						p, _ := tr[k].shown(from, to)
						parts += p
					}
					// Rounding moves each of the figures by 4 at most; what is left beside
					// that is nobody, or twenty and more.
					slack := 2 * (Step / 2) * (len(f.kids) + 1)
					own := f.released[to]
					for _, k := range f.kids {
						own -= tr[k].released[to]
					}
					if from >= 0 {
						own -= f.released[from]
						for _, k := range f.kids {
							own += tr[k].released[from]
						}
					}
					if len(f.kids) > 0 && (own != 0 && own < Least || n-parts > own+slack || n-parts < own-slack) {
						t.Fatalf("run %d: figure %d: %d less its parts %d leaves %d", run, i, n, parts, own)
					}
				}
			}
		}
	}
	t.Logf("%d figures shown, %d not", shown, hidden)
}

func under(t tree, i int) []int {
	if len(t[i].kids) == 0 {
		return []int{i}
	}
	var out []int
	for _, k := range t[i].kids {
		out = append(out, under(t, k)...)
	}
	return out
}

// naively hides what is under ten in the quarter so far, and rounds the rest.
func naively(t tree, days int, at func(string, int) int) {
	for i := range t {
		for d := range days {
			sum := 0
			for _, l := range under(t, i) {
				for e := range d + 1 {
					sum += at(t[l].key, e)
				}
			}
			if sum < few {
				sum = 0
			}
			t[i].released[d] = sum
		}
	}
}

// told is all that every report together tells of one history: the shown
// standing of every figure, day by day.
func told(t tree, days int) string {
	var out []byte
	for i := range t {
		for d := range days {
			n, ok := t[i].shown(-1, d)
			if !ok {
				n = 255
			}
			out = append(out, byte(n))
		}
	}
	return string(out)
}

// grows is the largest growth of a figure's standing in a day.
func grows(story []byte, days int) int {
	most := 0
	for i := range story {
		before := 0
		if i%days > 0 {
			before = int(story[i-1])
		}
		if now := int(story[i]); now != 255 {
			if before == 255 {
				before = 0
			}
			most = max(most, now-before)
		}
	}
	return most
}

// The strongest attack there can be: somebody knows the rules and every report
// on every range of days, and tries every history that there could have been.
// Among those that tell the same, a count that is not shown can have been any
// from 0 to 9, of groups of ten: with the twenty of a report there are too many histories
// to try. Against a report that hides what is under ten and rounds the rest,
// totals and all, the same attack succeeds.
func TestEveryHistory(t *testing.T) {
	tests := []struct {
		name    string
		kids    int
		groups  int   // headings that the figures stand under, in turn; 0: the root
		most    []int // of one count, by day
		believe int   // the largest growth of a figure in a day that the histories tried can tell fairly
		ends    []bool
		naive   bool
	}{
		{"two figures", 2, 0, []int{24, 24}, 20, []bool{false, false}, false},
		{"two figures, a month ends between", 2, 0, []int{24, 24}, 20, []bool{true, false}, false},
		{"three figures, a month's last day", 3, 0, []int{30}, 25, []bool{true}, false},
		{"four figures, a month's last day", 4, 0, []int{17}, 10, []bool{true}, false},
		{"three figures around a month's end", 3, 0, []int{9, 9}, 0, []bool{true, true}, false},
		{"three figures, two days, then a month's end", 3, 0, []int{9, 9}, 0, []bool{false, true}, false},
		{"two headings of two, a month's last day", 4, 2, []int{17}, 10, []bool{true}, false},
		{"a naive report of two figures", 2, 0, []int{24, 24}, 20, []bool{false, true}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			days := len(tt.most)
			var tr tree
			tr.add(-1, "all", "")
			for range tt.groups {
				tr.add(0, "", "")
			}
			for k := range tt.kids {
				heading := 0
				if tt.groups > 0 {
					heading = 1 + k%tt.groups
				}
				tr.add(heading, "", string(rune('0'+k)))
			}
			first := len(tr) - tt.kids
			counts := make([]int, tt.kids*days)
			at := func(key string, d int) int { return counts[int(key[0]-'0')*days+d] }
			ends := func(d int) bool { return tt.ends[d] }
			type span struct{ kid, from, to int }
			var ranges []span
			for k := range tt.kids {
				for from := -1; from < days; from++ {
					for to := from + 1; to < days; to++ {
						ranges = append(ranges, span{k, from, to})
					}
				}
			}
			open := map[string][]uint64{} // by story: for each range, a bit for each value it had
			histories := 0
			for done := false; !done; {
				histories++
				tr.release(few, days, at, ends)
				if tt.naive {
					naively(tr, days, at)
				}
				story := told(tr, days)
				if open[story] == nil {
					open[story] = make([]uint64, len(ranges))
				}
				for i, q := range ranges {
					if _, ok := tr[first+q.kid].shown(q.from, q.to); !ok {
						n := 0
						for d := q.from + 1; d <= q.to; d++ {
							n += counts[q.kid*days+d]
						}
						open[story][i] |= 1 << min(n, 63)
					}
				}
				done = true
				for i := range counts { // the next history
					if counts[i] < tt.most[i%days] {
						counts[i]++
						done = false
						break
					}
					counts[i] = 0
				}
			}
			narrowest := 64
			for story, values := range open {
				if grows([]byte(story)[first*days:], days) > tt.believe {
					continue
				}
				for i, v := range values {
					if n := bits.OnesCount64(v); v != 0 && n < narrowest {
						if narrowest = n; n < few && !tt.naive {
							t.Errorf("range %+v can only be %b in %v", ranges[i], v, []byte(story))
						}
					}
				}
			}
			if tt.naive && narrowest >= Step {
				t.Error("the attack does not find what a naive report betrays")
			}
			t.Logf("%d histories tell %d stories; a count that is not shown can be one of at least %d values",
				histories, len(open), narrowest)
		})
	}
}

// Somebody who texts the line themselves, up to ten times for each figure, learns no more
// of the others than a reader does of all: with every choice of their own, what is not
// shown leaves ten values or more for the others, and what is shown has ten others in it.
func TestOnesOwnTexts(t *testing.T) {
	const most = 45
	shows := func(n int) bool {
		var tr tree
		tr.add(-1, "all", "")
		tr.add(0, "texts", "texts")
		tr.release(Least, 1, func(string, int) int { return n }, func(int) bool { return true })
		_, shown := tr[1].shown(-1, 0)
		return shown
	}
	for own := range Own + 1 {
		hidden := 0
		for others := range most {
			switch shown := shows(own + others); {
			case shown && others < Least-Own:
				t.Errorf("with %d of one's own, %d others are shown", own, others)
			case !shown:
				hidden++
			}
		}
		if hidden < Least-Own {
			t.Errorf("with %d of one's own, what is not shown can only be one of %d", own, hidden)
		}
	}
	// What the rule cannot withstand: with nineteen of one's own, one other is seen. The
	// documents say so.
	if !shows(Least) || shows(Least-1) {
		t.Error("a report withstands more than the documents say: correct them")
	}
}
