package wav_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"signpost/internal/wav"
)

// tone is a WAV file of 16 bits: silence, a tone of the given height, silence.
func tone(rate, channels int, before, seconds, after, height float64) []byte {
	var sound []byte
	for i := range int(float64(rate) * (before + seconds + after)) {
		at, v := float64(i)/float64(rate), 0.0
		if at >= before && at < before+seconds {
			v = min(1, max(-1, height*math.Sin(2*math.Pi*300*at)))
		}
		for range channels {
			sound = binary.LittleEndian.AppendUint16(sound, uint16(int16(v*math.MaxInt16)))
		}
	}
	return file(1, channels, rate, 16, sound)
}

func file(code, channels, rate, bits int, sound []byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(code))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(sound)))
	return append(b, sound...)
}

func TestRead(t *testing.T) {
	loudest := make([]byte, 8000) // of mu-law, the bytes 0 are the loudest there is
	for _, tt := range []struct {
		name string
		data []byte
		want wav.Sound
	}{
		{"a tone", tone(8000, 1, 0.5, 2, 1, 0.5), wav.Sound{Seconds: 3.5, Level: -9, Before: 0.5, After: 1}},
		{"two channels", tone(44100, 2, 0, 1, 0, 0.1), wav.Sound{Seconds: 1, Level: -23}},
		{"quiet", tone(8000, 1, 0, 1, 0, 0.02), wav.Sound{Seconds: 1, Level: -37}},
		{"too loud", tone(8000, 1, 0, 1, 0, 2), wav.Sound{Seconds: 1, Level: -1.2, Clipped: 0.66}},
		{"silence", tone(8000, 1, 3, 0, 0, 0), wav.Sound{Seconds: 3, Level: wav.Silent, Before: 3}},
		{"mu-law", file(7, 1, 8000, 8, loudest), wav.Sound{Seconds: 1, Clipped: 1}},
		{"silent mu-law", file(7, 1, 8000, 8, []byte(strings.Repeat("\xff", 4000))),
			wav.Sound{Seconds: 0.5, Level: wav.Silent, Before: 0.5}},
		{"8 bits", file(1, 1, 8000, 8, []byte(strings.Repeat("\x80", 8000))),
			wav.Sound{Seconds: 1, Level: wav.Silent, Before: 1}},
		{"24 bits", file(1, 1, 8000, 24, []byte(strings.Repeat("\x00\x00\x40\x00\x00\xc0", 4000))),
			wav.Sound{Seconds: 1, Level: -6}},
	} {
		got, err := wav.Read(tt.data)
		near := func(a, b, by float64) bool { return math.Abs(a-b) <= by }
		if err != nil || !near(got.Seconds, tt.want.Seconds, 0.001) || !near(got.Level, tt.want.Level, 0.6) ||
			!near(got.Clipped, tt.want.Clipped, 0.02) ||
			!near(got.Before, tt.want.Before, 0.021) || !near(got.After, tt.want.After, 0.021) {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	good := tone(8000, 1, 0, 1, 0, 0.5)
	for says, data := range map[string][]byte{
		"not a WAV": []byte("ID3 an MP3 file"), "no sound": good[:44],
		"neither PCM": file(0x55, 1, 8000, 16, make([]byte, 100)),
		"3 channels":  file(1, 3, 8000, 16, make([]byte, 100)), "0 samples": file(1, 1, 0, 16, make([]byte, 100)),
		"12 bits":   file(1, 1, 8000, 12, make([]byte, 100)),
		"no format": append([]byte("RIFF\x00\x00\x00\x00WAVEdata\x10\x00\x00\x00"), make([]byte, 16)...),
	} {
		if _, err := wav.Read(data); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q: %v", says, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(tone(8000, 1, 0, 0.1, 0, 0.5))
	f.Add(file(7, 2, 8000, 8, []byte("\x00\xff\x00")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := wav.Read(data); err == nil && (s.Seconds < 0 || s.Before+s.After > s.Seconds+0.01 ||
			s.Level > 0.1 || s.Clipped > 1) {
			t.Errorf("%+v", s)
		}
	})
}
