package admit

import (
	"hash/maphash"
	"sync"
	"time"
)

// firstWait is how long after it was first sent the same answer of the reserve comes again.
// Each wait after it is twice as long, up to longestWait: a sender who asks later than that is
// sent it again, even if others have forged texts in their name meanwhile.
const (
	firstWait   = time.Minute
	longestWait = 16 * time.Minute
)

// maxReserve is how many answers are remembered in an hour. Beyond it all are forgotten, and
// are sent again.
const maxReserve = 50_000

// reserve remembers, in this process and until the hour by the clock ends, when an answer
// past the limits was last sent. An answer is remembered by a hash that means something in
// this process only.
type reserve struct {
	seed maphash.Seed

	mu   sync.Mutex
	sent periodic[uint64, sent]
}

type sent struct {
	times int
	last  time.Time
}

// due reports whether an answer may be sent to a sender now, and remembers that it is.
func (r *reserve) due(sender, what string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.sent.in(now.Truncate(time.Hour), maxReserve)
	name := maphash.String(r.seed, sender+" "+what)
	before := all[name]
	if before.times > 0 && now.Sub(before.last) < min(firstWait<<min(before.times-1, 10), longestWait) {
		return false
	}
	all[name] = sent{before.times + 1, now}
	return true
}
