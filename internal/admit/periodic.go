package admit

import "time"

// periodic is a map of one period by the clock. It is empty again when another period begins,
// and when it is full. The zero value is ready to use; it needs a lock.
type periodic[K comparable, V any] struct {
	begun time.Time
	all   map[K]V
}

// in returns the map of the period that began at a time, which holds most entries.
func (p *periodic[K, V]) in(begun time.Time, most int) map[K]V {
	if !begun.Equal(p.begun) || len(p.all) >= most {
		p.begun, p.all = begun, map[K]V{}
	}
	return p.all
}
