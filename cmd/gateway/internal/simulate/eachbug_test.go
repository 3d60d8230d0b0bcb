//go:build planted

package simulate

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/internal/planted"
)

// moreSeeds are tried where the listed seed does not find its bug: after a change of the flow
// book or of the code, the same seed is another world.
const moreSeeds = 3

// TestEachBug runs in a binary that has all bugs built in: see TestPlanted.
func TestEachBug(t *testing.T) {
	var worlds []plan // that must be sound, each for as long as the last of its bugs took to be found
	for _, b := range bugs {
		if *onlyBug != "" && *onlyBug != b.name {
			continue
		}
		began := time.Now()
		p, out := find(t, b)
		if len(out.broken) == 0 {
			t.Errorf("%s: not found by seeds %d to %d, the last of %d texts (%v)", b.name, b.world.seed, p.seed,
				out.texts, out.faults)
			continue
		}
		t.Logf("%s: seed %d finds it after %d texts, in %v: %.160s", b.name, p.seed, out.texts,
			time.Since(began).Round(time.Millisecond), out.broken[0])
		if !*plant {
			p.lasts = min(p.lasts, out.lived)
		}
		i := slices.IndexFunc(worlds, p.alike)
		if i < 0 {
			worlds = append(worlds, p)
		} else {
			worlds[i].lasts = max(worlds[i].lasts, p.lasts)
		}
	}
	for _, p := range worlds {
		began := time.Now()
		out := live(t, p)
		for _, broken := range out.broken {
			t.Errorf("the world of %v, seed %d, breaks a rule without a bug: %s\n%s", p.strikes, p.seed, broken,
				strings.Join(out.story, "\n"))
		}
		t.Logf("without a bug, the world of %v, seed %d, is sound for %v (%d texts); took %v", p.strikes, p.seed,
			p.lasts.Round(time.Second), out.texts, time.Since(began).Round(time.Millisecond))
	}
}

// alike reports that two worlds are the same, but for how long they last.
func (p plan) alike(o plan) bool {
	return p.seed == o.seed && p.from.Equal(o.from) && p.daily == o.daily && p.every == o.every &&
		p.repeats == o.repeats && p.limit == o.limit && slices.Equal(p.strikes, o.strikes)
}

// find plays worlds with a bug until one breaks a rule.
func find(t *testing.T, b bug) (p plan, out outcome) {
	planted.Bug = b.name
	defer func() { planted.Bug = "" }()
	p = b.world
	p.most = 1
	if *trace != "" {
		f, err := os.Create(*trace)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		p.trace = f
	}
	for range 1 + moreSeeds {
		if out = live(t, p); len(out.broken) > 0 {
			break
		}
		p.seed++
	}
	p.trace = nil
	return p, out
}
