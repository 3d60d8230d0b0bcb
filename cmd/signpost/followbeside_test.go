package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"signpost/cmd/signpost/internal/follow"
	"signpost/internal/testkit"
)

// A gateway that a follower runs starts although the desk is away, gets the signal to stop,
// does not get the token, and decides the exit code.
func TestFollowBeside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program of the test is a script of sh")
	}
	dir := t.TempDir()
	program := func(name, script string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var said bytes.Buffer
	follower := func() *follow.Follower {
		return &follow.Follower{Desk: "http://" + testkit.FreeAddr(t),
			Key: make(ed25519.PublicKey, ed25519.PublicKeySize), Dir: filepath.Join(dir, "book"), State: dir,
			Now: time.Now, Say: func(line string) { said.WriteString(line + "\n") }}
	}
	t.Setenv("FOLLOW_TOKEN", "secret")
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	code := make(chan int)
	go func() {
		code <- followBeside(ctx, follower(), program("gateway",
			`trap "exit 7" TERM; echo "token: $FOLLOW_TOKEN"; while :; do sleep 0.1; done`),
			0, streams{strings.NewReader(""), in, io.Discard})
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "token: \n" {
		t.Fatalf("it says %q, %v", line, err)
	}
	stop()
	if got := <-code; got != 7 {
		t.Errorf("a gateway that is told to stop: %d", got)
	}
	if got := followBeside(t.Context(), follower(), program("ends", "exit 3"),
		0, streams{strings.NewReader(""), io.Discard, io.Discard}); got != 3 {
		t.Errorf("a gateway that ends by itself: %d", got)
	}
	if got := followBeside(t.Context(), follower(), filepath.Join(dir, "none"),
		0, streams{strings.NewReader(""), io.Discard, io.Discard}); got != exitProblems {
		t.Errorf("no gateway: %d", got)
	}
	if !strings.Contains(said.String(), "connection refused; the book stays as it is") {
		t.Errorf("the log is\n%s", said.String())
	}
}
