// Package merge puts together two changes to a flow book by what they mean: services, steps
// and their facts, not lines. Changes to different facts go together. Two changes to the
// same fact are a conflict, and a person says which to keep.
package merge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"signpost/flows/load"
)

// Side is one of the two changes.
type Side string

// The sides of a conflict.
const (
	Published Side = "published"
	Draft     Side = "draft"
)

// Conflict is one fact that both sides have changed in different ways.
type Conflict struct {
	ID    string // stays the same as long as both sides do
	File  string
	Where string // the fact, like "services, kendal, numbers"
	// Before, Published and Draft are what the files say. Empty: the fact is not there.
	Before, Published, Draft string
}

// merging is one merge.
type merging struct {
	choose    map[string]Side
	conflicts []Conflict
	file      string
}

// Books puts a draft and the published book together. before is what both began with.
// choose says which side to keep of a conflict, by its id; what it does not name is left in
// the conflicts. files holds every file of the result. Without a conflict, the result is to
// be checked like any other book: two changes that are right alone may be wrong together.
func Books(before, published, draft fs.FS, choose map[string]Side) (files map[string][]byte, conflicts []Conflict,
	err error) {
	names, err := all(before, published, draft)
	if err != nil {
		return nil, nil, err
	}
	m := &merging{choose: choose}
	files = map[string][]byte{}
	for _, name := range names {
		m.file = name
		out := m.one(read(before, name), read(published, name), read(draft, name))
		if out != nil {
			files[name] = out
		}
	}
	return files, m.conflicts, nil
}

// all lists the files of all three books.
func all(books ...fs.FS) (names []string, err error) {
	for _, b := range books {
		for _, folder := range load.Folders() {
			entries, err := fs.ReadDir(b, folder)
			if err != nil && folder == "." {
				return nil, fmt.Errorf("read the files of a flow book: %w", err)
			}
			for _, e := range entries {
				name := strings.TrimPrefix(folder+"/"+e.Name(), "./")
				if load.Belongs(name) && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

// read is a file, or nil if there is none.
func read(b fs.FS, name string) []byte {
	data, err := fs.ReadFile(b, name)
	if err != nil {
		return nil
	}
	if strings.HasSuffix(name, ".yaml") {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	if data == nil {
		data = []byte{}
	}
	return data
}

func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// one merges a file.
func (m *merging) one(before, published, draft []byte) []byte {
	switch {
	case same(published, draft), same(before, draft):
		return published
	case same(before, published):
		return draft
	}
	if strings.HasSuffix(m.file, ".yaml") && before != nil && published != nil && draft != nil {
		b, ok1 := parse(before)
		p, ok2 := parse(published)
		d, ok3 := parse(draft)
		if ok1 && ok2 && ok3 {
			if out := m.block(nil, b, p, d); out != nil {
				return []byte(out.text())
			}
			return nil
		}
	}
	if m.keeps(nil, shown(before), shown(published), shown(draft)) == Draft {
		return draft
	}
	return published
}

// shown is a file that is chosen as a whole, as a person is shown it.
func shown(data []byte) string {
	if data == nil {
		return ""
	}
	const most = 400
	if bytes.IndexByte(data, 0) >= 0 || len(data) > most {
		return fmt.Sprintf("a file of %d bytes", len(data))
	}
	return string(data)
}

// keeps says which side of a conflict to keep. Until somebody has chosen, it is the
// published one, and the conflict is listed.
func (m *merging) keeps(path []string, before, published, draft string) Side {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{m.file, before, published, draft}, path...), "\x00")))
	c := Conflict{ID: hex.EncodeToString(sum[:8]), File: m.file, Where: strings.Join(path, ", "), Before: before,
		Published: published, Draft: draft}
	if side := m.choose[c.ID]; side == Published || side == Draft {
		return side
	}
	m.conflicts = append(m.conflicts, c)
	return Published
}

// block merges one entry of a file. Nil means that there is none.
func (m *merging) block(path []string, before, published, draft *block) *block {
	switch {
	case alike(published, draft), alike(before, draft):
		return published
	case alike(before, published):
		return draft
	case before.parted() && published.parted() && draft.parted():
		return m.parts(path, before, published, draft)
	case published.says() == draft.says(), before.says() == draft.says():
		return published // they differ in comments
	case before.says() == published.says():
		return draft
	}
	if m.keeps(path, before.shown(), published.shown(), draft.shown()) == Draft {
		return draft
	}
	return published
}

// parts merges an entry part by part, in the order of the published one. What only the draft
// has comes after the part that it follows there.
func (m *merging) parts(path []string, before, published, draft *block) *block {
	out := &block{key: published.key, kind: published.kind}
	out.head = published.head
	if slices.Equal(before.head, published.head) || bare(before.head) != bare(draft.head) &&
		bare(published.head) == bare(before.head) {
		out.head = draft.head
	}
	for _, p := range published.parts {
		kept := m.block(sub(path, p.key), before.part(p.key), p, draft.part(p.key))
		if kept != nil {
			out.parts = append(out.parts, kept)
		}
	}
	for i, d := range draft.parts {
		if published.part(d.key) != nil {
			continue
		}
		kept := m.block(sub(path, d.key), before.part(d.key), nil, d)
		if kept == nil {
			continue
		}
		at := len(out.parts)
		if i > 0 {
			if found := slices.IndexFunc(out.parts,
				func(b *block) bool { return b.key == draft.parts[i-1].key }); found >= 0 {
				at = found + 1
			}
		} else {
			at = 0
		}
		out.parts = slices.Insert(out.parts, at, kept)
	}
	return out
}

// alike reports that two entries are the same, comments and all.
func alike(a, b *block) bool { return (a == nil) == (b == nil) && a.text() == b.text() }

func sub(path []string, key string) []string { return append(slices.Clone(path), key) }
