package preview

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"time"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/check"
	"signpost/internal/wav"
)

const recordingsFile = "recordings.yaml"

// stretchRow is a stretch of words that a person can record.
type stretchRow struct {
	N         int
	Words     string
	Language  string // its name, when it is not English
	Where     string // the step that says it first
	Seconds   float64
	File      string // the recording; empty: the voice says it
	Between   string // which side a number follows
	languages string // its short name
}

// stretches are all that can be recorded, in the order of the script.
func stretches(v Verdict) (out []stretchRow) {
	book := v.Source.Book
	for n, st := range check.Stretches(book) {
		row := stretchRow{N: n + 1, Words: st.Words,
			Seconds: max(1, flows.Seconds([]flows.Utterance{{Words: st.Words}}))}
		if st.Lang > 0 {
			row.Language, row.languages = book.Languages[st.Lang-1].Name, book.Languages[st.Lang-1].ID
		}
		if step := book.StepNamed(st.Step); step != nil {
			row.Where = pieceName(v, "steps", st.Step)
		}
		if st.NumberAfter {
			row.Between = "A number follows: keep your voice up."
		}
		for _, r := range v.Source.Recorded {
			if r.Language == row.languages && flows.SpokenKey(r.Words) == flows.SpokenKey(st.Words) {
				row.File = r.File
			}
		}
		out = append(out, row)
	}
	return out
}

func (s *Server) recordingsPage(w http.ResponseWriter, _ *http.Request) {
	v := s.Verdict()
	if v.Source.Broken {
		s.trouble(w, http.StatusConflict, "The files cannot be read. Fix the mistakes under Checks first.")
		return
	}
	rows, done := stretches(v), 0
	for _, r := range rows {
		if r.File != "" {
			done++
		}
	}
	s.show(w, http.StatusOK, "recordings.html", page{Title: "Recordings", Here: "/recordings", Body: struct {
		Rows []stretchRow
		Done int
	}{rows, done}})
}

// stretchOf is the one that an address names.
func stretchOf(v Verdict, r *http.Request) (stretchRow, bool) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if v.Source.Broken || err != nil {
		return stretchRow{}, false
	}
	all := stretches(v)
	if n < 1 || n > len(all) {
		return stretchRow{}, false
	}
	return all[n-1], true
}

// sound is a recording, to listen to.
func (s *Server) sound(w http.ResponseWriter, r *http.Request) {
	row, ok := stretchOf(s.Verdict(), r)
	data, err := fs.ReadFile(s.dir, path.Join("audio", path.Base(row.File)))
	if !ok || row.File == "" || err != nil {
		s.trouble(w, http.StatusNotFound, "There is no such recording.")
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// recordingPage is the form that takes in a recording. A recording that was looked at is
// sent again with the button that saves it: nothing of it is kept before.
func (s *Server) recordingPage(v Verdict, r *http.Request) (*formPage, bool) {
	row, ok := stretchOf(v, r)
	if !ok {
		return nil, false
	}
	f := &formPage{Title: fmt.Sprint("Recording ", row.N), At: fmt.Sprint("/recordings/", row.N), Back: "/recordings",
		BackTo: "all recordings", Here: "/recordings", Files: true,
		About: fmt.Sprintf("Read aloud, slowly and evenly, in about %.0f seconds: “%s” %s", row.Seconds, row.Words,
			row.Between)}
	one := &formField{Name: "sound", Label: "The recording", Kind: "file",
		Help: "A WAV file: 8000 Hz, one channel, at most 20 seconds."}
	if row.File != "" {
		one.Listen = f.At + "/sound"
	}
	f.Groups = []formGroup{{Fields: []*formField{one, {Name: "kept", Kind: "hidden"},
		{Name: "words", Kind: "hidden", Value: row.Words}, {Name: "language", Kind: "hidden", Value: row.languages},
		{Name: "file", Kind: "hidden", Value: row.File}}}}
	if r.MultipartForm != nil {
		if sent, _, err := r.FormFile("sound"); err == nil {
			defer func() { _ = sent.Close() }()
			if data, err := io.ReadAll(io.LimitReader(sent, maxUpload)); err == nil {
				r.Form.Set("kept", base64.StdEncoding.EncodeToString(data))
			}
		}
	}
	// What it says comes from the book, not from the request.
	for name, is := range map[string]string{"words": row.Words, "language": row.languages, "file": row.File} {
		r.Form.Set(name, is)
	}
	return f, true
}

func (s *Server) recordingWork(v Verdict, f *formPage) proposal {
	p := f.proposal(v, f.Title)
	data, err := base64.StdEncoding.DecodeString(f.get("kept"))
	if err != nil || len(data) == 0 {
		return p.refuseAt("sound", "Choose the file of the recording.")
	}
	if _, err := wav.Read(data); err != nil {
		return p.refuseAt("sound",
			"The recording cannot be played: "+err.Error()+". Save it as an ordinary WAV file: 8000 Hz, one channel.")
	}
	name, files := f.get("file"), map[string][]byte{}
	lang := f.get("language")
	if name == "" {
		name = check.RecordingName(f.get("words"), lang)
		quoted, err := edit.Quoted(f.get("words"))
		if err != nil {
			return p.refuse(sentence(err))
		}
		lines := fmt.Sprintf("  - file: %s\n    say: %s\n", name, quoted)
		if lang != "" {
			lines += fmt.Sprintf("    language: %s\n", lang)
		}
		src := v.Source
		if src.File(recordingsFile) == nil {
			return p.refuse("The folder has no recordings.yaml. Copy the one that ships into it first.")
		}
		if files[recordingsFile], err = edit.Insert(src, recordingsFile, "recordings", lines); err != nil {
			return p.refuse(sentence(err))
		}
	}
	file := path.Join("audio", path.Base(name))
	old, err := fs.ReadFile(s.dir, file)
	p.Files = []proposedFile{{Name: file, Made: err != nil, Sound: true, old: old, new: data}}
	return s.weigh(v, p, files)
}
