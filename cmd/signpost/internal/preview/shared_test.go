//go:build race

package preview_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Two windows may use one phone at once: it does one thing after another. Only the race
// detector sees it if not.
func TestPhoneIsShared(t *testing.T) {
	_, base, _ := serve(t)
	var all sync.WaitGroup
	for i := range 40 {
		what := []string{"ring", "press", "text", "hangup"}[i%4]
		all.Go(func() {
			body := strings.NewReader(`{"phone":"p","kind":"mobile","line":"long","key":"1","text":"kendrow"}`)
			resp, err := http.Post(base+"/phone/"+what, "application/json", body)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusConflict { // no call to press a key in
				t.Errorf("%s: status %d", what, resp.StatusCode)
			}
		})
	}
	all.Wait()
	if status, got := handsetDoes(t, base, "text", map[string]any{"text": "crenton"}); status != http.StatusOK ||
		got["reply"] == "" {
		t.Errorf("afterwards: status %d, %v", status, got)
	}
}
