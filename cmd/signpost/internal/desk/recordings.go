package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"time"

	"signpost/flows"
	"signpost/flows/load"
)

// recording is a recording that a draft adds, replaces or takes out. No word changes, so it is
// no notice; but callers hear it, and an approver has to listen.
type recording struct {
	ID, Words, File string
	New, Gone       bool
}

// recordings are those that differ between two books.
func recordings(old, draft *load.Source, before, after fs.FS) (out []recording) {
	same := func(a, b load.Recorded) bool {
		return a.Language == b.Language && flows.SpokenKey(a.Words) == flows.SpokenKey(b.Words)
	}
	sound := func(in fs.FS, r load.Recorded) []byte {
		data, _ := fs.ReadFile(in, path.Join("audio",
			path.Base(r.File))) // one that is missing is a mistake of the book
		return data
	}
	for _, r := range draft.Recorded {
		data := sound(after, r)
		at := slices.IndexFunc(old.Recorded, func(o load.Recorded) bool { return same(o, r) })
		if at >= 0 && bytes.Equal(sound(before, old.Recorded[at]), data) {
			continue
		}
		sum := sha256.Sum256(append([]byte(r.Language+"\x00"+r.Words+"\x00"), data...))
		out = append(out, recording{ID: hex.EncodeToString(sum[:8]), Words: r.Words, File: path.Base(r.File),
			New: at < 0})
	}
	for _, o := range old.Recorded {
		if !slices.ContainsFunc(draft.Recorded, func(r load.Recorded) bool { return same(o, r) }) {
			sum := sha256.Sum256([]byte("gone\x00" + o.Language + "\x00" + o.Words))
			out = append(out, recording{ID: hex.EncodeToString(sum[:8]), Words: o.Words, Gone: true})
		}
	}
	return out
}

// handleSound serves a recording of a draft, to listen to.
func (d *Desk) handleSound(v visit) {
	t, ok := d.requestedDraft(v)
	if !ok {
		return
	}
	s, err := d.diff(t.ID)
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	file := v.r.PathValue("file")
	files, err := d.repo.Files(s.Commit)
	if err != nil || !slices.ContainsFunc(s.Recordings, func(r recording) bool { return r.File == file && !r.Gone }) {
		d.handleNotFound(v)
		return
	}
	data, err := fs.ReadFile(files, path.Join("audio", file))
	if err != nil {
		d.handleNotFound(v)
		return
	}
	v.w.Header().Set("Content-Type", "audio/wav")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(data))
}
