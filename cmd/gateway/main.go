// Command gateway is the Signpost server: it answers the provider's webhooks
// for texts and calls. It is told everything by environment variables; see
// docs/operator.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"signpost/config"
	"signpost/internal/gateway"
)

func main() { os.Exit(run(os.Stdout, os.Stderr)) }

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it could not serve
	exitMisuse = 2 // the environment is not right
)

func run(stdout, stderr io.Writer) int {
	cfg, err := config.FromEnvironment()
	if err != nil {
		fmt.Fprintf(stderr, "gateway: the environment is not right:\n%v\n", err)
		return exitMisuse
	}
	g, err := gateway.New(cfg, gateway.NewLog(stdout, cfg.LogDebug))
	if err != nil {
		fmt.Fprintf(stderr, "gateway: %v\n", err)
		return exitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := g.Run(ctx); err != nil {
		fmt.Fprintf(stderr, "gateway: %v\n", err)
		return exitFailed
	}
	return exitOK
}
