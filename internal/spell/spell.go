// Package spell finds words that are spelt almost like a typed one: by how they
// sound, or one typing mistake away. It is pure.
package spell

import "math/bits"

// MaxWord is the longest word that is looked at, in letters.
const MaxWord = 32

// Index finds words by their spelling. Its words are numbered by the caller, who adds them.
//
// It keeps the words by the first letter and the length of their sound. A search looks
// only at those that begin the same and are about as long. It finds a word with a typing
// mistake in its first letter by the rest of the word.
type Index struct {
	byFirst [27][MaxWord + 1]bucket // 0 is what is no letter
	tails   map[string]int32        // by the sound without its first letter: the last of entries
	entries []tail
}

// bucket holds words, and the letters of each apart: a search skips most words by their
// letters, and reading the whole of each takes a third longer.
type bucket struct {
	letters []letters
	entries []entry
}

func (b *bucket) add(e entry) {
	b.letters = append(b.letters, letters{mask(e.sound), mask(e.word)})
	b.entries = append(b.entries, e)
}

// letters are the letters of the sound of a word, a bit each, and those of the word.
type letters struct{ sound, typed uint32 }

// entry is a word of the index.
type entry struct {
	word  string
	sound string
	id    int32
	slips bool // it is found by any typing mistake
}

// tail is a word that is found by a typing mistake in its first letter.
type tail struct {
	entry
	before int32 // the one before it with the same tail; -1: none
}

// NewIndex makes an empty index for about n words.
func NewIndex(n int) *Index {
	return &Index{tails: make(map[string]int32, n), entries: make([]tail, 0, n)}
}

// Add puts a word in. Only words of at least minSlip letters are found by any typing
// mistake. A shorter one is found by its sound, or when a letter is added to it.
func (x *Index) Add(word string, id int32, minSlip int) {
	var buf [MaxWord]byte
	k := string(appendSound(buf[:0], word))
	if len(word) > MaxWord || k == "" {
		return
	}
	e := entry{word, k, id, len(word) >= minSlip}
	x.byFirst[letter(k[0])][len(k)].add(e)
	if other := letter(word[0]); other != letter(k[0]) { // "cister" and "caister" begin the same
		x.byFirst[other][len(k)].add(e)
	}
	before, ok := x.tails[k[1:]]
	if !ok {
		before = -1
	}
	x.tails[k[1:]] = int32(len(x.entries))
	x.entries = append(x.entries, tail{e, before})
}

// Hit is a word that a typed one may be. Slip is false when it sounds the same.
type Hit struct {
	ID   int32
	Slip bool
}

// Find adds to hits the words that sound the same as a typed one and, if asked for, those
// that are one typing mistake away. firstFrom is the length from which the mistake may be
// in the first letter.
func (x *Index) Find(hits []Hit, word string, slips bool, firstFrom int) []Hit {
	var buf, swapped, rawBuf [MaxWord]byte
	if len(word) > MaxWord {
		return hits
	}
	k := appendSound(buf[:0], word)
	if len(k) == 0 {
		return hits
	}
	raw := append(rawBuf[:0], word...)
	hits = x.beginning(hits, k[0], k, raw, slips)
	if raw[0] != k[0] {
		hits = x.beginning(hits, raw[0], k, raw, slips)
	}
	if !slips || len(word) < firstFrom {
		return hits
	}
	hits = x.firstSlip(hits, k, k[1:], 0, firstFrom) // another first letter
	hits = x.firstSlip(hits, k, k, 1, firstFrom)     // the first letter is missing
	if len(k) > 1 {
		hits = x.firstSlip(hits, k, k[2:], k[1], firstFrom) // an extra letter is before it
		swap := append(append(swapped[:0], k[0]), k[2:]...)
		hits = x.firstSlip(hits, k, swap, k[1], firstFrom)
	}
	return hits
}

// beginning adds the words that begin with a letter, as they sound or as they are spelt.
func (x *Index) beginning(hits []Hit, first byte, k, raw []byte, slips bool) []Hit {
	all, typed := mask(k), mask(raw)
	for n := max(len(k)-2, 1); n <= min(len(k)+2, MaxWord); n++ {
		b := &x.byFirst[letter(first)][n]
		for i, of := range b.letters {
			sounds, looks := bits.OnesCount32(all^of.sound) <= 2, bits.OnesCount32(typed^of.typed) <= 2
			if !sounds && !looks {
				continue
			}
			e := &b.entries[i]
			switch {
			case first != k[0] && e.sound[0] == k[0]: // found already
			case sounds && n == len(k) && string(k) == e.sound:
				hits = append(hits, Hit{ID: e.id})
			case !slips:
			case sounds && (e.slips || n == len(k)-1) && near(k, e.sound), looks && e.slips && near(raw, e.word):
				hits = append(hits, Hit{e.id, true})
			}
		}
	}
	return hits
}

// firstSlip adds the words with a tail whose first letter is another than that of k.
// first is that letter; 0 and 1: any.
func (x *Index) firstSlip(hits []Hit, k, rest []byte, first byte, firstFrom int) []Hit {
	i, ok := x.tails[string(rest)]
	for ; ok && i >= 0; i = x.entries[i].before {
		e := &x.entries[i]
		if e.slips && len(e.word) >= firstFrom && e.sound[0] != k[0] && (first <= 1 || e.sound[0] == first) {
			hits = append(hits, Hit{e.id, true})
		}
	}
	return hits
}

func letter(c byte) int {
	if c < 'a' || c > 'z' {
		return 0
	}
	return int(c-'a') + 1
}

// mask has a bit for each letter of a word.
func mask[T string | []byte](w T) (m uint32) {
	for i := range len(w) {
		m |= 1 << (w[i] & 31)
	}
	return m
}

// Letters reports a word of nothing but the letters a to z.
func Letters(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return w != ""
}

// Stretched reports a word with a letter three times in a row.
func Stretched(w string) bool {
	for i := 2; i < len(w); i++ {
		if w[i] == w[i-1] && w[i] == w[i-2] {
			return true
		}
	}
	return false
}

// Squeeze shortens runs of three and more of a letter to n: "heeelp", "nooo".
func Squeeze(w string, n int) string {
	if !Stretched(w) {
		return w
	}
	b := make([]byte, 0, len(w))
	for i := 0; i < len(w); {
		j := i
		for j < len(w) && w[j] == w[i] {
			j++
		}
		keep := j - i
		if keep >= 3 {
			keep = n
		}
		b = append(b, w[i:i+keep]...)
		i = j
	}
	return string(b)
}

// Sound is a rough key of how a word sounds: "suiside" and "suicide", "nife" and
// "knife" have the same.
func Sound(w string) string {
	var buf [MaxWord]byte
	return string(appendSound(buf[:0], w))
}

func appendSound(b []byte, w string) []byte {
	for i := 0; i < len(w); i++ {
		c, next := w[i], byte(0)
		if i+1 < len(w) {
			next = w[i+1]
		}
		switch {
		case c == 'p' && next == 'h':
			c, i = 'f', i+1
		case i == 0 && ((c == 'k' || c == 'g') && next == 'n' || c == 'w' && next == 'r'):
			continue
		case c == 'w' && next == 'h':
			i++
		case c == 'c' && next == 'k':
			c, i = 'k', i+1
		case c == 'c' && (next == 'e' || next == 'i' || next == 'y'), c == 'z':
			c = 's'
		case c == 'c' && next != 'h':
			c = 'k'
		}
		if len(b) == 0 || b[len(b)-1] != c {
			b = append(b, c)
		}
	}
	return b
}

// near reports two words at most one slip apart: a letter added, dropped or
// changed, or two neighbours swapped.
func near(typed []byte, word string) bool {
	if len(typed) < len(word) {
		return nearTo(word, typed)
	}
	return nearTo(typed, word)
}

// nearTo is the same, of which a is the longer.
func nearTo[A, B string | []byte](a A, b B) bool {
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) > len(b):
		return string(a[i+1:]) == string(b[i:])
	case i == len(b) || string(a[i+1:]) == string(b[i+1:]):
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && string(a[i+2:]) == string(b[i+2:])
}

// Costs of one difference between two spellings; 1 is any letter for any other.
const (
	costVowel    = 0.55 // one vowel for another
	costNeighbor = 0.7  // a neighbour on the keyboard
	costDouble   = 0.3  // a letter doubled, or one of two dropped
	costSilent   = 0.5  // h or e left out
	costExtra    = 0.6  // h or e too many
	costNoVowel  = 0.7  // a vowel left out: "wigtn"
	costMissing  = 0.9  // another letter left out
	costSwap     = 0.9  // two letters swapped
)

// rows are the keyboard's letters; neighbours are beside one another or above.
var rows = [...]string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

var neighbours = func() (n [26][26]bool) {
	for r, row := range rows {
		for i := range row {
			join := func(row string, k int) {
				if k >= 0 && k < len(row) {
					n[rows[r][i]-'a'][row[k]-'a'], n[row[k]-'a'][rows[r][i]-'a'] = true, true
				}
			}
			join(row, i+1)
			if r+1 < len(rows) {
				join(rows[r+1], i)
				join(rows[r+1], i-1)
			}
		}
	}
	return n
}()

func vowel(c byte) bool {
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y'
}

func substitute(a, b byte) float32 {
	switch {
	case a == b:
		return 0
	case vowel(a) && vowel(b):
		return costVowel
	case a < 'a' || a > 'z' || b < 'a' || b > 'z':
		return 1
	case neighbours[a-'a'][b-'a']:
		return costNeighbor
	}
	return 1
}

// drop is what it costs to leave out the letter at i.
func drop(w string, i int) float32 {
	switch {
	case i > 0 && w[i] == w[i-1], i+1 < len(w) && w[i] == w[i+1]:
		return costDouble
	case w[i] == 'h', w[i] == 'e':
		return costExtra
	}
	return 1
}

// missing is what it costs that a typed word lacks the letter at i of w.
func missing(w string, i int) float32 {
	switch cost := drop(w, i); {
	case cost == costExtra:
		return costSilent
	case cost < 1:
		return cost
	case vowel(w[i]):
		return costNoVowel
	}
	return costMissing
}

// Distance is how far a typed word is from another: a weighted edit distance in which
// likely typing mistakes cost less than strange letters. Words that are more than most apart, or longer than
// [MaxWord], are 99 apart.
func Distance(typed, word string, most float32) float32 {
	a, b := typed, word
	if len(a) > MaxWord || len(b) > MaxWord {
		return 99
	}
	var rows [3][MaxWord + 1]float32
	before, last, row := &rows[0], &rows[1], &rows[2]
	var lacks [MaxWord]float32
	for j := 1; j <= len(b); j++ {
		lacks[j-1] = missing(b, j-1)
		last[j] = last[j-1] + lacks[j-1]
	}
	for i := 1; i <= len(a); i++ {
		da := drop(a, i-1)
		row[0] = last[0] + da
		least := row[0]
		for j := 1; j <= len(b); j++ {
			best := min(last[j-1]+substitute(a[i-1], b[j-1]), last[j]+da, row[j-1]+lacks[j-1])
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				best = min(best, before[j-2]+costSwap)
			}
			row[j] = best
			least = min(least, best)
		}
		if least > most+1 { // a swap looks back by two rows, and costs less than 1
			return 99
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// MayBeNear reports two words that can be most apart at the most, by the letters that
// only one of them has. It is quick, and never false for words that are. Each such
// letter costs something, and one of each word can be changed for the other.
func MayBeNear(a, b uint32, most float32) bool {
	return least(a&^b) <= most && least(b&^a) <= most
}

// cheap are the letters that cost little: vowels and those that are silent.
var cheap = mask("aeiouyh")

// least is what some letters that the other word does not have cost at least.
func least(letters uint32) float32 {
	low := bits.OnesCount32(letters & cheap)
	return float32(low)*min(costVowel, costSilent) + float32(bits.OnesCount32(letters)-low)*min(costNeighbor,
		2*costDouble)
}

// Mask has a bit for each letter of a word, for [MayBeNear].
func Mask(w string) uint32 { return mask(w) }

// Start is the letter that a word's sound begins with: k for "carlisle" and "karlisle".
func Start(w string) byte {
	var buf [MaxWord]byte
	if k := appendSound(buf[:0], w[:min(len(w), 2)]); len(k) > 0 {
		return k[0]
	}
	return 0
}
