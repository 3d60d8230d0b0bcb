package follow_test

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/cmd/signpost/internal/follow"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/flows/published"
	"signpost/flows/saved"
)

// desk offers one book to anyone who shows the token, and keeps what it is told.
type desk struct {
	offer  []byte
	told   follow.Report
	tokens []string
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.tokens = append(d.tokens, r.Header.Get("Authorization"))
	if r.Method == http.MethodPost {
		d.told = follow.Report{}
		_ = json.NewDecoder(r.Body).Decode(&d.told)
		return
	}
	if d.offer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_, _ = w.Write(d.offer)
}

var day = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

func take(t *testing.T, edit func(fstest.MapFS)) *saved.Book {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range load.Files() {
		if data, err := book.Files.ReadFile(name); err == nil {
			files[name] = &fstest.MapFile{Data: data}
		}
	}
	edit(files)
	b, err := saved.Take(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A host takes a signed, good and newer book, and nothing else; without the desk nothing
// changes. It says what its gateway runs.
func TestFollow(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, another, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := take(t, func(fstest.MapFS) {})
	src, _ := load.Dir(good.Files)
	bad := take(t, func(m fstest.MapFS) { delete(m, "services.yaml") })
	d := &desk{}
	at := httptest.NewServer(d)
	defer at.Close()
	ready := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "ready\nbook: %s\n", follow.Name(src.Book.Version))
	}))
	defer ready.Close()
	state, dir := t.TempDir(), filepath.Join(t.TempDir(), "book")
	installs := 0
	start := func() *follow.Follower {
		return &follow.Follower{Desk: at.URL, Token: "host-token", Key: public, Dir: dir, State: state,
			Ready: ready.URL,
			Now:   func() time.Time { return day }, Say: func(string) {},
			Install: func(b *saved.Book, to string) error {
				installs++
				if err := os.RemoveAll(to); err != nil {
					return err
				}
				return b.CopyTo(to)
			}}
	}
	offer := func(key ed25519.PrivateKey, serial uint64, b *saved.Book) []byte {
		data, err := published.Sign(key, published.Header{Serial: serial, At: day}, b)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	f := start()
	for _, tt := range []struct {
		name     string
		offer    []byte
		installs int
		serial   uint64
		refused  string
	}{
		{"nothing yet", nil, 0, 0, ""},
		{"signed by somebody else", offer(another, 1, good), 0, 0, "not signed"},
		{"cut short", offer(key, 1, good)[:500], 0, 0, "not signed"},
		{"with mistakes", offer(key, 2, bad), 0, 0, "mistakes"},
		{"good", offer(key, 3, good), 1, 3, ""},
		{"nothing newer", nil, 1, 3, ""},
		{"the same again", offer(key, 3, good), 1, 3, "number 3 is here already"},
		{"an older one", offer(key, 2, good), 1, 3, "its number is 2"},
		{"a newer one", offer(key, 9, good), 2, 9, ""},
	} {
		d.offer, d.told = tt.offer, follow.Report{}
		err := f.Once(t.Context())
		if (err != nil) != (tt.refused != "") || !strings.Contains(d.told.Refused, tt.refused) ||
			(tt.refused == "") != (d.told.Refused == "") {
			t.Errorf("%s: %v; the desk hears %+v", tt.name, err, d.told)
		}
		if d.told.Serial != tt.serial || installs != tt.installs || d.told.Running != follow.Name(src.Book.Version) {
			t.Errorf("%s: %d books were put in place; the desk hears %+v", tt.name, installs, d.told)
		}
	}
	for _, token := range d.tokens {
		if token != "Bearer host-token" {
			t.Errorf("the desk is shown %q", token)
		}
	}
	// A follower that starts again remembers, and lets nothing older in.
	f = start()
	if d.offer = offer(key, 8, good); f.Once(t.Context()) == nil || installs != 2 {
		t.Error("after a restart an older book is taken")
	}
	at.Close()
	if err := f.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "stays as it is") {
		t.Errorf("without the desk: %v", err)
	}
	if _, err := fs.Stat(os.DirFS(dir), "services.yaml"); err != nil {
		t.Errorf("without the desk the book is gone: %v", err)
	}
}
