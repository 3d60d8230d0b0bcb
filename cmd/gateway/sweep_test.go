package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"signpost/internal/testkit"
)

func environment(redis, api string, more ...string) []string {
	return append(append(os.Environ(), "TWILIO_AUTH_TOKEN="+token, "TWILIO_ACCOUNT_SID="+account, "PUBLIC_URL="+base,
		"LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0",
		"REDIS_URL="+redis, "PRIVACY_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		"TWILIO_API_URL="+api, "ERASE_AFTER=1s"), more...)
}

// What a lost report or an emptied Redis left at the provider is found by a
// gateway that knows its own lines, and erased; other lines' records stay.
func TestSweep(t *testing.T) {
	redis, double := testkit.StartRedis(t), testkit.NewProvider(t, account, token)
	for i := range 9 {
		r := testkit.Record{SID: fmt.Sprintf("%s%032x", []string{"SM", "CA", "MM"}[i%3], i), Body: "words",
			From: "+447400123456", To: line, Created: time.Now().Add(-2 * time.Hour)}
		if i%2 == 0 {
			r.From, r.To = r.To, r.From
		}
		double.Hold(r)
	}
	double.Hold(testkit.Record{SID: fmt.Sprintf("SM%032x", 99), Body: "another line's", From: "+447400123456",
		To: "+441632960009", Created: time.Now().Add(-2 * time.Hour)})
	double.Hold(testkit.Record{SID: fmt.Sprintf("SM%032x", 98), Body: "of just now", From: "+447400123456", To: line,
		Created: time.Now()})
	cmd := exec.Command("gateway")
	cmd.Env = environment(redis.URL(), double.URL, "ERASE_LINES="+line)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for sc := bufio.NewScanner(out); sc.Scan(); {
			log.WriteString(sc.Text() + "\n")
		}
	}()
	double.Await(t, "a provider that holds nothing of this line", func() bool { return len(double.Left()) == 2 })
	_ = cmd.Process.Signal(os.Interrupt)
	<-ended
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if !strings.Contains(log.String(), `"looked for records left at the provider","count":9`) ||
		strings.Contains(log.String(), "words") {
		t.Errorf("the log says\n%s", log.String())
	}
	// By hand, and against a provider that is broken.
	double.Fail(testkit.FaultBroken)
	for _, tt := range []struct {
		args, env, says string
		ok              bool
	}{{"sweep", "ERASE_LINES=" + line, "count\":0", true}, {"sweep", "REDIS_URL=embedded", "set REDIS_URL", false},
		{"broom", "", "gateway sweep", false}, {"sweep", "ERASE_LINES=01632 960000", "ERASE_LINES", false}} {
		cmd := exec.Command("gateway", tt.args)
		cmd.Env = environment(redis.URL(), double.URL, tt.env)
		said, err := cmd.CombinedOutput()
		if tt.says == "count\":0" && err != nil { // the first meets the broken provider
			if !strings.Contains(string(said), "the provider answered 500") {
				t.Errorf("a broken provider: %s", said)
			}
			cmd = exec.Command("gateway", tt.args)
			cmd.Env = environment(redis.URL(), double.URL, tt.env)
			said, err = cmd.CombinedOutput()
		}
		if (err == nil) != tt.ok || !strings.Contains(string(said), tt.says) {
			t.Errorf("gateway %s with %s: %v\n%s", tt.args, tt.env, err, said)
		}
	}
}

// The program lets nobody take a core file of it.
func TestNoCore(t *testing.T) {
	out, err := exec.Command("dumpable").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "1 0" {
		t.Errorf("%q, %v", out, err)
	}
}

// dumpable says whether a core file could be taken, before and after.
func dumpable() {
	before, _ := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	noCore()
	after, _ := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	fmt.Println(before, after)
}
