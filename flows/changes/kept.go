package changes

import (
	"crypto/sha256"
	"io/fs"
	"slices"
	"sync"
	"time"

	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/hours"
)

// mostKept is how many results of each kind a [Kept] holds: several drafts, each before and
// after a change. A book with recordings can be large.
const mostKept = 8

// Kept checks and compares books, and keeps the newest results: a check and a comparison take
// a second or more, and a page that shows a change asks for the same ones several times.
// Several goroutines may share one. Its results are shared, so nobody may change them. The zero
// Kept is ready for use.
type Kept struct {
	checks recent[checkOf, checked]
	pairs  recent[[2]*flows.Book, []Change]
}

// checkOf says what was checked: the contents of the files, and the day.
type checkOf struct {
	digest [sha256.Size]byte
	day    string
}

type checked struct {
	source   *load.Source
	problems []load.Problem
}

// On is [check.On], which looks at the day of now, not at the hour.
func (k *Kept) On(fsys fs.FS, now time.Time) (*load.Source, []load.Problem) {
	of := checkOf{load.Digest(fsys), hours.Day(now).Format(time.DateOnly)}
	is := k.checks.get(of, func() (is checked, keep bool) {
		is.source, is.problems = check.On(fsys, now)
		return is, load.Digest(fsys) == of.digest // somebody may have saved a file meanwhile
	})
	return is.source, slices.Clone(is.problems)
}

// Between is [Between].
func (k *Kept) Between(before, after *flows.Book) []Change {
	return slices.Clone(k.pairs.get([2]*flows.Book{before, after},
		func() ([]Change, bool) { return Between(before, after), true }))
}

// recent keeps the results that were asked for last.
type recent[K comparable, V any] struct {
	mu  sync.Mutex
	all []*result[K, V] // the one asked for last comes first
}

// result is worked out once. Others who ask for it meanwhile wait.
type result[K comparable, V any] struct {
	key   K
	once  sync.Once
	value V
}

// get gives the result for key. It calls work for one that is not kept. Work says whether to
// keep what it gives.
func (r *recent[K, V]) get(key K, work func() (value V, keep bool)) V {
	one := r.first(key)
	one.once.Do(func() {
		keep := false
		defer func() { // after a panic, too
			if !keep {
				r.drop(one)
			}
		}()
		one.value, keep = work()
	})
	return one.value
}

func (r *recent[K, V]) drop(one *result[K, V]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(o *result[K, V]) bool { return o == one })
}

// first moves the result for key to the front, or puts a new one there.
func (r *recent[K, V]) first(key K) *result[K, V] {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.all, func(o *result[K, V]) bool { return o.key == key })
	one := &result[K, V]{key: key}
	if at >= 0 {
		one = r.all[at]
		r.all = slices.Delete(r.all, at, at+1)
	}
	r.all = slices.Insert(r.all, 0, one)
	if len(r.all) > mostKept {
		clear(r.all[mostKept:])
		r.all = r.all[:mostKept]
	}
	return one
}
