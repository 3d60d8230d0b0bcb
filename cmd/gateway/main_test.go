package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gateway": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) },
		"dumpable": dumpable})
}

// The scripts in testdata misuse the server as an operator might.
func TestScripts(t *testing.T) { testscript.Run(t, testscript.Params{Dir: "testdata"}) }

// It starts, says where, warns of what an operator should know, and stops
// cleanly on SIGTERM and on SIGINT.
func TestStartAndStop(t *testing.T) {
	const secret = "hunter2hunter2"
	for k, v := range map[string]string{
		"TWILIO_AUTH_TOKEN": secret, "TWILIO_ACCOUNT_SID": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"PUBLIC_URL":  "https://sms.example.org",
		"LISTEN_ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0", "DRAIN": "0s",
	} {
		t.Setenv(k, v)
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		out, in := io.Pipe()
		var stderr bytes.Buffer
		code := make(chan int, 1)
		go func() {
			c := run(nil, in, &stderr)
			in.Close()
			code <- c
		}()
		var log strings.Builder
		for sc := bufio.NewScanner(out); sc.Scan(); {
			log.WriteString(sc.Text() + "\n")
			if strings.Contains(sc.Text(), `"serving"`) {
				if err := syscall.Kill(os.Getpid(), sig); err != nil {
					t.Fatal(err)
				}
			}
		}
		if c := <-code; c != exitOK || stderr.Len() > 0 {
			t.Errorf("%v: ended with %d, %s", sig, c, stderr.String())
		}
		for _, want := range []string{"kept in this process only", "no recent test call", `"stopped"`} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%v: the log does not say %q", sig, want)
			}
		}
		if strings.Contains(log.String(), secret) {
			t.Errorf("%v: the secret is in the log", sig)
		}
	}
}
