package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// A recorded prompt is played in the place of its words, served with its length
// for as long as anybody may want it, and survives the book's change.
func TestRecordedPrompt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putCounty(t, dir, countyAsks)
	src, problems := load.Dir(os.DirFS(dir))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, greeting, err := src.Book.Step(time.Now(), flows.State{}, flows.Rang())
	if err != nil {
		t.Fatal(err)
	}
	recordings := "schema: 1\nrecordings:\n  - file: greeting.wav\n    say: " +
		strconv.Quote(greeting.Speech[0].Words) + "\n"
	if err := os.WriteFile(filepath.Join(dir, "recordings.yaml"), []byte(recordings), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "audio"), 0o700); err != nil {
		t.Fatal(err)
	}
	sound := append([]byte("RIFF\x00\x00\x00\x00WAVE"+
		"fmt \x10\x00\x00\x00\x07\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00"+
		"data\x40\x1f\x00\x00"),
		make([]byte, 8000)...)
	if err := os.WriteFile(filepath.Join(dir, "audio", "greeting.wav"), sound, 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, func(c *config.Config) { c.FlowsDir = dir })
	c := mustRing(t, s)
	for _, fault := range testkit.VoiceFaults(c.Docs[0]) {
		t.Error(fault)
	}
	said := strings.Join(c.Said, " ")
	_, target, ok := strings.Cut(said, "(a recording: "+base)
	if !ok || strings.Contains(said, greeting.Speech[0].Words) {
		t.Fatalf("the greeting is %q", said)
	}
	resp, err := http.Get(s.url + strings.TrimSuffix(target, ")"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, sound) || resp.ContentLength != int64(len(sound)) ||
		resp.Header.Get("Content-Type") != "audio/wav" || !strings.Contains(resp.Header.Get("Cache-Control"),
		"immutable") {
		t.Errorf("%d bytes, %v, %v", len(got), resp.Header, err)
	}
	if err := c.Press(t.Context(), '1'); err != nil ||
		!strings.Contains(squash(strings.Join(c.Said, "")), squash(countyNumber)) {
		t.Errorf("after the recording: %q, %v", c.Said, err)
	}
	if resp, err := http.Get(s.url + "/audio/nothing.wav"); err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("a recording that is not there: %v, %v", resp, err)
	}
}

// The person who answers a line that must be accepted presses 1 and has the caller; a
// machine presses nothing, and the next line is tried.
func TestAcceptedCall(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	ask := func(path, digits string) twilio.Node {
		form := url.Values{"CallSid": {handset.SID("CA")}, "From": {ourLine}, "To": {"+441228633640"}}
		if digits != "-" {
			form.Set("Digits", digits)
		}
		_, body, err := p.Post(t.Context(), path, form)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := twilio.ParseDocument(body)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	first := ask("/voice/accept", "-")
	if first.Children[0].Name != "Gather" || first.Children[len(first.Children)-1].Name != "Hangup" ||
		squash(first.Words()) != squash(testbook.Shipped().Messages.Accept.Say) {
		t.Errorf("the person who answers hears %q", first.Words())
	}
	if doc := ask("/voice/accepted", "1"); len(doc.Children) != 0 {
		t.Errorf("a call that is taken gets %+v", doc)
	}
	for _, digits := range []string{"", "-", "2"} {
		if doc := ask("/voice/accepted", digits); len(doc.Children) != 1 || doc.Children[0].Name != "Hangup" {
			t.Errorf("a machine gets %+v", doc)
		}
	}
	c, err := p.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Press(t.Context(), '0'); err != nil {
		t.Fatal(err)
	}
	if err := c.LegEndsAs(t.Context(), url.Values{"DialCallStatus": {"completed"},
		"DialBridged": {"false"}}); err != nil || len(c.Dialling) == 0 {
		t.Errorf("after a line that was answered but not taken: %q, %v", c.Said, err)
	}
}
