// Package testkit holds what tests share: a real redis-server on a free port,
// and a scanner for canaries. It is for tests only.
package testkit

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Redis is a real redis-server of a test's own.
type Redis struct {
	Addr    string
	options []string
	cmd     *exec.Cmd
	done    chan struct{}
}

// How long a test waits for what should come at once: long, because CI machines are busy
// and a test must not depend on their speed.
const patience = 2 * time.Minute

// StartRedis starts a redis-server that keeps nothing on disk, with any further
// options, and stops it when the test ends.
func StartRedis(t testing.TB, options ...string) *Redis {
	t.Helper()
	r := &Redis{Addr: FreeAddr(t), options: options}
	r.start(t)
	t.Cleanup(r.Kill)
	return r
}

func (r *Redis) start(t testing.TB) {
	t.Helper()
	_, port, _ := strings.Cut(r.Addr, ":")
	args := append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
		t.TempDir()}, r.options...)
	if len(r.options) > 0 && strings.HasSuffix(r.options[0], ".conf") {
		args = []string{r.options[0], "--port", port, "--sentinel"} // the file of a Sentinel
	}
	r.cmd = exec.Command("redis-server", args...)
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatalf("start redis-server (make test installs it): %v", err)
	}
	r.done = make(chan struct{})
	ready := make(chan struct{})
	go func() {
		defer close(r.done)
		told := sync.OnceFunc(func() { close(ready) }) // newer ones say it of every socket
		for sc := bufio.NewScanner(out); sc.Scan(); {
			if strings.Contains(sc.Text(), "Ready to accept connections") ||
				strings.Contains(sc.Text(), "Sentinel ID is") {
				told()
			}
		}
		_ = r.cmd.Wait()
	}()
	select {
	case <-ready:
	case <-r.done:
		t.Fatal("redis-server ended before it was ready")
	case <-time.After(patience):
		t.Fatal("redis-server is not ready")
	}
}

// URL is the server as REDIS_URL names it.
func (r *Redis) URL() string { return "redis://" + r.Addr }

// Kill ends the server at once.
func (r *Redis) Kill() {
	_ = r.cmd.Process.Signal(syscall.SIGCONT)
	_ = r.cmd.Process.Kill()
	<-r.done
}

// Restart starts the server again, empty, on the same port.
func (r *Redis) Restart(t testing.TB) { r.start(t) }

// Hang stops the server from answering while its connections stay open.
func (r *Redis) Hang() { _ = r.cmd.Process.Signal(syscall.SIGSTOP) }

// Wake undoes Hang.
func (r *Redis) Wake() { _ = r.cmd.Process.Signal(syscall.SIGCONT) }

// Dump is every key and value the server holds, as text.
func (r *Redis) Dump(t testing.TB) string {
	t.Helper()
	keys, err := r.do("KEYS", "*")
	if err != nil {
		t.Fatalf("list the keys: %v", err)
	}
	var b strings.Builder
	slices.Sort(keys)
	for _, k := range keys {
		kind, err := r.do("TYPE", k)
		if err != nil {
			t.Fatalf("read a key's type: %v", err)
		}
		read, ok := map[string][]string{"string": {"GET", k}, "hash": {"HGETALL", k}, "zset": {"ZRANGE", k, "0", "-1",
			"WITHSCORES"}, "set": {"SMEMBERS", k}, "list": {"LRANGE", k, "0", "-1"}}[strings.Join(kind, "")]
		if strings.Join(kind, "") == "none" {
			continue // it went meanwhile
		}
		if !ok {
			t.Fatalf("a key of a kind that cannot be read: %q", kind)
		}
		v, err := r.do(read...)
		if err != nil {
			t.Fatalf("read a key: %v", err)
		}
		if strings.Join(kind, "") == "hash" { // Redis lists it in no order
			pairs := slices.Collect(slices.Chunk(v, 2))
			slices.SortFunc(pairs, slices.Compare)
			v = slices.Concat(pairs...)
		}
		fmt.Fprintf(&b, "%s = %q\n", k, strings.Join(v, " "))
	}
	return b.String()
}

// Do sends one command and gives what comes back.
func (r *Redis) Do(t testing.TB, args ...string) []string {
	t.Helper()
	out, err := r.do(args...)
	if err != nil {
		t.Fatalf("redis %s: %v", args[0], err)
	}
	return out
}

// do sends one command and reads strings back, so that this package needs no
// Redis library.
func (r *Redis) do(args ...string) ([]string, error) {
	c, err := net.DialTimeout("tcp", r.Addr, patience)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(c, "*%d\r\n", len(args))
	for _, a := range args {
		fmt.Fprintf(c, "$%d\r\n%s\r\n", len(a), a)
	}
	return readReply(bufio.NewReader(c))
}

func readReply(br *bufio.Reader) ([]string, error) {
	line, err := br.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n := 0
	switch line[0] {
	case '*':
		fmt.Sscanf(line[1:], "%d", &n)
		var out []string
		for range n {
			one, err := readReply(br)
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	case '$':
		fmt.Sscanf(line[1:], "%d", &n)
		if n < 0 {
			return []string{""}, nil
		}
		b := make([]byte, n+2)
		if _, err := io.ReadFull(br, b); err != nil {
			return nil, err
		}
		return []string{string(b[:n])}, nil
	case '-':
		return nil, fmt.Errorf("redis: %s", strings.TrimSpace(line[1:]))
	}
	return []string{strings.TrimSpace(line[1:])}, nil
}
