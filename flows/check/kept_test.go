package check_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/hours"
)

// What a changed book does to the conversations that are kept is told of each: altered and
// not accepted yet, accepted, new, gone, and nothing of the others.
func TestKept(t *testing.T) {
	base := files()
	at := time.Date(2026, 11, 18, 14, 0, 0, 0, hours.London())
	kept, err := check.Transcribe(testbook.Load(t), "Kept whole", at, false, []string{"kendrow"})
	if err != nil {
		t.Fatal(err)
	}
	kept = "\n" + kept
	with := func(examples string, edits ...string) fstest.MapFS {
		out := fstest.MapFS{}
		for name, f := range base {
			out[name] = f
		}
		out["examples.yaml"] = &fstest.MapFile{Data: []byte(string(base["examples.yaml"].Data) + examples)}
		for i := 0; i < len(edits); i += 3 {
			text := string(out[edits[i]].Data)
			if !strings.Contains(text, edits[i+1]) {
				t.Fatalf("%s does not say %q", edits[i], edits[i+1])
			}
			out[edits[i]] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, edits[i+1], edits[i+2]))}
		}
		return out
	}
	old, problems := check.Dir(with(kept))
	if len(problems) > 0 {
		t.Fatalf("the conversation is not kept as it goes: %v", problems[0])
	}
	const was, is = "0161 496 0002", "0161 496 0092"
	for name, tt := range map[string]struct {
		changed         fstest.MapFS
		open, new, gone bool
		before, after   string // of its last exchange; empty with the rest: nothing is told
	}{
		"nothing":      {changed: with(kept)},
		"not accepted": {changed: with(kept, "services.yaml", was, is), open: true, before: was, after: is},
		"accepted": {changed: with(strings.ReplaceAll(kept, was, is), "services.yaml", was, is), before: was,
			after: is},
		"gone": {changed: with(""), gone: true, before: was},
		"new": {changed: with(kept + strings.Replace(kept, "Kept whole", "Another", 1)), new: true,
			after: was},
	} {
		src, _ := load.Dir(tt.changed)
		found := check.Kept(old, src)
		if tt.before+tt.after == "" {
			if len(found) > 0 {
				t.Errorf("%s: told of %+v", name, found[0])
			}
			continue
		}
		if len(found) != 1 {
			t.Errorf("%s: told of %d conversations: %+v", name, len(found), found)
			continue
		}
		c := found[0]
		last := c.Turns[len(c.Turns)-1]
		if c.Open != tt.open || c.New != tt.new || c.Gone != tt.gone || !strings.Contains(last.Before, tt.before) ||
			!strings.Contains(last.After, tt.after) {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
