package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"signpost/cmd/signpost/internal/preview"
	"signpost/flows/routes"
)

// usualAddr is where the preview listens.
const usualAddr = "127.0.0.1:8099"

// starting is what a start without a command needs of the machine.
type starting struct {
	addr     string
	remember string                 // the file that has the folder of last time; empty: it is not kept
	suggest  string                 // the folder that is offered the first time
	browse   func(url string) error // opens a page in the browser
}

// start opens the preview in the browser, for people who have no terminal. The first
// time it asks for a folder, and copies the flow book that ships into it.
func start(s streams) int {
	at := starting{addr: usualAddr, browse: browse}
	if dir, err := os.UserConfigDir(); err == nil {
		at.remember = filepath.Join(dir, "signpost", "folder.txt")
	}
	if home, err := os.UserHomeDir(); err == nil {
		at.suggest = filepath.Join(home, "Documents", "Signpost flow book")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := at.run(ctx, s); err != nil {
		fmt.Fprintf(s.err, "signpost: %v\n", err)
		return exitProblems
	}
	return exitOK
}

func (at starting) run(ctx context.Context, s streams) error {
	listener, err := net.Listen("tcp", at.addr)
	if err != nil {
		if url := "http://" + at.addr + "/"; running(ctx, url) {
			fmt.Fprintf(s.out, "Signpost is running already: %s\n", url)
			return at.browse(url)
		}
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return fmt.Errorf("listen on this machine: %w", err)
		}
	}
	end := func() {}
	starter := &preview.Starter{Suggest: at.suggest, Open: func(dir string) (http.Handler, error) {
		page, err := newPage(preview.Options{Dir: dir, Now: time.Now, Pence: routes.SegmentPence, Elsewhere: true})
		if err != nil {
			return nil, err
		}
		end() // the page of another folder
		watching, stop := context.WithCancel(ctx)
		watched := make(chan struct{})
		go func() { defer close(watched); page.Watch(watching) }()
		end = func() { stop(); <-watched; page.Close() }
		at.keep(dir)
		return page.Handler(), nil
	}}
	defer func() { end() }()
	if dir := at.kept(); dir != "" {
		if err := starter.Use(dir); err != nil {
			fmt.Fprintf(s.err, "signpost: %v\n", err) // the page asks for a folder
		}
	}
	url := "http://" + listener.Addr().String() + "/"
	fmt.Fprintf(s.out, "Signpost is open in your browser: %s\nTo end it, close this window.\n", url)
	if err := at.browse(url); err != nil {
		fmt.Fprintf(s.out, "If no page opens, copy that address into a browser.\n")
	}
	return serve(ctx, listener, starter.Handler())
}

// kept is the folder of last time, if it is still there.
func (at starting) kept() string {
	f, err := os.Open(at.remember)
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 4096 // bytes of a path
	data, err := io.ReadAll(io.LimitReader(f, most))
	dir := strings.TrimSpace(string(data))
	if st, statErr := os.Stat(dir); err != nil || statErr != nil || !st.IsDir() {
		return ""
	}
	return dir
}

// keep remembers the folder. If it cannot, the next start asks again.
func (at starting) keep(dir string) {
	const own, file = 0o700, 0o600
	if at.remember == "" || os.MkdirAll(filepath.Dir(at.remember), own) != nil {
		return
	}
	_ = os.WriteFile(at.remember, []byte(dir+"\n"), file)
}

// running reports a Signpost that listens already.
func running(ctx context.Context, url string) bool {
	const patience = 2 * time.Second
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	const enough = 4096
	body, _ := io.ReadAll(io.LimitReader(resp.Body, enough))
	return strings.Contains(string(body), "– Signpost")
}

var errNoBrowser = errors.New("there is no browser to open")

// browse opens a page in the browser that the person uses.
func browse(url string) error {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	case "darwin":
		cmd = exec.Command("open", url)
	default:
		if _, err := exec.LookPath("xdg-open"); err != nil {
			return errNoBrowser
		}
		cmd = exec.Command("xdg-open", url)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the browser: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
