package ivr

import (
	"net/http"
	"strconv"
	"strings"

	"signpost/flows"
)

// AudioPath is where recordings are served.
const AudioPath = "/audio/"

// AudioHandler serves recordings. The provider fetches them like any file, unsigned: they
// say nothing about anybody. A recording's name is a hash of its content, so it may be
// cached for ever.
func AudioHandler(find func(name string) (flows.Recording, bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, ok := find(strings.TrimPrefix(r.URL.Path, AudioPath))
		if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Content-Length", strconv.Itoa(len(rec.Data)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(rec.Data)
		}
	})
}
