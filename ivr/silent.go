package ivr

import (
	"sync"
	"time"
)

// SilentCallLimiter counts the calls that are connected without a key. It is safe for concurrent
// use. Each gateway counts its own.
type SilentCallLimiter struct {
	Now func() time.Time

	mu    sync.Mutex
	hour  time.Time
	calls int
}

// take reports whether another call of this hour is within a limit, and counts it.
func (s *SilentCallLimiter) take(perHour int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if hour := s.Now().UTC().Truncate(time.Hour); !hour.Equal(s.hour) {
		s.hour, s.calls = hour, 0
	}
	if s.calls >= perHour {
		return false
	}
	s.calls++
	return true
}
