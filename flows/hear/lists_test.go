package hear

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"signpost/internal/area"
)

// list is one list of the book that ships.
type list struct {
	Phrases, Unless, Match []string
	NoMatch                []string `yaml:"no_match"`
}

// shippedLists reads the lists that ship as they are written.
func shippedLists(t testing.TB) (spec Spec, written []list) {
	t.Helper()
	files, err := filepath.Glob("../book/heard_*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	spec.Words = map[string][]string{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Words     map[string][]string
			Glue      []string
			Small     map[string][]string
			Variants  map[string][]string
			Sorts     map[string][]string
			Parts     map[string][]string
			Heard     map[string]list
			Languages map[string]map[string]list
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for k, v := range file.Words {
			spec.Words[k] = v
		}
		spec.Glue = append(spec.Glue, file.Glue...)
		if file.Small != nil { // the file of the words
			spec.Small, spec.Variants, spec.Sorts, spec.Parts = file.Small, file.Variants, file.Sorts, file.Parts
		}
		for i, all := range append([]map[string]list{file.Heard}, slices.Collect(values(file.Languages))...) {
			for k, l := range all {
				kind, ok := KindNamed(k)
				if !ok {
					t.Fatalf("%s: there is no kind %q", name, k)
				}
				spec.Lists = append(spec.Lists, List{Kind: kind, Phrases: l.Phrases, Unless: l.Unless, Foreign: i > 0})
				written = append(written, l)
			}
		}
	}
	return spec, written
}

func values[K comparable, V any](m map[K]V) func(func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// Every phrase that ships can be read, and every example is understood as it says.
func TestShippedLists(t *testing.T) {
	spec, written := shippedLists(t)
	ear, mistakes := Compile(spec)
	for _, m := range mistakes {
		t.Errorf("%s: %v", spec.Lists[m.List].Kind, m)
	}
	places := area.Shipped().Finder(nil)
	for i, l := range written {
		kind := spec.Lists[i].Kind
		for _, text := range l.Match {
			if !ear.Hear(text, places).Has(kind) {
				t.Errorf("%s: %q is not understood", kind, text)
			}
		}
		for _, text := range l.NoMatch {
			if ear.Hear(text, places).Has(kind) {
				t.Errorf("%s: %q is taken for it", kind, text)
			}
		}
	}
}

// The signs that weights are fitted on are those that a text is weighed by.
func TestSignsAreFound(t *testing.T) {
	spec, written := shippedLists(t)
	var texts []string
	for _, l := range written {
		texts = append(append(texts, l.Match...), l.NoMatch...)
	}
	ear, _ := Compile(spec)
	all := map[Sign]float32{}
	given, said := make([]map[Sign]bool, len(texts)), make([]Set, len(texts))
	for i, text := range texts {
		given[i] = map[Sign]bool{}
		r := ear.Hear(text, nil)
		said[i] = r.sure
		ear.EachSign(ear.Stems(r), said[i], func(s Sign, _, _ int) { given[i][s], all[s] = true, 1 })
	}
	spec.Scales = []Scale{{Kind: Ordinary, Enough: float32(len(all) + 1), Adds: all}}
	ear, _ = Compile(spec)
	for i, text := range texts {
		r := ear.Hear(text, nil)
		w := ear.scales.weighing()
		ear.scales.find(w, ear.Stems(r), said[i])
		if len(w.found) != len(given[i]) {
			t.Errorf("%q has %d signs, and %d are found", text, len(given[i]), len(w.found))
		}
		w.wipe()
	}
}
