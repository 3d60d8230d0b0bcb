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
	"signpost/internal/voice"
)

// The time a prompt is reckoned to take agrees with a real synthesiser, so that
// the limits on prompts mean something.
func TestSpeechTime(t *testing.T) {
	const least, most = 0.8, 1.5 // of the synthesiser's time, for one prompt
	b := shipped(t)
	seen := map[string]bool{}
	file := filepath.Join(t.TempDir(), "x.wav")
	var reckoned, spoken float64
	check.WalkCalls(b, func(e *check.Edge) {
		if len(e.Reply.Speech) == 0 || e.From.State.Misses > 0 {
			return
		}
		var words []string
		for _, u := range e.Reply.Speech {
			if u.Number == "" {
				words = append(words, voice.Respelt(u.Words, b.Pronunciations))
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
		if out, err := exec.Command("espeak-ng", "-v", "en-gb", "-w", file, text).CombinedOutput(); err != nil {
			t.Fatalf("espeak-ng (make test installs it): %v %s", err, out)
		}
		wav, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		const header = 44
		took := float64(len(wav)-header) / float64(binary.LittleEndian.Uint32(wav[28:]))
		guess := flows.Seconds(e.Reply.Speech)
		reckoned, spoken = reckoned+guess, spoken+took
		if guess < least*took || guess > most*took {
			t.Errorf("reckoned %.1f s, spoken in %.1f s: %q", guess, took, text)
		}
	})
	t.Logf("%d prompts: reckoned %.0f s, spoken in %.0f s (%.2f)", len(seen), reckoned, spoken, reckoned/spoken)
	if len(seen) < 20 || reckoned < spoken {
		t.Error("the reckoning is too short, or nothing was spoken")
	}
}

// Every name that ships with a pronunciation is one that a British synthesiser gets wrong,
// and is said right as it is respelt. What is right is what people there say (IPA, without
// the marks of stress but the first).
func TestPronunciations(t *testing.T) {
	right := map[string]string{"Congleton": "kˈɒŋɡltən", "Ellesmere": "ˈɛlzmiə", "Keswick": "kˈɛzɪk",
		"Macclesfield": "mˈakəlzfiːld", "Widnes": "wˈɪdnɪs"}
	spoken := func(words string) string {
		out, err := exec.Command("espeak-ng", "-v", "en-gb", "-q", "--ipa", words).Output()
		if err != nil {
			t.Fatalf("espeak-ng (make test installs it): %v", err)
		}
		return strings.ReplaceAll(strings.TrimSpace(string(out)), "ˌ", "")
	}
	table := shipped(t).Pronunciations
	for _, r := range table {
		if got := spoken(r.Name); got == right[r.Name] {
			t.Errorf("%s is said right as it is written: %s", r.Name, got)
		}
		if got := spoken(r.Said); got != right[r.Name] {
			t.Errorf("%s is said %s as %s; right is %s", r.Name, got, r.Said, right[r.Name])
		}
	}
	if len(table) != len(right) {
		t.Errorf("%d names have a pronunciation; %d are known here", len(table), len(right))
	}
}
