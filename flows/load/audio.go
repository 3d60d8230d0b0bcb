package load

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"signpost/flows"
)

// Limits of recordings: a prompt is seconds long, and the provider fetches it
// while somebody waits.
const (
	maxRecording        = 1 << 20 // bytes
	maxRecordingSeconds = 20
)

// recording reads the recording a step names. It is served under a name made
// from what is in it, so that a changed recording is never mistaken for the old.
func (b *builder) recording(s *flows.Step, v value) {
	a := v.at("audio")
	if !a.set {
		return
	}
	b.played = append(b.played, a.text)
	const why = "Callers would hear nothing where the prompt should be."
	fail := func(what, fix string) { b.problem(a.pos, "audio", what, why, fix) }
	switch {
	case s.Kind == flows.KindServices:
		fail("a services step cannot be a recording", "Its words change with the service and the hour: take the line out.")
		return
	case s.Say == "":
		fail("there is a recording but no say", "Write under say what is in the recording: it is what you review, and what is spoken if the file is gone.")
		return
	case strings.Contains(a.text, "/") || !strings.HasSuffix(a.text, ".wav"):
		fail(fmt.Sprintf("%q is not the name of a WAV file", a.text), "Put the file in the folder audio beside this one and write its name, like greeting.wav.")
		return
	}
	data, err := fs.ReadFile(b.fsys, "audio/"+a.text)
	if err != nil {
		fail(fmt.Sprintf("the recording audio/%s cannot be read", a.text), "Put the file there, or take the line out.")
		return
	}
	if len(data) > maxRecording {
		fail(fmt.Sprintf("the recording is %d bytes; at most %d are served", len(data), maxRecording), "Save it as 8000 Hz, one channel.")
		return
	}
	seconds, err := wavSeconds(data)
	if err != nil {
		fail("the recording cannot be played: "+err.Error(), "Save it as an ordinary WAV file: 8000 Hz, one channel, 16 bits or mu-law.")
		return
	}
	if seconds > maxRecordingSeconds {
		fail(fmt.Sprintf("the recording is %.0f seconds long; at most %d", seconds, maxRecordingSeconds), "Say less: people forget the first choices before they hear the last.")
		return
	}
	sum := sha256.Sum256(data)
	s.Audio = hex.EncodeToString(sum[:12]) + ".wav"
	if b.src.Book.Audio == nil {
		b.src.Book.Audio = map[string]flows.Recording{}
	}
	b.src.Book.Audio[s.Audio] = flows.Recording{Data: data, Seconds: seconds}
}

// wavSeconds is how long a WAV file plays (RIFF; PCM or mu-law, which the
// provider takes).
func wavSeconds(data []byte) (float64, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return 0, errors.New("it is not a WAV file")
	}
	rate := uint32(0)
	for rest := data[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if id == "fmt " && len(body) >= 16 {
			if f := binary.LittleEndian.Uint16(body); f != 1 && f != 7 {
				return 0, errors.New("its coding is neither PCM nor mu-law")
			}
			rate = binary.LittleEndian.Uint32(body[8:])
		}
		if id == "data" {
			if rate == 0 {
				return 0, errors.New("it has no format before its sound")
			}
			return float64(min(size, len(body))) / float64(rate), nil
		}
		if size < 0 || size+size%2 > len(body) {
			break
		}
		rest = body[size+size%2:]
	}
	return 0, errors.New("it holds no sound")
}
