package preview_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/cmd/signpost/internal/preview"
	"signpost/flows/book"
	"signpost/flows/load"
)

// without takes the lists of danger out of the folder, so that it has those that ship.
func without(t *testing.T, dir string, s *preview.Server) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "heard_danger.yaml")); err != nil {
		t.Fatal(err)
	}
	s.Look()
}

// A text is shown as it is understood, in plain words: what it says and because of
// what, how each place was weighed, which case it is, and the answer.
func TestHeard(t *testing.T) {
	_, base, _ := serve(t)
	if status, page := get(t, base+"/heard"); status != http.StatusOK ||
		!strings.Contains(page, `<label for="heard-text">`) || strings.Contains(page, `id="list"`) {
		t.Errorf("at first: %d\n%s", status, page)
	}
	_, page := post(t, base+"/heard", url.Values{"text": {"im in crenton hes got a knife, my mum is in kendrow"}})
	for _, want := range []string{
		"<strong>Somebody is in danger now</strong>, because of <q>", "<q>crenton</q>", "in Dalshire East",
		"the writer is there", "somebody else&#39;s place", "not used",
		"sure enough to be answered", "Dalshire East: certain", "<q>hes got a knife</q>", "<dd>danger</dd>", "999",
		`<option value="heard.danger">Somebody is in danger now</option>`, "Polish: ",
		`value="im in crenton hes got a knife my mum is in kendrow"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%.9000s", want, page)
		}
	}
	if _, page := post(t, base+"/heard", url.Values{"text": {"<wbr>qwxzyq vkkqj"}}); strings.Contains(page, "<wbr>") ||
		!strings.Contains(page, "Nothing was understood") {
		t.Errorf("nothing is understood as\n%.5000s", page)
	}
	for text, says := range map[string]string{" ": "Write a text first", strings.Repeat("x", 1601): "too long"} {
		if status, page := post(t, base+"/heard", url.Values{"text": {text}}); status != http.StatusBadRequest ||
			!strings.Contains(page, says) {
			t.Errorf("%.10q: %d\n%s", text, status, page)
		}
	}
}

// Every kind that the book listens for can be chosen, in plain words.
func TestEveryKindHasWords(t *testing.T) {
	_, base, _ := serve(t)
	_, page := post(t, base+"/heard", url.Values{"text": {"x"}})
	for _, name := range []string{"danger", "taken", "past", "hurt", "visa", "ask_silent", "another", "neither",
		"filler", "place_here", "place_thing"} {
		if !strings.Contains(page, `<option value="heard.`+name+`">`) {
			t.Errorf("%s cannot be chosen", name)
		}
	}
	for _, raw := range []string{">ask_", ">place_", ">danger<", ">child_concern"} {
		if strings.Contains(page, raw) {
			t.Errorf("a kind is shown as the files have it: %q", raw)
		}
	}
}

// What was missed is added with its example, a look-alike with its own, in the right
// file, which is copied when the folder has none; and another site cannot.
func TestTeach(t *testing.T) {
	dir, base, s := serveBook(t, book.Files) // examples in the lists of danger name its places
	without(t, dir, s)
	const text = "he is flumping the bathroom door, she said"
	form := url.Values{"list": {"heard.danger"}, "phrase": {"flumping  the (bathroom) door"}, "text": {text}}
	_, page := post(t, base+"/heard/phrase", form)
	for _, want := range []string{"It is understood: Somebody is in danger now.",
		"The folder has no heard_danger.yaml yet", "&#43;       - &#34;flumping the (bathroom) door&#34;",
		"he is flumping the bathroom door, she said", "<dt>Before", "Save it"} {
		if !strings.Contains(page, want) {
			t.Fatalf("without %q:\n%.9000s", want, page)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "heard_danger.yaml")); err == nil {
		t.Fatal("looking made the file")
	}
	form.Set("seen", field(t, page, "seen"))
	req, err := http.NewRequest(http.MethodPost, base+"/heard/phrase/save", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://evil.example")
	if status, _ := ask(t, req); status != http.StatusForbidden {
		t.Errorf("another site: %d", status)
	}
	if status, page := post(t, base+"/heard/phrase/save", form); status != http.StatusOK ||
		!strings.Contains(page, "Saved") || !strings.Contains(page, "It is understood: Somebody is in danger now.") {
		t.Fatalf("saving: %d\n%.9000s", status, page)
	}
	if v := s.Verdict(); v.Errors() != 0 ||
		!strings.Contains(read(t, dir, "heard_danger.yaml"), "# How these lists work") {
		t.Errorf("the check says %s %v", v.Line(), load.Errors(v.Problems))
	}
	if _, page := post(t, base+"/heard", url.Values{"text": {text}}); !strings.Contains(page,
		"<strong>Somebody is in danger now</strong>") {
		t.Errorf("it is not understood:\n%.5000s", page)
	}
	if status, _ := post(t, base+"/heard/phrase/save", form); status != http.StatusConflict {
		t.Errorf("it is saved twice: %d", status)
	}

	form = url.Values{"list": {"heard.danger"}, "phrase": {"the cat ... flumping the door"},
		"text": {"the cat is flumping the door"}, "side": {"unless"}}
	_, page = post(t, base+"/heard/phrase", form)
	form.Set("seen", field(t, page, "seen"))
	if status, page := post(t, base+"/heard/phrase/save", form); status != http.StatusOK ||
		!strings.Contains(page, "It is no longer understood as: Somebody is in danger now.") {
		t.Fatalf("a look-alike: %d\n%.9000s", status, page)
	}
	if got := read(t, dir, "heard_danger.yaml"); !strings.Contains(got, "- \"the cat ... flumping the door\"\n") ||
		!strings.Contains(got, "the cat is flumping the door") {
		t.Error("the look-alike is not in the file")
	}

	if _, page := post(t, base+"/heard/phrase", url.Values{"list": {"heard.danger"}, "phrase": {"xyzzy plugh"},
		"text": {"plugh"}}); !strings.Contains(page, "is not understood as danger") ||
		!strings.Contains(page, "It would still not be understood") || strings.Contains(page, "Save it") {
		t.Errorf("a phrase that is not in its example:\n%.9000s", page)
	}
	for name, tt := range map[string]struct{ list, phrase, text, says string }{
		"no kind":          {"heard.president", "a", "a", "Choose what the text says"},
		"no text":          {"heard.danger", "a", " ", "it becomes the example"},
		"a long phrase":    {"heard.danger", strings.Repeat("a ", 200), "a", "too long"},
		"no place":         {"heard.place_here", "here", "here", "Write {place}"},
		"what cannot be":   {"heard.danger", "a\u200db", "a", "type them again"},
		"what is there":    {"heard.danger", "flumping the (bathroom) door", text, "what the files say already"},
		"a list of nobody": {"languages.xx.danger", "a", "a", "Choose what"},
	} {
		status, page := post(t, base+"/heard/phrase",
			url.Values{"list": {tt.list}, "phrase": {tt.phrase}, "text": {tt.text}})
		if !strings.Contains(page, tt.says) || strings.Contains(page, "Save it") {
			t.Errorf("%s:\n%.5000s", name, page)
		}
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `<a href="#`) ||
			strings.Count(page, `aria-invalid="true"`) != 1 ||
			!strings.Contains(page, `value="`+strings.TrimSpace(tt.phrase)) {
			t.Errorf("%s: %d, without the form as it was written, and its error:\n%.5000s", name, status, page)
		}
	}
}

// The name of a place that was missed becomes one more name of its area.
func TestTeachPlace(t *testing.T) {
	dir, base, _ := serve(t)
	form := url.Values{"name": {" Zzyzxton"}, "area": {"riverton"}, "text": {"im in zzyzxton"}}
	_, page := post(t, base+"/heard/place", form)
	if !strings.Contains(page, "It is understood as being in: Riverton: certain.") ||
		!strings.Contains(page, "&#43;     also_called: [riverton, riverton borough, zzyzxton]") {
		t.Fatalf("it shows\n%.9000s", page)
	}
	form.Set("seen", field(t, page, "seen"))
	if status, page := post(t, base+"/heard/place/save", form); status != http.StatusOK ||
		!strings.Contains(page, "Saved") || !strings.Contains(read(t, dir, "areas.yaml"),
		"[riverton, riverton borough, zzyzxton]") {
		t.Fatalf("saving: %d\n%.9000s", status, page)
	}
	for says, form := range map[string]url.Values{"Choose the area": {"name": {"x"}},
		"Write the name": {"area": {"riverton"}}, "say already": {"area": {"riverton"}, "name": {"zzyzxton"}}} {
		if _, page := post(t, base+"/heard/place", form); !strings.Contains(page, says) ||
			strings.Contains(page, "Save it") {
			t.Errorf("%q:\n%.5000s", says, page)
		}
	}
}
