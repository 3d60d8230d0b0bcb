// Command bench measures the gateway beside a floor: the leanest server that does
// the same unavoidable work. Both are processes of their own on this machine, with
// a real Redis, driven by this one over real sockets with signed requests, in turn
// and several times over; only the ratio between them says anything.
//
//	go run ./cmd/bench            # prints the comparison
//	go run ./cmd/bench -write docs/performance.md
package main

import (
	"bufio"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"signpost/internal/machine"
	"signpost/internal/privacy"
	"signpost/internal/twilio"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	base    = "https://sms.example.org"
	ourLine = "+441632960000"
	key     = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errw io.Writer) int {
	fl := flag.NewFlagSet("bench", flag.ContinueOnError)
	fl.SetOutput(errw)
	rounds := fl.Int("rounds", 10, "how `many` times each is measured, in turn")
	seconds := fl.Float64("seconds", 2, "how long each measuring lasts")
	conns := fl.Int("connections", 64, "how many requests are under way at once")
	write := fl.String("write", "", "also write the comparison to this `file`")
	floorAt := fl.String("floor", "", "be the floor, at this `address`")
	redisAt := fl.String("redis", "", "the floor's Redis")
	share := fl.Bool("share", false, "the floor shares trips to Redis between requests")
	if fl.Parse(args) != nil {
		return 2
	}
	if *floorAt != "" {
		fmt.Fprintln(errw, floor(*floorAt, *redisAt, *share))
		return 1
	}
	report, err := compare(*rounds, time.Duration(*seconds*float64(time.Second)), *conns)
	if err != nil {
		fmt.Fprintln(errw, "bench:", err)
		return 1
	}
	fmt.Fprint(out, report)
	if *write != "" {
		if err := os.WriteFile(*write, []byte(report), 0o644); err != nil {
			fmt.Fprintln(errw, "bench:", err)
			return 1
		}
	}
	return 0
}

// kind is one kind of request.
type kind struct {
	name string
	path string
	form func(n int) url.Values
}

func sid(prefix string, n int) string { return fmt.Sprintf("%s%032x", prefix, n) }

// senders is how many people there are: so many that nobody asks often enough to
// be taken for a machine.
const senders = 10_000_000

func from(n int) string { return fmt.Sprintf("+4474%08d", n%senders) }

var kinds = []kind{
	{"a text naming a place", "/sms", func(n int) url.Values {
		return url.Values{"MessageSid": {sid("SM", n)}, "SmsSid": {sid("SM", n)}, "AccountSid": {account},
			"From": {from(n)}, "To": {ourLine}, "Body": {"im in kendal"}, "NumMedia": {"0"}, "NumSegments": {"1"},
			"SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"}, "FromCountry": {"GB"}}
	}},
	{"a call coming in", "/voice", func(n int) url.Values {
		return url.Values{"CallSid": {sid("CA", n)}, "AccountSid": {account}, "From": {from(n)}, "To": {ourLine},
			"CallStatus": {"ringing"}, "Direction": {"inbound"}, "ApiVersion": {"2010-04-01"}, "FromCountry": {"GB"}}
	}},
}

// process is a server that is measured.
type process struct {
	name, addr, admin string
	cmd               *exec.Cmd
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // an interrupt is ignored by what was started in the background
	_ = p.cmd.Wait()
}

// launch starts a server and waits until it answers.
func launch(name, addr, admin string, cmd *exec.Cmd) (*process, time.Duration, error) {
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name, addr, admin, cmd}
	const patience = 10 * time.Second
	for time.Since(began) < patience {
		if err := once(addr); err == nil {
			return p, time.Since(began), nil
		}
		time.Sleep(time.Millisecond)
	}
	p.stop()
	return nil, 0, fmt.Errorf("%s does not answer", name)
}

// once sends one genuine request.
func once(addr string) error {
	req := signed(kinds[1], 0)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write(req); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// signed is one request as bytes.
func signed(k kind, n int) []byte {
	form := k.form(n)
	body := form.Encode()
	return fmt.Appendf(nil,
		"POST %s HTTP/1.1\r\nHost: sms.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		k.path, twilio.SignatureHeader, twilio.Sign(privacy.Hide(token), base+k.path, form), len(body), body)
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// column is one server, or several, in the comparison.
type column struct {
	name    string
	servers []*process
	got     map[string][]measured // by kind
}

// The system under test: a Redis, and the servers on it.
type stand struct {
	dir       string
	program   string // the gateway
	redisAddr string
	redis     *exec.Cmd
	running   []*process
	starts    []float64 // of gateways, ms to the first answer
}

// newStand builds the gateway and starts a Redis.
func newStand() (*stand, error) {
	dir, err := os.MkdirTemp("", "signpost-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	s := &stand{dir: dir, program: filepath.Join(dir, "gateway")}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", s.program, "./cmd/gateway")
	build.Env = append(build.Environ(), "CGO_ENABLED=0", "GOEXPERIMENT=runtimesecret")
	if out, err := build.CombinedOutput(); err != nil {
		return s, fmt.Errorf("build the gateway: %w\n%s", err, out)
	}
	if s.redisAddr, err = freeAddr(); err != nil {
		return s, err
	}
	redis := exec.Command("redis-server", "--port", s.redisPort(), "--bind", "127.0.0.1", "--save", "", "--appendonly",
		"no", "--dir", dir)
	if err := redis.Start(); err != nil {
		return s, fmt.Errorf("start redis-server: %w", err)
	}
	s.redis = redis
	return s, nil
}

func (s *stand) redisPort() string {
	_, port, _ := strings.Cut(s.redisAddr, ":")
	return port
}

// close stops everything and removes the folder.
func (s *stand) close() {
	for _, p := range s.running {
		p.stop()
	}
	if s.redis != nil {
		_ = s.redis.Process.Kill()
		_ = s.redis.Wait()
	}
	os.RemoveAll(s.dir)
}

// gateway starts a gateway as it ships, with limits that nobody reaches.
func (s *stand) gateway() (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(s.program)
	cmd.Env = []string{
		"TWILIO_AUTH_TOKEN=" + token, "TWILIO_ACCOUNT_SID=" + account, "PUBLIC_URL=" + base, "LISTEN_ADDR=" + addr,
		"ADMIN_ADDR=" + admin,
		"REDIS_URL=redis://" + s.redisAddr, "PRIVACY_KEY=" + key, "TWILIO_API_URL=http://127.0.0.1:1",
		"ERASE_AFTER=24h",
		"SENDER_LIMIT=10000", "SERVICE_LIMIT=10000000", "SPEND_LIMIT=1000000", "CALLER_LIMIT=10000", "DRAIN=0s",
	}
	p, took, err := launch("the gateway", addr, admin, cmd)
	if err != nil {
		return nil, err
	}
	s.running, s.starts = append(s.running, p), append(s.starts, float64(took.Milliseconds()))
	return p, nil
}

// floor starts the leanest server. With share it shares trips to Redis between requests.
func (s *stand) floor(share bool) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	name, cmd := floorName, exec.Command(self, "-floor", addr, "-redis", s.redisAddr)
	if share {
		name, cmd.Args = sharingName, append(cmd.Args, "-share")
	}
	p, _, err := launch(name, addr, "", cmd)
	if err != nil {
		return nil, err
	}
	s.running = append(s.running, p)
	return p, nil
}

// Names of the columns.
const (
	floorName   = "the floor"
	sharingName = "the floor, sharing trips"
	oursName    = "Signpost"
)

// columns starts all servers that are compared, the floor first.
func (s *stand) columns() ([]*column, error) {
	lean, err := s.floor(false)
	if err != nil {
		return nil, err
	}
	sharing, err := s.floor(true)
	if err != nil {
		return nil, err
	}
	const processes = 3
	var gateways []*process
	for range processes {
		g, err := s.gateway()
		if err != nil {
			return nil, err
		}
		gateways = append(gateways, g)
	}
	all := []*column{
		newColumn(floorName, lean), newColumn(sharingName, sharing),
		newColumn(oursName, gateways[0]), newColumn(fmt.Sprintf("%s, %d processes", oursName, processes), gateways...),
	}
	p, err := peer(s.dir, s.redisPort())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: without the peer:", err)
		return all, nil
	}
	s.running = append(s.running, p)
	return append(all, newColumn("Express, the provider's SDK, ioredis", p)), nil
}

func newColumn(name string, servers ...*process) *column {
	return &column{name, servers, map[string][]measured{}}
}

func compare(rounds int, length time.Duration, conns int) (string, error) {
	s, err := newStand()
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return "", err
	}
	columns, err := s.columns()
	if err != nil {
		return "", err
	}
	ours, several := columns[2].servers[0], columns[3].servers
	f := facts{rest: several[1].resident()} // it has answered one request
	size, err := os.Stat(s.program)
	if err != nil {
		return "", err
	}
	const perSecond = 60_000 // no more are ever needed
	next := 1
	for _, k := range kinds {
		for round := range rounds {
			for i := range columns {
				c := columns[(i+round)%len(columns)] // each goes first in its turn
				if c.name == sharingName && k.path != "/sms" {
					continue // it asks Redis nothing
				}
				n := int(perSecond * length.Seconds())
				requests := prepared(k, next, n)
				next += n
				m, err := measure(c.servers, s.redis.Process.Pid, requests, conns, length)
				if err != nil {
					return "", err
				}
				c.got[k.name] = append(c.got[k.name], m)
				if c.name == oursName {
					f.full = max(f.full, ours.resident())
				}
			}
		}
	}
	f.starts, f.binary, f.goroutines = s.starts, float64(size.Size())/1e6, ours.gauge("go_goroutines")
	return paper(columns, rounds, length, conns, f), nil
}

//go:embed peer
var peerFiles embed.FS

// peer starts the menu as it is commonly built, where node and npm are.
func peer(dir, redisPort string) (*process, error) {
	files, err := fs.Sub(peerFiles, "peer")
	if err != nil {
		return nil, err
	}
	at := filepath.Join(dir, "peer")
	if err := os.CopyFS(at, files); err != nil {
		return nil, fmt.Errorf("copy the peer: %w", err)
	}
	install := exec.Command("npm", "install", "--omit=dev", "--no-audit", "--no-fund")
	install.Dir = at
	if out, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("install the peer: %w\n%s", err, out)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(addr, ":")
	p, _, err := launch("the peer", addr, "", exec.Command("node", filepath.Join(at, "server.js"), port, redisPort,
		token, base))
	return p, err
}

// facts are what is measured apart from the requests.
type facts struct {
	starts             []float64 // ms to the first answer
	rest, full, binary float64   // MB
	goroutines         float64
}

// introduction of docs/performance.md, up to the rows of the table.
const introduction = "# Performance\n\n" +
	"Made by `make bench`; not typed. Machine: %s; the load, the servers and Redis share it. " +
	"Every figure is the median of %d rounds of %v at %d connections," + `
in turn with the others; in brackets the least and the most. The columns about the floor give the
median over the rounds, each round beside its own floor.

The floor is the leanest server that does the same unavoidable work: net/http, the form, and the
provider's signature in a dozen lines. For a text it makes the same trips to the same Redis: read,
then one atomic write. It wipes nothing from memory; the gateway does. In the gateway, requests that
come at the same moment share trips. So that nobody is misled, a floor that does that as the Redis
library can is shown, too. Where node is there, so is the menu as it is commonly built: Express, the
provider's SDK and ioredis, one process.

| | requests/s | of the floor | p50 | p99 | p99, of the floor | server, each | Redis, each | failed |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`

func paper(columns []*column, rounds int, length time.Duration, conns int, f facts) string {
	var b strings.Builder
	fmt.Fprintf(&b, introduction, machine.Describe(), rounds, length, conns)
	for _, k := range kinds {
		floor := columns[0].got[k.name]
		for _, c := range columns {
			if len(c.got[k.name]) == 0 {
				continue
			}
			var rate, p50, p99, ran, redis, rateOf, p99Of []float64
			failed := 0
			for round, m := range c.got[k.name] {
				// Beside the floor of the same round: what else the machine did then, it did to both.
				rateOf = append(rateOf, 100*m.perSecond/floor[round].perSecond)
				p99Of = append(p99Of, m.p99.Seconds()/floor[round].p99.Seconds())
				rate, p50, p99 = append(rate, m.perSecond), append(p50, m.p50.Seconds()*1000),
					append(p99, m.p99.Seconds()*1000)
				ran, redis = append(ran, float64(m.cpu.Microseconds())), append(redis, float64(m.redis.Microseconds()))
				failed += m.failed
			}
			r, rl, rm := median(rate)
			m50, _, _ := median(p50)
			m99, l99, h99 := median(p99)
			each, _, _ := median(ran)
			eachRedis, _, _ := median(redis)
			of, ofLeast, ofMost := median(rateOf)
			slower, slowerLeast, slowerMost := median(p99Of)
			fmt.Fprintf(&b,
				"| %s: %s | %.0f (%.0f-%.0f) | %.0f (%.0f-%.0f) %% | %.1f ms | %.1f (%.1f-%.1f) ms | %.2f "+
					"(%.2f-%.2f) | %.0f µs | %.0f µs | %d |\n",
				k.name, c.name, r, rl, rm, of, ofLeast, ofMost, m50, m99, l99, h99, slower, slowerLeast, slowerMost,
				each, eachRedis, failed)
		}
	}
	start, sl, sm := median(f.starts)
	fmt.Fprintf(&b,
		"\n| | |\n| --- | --- |\n| start to first answer | %.0f ms (%.0f-%.0f) |\n"+
			"| resident at rest | %.0f MB |\n| resident at full load | %.0f MB |\n"+
			"| binary | %.1f MB |\n| goroutines when idle again | %.0f |\n",
		start, sl, sm, f.rest, f.full, f.binary, f.goroutines)
	return b.String()
}
