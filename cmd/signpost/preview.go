package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"signpost/cmd/signpost/internal/preview"
	"signpost/flows/routes"
)

const previewHelp = `signpost preview [-flows flows/book] [-since HEAD] [-addr 127.0.0.1:8099]

Opens a page on this machine. It has a phone to text and ring, and the map of the
menus with the current step. When you save a file it shows the checks, and what people
will notice. It also shows how a text is understood, every way to a number, and the
directory. Its forms write the files. Nothing leaves this machine.

  signpost preview

`

func previewPage(args []string, s streams) int {
	fl := newFlags("preview", previewHelp, s)
	dir := fl.String("flows", "flows/book", "the `folder` of the flow book")
	addr := fl.String("addr", usualAddr, "the `address` to listen on: this machine only; port 0 takes any")
	since := fl.String("since", "",
		"compare with this `book`: a folder, or a revision of git; empty for the one there is as the page begins")
	pence := fl.Float64("pence", routes.SegmentPence, "what one segment of a text costs, in `pence`")
	if code, done := parse(fl, args, s); done {
		return code
	}
	if _, ok := bookFS(*dir, s); !ok || *dir == "" {
		return exitMisuse
	}
	if !preview.ThisMachine(*addr) {
		fmt.Fprintf(s.err, "signpost preview: -addr must be of this machine alone, like 127.0.0.1:8099, not %q\n",
			*addr)
		return exitMisuse
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := preview.Options{Dir: *dir, Now: time.Now, Pence: *pence}
	if *since != "" {
		var err error
		var code int
		if o.Since, code, err = bookNamed(*since, *dir); err != nil {
			fmt.Fprintf(s.err, "signpost preview: %v\n", err)
			return code
		}
		o.SinceName = "the book of " + *since
	}
	if err := servePreview(ctx, o, *addr, s); err != nil {
		fmt.Fprintf(s.err, "signpost preview: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// newPage is the preview of a folder, over gateways of its own.
func newPage(o preview.Options) (*preview.Server, error) {
	o.Open = pretendLine
	return preview.New(o)
}

func servePreview(ctx context.Context, o preview.Options, addr string, s streams) error {
	page, err := newPage(o)
	if err != nil {
		return err
	}
	defer page.Close()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; give another -addr", addr, err)
	}
	go page.Watch(ctx)
	fmt.Fprintf(s.out, "Open http://%s in a browser on this machine. Ctrl-C ends it.\n", listener.Addr())
	return serve(ctx, listener, page.Handler())
}

// serve answers on this machine until ctx ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	const headers = 5 * time.Second
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headers,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() {
		<-ctx.Done()
		_ = server.Close() // pages that are open are let go
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the page: %w", err)
	}
	return nil
}
