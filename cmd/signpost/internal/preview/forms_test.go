package preview_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"signpost/flows/book"
)

// shows posts a form, and finds lines of what it would change.
func shows(t *testing.T, base, name, path string, form url.Values, want ...string) {
	t.Helper()
	status, page := post(t, base+path, form)
	for _, w := range append(want, "Save it") {
		if status != http.StatusOK || !strings.Contains(html.UnescapeString(page), w) {
			t.Errorf("%s: %d, without %q\n%s", name, status, w, page)
		}
	}
}

// refuses posts a form that must be refused, above it and beside the field.
func refuses(t *testing.T, base, name, path string, form url.Values, field, why string) {
	t.Helper()
	status, page := post(t, base+path, form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "There is a problem") ||
		!strings.Contains(page, `href="#`+field+`"`) || !strings.Contains(page, why) ||
		strings.Contains(page, "Save it") {
		t.Errorf("%s: %d\n%s", name, status, page)
	}
	if _, after, ok := strings.Cut(page, `id="`+field+`-error"`); !ok ||
		!strings.Contains(after[:min(len(after), 400)], "Error:") {
		t.Errorf("%s: nothing is said beside the field %s", name, field)
	}
}

// Forms save what they show where a person would write it. A conversation that was kept
// is shown as it was and as it would be, and is accepted first.
func TestForms(t *testing.T) {
	dir, base, _ := serve(t)
	saves := func(name, path string, form url.Values, file string, want ...string) {
		t.Helper()
		status, page := post(t, base+path, form)
		if status != http.StatusOK || !strings.Contains(page, "Save it") {
			t.Fatalf("%s: %d\n%s", name, status, page)
		}
		form.Set("seen", field(t, page, "seen"))
		if altered := regexp.MustCompile(`name="accept" value="([^"]*)"`).FindAllStringSubmatch(page,
			-1); len(altered) > 0 {
			if status, page := post(t, base+path+"/save", form); status != http.StatusConflict ||
				!strings.Contains(page, "accept it. Nothing was saved") ||
				!strings.Contains(page, `aria-invalid="true"`) || !strings.Contains(page, "Change what you wrote") {
				t.Errorf("%s is saved though a conversation changes and nobody accepted it: %d", name, status)
			}
			for _, a := range altered {
				form.Add("accept", html.UnescapeString(a[1]))
			}
		}
		if status, page := post(t, base+path+"/save", form); status != http.StatusOK ||
			!strings.Contains(page, "Undo the last save") {
			t.Fatalf("%s: %d\n%s", name, status, page)
		}
		for _, w := range want {
			if !strings.Contains(read(t, dir, file), w) {
				t.Errorf("%s: %s does not say %q", name, file, w)
			}
		}
	}
	examples := read(t, dir, "examples.yaml")
	saves("words of a step", "/words/steps.fellshire",
		url.Values{"steps-fellshire-say": {"In Fellshire: {choices}, not sure 0."}}, "menus.yaml",
		"    say: \"In Fellshire: {choices}, not sure 0.\"\n")
	refuses(t, base, "words without a choice", "/words/steps.fellshire",
		url.Values{"steps-fellshire-choices-0-text": {" "}}, "steps-fellshire-choices-0-text", "Nothing is written")
	shows(t, base, "a name in two areas", "/new/town",
		url.Values{"name": {"zed valley"}, "area": {"riverton"}, "other": {"warmouth"}},
		"+   zed valley: [riverton, warmouth]", "It is understood as being in: ")
	refuses(t, base, "a name of no area", "/new/town", url.Values{"name": {"zedby"}}, "area", "Choose: Its area.")
	added := url.Values{"name": {"Riverton Night Line"}, "label": {"night team"}, "say": {"the night team"},
		"number": {"+44 1928 500000"}, "hours": {"Mon-Fri 6pm-11pm"}, "me": {"yes"}, "area": {"riverton"},
		"place": {"last"}, "then": {"day_and_night"}, "source": {"its own page"}, "source_date": {"2026-11-20"},
		"rung_by": {"duty manager"}}
	wrong := url.Values{}
	for k, v := range added {
		wrong[k] = v
	}
	wrong.Set("number", "12")
	refuses(t, base, "a service without a number", "/new/service", wrong, "number", "telephone number")
	saves("a conversation", "/example", url.Values{"name": {"Widmere whole"}, "channel": {"text"},
		"they": {"widmere", "1"}, "at": {"2026-11-20T20:00"}}, "examples.yaml",
		"        all: \"Emergency: 999. 0306 999 0008: local team")
	saves("a service", "/new/service", added, "services.yaml",
		"\n  riverton_night_line:\n    name: Riverton Night Line\n",
		"      - number: 01928 500000\n", "    checked_by: duty manager\n")
	if kept := read(t, dir, "examples.yaml"); !strings.Contains(kept, "01928 500000") ||
		strings.Count(kept, "- name:") != strings.Count(examples, "- name:")+1 {
		t.Error("the conversation is not as it was accepted")
	}
}

// What else the forms show and refuse, and what they say while they are filled in.
func TestFormsShow(t *testing.T) {
	dir, base, _ := serve(t)
	shows(t, base, "an area's services in another order", "/places/riverton",
		url.Values{"service0": {"riverton_service"}, "service1": {"day_and_night"}},
		"+     services: [riverton_service, day_and_night]")
	refuses(t, base, "a service twice", "/places/riverton",
		url.Values{"service0": {"riverton_service"}, "service1": {"riverton_service"}}, "service1", "twice")
	text := strings.Replace(read(t, dir, "words.yaml"), "Here it is again.", "Here it is again, once more.", 1)
	shows(t, base, "the text of a file", "/files/words.yaml",
		url.Values{"text": {strings.ReplaceAll(text, "\n", "\r\n")}}, "+     say: \"Here it is again, once more.\"")
	var marks struct {
		Here []struct{ Line int }
	}
	_, answer := post(t, base+"/files/services.yaml/live",
		url.Values{"text": {strings.Replace(read(t, dir, "services.yaml"), "    label: local team\n",
			"    lable: local team\n", 1)}})
	if err := json.Unmarshal([]byte(answer), &marks); err != nil || len(marks.Here) == 0 || marks.Here[0].Line != 8 {
		t.Errorf("a mistake in the text of a file: %v\n%.500s", err, answer)
	}
	var tried struct {
		Errors  []struct{ Field string }
		Noticed string
	}
	_, answer = post(t, base+"/words/steps.bills/live",
		url.Values{"steps-bills-text": {strings.Repeat("Many words of no use. ", 12)}})
	if err := json.Unmarshal([]byte(answer), &tried); err != nil || len(tried.Errors) == 0 ||
		tried.Errors[0].Field != "steps-bills-text" {
		t.Errorf("a form that is filled in: %v\n%s", err, answer)
	}
	_, answer = post(t, base+"/directory/riverton_service/live", url.Values{"hours": {"9-5"}})
	if err := json.Unmarshal([]byte(answer), &tried); err != nil || len(tried.Errors) != 1 ||
		tried.Errors[0].Field != "hours" {
		t.Errorf("the form of a service that is filled in: %v\n%s", err, answer)
	}
	for _, at := range []string{"/words", "/places", "/languages", "/recordings", "/files", "/files/menus.yaml",
		"/new/service", "/recordings/1"} {
		if status, page := get(t, base+at); status != http.StatusOK || !strings.Contains(page, "</main>") {
			t.Errorf("%s: %d", at, status)
		}
	}
	for _, at := range []string{"/words/steps.none", "/places/none", "/languages/none", "/recordings/999",
		"/files/heard_signs.yaml", "/files/..%2Fgo.mod", "/recordings/1/sound"} {
		if status, _ := get(t, base+at); status != http.StatusNotFound {
			t.Errorf("%s: %d", at, status)
		}
	}
}

// A translation is written down, and signed by somebody who read it all and chose a voice.
func TestLanguageForm(t *testing.T) {
	_, base, _ := serveBook(t, book.Files)
	refuses(t, base, "a signature without reading", "/languages/pl",
		url.Values{"signed_by": {"interpreter"}, "signed_on": {"2026-11-20"}}, "read", "read every line")
	refuses(t, base, "a signature without a voice", "/languages/pl",
		url.Values{"signed_by": {"interpreter"}, "signed_on": {"2026-11-20"}}, "voice",
		"Fill in: The voice that speaks it.")
	shows(t, base, "a translation", "/languages/pl", url.Values{"w1": {"zespol na miejscu"}},
		"+       services.letgo_north.say: \"zespol na miejscu\"")
}

// A recording is taken in, can be heard then, and is undone.
func TestRecordingForm(t *testing.T) {
	dir, base, _ := serve(t)
	send := func(data []byte) (int, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("sound", "take 1.wav")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(data)
		form.Close()
		req, err := http.NewRequest(http.MethodPost, base+"/recordings/1", &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		return ask(t, req)
	}
	if status, page := send([]byte("no sound")); status != http.StatusUnprocessableEntity ||
		!strings.Contains(page, "cannot be played") {
		t.Errorf("what is no recording: %d\n%s", status, page)
	}
	sound := tune(8)
	status, page := send(sound)
	if status != http.StatusOK || !strings.Contains(page, "Save it") {
		t.Fatalf("a recording: %d\n%s", status, page)
	}
	form := url.Values{"seen": {field(t, page, "seen")}, "kept": {html.UnescapeString(field(t, page, "kept"))}}
	if status, page := post(t, base+"/recordings/1/save", form); status != http.StatusOK {
		t.Fatalf("a recording is not saved: %d\n%s", status, page)
	}
	resp, err := http.Get(base + "/recordings/1/sound")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if heard, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(heard, sound) ||
		resp.Header.Get("Content-Type") != "audio/wav" {
		t.Errorf("%d bytes are heard, of %s", len(heard), resp.Header.Get("Content-Type"))
	}
	if !strings.Contains(read(t, dir, "recordings.yaml"), "recordings:\n  - file: ") {
		t.Error("recordings.yaml does not name it")
	}
	if status, page := post(t, base+"/undo", nil); status != http.StatusOK ||
		!strings.Contains(read(t, dir, "recordings.yaml"), "recordings: []\n") {
		t.Errorf("a recording is not undone: %d\n%s", status, page)
	}
}

// tune is a WAV file of some seconds: 8000 Hz, one channel, 16 bits.
func tune(seconds int) []byte {
	const rate = 8000
	var b bytes.Buffer
	size := uint32(seconds * rate * 2)
	b.WriteString("RIFF")
	binary.Write(&b, binary.LittleEndian, 36+size)
	b.WriteString("WAVEfmt ")
	binary.Write(&b, binary.LittleEndian, []uint32{16})
	binary.Write(&b, binary.LittleEndian, []uint16{1, 1})
	binary.Write(&b, binary.LittleEndian, []uint32{rate, rate * 2})
	binary.Write(&b, binary.LittleEndian, []uint16{2, 16})
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, size)
	for i := range seconds * rate {
		binary.Write(&b, binary.LittleEndian, int16((i%40-20)*500))
	}
	return b.Bytes()
}
