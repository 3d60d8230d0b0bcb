package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// started is a start without a command, until the test ends or stop is called.
func started(t *testing.T, remember, suggest string) (base string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	opened, ended := make(chan string, 1), make(chan error, 1)
	at := starting{addr: "127.0.0.1:0", remember: remember, suggest: suggest,
		browse: func(url string) error { opened <- url; return errNoBrowser }}
	var out bytes.Buffer
	go func() { ended <- at.run(ctx, streams{strings.NewReader(""), &out, &out}) }()
	over := false
	stop = func() {
		if cancel(); !over {
			over = true
			if err := <-ended; err != nil {
				t.Errorf("it ended with %v; it said\n%s", err, out.String())
			}
		}
	}
	t.Cleanup(stop)
	select {
	case base = <-opened:
	case err := <-ended:
		over = true
		t.Fatalf("it ended with %v; it said\n%s", err, out.String())
	}
	return strings.TrimSuffix(base, "/"), stop
}

func page(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The program asks for a folder the first time, with any name, copies the book into
// it, and opens it by itself the next time. A folder with other files is left alone.
func TestStart(t *testing.T) {
	dir := t.TempDir()
	remember, folder := filepath.Join(dir, "config", "folder.txt"), filepath.Join(dir, "Jo's files", "flow book é")
	base, stop := started(t, remember, folder)
	resp, err := http.Get(base + "/")
	if got := page(t, resp, err); !strings.Contains(got, "Where do you keep the flow book?") ||
		!strings.Contains(got, "flow book é") {
		t.Fatalf("it does not ask:\n%s", got)
	}
	choose := func(folder string) string {
		t.Helper()
		resp, err := http.PostForm(base+"/start", url.Values{"folder": {folder}})
		return page(t, resp, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for wrong, says := range map[string]string{dir: "holds other files", "flow book": "the whole path",
		filepath.Join(dir, "letter.txt"): "letter.txt"} {
		if got := choose(wrong); !strings.Contains(got, says) || !strings.Contains(got, "Where do you keep") {
			t.Errorf("%s: without %q\n%s", wrong, says, got)
		}
	}
	if got := choose(`"` + folder + `"`); !strings.Contains(got, "No mistakes") ||
		!strings.Contains(got, "Open another folder") {
		t.Fatalf("the folder is not opened:\n%s", got)
	}
	for _, name := range []string{"services.yaml", "heard_signs.yaml", "schema/services.schema.json"} {
		if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	mine := filepath.Join(folder, "services.yaml")
	data, err := os.ReadFile(mine)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, bytes.Replace(data, []byte("LetGo North"), []byte("Our North"), 1),
		0o600); err != nil {
		t.Fatal(err)
	}
	stop()

	base, stop = started(t, remember, "")
	resp, err = http.Get(base + "/directory")
	if got := page(t, resp, err); !strings.Contains(got, "Our North") {
		t.Errorf("the folder of last time is not opened:\n%s", got)
	}
	if got := choose(folder); !strings.Contains(got, "No mistakes") {
		t.Errorf("the same folder again:\n%s", got)
	}
	if data, err := os.ReadFile(mine); err != nil || !bytes.Contains(data, []byte("Our North")) {
		t.Errorf("a flow book was copied over: %v", err)
	}
	stop()

	if err := os.RemoveAll(filepath.Dir(folder)); err != nil {
		t.Fatal(err)
	}
	base, _ = started(t, remember, folder)
	resp, err = http.Get(base + "/")
	if got := page(t, resp, err); !strings.Contains(got, "Where do you keep the flow book?") {
		t.Errorf("a folder that is gone is not asked for:\n%s", got)
	}
}

// A second start opens the page of the first.
func TestStartTwice(t *testing.T) {
	base, _ := started(t, "", filepath.Join(t.TempDir(), "book"))
	var out bytes.Buffer
	opened := ""
	at := starting{addr: strings.TrimPrefix(base, "http://"),
		browse: func(url string) error { opened = url; return nil }}
	if err := at.run(context.Background(), streams{strings.NewReader(""), &out, &out}); err != nil ||
		opened != base+"/" {
		t.Errorf("%q, %v, %s", opened, err, out.String())
	}
	if !strings.Contains(out.String(), "running already") {
		t.Error(out.String())
	}
}
