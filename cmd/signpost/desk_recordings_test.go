package main

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// spoken is a recording of so many seconds: a tone, at 8000 Hz.
func spoken(seconds, loud int) string {
	n := 8000 * seconds
	var data []byte
	for i := range n {
		data = binary.LittleEndian.AppendUint16(data, uint16(int16(loud*(i%20-10))))
	}
	head := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+len(data)))...)
	head = append(head, "WAVEfmt "...)
	for _, v := range []uint32{16, 1 | 1<<16, 8000, 16000, 2 | 16<<16} {
		head = binary.LittleEndian.AppendUint32(head, v)
	}
	head = append(head, "data"...)
	return string(append(binary.LittleEndian.AppendUint32(head, uint32(len(data))), data...))
}

// No word changes with a recording, and callers hear it all the same: the page of the draft
// shows it, to listen to, and an approver ticks it. So it is when it takes the place of another.
func TestDeskRecordings(t *testing.T) {
	o := openOffice(t)
	jo, ann := o.joined(t, "Jo", "editor"), o.joined(t, "Ann", "approver")
	sounds := regexp.MustCompile(`src="(/desk/drafts/[^"]+/sound/[^"]+)"`)
	publish := func(sound, tag string) {
		t.Helper()
		draft := jo.begin(t, "A recording")
		shown := jo.post(t, "/recordings/1", url.Values{"kept": {base64.StdEncoding.EncodeToString([]byte(sound))}})
		wants(t, "look at it", shown, http.StatusOK, "people hear the recording", "Save it")
		wants(t, "save it", jo.post(t, "/recordings/1/save", fields(shown.body)), http.StatusOK, "Saved in your draft")
		page := jo.get(t, draft)
		wants(t, "the draft", page, http.StatusOK, "Callers notice the recordings below", ">"+tag+"</span>")
		m := sounds.FindStringSubmatch(page.body)
		if m == nil {
			t.Fatalf("there is nothing to listen to:\n%s", page.body)
		}
		if r := ann.get(t, m[1]); r.status != http.StatusOK || r.body != sound {
			t.Errorf("another sound is heard: %d, %d bytes", r.status, len(r.body))
		}
		if r := ann.get(t, draft+"/sound/none.wav"); r.status != http.StatusNotFound {
			t.Errorf("a sound that is not there: %d", r.status)
		}
		wants(t, "propose", jo.presses(t, draft, "propose", nil), http.StatusSeeOther)
		wants(t, "approve unheard", ann.presses(t, draft, "approve", nil), http.StatusUnprocessableEntity,
			"tick the recording of")
		ticks := url.Values{}
		for _, m := range regexp.MustCompile(`name="tick" value="([^"]+)"`).FindAllStringSubmatch(ann.get(t,
			draft).body, -1) {
			ticks.Add("tick", m[1])
		}
		wants(t, "approve", ann.presses(t, draft, "approve", ticks), http.StatusSeeOther)
		wants(t, "publish", ann.presses(t, draft, "publish", nil), http.StatusSeeOther)
	}
	first := spoken(7, 300)
	publish(first, "new")
	publish(spoken(8, 200), "changed")
	if r := jo.get(t, "/recordings/1/sound"); strings.Contains(r.body, first) {
		t.Error("the recording is not replaced")
	}
}
