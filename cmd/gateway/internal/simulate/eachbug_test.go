//go:build planted

package simulate

import (
	"fmt"
	"os"
	"testing"
	"time"

	"signpost/internal/planted"
)

// TestEachBug runs in a binary that has all bugs built in: see TestPlanted.
func TestEachBug(t *testing.T) {
	for _, b := range bugs {
		if *onlyBug != "" && *onlyBug != b.name {
			continue
		}
		began := time.Now()
		planted.Bug = b.name
		b.world.most = 1
		out := live(t, b.world)
		planted.Bug = ""
		if len(out.broken) == 0 {
			t.Errorf("%s: not found, in %d texts, %v (%v)", b.name, out.texts, time.Since(began).Round(time.Millisecond), out.faults)
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: found after %d texts, %v\n", b.name, out.texts, time.Since(began).Round(time.Millisecond))
		t.Logf("%s: found after %d texts, %v: %.160s", b.name, out.texts, time.Since(began).Round(time.Millisecond), out.broken[0])
	}
}
