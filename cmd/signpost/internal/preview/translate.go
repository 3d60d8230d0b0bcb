package preview

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows/load"
	"signpost/internal/hours"
)

const languagesFile = "languages.yaml"

// languageRow is a language as the list shows it.
type languageRow struct {
	ID, Name, Signed, Signer string
	Missing, All             int
}

func (s *Server) languagesPage(w http.ResponseWriter, _ *http.Request) {
	v := s.Verdict()
	var rows []languageRow
	for _, t := range v.Source.Translations {
		rows = append(rows, languageNow(v, t))
	}
	s.show(w, http.StatusOK, "languages.html", page{Title: "Languages", Here: "/languages", Body: rows})
}

// languageNow is how far a language has come.
func languageNow(v Verdict, t load.Translation) languageRow {
	row := languageRow{ID: t.ID, Name: t.ID, All: len(v.Source.Wordings)}
	has := map[string]bool{}
	for _, w := range t.Texts {
		has[w.Path] = strings.TrimSpace(w.Words) != ""
	}
	for _, w := range v.Source.Wordings {
		if !has[w.Path] {
			row.Missing++
		}
	}
	for _, d := range v.Source.Unsigned {
		if d.ID == t.ID {
			row.Name, row.Signer = d.Name, d.Signer
		}
	}
	for i := range v.Source.Book.Languages {
		if l := &v.Source.Book.Languages[i]; l.ID == t.ID {
			row.Name = l.Name
		}
	}
	if !t.Unsigned {
		at := "languages." + t.ID + "."
		day := lineWords(v.Source, languagesFile, at+"signed_off_on")
		if on, err := time.Parse(time.DateOnly, day); err == nil {
			day = on.Format("2 January 2006")
		}
		row.Signed = lineWords(v.Source, languagesFile, at+"signed_off_by") + ", " + day
	}
	return row
}

// lineWords are the words that are written on the line of a path, without quotes.
func lineWords(src *load.Source, file, path string) string {
	if !src.Has(file, path) {
		return ""
	}
	line, _, _ := strings.Cut(string(src.File(file)[src.Offset(src.Pos(file, path)):]), "\n")
	words, _, _ := strings.Cut(line, " #")
	return strings.Trim(strings.TrimSpace(words), `"'`)
}

// languagePage is the form of a language: every wording below the English, and who signs.
func (s *Server) languagePage(v Verdict, r *http.Request) (*formPage, bool) {
	id := r.PathValue("id")
	i := slices.IndexFunc(v.Source.Translations, func(t load.Translation) bool { return t.ID == id })
	if i < 0 {
		return nil, false
	}
	t, row, at := v.Source.Translations[i], languageNow(v, v.Source.Translations[i]), "languages."+id+"."
	has := map[string]string{}
	for _, w := range t.Texts {
		has[w.Path] = w.Words
	}
	f := &formPage{Title: row.Name, At: "/languages/" + id, Back: "/languages", BackTo: "all languages",
		Here: "/languages", Jump: "read", JumpText: "Go to the end, to sign it",
		About: "A person who speaks the language writes and reads every line. Never use a machine. Keep each {name} " +
			"in curly brackets."}
	missing, done := formGroup{Legend: "Still missing"}, formGroup{Legend: "Every wording, below the English"}
	for n, w := range v.Source.Wordings {
		one := &formField{Name: fmt.Sprint("w", n), Label: w.Words, Help: pieceOf(v, w.Path), Value: has[w.Path],
			Lang: id, File: languagesFile, Path: at + "texts." + w.Path}
		if len(w.Words) > 60 {
			one.Kind = "long"
		}
		if one.Value == "" {
			missing.Fields = append(missing.Fields, one)
		} else {
			done.Fields = append(done.Fields, one)
		}
	}
	if len(missing.Fields) > 0 {
		f.Groups = append(f.Groups, missing)
	}
	sign := formGroup{Legend: "Sign it",
		Help: "Sign only when you speak the language, work with frightened people, and have read every line. From " +
			"then on callers get it.",
		Fields: []*formField{
			{Name: "read", Label: "I have read every line", Kind: "tick"},
			{Name: "signed_by", Label: "Your role", Help: "A role, never a name.",
				Value: lineWords(v.Source, languagesFile, at+"signed_off_by"), Most: longestRole, File: languagesFile,
				Path: at + "signed_off_by"},
			{Name: "signed_on", Label: "The day you read it", Kind: "date",
				Value: lineWords(v.Source, languagesFile, at+"signed_off_on"), File: languagesFile,
				Path: at + "signed_off_on"},
			{Name: "voice", Label: "The voice that speaks it", Help: "In the provider's names, like Polly.Ola-Neural.",
				Value: lineWords(v.Source, languagesFile, at+"voice.name"), Most: 60, File: languagesFile,
				Path: at + "voice.name"},
			{Name: "voice_language", Label: "The language of the voice", Help: "Like pl-PL.",
				Value: lineWords(v.Source, languagesFile, at+"voice.language"), Most: 10, File: languagesFile,
				Path: at + "voice.language"},
		}}
	f.Groups = append(f.Groups, done, sign)
	return f, true
}

// pieceOf says where a wording is used, in words.
func pieceOf(v Verdict, path string) string {
	parts := strings.SplitN(path, ".", 3)
	if len(parts) < 3 {
		return path
	}
	return pieceName(v, parts[0], parts[1]) + ". " + wordingLabel(path)
}

func (s *Server) languageWork(v Verdict, f *formPage) proposal {
	id := strings.TrimPrefix(f.At, "/languages/")
	p, at := f.proposal(v, f.Title), "languages."+id+"."
	var wanted []edit.Change
	var lines strings.Builder
	for n, w := range v.Source.Wordings {
		one := f.field(fmt.Sprint("w", n))
		words := strings.Join(strings.Split(one.Value, "\n"), " ")
		was := lineWordsOf(v, id, w.Path)
		switch {
		case words == was:
		case v.Source.Has(languagesFile, one.Path) && words == "":
			wanted = append(wanted, edit.Change{Path: one.Path})
		case v.Source.Has(languagesFile, one.Path):
			wanted = append(wanted, edit.Change{Path: one.Path, Words: words})
		default:
			quoted, err := edit.Quoted(words)
			if err != nil {
				return p.refuseAt(one.Name, sentence(err))
			}
			fmt.Fprintf(&lines, "      %s: %s\n", w.Path, quoted)
		}
	}
	signs, unsigned := s.signing(v, f, at)
	if len(unsigned) > 0 {
		p.Others = unsigned[1:]
		return p.refuseAt(unsigned[0].Field, unsigned[0].What)
	}
	data, err := edit.Set(v.Source, languagesFile, append(wanted, signs...))
	if err == nil && lines.Len() > 0 {
		data, err = s.insertIn(data, at+"texts", lines.String())
	}
	voice, of := f.get("voice"), f.get("voice_language")
	if err == nil && voice != "" && !v.Source.Has(languagesFile, at+"voice") {
		data, err = s.insertIn(data, strings.TrimSuffix(at, "."),
			fmt.Sprintf("    voice: {name: %q, language: %q}\n", voice, of))
	}
	if err != nil {
		return p.refuse(sentence(err))
	}
	return s.weigh(v, p, map[string][]byte{languagesFile: data})
}

func lineWordsOf(v Verdict, id, path string) string {
	for _, t := range v.Source.Translations {
		for _, w := range t.Texts {
			if t.ID == id && w.Path == path {
				return w.Words
			}
		}
	}
	return ""
}

// signing is what a signature writes, or all that is wrong with it.
func (s *Server) signing(v Verdict, f *formPage, at string) (wanted []edit.Change, wrong []formError) {
	by, on := f.get("signed_by"), f.get("signed_on")
	was, day := lineWords(v.Source, languagesFile, at+"signed_off_by"),
		lineWords(v.Source, languagesFile, at+"signed_off_on")
	if by == was && on == day || by == "" && on == "" && f.get("read") == "" {
		return nil, nil
	}
	say := func(field, what string) { wrong = append(wrong, formError{field, what}) }
	for i := range v.Source.Wordings {
		if one := f.field(fmt.Sprint("w", i)); strings.TrimSpace(one.Value) == "" {
			say(one.Name, "Somebody who signs has every line: this one is missing.")
		}
	}
	if f.get("read") == "" {
		say("read", "To sign, say that you have read every line.")
	}
	if by == "" {
		say("signed_by", fillIn+"Your role.")
	} else if err := load.Role(by); err != nil {
		say("signed_by", sentence(err))
	}
	if signed, err := time.Parse(time.DateOnly, on); err != nil || signed.After(hours.Day(s.Now())) {
		say("signed_on", "Write the day on which you read it: today or before.")
	}
	for _, one := range []string{"voice", "voice_language"} {
		if f.get(one) == "" {
			say(one, fillIn+f.field(one).Label+".")
		}
	}
	return []edit.Change{{Path: at + "signed_off_by", Words: by, After: "name"},
		{Path: at + "signed_off_on", Words: on, After: "name"}}, wrong
}

// insertIn puts lines into the languages' file as it would be.
func (s *Server) insertIn(data []byte, path, lines string) ([]byte, error) {
	src, _ := load.Dir(load.Overlay{FS: s.dir, Files: map[string][]byte{languagesFile: data}})
	return edit.Insert(src, languagesFile, path, lines)
}
