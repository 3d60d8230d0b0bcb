//go:build planted

package simulate

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"signpost/internal/planted"
)

// TestEachBug runs in a binary that has all bugs built in: see TestPlanted.
func TestEachBug(t *testing.T) {
	sound := map[string]bool{}
	for _, b := range bugs {
		if *onlyBug != "" && *onlyBug != b.name {
			continue
		}
		if world := fmt.Sprint(b.world); !sound[world] {
			sound[world] = true
			b.world.most = 1
			began := time.Now()
			out := live(t, b.world)
			for _, broken := range out.broken {
				t.Errorf("%s: its world breaks a rule without it: %s\n%s", b.name, broken, strings.Join(out.story, "\n"))
			}
			t.Logf("a world of %d texts breaks no rule, %v", out.texts, time.Since(began).Round(time.Millisecond))
		}
		began := time.Now()
		planted.Bug = b.name
		b.world.most = 1
		if *trace != "" {
			f, _ := os.Create(*trace)
			b.world.trace = f
		}
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
