package hear

// marks are notes about each word of a text, cut from one piece of memory: where memory is
// wiped, each piece costs time. One piece for each list takes a text some 10 % more processor
// time.
type marks struct {
	free  []bool
	words int
}

// markLists is how many lists a text usually takes.
const markLists = 12

func newMarks(words int) marks { return marks{make([]bool, markLists*words), words} }

// list is a list that marks no word.
func (m *marks) list() []bool {
	if len(m.free) < m.words {
		m.free = make([]bool, markLists*m.words)
	}
	out := m.free[:m.words:m.words]
	m.free = m.free[m.words:]
	return out
}

func fill(marks []bool, from, to int) {
	for i := from; i < to; i++ {
		marks[i] = true
	}
}
