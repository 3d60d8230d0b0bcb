package report

// Which counts may be shown, and when.
//
// A phone counts once a day for each thing: one phone alone needs twenty days to make
// twenty. Each count waits with its own figure (texts that gave the number of one service
// in one area, say).
//
//   - At the end of a day, a figure with twenty or more waiting is released: those
//     are shown with it and wait no longer.
//   - At the end of a month, figures under one heading that have fewer than twenty
//     each, but twenty or more together, are released under the heading, not told
//     apart, and wait no longer; so on upwards. (Were this done every day, a
//     figure that grows slowly would never have twenty of its own.)
//
// So everybody who is ever counted in anything shown is one of twenty or more who
// were released together, and in one such group only. Ten of them may be the reader's own
// texts: ten or more others are left. A total is what was
// released under it: it holds nobody who still waits, and cannot betray them. A
// report on some days is the difference of two standings, and two reports differ
// by such whole groups. This does the work of what statisticians call secondary
// suppression, for totals and for reports that are compared.
//
// A group not told apart could betray its figures when it is nearly as large as
// they can be together (two of nineteen make 38); it then waits: it must leave
// each figure able to have had anything from 0 to 19.
//
// What is released is shown rounded to the nearest 5, from the beginning of the
// quarter on, so that the errors of rounding do not add up. Every quarter begins
// again at zero and can be deleted without changing later ones.
const (
	// Least is the smallest count that is ever shown.
	Least = 20
	// Own is how many of what is counted may be the reader's own. Every figure that is
	// shown includes at least as many others.
	Own = 10
	// Step is what counts are rounded to.
	Step = 5
)

// figure is one count of a tree: a heading with kids, or a leaf.
type figure struct {
	name   string // as it is shown
	parent int    // index in the tree; -1 for the root
	kids   []int
	key    string // of a leaf: what is counted into it

	waiting  int
	open     bool  // some may be waiting, as far as anybody can tell
	released []int // by day of the quarter: all released so far under it
}

// tree is figures that add up, each after its heading.
type tree []figure

func (t *tree) add(parent int, name, key string) int {
	*t = append(*t, figure{name: name, parent: parent, key: key})
	i := len(*t) - 1
	if parent >= 0 {
		(*t)[parent].kids = append((*t)[parent].kids, i)
	}
	return i
}

func round(n int) int { return (n + Step/2) / Step * Step }

// release works out what is released on each day of a quarter. counts gives what
// was counted into a leaf on a day, ends whether a month ends with it; least is the
// smallest group.
func (t tree) release(least, days int, counts func(key string, day int) int, ends func(day int) bool) {
	for i := range t {
		t[i].waiting, t[i].released = 0, make([]int, days)
	}
	for d := range days {
		for i := len(t) - 1; i >= 0; i-- { // what is under a heading comes after it
			f := &t[i]
			if len(f.kids) == 0 {
				f.waiting += counts(f.key, d)
				f.open = f.waiting < least
			} else {
				may := 0 // how many under the heading may have some waiting
				f.waiting = 0
				for _, k := range f.kids {
					f.waiting += t[k].waiting
					if t[k].open {
						may++
					}
				}
				f.open = may > 0 && !(ends(d) && f.waiting >= least && f.waiting <= (least-1)*(may-1))
			}
			if !f.open && f.waiting > 0 {
				t.let(i, d)
			}
		}
		if d+1 < days {
			for i := range t {
				t[i].released[d+1] = t[i].released[d]
			}
		}
	}
}

// let releases all that waits with a figure: it counts there and in every
// heading above.
func (t tree) let(i, d int) {
	for up := i; up >= 0; up = t[up].parent {
		t[up].released[d] += t[i].waiting
	}
	var empty func(i int)
	empty = func(i int) {
		t[i].waiting = 0
		for _, k := range t[i].kids {
			empty(k)
		}
	}
	empty(i)
}

// shown is what a report on the days after from up to to shows of a figure, from
// -1 being the quarter's beginning; ok is false when nothing was released in
// them.
func (f *figure) shown(from, to int) (n int, ok bool) {
	if to < 0 {
		return 0, false
	}
	before := 0
	if from >= 0 {
		before = f.released[from]
	}
	return round(f.released[to]) - round(before), f.released[to] > before
}
