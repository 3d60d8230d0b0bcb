package server_test

import (
	"io"
	"strings"
	"testing"

	"signpost/cmd/gateway/server"
)

// A log that nobody takes costs nobody their answer; how much of it was lost is
// said once somebody takes it again.
func TestPatient(t *testing.T) {
	r, w := io.Pipe()
	p := server.NewAsyncWriter(w)
	const lines = 5000
	for range lines {
		if n, err := p.Write([]byte("a line\n")); n != 7 || err != nil {
			t.Fatal(n, err)
		}
	}
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(r) // the writer's end is closed, not broken
		read <- string(all)
	}()
	p.Close()
	w.Close()
	got := <-read
	if n := strings.Count(got, "a line"); n < 1000 || n == lines ||
		!strings.Contains(got, "log lines dropped") {
		t.Errorf("%d of %d lines were written, and the rest not told of", n, lines)
	}
}
