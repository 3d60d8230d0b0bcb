package lines

import (
	"hash/maphash"
	"time"
)

// maxCallers is how many callers of a day are remembered. Beyond it all are forgotten, and count
// again.
const maxCallers = 100_000

// callers remembers, in this process and until the day ends, who has counted against which line. So
// nobody takes a line from everybody by ringing it again and again. An entry is a hash that means
// something in this process only.
type callers struct {
	seed maphash.Seed
	day  time.Time
	seen map[uint64]struct{}
}

// first reports that somebody has not counted against a service on a day yet, and remembers it.
func (c *callers) first(day time.Time, who, service string, complains bool) bool {
	if !day.Equal(c.day) || len(c.seen) >= maxCallers {
		c.day, c.seen = day, map[uint64]struct{}{}
	}
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.WriteString(who)
	h.WriteByte(0)
	h.WriteString(service)
	if complains {
		h.WriteByte(1)
	}
	sum := h.Sum64()
	_, again := c.seen[sum]
	c.seen[sum] = struct{}{}
	return !again
}
