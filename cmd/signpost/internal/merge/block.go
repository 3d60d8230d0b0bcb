package merge

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// block is an entry of a YAML file: its lines, and the comment above it.
type block struct {
	key   string
	kind  yaml.Kind // of what it holds; parts are only those of mappings, or items with a name
	head  []string  // the lines before its first part; all, if it has none
	parts []*block
}

// parse cuts a file into its entries. It reports false for a file that is no YAML.
func parse(data []byte) (*block, bool) {
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) != 1 {
		return nil, false
	}
	lines := strings.SplitAfter(string(data), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n"
	}
	root := &block{}
	root.fill(doc.Content[0], lines, 0, len(lines))
	return root, true
}

// entry is where a part begins in a file.
type entry struct {
	key   string
	line  int // from 0
	value *yaml.Node
}

// fill cuts the lines from start to end, which hold a value.
func (b *block) fill(value *yaml.Node, lines []string, start, end int) {
	b.kind = value.Kind
	entries := entriesOf(value)
	if len(entries) == 0 || value.Style&yaml.FlowStyle != 0 || entries[0].line < start {
		b.head = lines[start:end]
		return
	}
	from := entries[0].line
	b.head = lines[start:from]
	for i, e := range entries {
		to := end
		if i+1 < len(entries) {
			to = above(lines, entries[i+1].line, e.line+1)
		}
		part := &block{key: e.key}
		list := e.value.Kind == yaml.MappingNode || e.value.Kind == yaml.SequenceNode
		if list && value.Kind == yaml.MappingNode && e.value.Line-1 > e.line {
			// The comments above the name are part of the head.
			part.nested(e, lines, from, to)
		} else {
			part.kind, part.head = e.value.Kind, lines[from:to]
		}
		b.parts = append(b.parts, part)
		from = to
	}
}

// nested fills an entry whose value begins below its name.
func (b *block) nested(e entry, lines []string, from, to int) {
	inner := &block{}
	inner.fill(e.value, lines, e.line+1, to)
	b.kind, b.parts = inner.kind, inner.parts
	b.head = append(append([]string(nil), lines[from:e.line+1]...), inner.head...)
}

// above goes up from a line over the comments and empty lines that belong to it.
func above(lines []string, line, least int) int {
	indent := len(lines[line]) - len(strings.TrimLeft(lines[line], " "))
	for line > least {
		text := strings.TrimLeft(lines[line-1], " ")
		if blank := strings.TrimSpace(text) == ""; !blank && (text[0] != '#' || len(lines[line-1])-len(text) > indent) {
			break
		}
		line--
	}
	return line
}

// entriesOf are the entries of a mapping, or of a list whose items all have a name of their
// own. Other lists are one fact: their order means something.
func entriesOf(value *yaml.Node) (out []entry) {
	switch value.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(value.Content); i += 2 {
			out = append(out, entry{value.Content[i].Value, value.Content[i].Line - 1, value.Content[i+1]})
		}
	case yaml.SequenceNode:
		seen := map[string]bool{}
		for _, item := range value.Content {
			name := nameOf(item)
			if name == "" || seen[name] {
				return nil
			}
			seen[name] = true
			out = append(out, entry{name, item.Line - 1, item})
		}
	}
	return out
}

func nameOf(item *yaml.Node) string {
	if item.Kind != yaml.MappingNode || item.Style&yaml.FlowStyle != 0 {
		return ""
	}
	for i := 0; i+1 < len(item.Content); i += 2 {
		if k := item.Content[i].Value; k == "name" || k == "example" {
			return item.Content[i+1].Value
		}
	}
	return ""
}

func (b *block) parted() bool { return b != nil && len(b.parts) > 0 }

func (b *block) part(key string) *block {
	if b == nil {
		return nil
	}
	for _, p := range b.parts {
		if p.key == key {
			return p
		}
	}
	return nil
}

// text is the entry as it is in the file.
func (b *block) text() string {
	if b == nil {
		return ""
	}
	var out strings.Builder
	for _, line := range b.head {
		out.WriteString(line)
	}
	for _, p := range b.parts {
		out.WriteString(p.text())
	}
	return out.String()
}

// says is what it says, without comments: the same for two entries that mean the same.
func (b *block) says() string {
	if b == nil {
		return "\x00" // unlike an empty one
	}
	return bare(strings.SplitAfter(b.text(), "\n"))
}

// shown is what it says, as a person is shown it.
func (b *block) shown() string {
	if b == nil {
		return ""
	}
	return strings.TrimSpace(bare(strings.SplitAfter(b.text(), "\n")))
}

func bare(lines []string) string {
	var out strings.Builder
	for _, line := range lines {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			out.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
	}
	return out.String()
}
