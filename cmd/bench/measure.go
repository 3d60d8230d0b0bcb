package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// measured is what one measuring came to.
type measured struct {
	perSecond float64
	p50, p99  time.Duration
	failed    int
	cpu       time.Duration // of the servers, for each request
	redis     time.Duration // of Redis
}

// prepared are requests made beforehand, so that making them costs nothing while
// it is measured.
func prepared(k kind, start, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = signed(k, start+i)
	}
	return out
}

// measure drives servers with a kind of request.
func measure(servers []*process, redis int, requests [][]byte, conns int, length time.Duration) (measured, error) {
	ran := func() (d time.Duration) {
		for _, s := range servers {
			d += cpu(s.cmd.Process.Pid)
		}
		return d
	}
	ranBefore, redisBefore := ran(), cpu(redis)
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	drives := make([]drive, conns)
	var wg sync.WaitGroup
	errs := make(chan error, conns)
	began := time.Now()
	for c := range conns {
		wg.Go(func() {
			if err := drives[c].run(ctx, servers[c%len(servers)].addr, requests, c, conns); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	spent := time.Since(began)
	select {
	case err := <-errs:
		return measured{}, fmt.Errorf("drive %s: %w", servers[0].name, err)
	default:
	}
	var m measured
	var all []time.Duration
	for _, d := range drives {
		m.failed += d.failed
		all = append(all, d.took...)
	}
	slices.Sort(all)
	m.perSecond = float64(len(all)) / spent.Seconds()
	if n := time.Duration(len(all)); n > 0 {
		m.cpu, m.redis = (ran()-ranBefore)/n, (cpu(redis)-redisBefore)/n
		m.p50, m.p99 = all[len(all)/2], all[len(all)*99/100]
	}
	return m, nil
}

// drive is what one connection came to: how long each answer took, and how many were no answer.
type drive struct {
	took   []time.Duration
	failed int
}

// run sends the share of requests that one connection of several has, each when the last is answered.
func (d *drive) run(ctx context.Context, addr string, requests [][]byte, own, conns int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for i := own; ctx.Err() == nil && i < len(requests); i += conns {
		sent := time.Now()
		if _, err := conn.Write(requests[i]); err != nil {
			return err
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		n, _ := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || n < 100 {
			d.failed++
		}
		d.took = append(d.took, time.Since(sent))
	}
	return nil
}

// median of some numbers, with the least and the most.
func median(v []float64) (mid, least, most float64) {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2, s[0], s[len(s)-1]
}

var metric = regexp.MustCompile(`(?m)^(\w+)(?:\{[^}]*\})? ([0-9.e+]+)$`)

// gauge reads one of a gateway's metrics.
func (p *process) gauge(name string) float64 {
	conn, err := net.Dial("tcp", p.admin)
	if err != nil {
		return 0
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body) // what is not read is not found
	for _, m := range metric.FindAllStringSubmatch(string(text), -1) {
		if m[1] == name {
			v, _ := strconv.ParseFloat(m[2], 64) // the pattern is a number's
			return v
		}
	}
	return 0
}

// cpu is how long a process has run.
func cpu(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	const user, tick = 11, 10 * time.Millisecond // after the name; the kernel's unit on Linux
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	if len(f) < user+2 {
		return 0
	}
	u, _ := strconv.Atoi(f[user]) // the kernel writes numbers
	s, _ := strconv.Atoi(f[user+1])
	return time.Duration(u+s) * tick
}

// resident is how much memory a process holds, in MB.
func (p *process) resident() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			kb, _ := strconv.ParseFloat(f[1], 64) // the kernel writes a number
			return kb / 1024
		}
	}
	return 0
}
