package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"signpost/cmd/signpost/internal/follow"
	"signpost/config"
)

// firstBook is how long a gateway that has no book yet waits for the desk. Then it starts
// without one, and gives the 24-hour number until the book comes.
const firstBook = 10 * time.Second

// followBeside runs the gateway and follows beside it. It ends when the gateway does, and with
// the same exit code. Nothing that goes wrong with the desk ends the gateway.
func followBeside(ctx context.Context, f *follow.Follower, program string, as uint, s streams) int {
	if _, err := os.Stat(f.Dir); err != nil {
		first, cancel := context.WithTimeout(ctx, firstBook)
		if err := f.First(first); err != nil {
			f.Say(err.Error())
		}
		cancel()
	}
	cmd := exec.CommandContext(ctx, program) // #nosec G204 -- the operator names the program
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.in, s.out, s.err
	cmd.Env = config.ForGateway()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := runAs(cmd, as); err != nil {
		fmt.Fprintf(s.err, "signpost follow: %v\n", err)
		return exitMisuse
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(s.err, "signpost follow: start -run: %v\n", err)
		return exitProblems
	}
	following, stop := context.WithCancel(ctx)
	left := make(chan struct{})
	go func() {
		defer close(left)
		for following.Err() == nil {
			if err := runSafely(following, f); err != nil {
				f.Say(err.Error())
				select {
				case <-following.Done():
				case <-time.After(time.Minute):
				}
			}
		}
	}()
	err := cmd.Wait()
	stop()
	<-left
	if code := cmd.ProcessState.ExitCode(); code >= 0 {
		return code
	}
	fmt.Fprintf(s.err, "signpost follow: the program of -run ended: %v\n", err)
	return exitProblems
}

// runSafely follows, and turns a panic into an error: the gateway must go on.
func runSafely(ctx context.Context, f *follow.Follower) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("panic recovered: following the desk begins again in a minute")
		}
	}()
	return f.Run(ctx)
}
