package ivr_test

import (
	"strings"
	"testing"
	"time"
)

// 1 1 2 means 112 only when it is keyed without listening.
func TestTypedSlowly(t *testing.T) {
	c := newChannel(t, nil)
	r := c.start("11")
	c.now = c.now.Add(20 * time.Second)
	if got := said(c.press(next(r), "2")); strings.Contains(got, "9 9 9") || !strings.Contains(got, "03069990005") {
		t.Errorf("another number: %q", got)
	}
}
