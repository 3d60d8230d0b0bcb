package preview

import (
	"io/fs"
	"slices"

	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/linediff"
)

// exampleRules are the rules that report an example that goes another way.
var exampleRules = []string{"example", "transcript"}

// alters puts the examples that a change alters beside each other, as they were and as
// they would be, to be accepted one by one. Anyone who edits the examples themselves, or has
// other mistakes to fix, reads of them as problems.
func alters(v Verdict, p proposal) proposal {
	of := func(b load.Problem) bool { return slices.Contains(exampleRules, b.Rule) }
	if p.edits == examplesFile || v.Errors() > 0 {
		return p
	}
	others := slices.DeleteFunc(slices.Clone(p.Problems), of)
	if len(others) > 0 || len(p.Problems) == 0 && !slices.ContainsFunc(p.Warnings, of) {
		return p
	}
	if p.Altered = check.AlteredBy(v.Book, p.src); len(p.Altered) > 0 {
		p.Problems, p.Warnings = others, slices.DeleteFunc(p.Warnings, of)
	}
	return p
}

// accepted adds to a proposal the examples as they go now, when every one that is altered
// was accepted.
func (s *Server) accepted(p proposal, names []string) proposal {
	for _, a := range p.Altered {
		if !slices.Contains(names, a.Name) {
			p.Unread = append(p.Unread, a.Name)
		}
	}
	if len(p.Unread) > 0 {
		return p
	}
	data := check.Accepted(p.src, p.Altered)
	changed := load.Overlay{FS: s.dir, Files: map[string][]byte{examplesFile: data}}
	for _, f := range p.Files {
		if f.Name != examplesFile {
			changed.Files[f.Name] = f.new
		}
	}
	if _, problems := s.Kept.On(changed, s.Now()); len(load.Errors(problems)) > 0 {
		p.Problems = load.Errors(problems)
		return p
	}
	p.Files = slices.DeleteFunc(p.Files, func(f proposedFile) bool { return f.Name == examplesFile })
	const around = 3
	old, _ := fs.ReadFile(s.dir, examplesFile) // the check has read it
	p.Files = append(p.Files, proposedFile{Name: examplesFile, Hunks: linediff.Hunks(string(old), string(data), around),
		old: old, new: data})
	p.Altered = nil
	return p
}
