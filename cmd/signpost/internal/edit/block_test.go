package edit_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/linediff"
)

// inOrder is a file with names, lists and comments in all their forms.
const inOrder = `schema: 1
areas:

  one:
    services: [a_b, c] # in this order
    also_called: [x,
      "y z"]

  # The last.
  two:
    services:
      - a_b
    also_called: [x, # why
      y]

# Names.
several:
  solway: [one, two] # both
`

// Whole lines come behind what is under a name, before the comments of what comes next; a
// list gets other words. No other letter moves.
func TestInsertAndList(t *testing.T) {
	files := testbook.Copy()
	files["areas.yaml"] = &fstest.MapFile{Data: []byte(inOrder)}
	files["recordings.yaml"] = &fstest.MapFile{Data: []byte("schema: 1\nrecordings: []\n")}
	src, _ := load.Dir(files)
	tests := []struct {
		name string
		do   func() ([]byte, error)
		want string // as a diff; empty: it is refused
	}{
		{"behind the last area", func() ([]byte, error) {
			return edit.Insert(src, "areas.yaml", "areas", "\n  three:\n    services: [c]")
		},
			"+  three:\n+    services: [c]\n+\n"},
		{"behind a part of an area", func() ([]byte, error) {
			return edit.Insert(src, "areas.yaml", "areas.one", "    text: x\n")
		}, "+    text: x\n"},
		{"behind a name that covers several", func() ([]byte, error) {
			return edit.Insert(src, "areas.yaml", "several", "  border: [one]\n")
		}, "+  border: [one]\n"},
		{"the first of an empty list", func() ([]byte, error) {
			return edit.Insert(src, "recordings.yaml", "recordings", "  - x\n")
		}, "-recordings: []\n+recordings:\n+  - x\n"},
		{"under nothing", func() ([]byte, error) { return edit.Insert(src, "areas.yaml", "none", "  - x\n") }, ""},
		{"another order", func() ([]byte, error) {
			return edit.List(src, "areas.yaml", "areas.one.services", []string{"c", "a_b"})
		},
			"-    services: [a_b, c] # in this order\n+    services: [c, a_b] # in this order\n"},
		{"fewer names, on two lines", func() ([]byte, error) {
			return edit.List(src, "areas.yaml", "areas.one.also_called", []string{"y z", "o'b"})
		},
			"-    also_called: [x,\n-      \"y z\"]\n+    also_called: [y z, \"o'b\"]\n"},
		{"a list of lines", func() ([]byte, error) {
			return edit.List(src, "areas.yaml", "areas.two.services", []string{"c"})
		}, ""},
		{"a list with a comment", func() ([]byte, error) {
			return edit.List(src, "areas.yaml", "areas.two.also_called", []string{"c"})
		}, ""},
		{"two lines", func() ([]byte, error) {
			return edit.List(src, "areas.yaml", "areas.one.services", []string{"c\nd"})
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.do()
			if (err != nil) != (tt.want == "") {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			diff := ""
			was := inOrder
			if strings.HasPrefix(tt.want, "-rec") {
				was = string(src.File("recordings.yaml"))
			}
			for _, l := range linediff.Lines(was, string(got), 0) {
				diff += string(l.Sign) + l.Text + "\n"
			}
			if diff != tt.want {
				t.Errorf("changed:\n%swant:\n%s", diff, tt.want)
			}
			if at, next := strings.Index(string(got), "three"), strings.Index(string(got), "# Names."); at > next {
				t.Error("the lines are behind the comment of what comes next")
			}
		})
	}
}
