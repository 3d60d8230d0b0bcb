package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"signpost/flows"
	"signpost/internal/wav"
)

// recordingsFile names what people have spoken.
const recordingsFile = "recordings.yaml"

// Limits of recordings: a prompt is seconds long, the provider fetches it while somebody
// waits, and all are kept in memory.
const (
	maxRecording        = 1 << 20  // bytes
	maxRecordings       = 64 << 20 // bytes, of all together
	maxRecordingSeconds = 20
)

// Recorded is one recording as it is named in its file.
type Recorded struct {
	File, Words string
	Language    string // the id of a language; empty: the book's own
	Path        string // in recordings.yaml
	Sound       wav.Sound
}

// recordings reads what people have spoken. It is called when the languages are read.
func (b *builder) recordings(all value) {
	total := 0
	for i, v := range all.list {
		if !v.set {
			continue
		}
		r := Recorded{File: v.at("file").text, Words: v.at("say").text, Language: v.at("language").text,
			Path: fmt.Sprintf("recordings.%d", i)}
		b.played = append(b.played, r.File)
		of, known := b.bookIn(r.Language)
		if !known {
			var ids []string
			for _, t := range b.src.Translations {
				ids = append(ids, t.ID)
			}
			b.problem(v.at("language").pos, "audio", fmt.Sprintf("there is no language %q", r.Language),
				"Nobody would ever hear the recording.", DidYouMean(r.Language, ids))
			continue
		}
		data, ok := b.recording(v.at("file"), &r)
		if !ok {
			continue
		}
		if total += len(data); total > maxRecordings {
			b.problem(v.pos, "audio", fmt.Sprintf("the recordings are more than %d megabytes together",
				maxRecordings>>20), "They would not fit into the memory of the server.",
				"Save them as 8000 Hz, one channel.")
			return
		}
		b.src.Recorded = append(b.src.Recorded, r)
		if of != nil {
			b.record(of, v, r, data)
		}
	}
}

// bookIn is the book in a language; nil for an unsigned translation.
func (b *builder) bookIn(id string) (of *flows.Book, known bool) {
	if id == "" {
		return b.src.Book, true
	}
	for i := range b.src.Book.Languages {
		if l := &b.src.Book.Languages[i]; l.ID == id {
			return l.Book, true
		}
	}
	for i := range b.src.Unsigned {
		known = known || b.src.Unsigned[i].ID == id
	}
	return nil, known
}

// record puts a recording into a book. It is served under a name made from what is in it,
// so that a changed recording is never mistaken for the old.
func (b *builder) record(of *flows.Book, v value, r Recorded, data []byte) {
	key := flows.SpokenKey(r.Words)
	if _, twice := of.Recorded[key]; twice {
		b.problem(v.at("say").pos, "audio", "these words have a recording already",
			"Callers would hear one of the two, and you would not know which.",
			"Keep one, and take the other lines out.")
		return
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:12]) + ".wav"
	if of.Recorded == nil {
		of.Recorded = map[string]string{}
	}
	of.Recorded[key] = name
	if b.src.Book.Audio == nil {
		b.src.Book.Audio = map[string]flows.Recording{}
	}
	b.src.Book.Audio[name] = flows.Recording{Data: data, Seconds: r.Sound.Seconds}
}

// recording reads the file of a recording, and what it sounds like.
func (b *builder) recording(file value, r *Recorded) (data []byte, ok bool) {
	fail := func(what, fix string) {
		b.problem(file.pos, "audio", what, "Callers would hear nothing where the words should be.", fix)
	}
	if strings.Contains(r.File, "/") || !strings.HasSuffix(r.File, ".wav") {
		fail(fmt.Sprintf("%q is not the name of a WAV file", r.File),
			"Put the file in the folder audio beside this one and write its name, like greeting.wav.")
		return nil, false
	}
	data, err := fs.ReadFile(b.fsys, "audio/"+r.File)
	if err != nil {
		fail(fmt.Sprintf("the recording audio/%s cannot be read", r.File),
			"Put the file there, or take these lines out: the voice says the words then.")
		return nil, false
	}
	if len(data) > maxRecording {
		fail(fmt.Sprintf("the recording is %d bytes; at most %d are served", len(data), maxRecording),
			"Save it as 8000 Hz, one channel.")
		return nil, false
	}
	if r.Sound, err = wav.Read(data); err != nil {
		fail("the recording cannot be played: "+err.Error(),
			"Save it as an ordinary WAV file: 8000 Hz, one channel, 16 bits or mu-law.")
		return nil, false
	}
	if r.Sound.Seconds > maxRecordingSeconds {
		fail(fmt.Sprintf("the recording is %.0f seconds long; at most %d", r.Sound.Seconds, maxRecordingSeconds),
			"Say less: people forget the first choices before they hear the last.")
		return nil, false
	}
	return data, true
}
