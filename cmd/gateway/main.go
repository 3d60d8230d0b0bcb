// Command gateway is the Signpost server: it answers the provider's webhooks
// for texts and calls. It is told everything by environment variables; see
// docs/operator.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/version"
)

func main() {
	noCore()
	signal.Ignore(syscall.SIGPIPE) // a log that nobody reads any more must not end the program
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it could not serve
	exitMisuse = 2 // the settings have mistakes
)

const usage = `gateway           answer the provider's webhooks
gateway sweep     put what the provider still holds of ERASE_LINES on the list to erase, once
gateway -version  tell which version this is
`

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && (args[0] == "-version" || args[0] == "--version") {
		fmt.Fprintln(stdout, version.Line("signpost gateway"))
		return exitOK
	}
	sweep := len(args) == 1 && args[0] == "sweep"
	if len(args) > 0 && !sweep {
		fmt.Fprint(stderr, usage)
		return exitMisuse
	}
	cfg, err := config.FromEnvironment()
	if err != nil {
		fmt.Fprintf(stderr, "gateway: the settings have mistakes:\n%v\n", err)
		return exitMisuse
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	lines := server.NewAsyncWriter(stdout)
	defer lines.Close()
	log := server.NewLog(lines, cfg.LogDebug)
	if sweep {
		if _, err := server.Sweep(ctx, cfg, log); err != nil {
			fmt.Fprintf(stderr, "gateway sweep: %v\n", err)
			return exitFailed
		}
		return exitOK
	}
	g, err := server.New(cfg, log)
	if err != nil {
		fmt.Fprintf(stderr, "gateway: %v\n", err)
		return exitFailed
	}
	// What the provider lists of people stays out of this process.
	g.SetSweep(func(ctx context.Context) error {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		child := exec.CommandContext(ctx, self, "sweep")
		child.Stdout, child.Stderr = stdout, stderr
		return child.Run()
	})
	if err := g.Run(ctx); err != nil {
		fmt.Fprintf(stderr, "gateway: %v\n", err)
		return exitFailed
	}
	return exitOK
}
