package check_test

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/flows"
	"signpost/flows/load"
)

// wav is silence of the given length, as a WAV file: 8000 Hz, mu-law.
func wav(seconds int) []byte {
	const rate = 8000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = append(b, 1, 0, 8, 0)
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*seconds))
	return append(b, make([]byte, rate*seconds)...)
}

// recordingLines is the list of one recording.
func recordingLines(file, words string) string {
	return "recordings:\n  - file: " + file + "\n    say: " + words
}

// pcm is a WAV file of 16 bits with 8000 samples a second.
func pcm(parts ...[]float64) []byte {
	const rate = 8000
	var sound []byte
	for _, v := range slices.Concat(parts...) {
		sound = binary.LittleEndian.AppendUint16(sound, uint16(int16(min(1, max(-1, v))*math.MaxInt16)))
	}
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(sound))), sound...)
}

func silence(seconds float64) []float64 { return make([]float64, int(8000*seconds)) }

func sine(seconds, height float64) []float64 {
	out := silence(seconds)
	for i := range out {
		out[i] = height * math.Sin(2*math.Pi*300*float64(i)/8000)
	}
	return out
}

func tone(seconds, height float64) []byte { return pcm(sine(min(seconds, 19), height)) }

// A recording that can be played is taken, with its length; others are told of.
func TestRecordings(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"good", wav(7), ""}, {"too long", wav(21), "21 seconds long"},
		{"not sound", []byte("hello"), "not a WAV file"},
		{"cut", wav(1)[:40], "no sound"}, {"too large", make([]byte, 2<<20), "bytes"},
		{"MP3 in a WAV",
			[]byte("RIFF\x00\x00\x00\x00WAVE" +
				"fmt \x10\x00\x00\x00\x55\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00" +
				"data\x01\x00\x00\x00x"),
			"neither PCM"},
	} {
		book := files()
		book["recordings.yaml"] = &fstest.MapFile{Data: []byte("schema: 1\n" + recordingLines("greeting.wav",
			"Goodbye."))}
		book["audio/greeting.wav"] = &fstest.MapFile{Data: tt.data}
		src, problems := load.Dir(book)
		if tt.says == "" {
			name := src.Book.RecordingOf(flows.Utterance{Words: "goodbye"})
			if len(problems) > 0 || src.Book.Audio[name].Seconds != 7 {
				t.Errorf("%s: %v, %q of %v s", tt.name, problems, name, src.Book.Audio[name].Seconds)
			}
		} else if len(problems) != 1 || !strings.Contains(problems[0].What, tt.says) || problems[0].Rule != "audio" {
			t.Errorf("%s: %v", tt.name, problems)
		}
	}
}
