package ivr_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/ivr"
)

// A recording replaces its words, and is served to be cached.
func TestRecording(t *testing.T) {
	c := newChannel(t, nil)
	b := *c.Book()
	b.Audio = map[string]flows.Recording{"a.wav": {Data: []byte("RIFF")}}
	_, greeting, err := b.Step(time.Now(), flows.State{}, flows.Rang())
	if err != nil {
		t.Fatal(err)
	}
	b.Recorded = map[string]string{flows.SpokenKey(greeting.Speech[0].Words): "a.wav",
		flows.SpokenKey(b.FallbackSpeech()[0].Words): "a.wav", "08081570010": "a.wav"}
	c.Handler.Book = func() *flows.Book { return &b }
	if got := said(c.start("")); !strings.Contains(got, "("+base+"/audio/a.wav)") ||
		strings.Contains(got, "Fellshire") {
		t.Errorf("hears %q", got)
	}
	// What is said when something is broken needs no second request, and numbers are never
	// recorded.
	if got := said(ivr.Fallback(&b)); strings.Contains(got, "a.wav") || !strings.Contains(got, helpline) {
		t.Errorf("the fallback is %q", got)
	}
	h := ivr.AudioHandler(func(name string) (flows.Recording, bool) { r, ok := b.Audio[name]; return r, ok })
	for _, tt := range []struct {
		method, path string
		status, size int
	}{{"GET", "/audio/a.wav", 200, 4}, {"HEAD", "/audio/a.wav", 200, 0}, {"POST", "/audio/a.wav", 404, 0},
		{"GET", "/audio/b.wav", 404, 0}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, http.NoBody))
		if w.Code != tt.status || w.Body.Len() != tt.size {
			t.Errorf("%s %s: %d, %d bytes", tt.method, tt.path, w.Code, w.Body.Len())
		}
	}
}
