package check_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"signpost/flows"
	"signpost/flows/check"
)

// The time a prompt is reckoned to take agrees with a real synthesiser, so that
// the limits on prompts mean something.
func TestSpeechTime(t *testing.T) {
	const least, most = 0.8, 1.5 // of the synthesiser's time, for one prompt
	b := shipped(t)
	seen := map[string]bool{}
	file := filepath.Join(t.TempDir(), "x.wav")
	var reckoned, spoken float64
	check.WalkBook(b, func(e *check.Edge) {
		if len(e.Reply.Speech) == 0 || e.From.Moment > 0 || e.From.State.Misses > 0 {
			return
		}
		var words []string
		for _, u := range e.Reply.Speech {
			if u.Number == "" {
				words = append(words, u.Words)
				continue
			}
			for group := range strings.FieldsSeq(u.Number) {
				words = append(words, ", "+strings.Join(strings.Split(group, ""), " ")+", ")
			}
		}
		text := strings.Join(words, " ")
		if seen[text] {
			return
		}
		seen[text] = true
		if out, err := exec.Command("espeak-ng", "-v", "en-gb", "-s", "160", "-w", file, text).CombinedOutput(); err != nil {
			t.Fatalf("espeak-ng (make test installs it): %v %s", err, out)
		}
		wav, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		const header = 44
		real := float64(len(wav)-header) / float64(binary.LittleEndian.Uint32(wav[28:]))
		guess := flows.Seconds(e.Reply.Speech)
		reckoned, spoken = reckoned+guess, spoken+real
		if guess < least*real || guess > most*real {
			t.Errorf("reckoned %.1f s, spoken in %.1f s: %q", guess, real, text)
		}
	})
	t.Logf("%d prompts: reckoned %.0f s, spoken in %.0f s (%.2f)", len(seen), reckoned, spoken, reckoned/spoken)
	if len(seen) < 20 || reckoned < spoken {
		t.Error("the reckoning is too short, or nothing was spoken")
	}
}
