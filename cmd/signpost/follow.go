package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/cmd/signpost/internal/follow"
	"signpost/config"
	"signpost/flows/published"
)

const followHelp = `signpost follow -desk URL -key KEY -token-file FILE -to DIR -state DIR

Runs beside a gateway and keeps its flow book (its FLOWS_DIR) the same as the one that a
desk has published. It takes a book only if the desk has signed it, if it has no mistakes,
and if it is newer than the last. It then tells the desk which book the gateway uses. If
the desk is gone, nothing changes.

  signpost follow -desk https://desk.example.org -key KEY -token-file token ` +
	`-to /var/lib/signpost-follow/book -state /var/lib/signpost-follow

On the machine of the desk, signpost desk key prints the key, and signpost desk gateway
-name NAME prints a token. What no flag says is taken from DESK_URL, DESK_KEY and
FOLLOW_TOKEN.

-run is for a machine that runs one program only. It starts the gateway, waits at most ten
seconds for the first book, passes on the signal to stop, and ends when the gateway ends. If
the desk is away, the gateway runs with the book that is there.

`

func followDesk(args []string, s streams) int {
	fl := newFlags("follow", followHelp, s)
	outside := config.FollowFromEnvironment()
	desk := fl.String("desk", outside.Desk, "the `address` of the desk")
	key := fl.String("key", outside.Key, "the public `key` of the desk")
	token := fl.String("token-file", "", "the `file` with the token of this host")
	to := fl.String("to", "", "the `folder` that the gateway reads")
	state := fl.String("state", "", "a `folder` that remembers the number of the last publication")
	ready := fl.String("readyz", "http://127.0.0.1:9091/readyz",
		"the `address` at which the gateway says which book it uses")
	once := fl.Bool("once", false, "ask once, then end")
	machine := fl.String("machine", outside.Machine, "the `name` of this machine, if several have the same token")
	program := fl.String("run", "", "a `program` to run as long as it runs: the gateway")
	as := fl.Uint("as", 0, "the `number` of the user that the program of -run runs as; 0 for the same user")
	if code, done := parse(fl, args, s); done {
		return code
	}
	f, err := newFollower(*desk, *key, *token, outside.Token.Reveal())
	if err == nil && (*to == "" || *state == "") {
		err = fmt.Errorf("-to must name the folder that the gateway reads, and -state one to write to")
	}
	if err != nil {
		fmt.Fprintf(s.err, "signpost follow: %v\n", err)
		return exitMisuse
	}
	f.Machine = *machine
	f.Dir, f.State, f.Ready, f.Now = filepath.Clean(*to), *state, *ready, time.Now
	f.Install = putBook
	f.Say = func(line string) { fmt.Fprintln(s.out, line) }
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *program != "" {
		return followBeside(ctx, f, *program, *as, s)
	}
	run := f.Run
	if *once {
		run = f.Once
	}
	if err := run(ctx); err != nil {
		fmt.Fprintf(s.err, "signpost follow: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// newFollower reads what must be right from the start.
func newFollower(desk, key, tokenFile, token string) (*follow.Follower, error) {
	u, err := url.Parse(desk)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("-desk must be an address like https://desk.example.org, not %q", desk)
	}
	public, err := published.ParseKey(key)
	if err != nil {
		return nil, fmt.Errorf("read -key: %w", err)
	}
	if tokenFile != "" || token == "" {
		data, err := os.ReadFile(tokenFile)
		if err != nil {
			return nil, fmt.Errorf("read -token-file: %w", err)
		}
		token = string(data)
	}
	return &follow.Follower{Asks: server.AsksFollow, Desk: desk, Key: public, Token: strings.TrimSpace(token)}, nil
}
