package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"signpost/cmd/signpost/internal/desk"
	"signpost/cmd/signpost/internal/preview"
	"signpost/cmd/signpost/internal/staff"
	"signpost/flows"
	"signpost/flows/changes"
	"signpost/flows/published"
	"signpost/flows/routes"
)

const deskHelp = `signpost desk [invite|remove|gateway|key] -dir DIR [-origin URL] [-name NAME]

Serves the flow book to several people. A change is a draft. Somebody else approves it,
and publishing it reaches every gateway in seconds. Everything is kept in DIR, with a git
repository of the book. The first time, -flows is the book to begin with.

  signpost desk -dir /var/lib/signpost-desk -origin https://desk.example.org

invite prints an invitation for one person, good for two days. Give it to them yourself.
For a name that is known, it adds a passkey. remove takes the access of a person away, or of a
gateway. gateway prints a token for signpost follow on the host of a gateway, and key the key for
it.

  signpost desk invite -dir /var/lib/signpost-desk -origin https://desk.example.org -name "Jo Smith" -role editor

`

// usualOrigin is where a desk is opened on the same machine.
const usualOrigin = "http://localhost:8098"

func deskCommand(args []string, s streams) int {
	word := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		word, args = args[0], args[1:]
	}
	fl := newFlags("desk", deskHelp, s)
	dir := fl.String("dir", "", "the `folder` of the desk")
	origin := fl.String("origin", usualOrigin, "the `address` at which people open the desk")
	addr := fl.String("addr", "127.0.0.1:8098", "the `address` to listen on")
	first := fl.String("flows", "", "the `folder` of the book to begin with; empty for the one that ships")
	name := fl.String("name", "", "the `name` of a person, or of a gateway")
	role := fl.String("role", "", "editor or approver: the `role` of a person")
	if code, done := parse(fl, args, s); done {
		return code
	}
	if *dir == "" {
		fmt.Fprintln(s.err, "signpost desk: -dir must name the folder of the desk")
		return exitMisuse
	}
	var err error
	switch word {
	case "":
		files, ok := bookFS(*first, s)
		if !ok {
			return exitMisuse
		}
		kept := &changes.Kept{}
		o := desk.Options{Dir: *dir, First: files, Origin: strings.TrimSuffix(*origin, "/"), Now: time.Now,
			Preview: draftPages(kept), Pence: routes.SegmentPence,
			Say: func(line string) { fmt.Fprintln(s.out, line) }, Kept: kept}
		err = serveDesk(o, *addr, s)
	case "invite", "remove", "gateway", "key":
		err = deskOffice(word, *dir, strings.TrimSuffix(*origin, "/"), *name, *role, s)
	default:
		fmt.Fprintf(s.err, "signpost desk: there is no %q; see signpost desk -h\n", word)
		return exitMisuse
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost desk: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// draftPages makes the pages of the preview for a draft. They share what was worked out of books.
func draftPages(kept *changes.Kept) func(dir, title string, since *flows.Book) (*preview.Server, error) {
	return func(dir, title string, since *flows.Book) (*preview.Server, error) {
		return newPage(preview.Options{Dir: dir, Now: time.Now, Pence: routes.SegmentPence, Since: since,
			SinceName: "the published book", Draft: title, Kept: kept})
	}
}

func serveDesk(o desk.Options, addr string, s streams) error {
	d, err := desk.New(o)
	if err != nil {
		return err
	}
	defer d.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; give another -addr", addr, err)
	}
	fmt.Fprintf(s.out, "The desk is at %s. It listens on %s.\n", o.Origin, listener.Addr())
	return serve(ctx, listener, d.Handler())
}

// deskOffice is what the person who runs the server does beside the desk.
func deskOffice(word, dir, origin, name, role string, s streams) error {
	if word == "key" {
		key, err := desk.Key(dir)
		if err == nil {
			fmt.Fprintln(s.out, published.EncodeKey(key.Public().(ed25519.PublicKey)))
		}
		return err
	}
	people, err := staff.Open(dir, "", time.Now)
	if err != nil {
		return err
	}
	switch word {
	case "invite":
		code, err := people.Invite(name, staff.Role(role))
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s/desk/join#%s\nGive this to %s yourself. It is good for two days, once.\n", origin,
			code, name)
	case "remove":
		if err := people.Remove(name); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s cannot use the desk any more.\n", name)
	default:
		token, err := people.NewHost(name)
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, token)
	}
	return nil
}
