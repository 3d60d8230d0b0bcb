package docs_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"signpost/flows"
	"signpost/internal/voice"
)

// speaker measures how long espeak-ng takes to say something, at its own pace.
type speaker struct {
	file string
	mu   sync.Mutex
	took map[string]float64
}

func newSpeaker(t *testing.T) *speaker {
	t.Helper()
	return &speaker{file: filepath.Join(t.TempDir(), "said.wav"), took: map[string]float64{}}
}

// seconds is how long it takes to say the utterances in the voice of calls: names as they are
// respelt, numbers digit by digit with a pause after each group.
func (s *speaker) seconds(t *testing.T, b *flows.Book, said []flows.Utterance) float64 {
	t.Helper()
	var words []string
	for _, u := range said {
		if u.Number == "" {
			words = append(words, voice.Respelt(u.Words, b.Pronunciations))
			continue
		}
		for group := range strings.FieldsSeq(u.Number) {
			words = append(words, ", "+strings.Join(strings.Split(group, ""), " ")+", ")
		}
	}
	text := strings.Join(words, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if took, ok := s.took[text]; ok || text == "" {
		return took
	}
	if out, err := exec.Command("espeak-ng", "-v", "en-gb", "-w", s.file, text).CombinedOutput(); err != nil {
		t.Fatalf("espeak-ng (make test installs it): %v %s", err, out)
	}
	wav, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	const header, rateAt = 44, 28 // bytes; the rate is in bytes a second
	s.took[text] = float64(len(wav)-header) / float64(binary.LittleEndian.Uint32(wav[rateAt:]))
	return s.took[text]
}
