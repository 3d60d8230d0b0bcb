package server

import (
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"testing"

	"signpost/config"
	"signpost/flows/load"
	"signpost/internal/privacy"
)

// locked is a folder with a file that this user may not read.
type locked struct {
	fs.FS
	name string
}

func (l locked) Open(name string) (fs.File, error) {
	if name == l.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.FS.Open(name)
}

// A flow book with a file that the gateway's user may not read is refused, and the remedy is
// not to look for mistakes. It is not read as if that file were not there. Once it may be
// read, it is in use.
func TestForbiddenBook(t *testing.T) {
	g, err := New(config.Config{
		PublicURL: "https://sms.example.org", AccountSID: "AC" + strings.Repeat("a", 32),
		Tokens: []privacy.Private{privacy.Hide("token")}, RedisURL: config.Embedded,
		Secrets: [][]byte{privacy.NewSecret()}, FlowsDir: t.TempDir(), SenderLimit: 10, ServiceLimit: 10,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	book := os.DirFS("testdata/county")
	tables, err := fs.Glob(book, "area/*")
	if err != nil || len(tables) == 0 {
		t.Fatalf("the book has no tables: %v", err)
	}
	for _, name := range []string{".", "menus.yaml", tables[0]} {
		dir := locked{book, name}
		g.reload(dir, load.Fingerprint(dir))
		found := g.books.Load().bookProblems("/state")
		if len(found) != 1 || found[0].Name != "no-book" || !strings.Contains(found[0].Fix, "chmod") {
			t.Errorf("%s may not be read: %+v", name, found)
		}
	}
	g.reload(book, load.Fingerprint(book))
	if found := g.books.Load().bookProblems("/state"); len(found) > 0 || g.noBook() {
		t.Errorf("once all may be read: %+v", found)
	}
}
