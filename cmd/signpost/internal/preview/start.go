package preview

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"signpost/flows/book"
	"signpost/flows/load"
)

// Starter asks for the folder of the flow book, before there is a preview. It is for people
// who start the program without a terminal.
type Starter struct {
	Suggest string // the folder that is offered
	// Open makes the preview of a folder. What it opened before is over by then.
	Open func(dir string) (http.Handler, error)

	opening sync.Mutex // one folder at a time
	mu      sync.Mutex
	page    http.Handler // the preview; nil until a folder is chosen
	dir     string
}

// Use opens the preview of a folder.
func (s *Starter) Use(dir string) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	page, err := s.Open(dir)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page, s.dir = page, dir
	return nil
}

// Handler is the page that asks, at /start, and the preview.
func (s *Starter) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", func(w http.ResponseWriter, _ *http.Request) { s.ask(w, http.StatusOK, "", "") })
	mux.HandleFunc("POST /start", s.choose)
	static, _ := fs.Sub(web, "web") // the folder is embedded
	mux.Handle("GET /style.css", http.FileServerFS(static))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		page := s.page
		s.mu.Unlock()
		if page == nil {
			http.Redirect(w, r, "/start", http.StatusSeeOther)
			return
		}
		page.ServeHTTP(w, r)
	})
	return guarded(mux)
}

var startPage = template.Must(template.ParseFS(web, "web/start.html"))

func (s *Starter) ask(w http.ResponseWriter, status int, dir, why string) {
	s.mu.Lock()
	now := s.dir
	s.mu.Unlock()
	if dir == "" {
		dir = s.Suggest
	}
	var b bytes.Buffer
	if err := startPage.Execute(&b, struct{ Dir, Now, Why string }{dir, now, why}); err != nil {
		http.Error(w, "This page could not be made. Please report it: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the page is gone if it fails
}

// choose opens the folder that somebody named, with the book that ships copied into it
// when it has none.
func (s *Starter) choose(w http.ResponseWriter, r *http.Request) {
	dir := strings.Trim(strings.TrimSpace(r.FormValue("folder")), `"'`) // Windows copies a path in quotes
	err := prepare(dir)
	if err == nil {
		err = s.Use(dir)
	}
	if err != nil {
		s.ask(w, http.StatusConflict, dir, sentence(err))
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// prepare copies the flow book that ships into a folder that is new or empty. A folder
// that has a flow book is left as it is.
func prepare(dir string) error {
	if !filepath.IsAbs(dir) {
		return fmt.Errorf("write the whole path of the folder, with the drive or the first slash, not %q", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open the folder %s: %w", dir, reason(err))
	}
	seen := false
	for _, e := range entries {
		if load.Belongs(e.Name()) {
			return nil // its own book: what is missing, the check says
		}
		seen = seen || !strings.HasPrefix(e.Name(), ".") && e.Name() != "desktop.ini"
	}
	if seen {
		return fmt.Errorf("the folder %s holds other files: choose a new or an empty folder, or one that has a flow "+
			"book",
			dir)
	}
	return copyBook(dir)
}

// copyBook writes the files of the book that ships.
func copyBook(dir string) error {
	return fs.WalkDir(book.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(path))
		const folder, file = 0o755, 0o644
		if d.IsDir() {
			if err := os.MkdirAll(to, folder); err != nil {
				return fmt.Errorf("make the folder %s: %w", to, reason(err))
			}
			return nil
		}
		data, err := book.Files.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read the book that ships: %w", err)
		}
		if err := os.WriteFile(to, data, file); err != nil {
			return fmt.Errorf("write %s: %w", to, reason(err))
		}
		return nil
	})
}

// reason is what the system says of a file, without its path.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// makeFolder makes the folder of a file that is new.
func (s *Server) makeFolder(name string) error {
	const everybody = 0o755 // may read it, as they may the rest of a book
	if err := os.MkdirAll(filepath.Dir(filepath.Join(s.Dir, filepath.FromSlash(name))), everybody); err != nil {
		return fmt.Errorf("make the folder of %s: %w", name, reason(err))
	}
	return nil
}
