package docs_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

// newcomer is somebody with a fresh machine, the folder of the project, and
// docs/deploy.md: a Debian whose packages, service manager, editor, containers and Fly are
// stood in for, since a test may not change the machine it runs on. Everything else is real.
type newcomer struct {
	t        *testing.T
	root     string            // what / is
	replace  *strings.Replacer // what a person puts for what the paper can only show
	double   *testkit.Provider
	redis    *testkit.Redis
	public   string // where the world reaches the server
	listen   string
	admin    string
	settings []string // what they know: the name, the account, the numbers
	shell    string   // what the root's shell was told
	log      bytes.Buffer
}

const (
	paperAccount = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	paperToken   = "0123456789abcdef0123456789abcdef"
	paperLine    = "+441632960000"
)

// docker stands in for an engine for containers: it looks that what deploy/compose.yaml
// needs is there and can be read by nobody, whom the container runs as, and has the
// container's programs run here.
const docker = `[ "$1" = compose ] || exit 2
case "$2" in
up) for f in compose.yaml environment key token ../Dockerfile; do
    [ -s "$f" ] || { echo "$f is not there"; exit 1; }
  done
  [ "$(stat -c %a key token | sort -u)" = 644 ] || { echo "the container cannot read the secrets"; exit 1; } ;;
exec) [ "$3" = gateway ] || exit 2; shift 3; program=${1#/}; shift; exec "$program" "$@" ;;
*) exit 2 ;;
esac`

// fly stands in for Fly's own: it knows these commands alone, and a deployment needs its
// files.
const fly = `case "$1 $2" in
"apps create"|"redis create"|"scale count"|"logs "|"status "|"machine restart") ;;
"secrets set") shift 2; for s in "$@"; do case "$s" in [A-Z]*=?*) ;; *) echo "not a secret: $s"; exit 1 ;; esac; done ;;
"deploy ") [ -s fly.toml ] && [ -s Dockerfile ] ;;
"ssh console") [ "$3" = -C ] && command=${4#/} && exec $command ;;
*) echo "fly has no $1 $2"; exit 2 ;;
esac`

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func newNewcomer(t *testing.T) *newcomer {
	n := &newcomer{t: t, root: t.TempDir(), double: testkit.NewProvider(t, paperAccount, paperToken),
		redis: testkit.StartRedis(t), listen: testkit.FreeAddr(t), admin: testkit.FreeAddr(t)}
	n.double.SetBalance("25.00")
	n.double.Line(map[string]any{"sid": "PN" + strings.Repeat("1", 32), "phone_number": paperLine,
		"friendly_name": "main", "sms_url": "", "sms_method": "POST", "voice_url": "", "voice_method": "POST"})
	front := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { // what ends TLS
		r.SetURL(&url.URL{Scheme: "http", Host: n.listen})
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(front.Close)
	bins := httptest.NewTLSServer(http.FileServer(http.Dir(filepath.Join(n.root,
		"signpost/fallback")))) // those at the provider
	t.Cleanup(bins.Close)
	n.public = front.URL
	cert := filepath.Join(n.root, "cert.pem")
	write(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})), 0o600)
	n.settings = []string{"PUBLIC_URL=" + n.public, "TWILIO_ACCOUNT_SID=" + paperAccount, "ERASE_LINES=" + paperLine,
		"REDIS_URL=" + n.redis.URL(),
		"LISTEN_ADDR=" + n.listen, "ADMIN_ADDR=" + n.admin, "TWILIO_API_URL=" + n.double.URL, "SSL_CERT_FILE=" + cert}
	n.replace = strings.NewReplacer("/etc/", n.root+"/etc/", "/usr/local/bin/", n.root+"/usr/local/bin/", "/srv/",
		n.root+"/srv/", "http://127.0.0.1:9091", "http://"+n.admin,
		"https://CONNECT-BIN", bins.URL+"/connect.xml", "https://TEXT-BIN", bins.URL+"/text.xml", "https://VOICE-BIN",
		bins.URL+"/voice.xml")
	bin := filepath.Join(n.root, "bin")
	for name, script := range map[string]string{
		"sudo": `exec "$@"`, "apt-get": "exit 0", "systemctl": "exit 0",
		"redis-cli": "exec " + which(t, "redis-cli") + " -h " + strings.Replace(n.redis.Addr, ":", " -p ", 1) + ` "$@"`,
		"docker":    docker, "fly": fly,
		// The doctor ends badly while nobody has rung the numbers.
		"signpost": n.root +
			`/usr/local/bin/signpost "$@"; code=$?; [ "$1" != doctor ] || [ $code != 1 ] || code=0; exit $code`,
		"sudoedit": `while IFS= read -r line; do sed -i "/^${line%%=*}=/d" "$1"; echo "$line" >> "$1"; done < ` +
			filepath.Join(n.root, "settings"),
	} {
		write(t, filepath.Join(bin, name), "#!/bin/sh\n"+script+"\n", 0o755)
	}
	write(t, filepath.Join(n.root, "settings"), strings.Join(n.settings, "\n")+"\n", 0o600)
	for _, dir := range []string{"etc/redis", "etc/caddy", "etc/systemd/system", "usr/local/bin",
		"srv"} { // what the packages bring
		if err := os.MkdirAll(filepath.Join(n.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	work := filepath.Join(n.root, "signpost") // the programs and the folder deploy, as in a release
	if err := os.MkdirAll(filepath.Join(work, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := testkit.Build(".", filepath.Join(work, "bin"), testkit.Built,
		[]string{"gateway", "signpost", "linecheck"}); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"deploy", "flows/book"} {
		if err := os.CopyFS(filepath.Join(work, dir), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func which(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// types runs a block of commands; what is pasted where a paper says so is the token.
func (n *newcomer) types(block string) string {
	n.t.Helper()
	if strings.Contains(block, "systemctl enable --now signpost\n") {
		before, after, _ := strings.Cut(block, "sudo systemctl enable --now signpost\n")
		out := n.types(before)
		n.enable()
		return out + n.types(after)
	}
	block = n.replace.Replace(strings.ReplaceAll(block, "sudo -s\n", ""))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", n.shell+block)
	cmd.Dir = filepath.Join(n.root, "signpost")
	cmd.Stdin = strings.NewReader(paperToken + "\n")
	cmd.Env = []string{"PATH=" + filepath.Join(n.root, "bin") + ":" + filepath.Join(n.root, "usr/local/bin") + ":" +
		os.Getenv("PATH"), "HOME=" + n.root}
	out, err := cmd.CombinedOutput()
	if err != nil {
		n.t.Fatalf("%s\n%v\n%s", block, err, out)
	}
	for line := range strings.Lines(block) { // a root's shell keeps what it was told
		if strings.HasPrefix(line, "set -a") || strings.HasPrefix(line, "export ") {
			n.shell += line
		}
	}
	return string(out)
}

// enable starts the unit as the service manager would: its program, its files of
// settings and of secrets.
func (n *newcomer) enable() {
	n.t.Helper()
	unit, err := os.ReadFile(filepath.Join(n.root, "etc/systemd/system/signpost.service"))
	if err != nil {
		n.t.Fatal(err)
	}
	secrets := filepath.Join(n.root, "run/credentials")
	var program string
	var env []string
	for _, m := range regexp.MustCompile(`(?m)^(\w+)=(.*)$`).FindAllStringSubmatch(string(unit), -1) {
		value := n.replace.Replace(strings.NewReplacer("%d", secrets, "%S",
			filepath.Join(n.root, "var/lib")).Replace(m[2]))
		switch m[1] {
		case "ExecStart":
			program = strings.Replace(m[2], "/usr/local/bin", n.root+"/usr/local/bin", 1)
		case "EnvironmentFile":
			data, err := os.ReadFile(value)
			if err != nil {
				n.t.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
					env = append(env, line)
				}
			}
		case "Environment":
			env = append(env, strings.Fields(value)...)
		case "LoadCredential":
			name, from, _ := strings.Cut(value, ":")
			data, err := os.ReadFile(from)
			if err != nil {
				n.t.Fatal(err)
			}
			write(n.t, filepath.Join(secrets, name), string(data), 0o400)
		}
	}
	cmd := exec.Command(program)
	cmd.Env, cmd.Stderr, cmd.Stdout = env, &n.log, &n.log
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) { // between two looks
		resp, err := http.Get("http://" + n.admin + "/readyz")
		if err == nil {
			resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("the service is not up: %v\n%s", err, n.log.String())
		}
	}
}

// Somebody with the papers alone gets from nothing to a number that answers: every
// command for a plain server is run as it stands, and prints what it says; then every
// command of the other papers.
func TestDeployPaper(t *testing.T) {
	testkit.Long(t)
	n := newNewcomer(t)
	doctor := n.deploys()
	for line := range strings.Lines(doctor) {
		// Whether this machine swaps is not the document's to say.
		if strings.HasPrefix(line, "bad") && !strings.Contains(line, "rung") && !strings.Contains(line, "swaps") {
			t.Errorf("the doctor says %s", line)
		}
	}
	if !strings.Contains(doctor, "PUBLIC_URL answers a signed request") {
		t.Errorf("the doctor did not look:\n%s", doctor)
	}
	line := n.double.Lines()[0]
	for field, want := range map[string]string{"sms_url": "/sms", "voice_url": "/voice",
		"status_callback": "/voice/status"} {
		if line[field] != n.public+want {
			t.Errorf("%s of the number is %v", field, line[field])
		}
	}
	for _, file := range []string{"text.xml", "voice.xml", "connect.xml"} {
		if _, err := os.Stat(filepath.Join(n.root, "signpost/fallback", file)); err != nil {
			t.Error(err)
		}
	}
	// Somebody texts the number: the provider asks what it was told to ask.
	phone := &handset.Phone{Handler: n.world(line), Base: n.public, Account: paperAccount,
		Token: privacy.Hide(paperToken), From: "+447400900123", To: paperLine}
	if got, err := phone.Text(t.Context(), "im in kendal"); err != nil || !strings.Contains(got, "01229 582386") {
		t.Errorf("a text to the number gets %q, %v\n%s", got, err, n.log.String())
	}
	call, err := phone.Ring(t.Context())
	if err != nil || !strings.Contains(strings.Join(call.Said, " "), testbook.OpensCall("county")) {
		t.Errorf("a call to the number: %v", err)
	}
	n.everyCommand() // the other papers are read by who has a server
}

// deploys follows docs/deploy.md to the end of its plain server, and gives what the
// doctor said.
func (n *newcomer) deploys() (doctor string) {
	t := n.t
	t.Helper()
	paper, err := os.ReadFile("docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, plain, _ := strings.Cut(string(paper), "\n## A plain server\n")
	plain, _, ok := strings.Cut(plain, "\n## Containers\n")
	if !ok {
		t.Fatal("docs/deploy.md has other headings")
	}
	at := filepath.Join(t.TempDir(), "plain.md")
	write(t, at, plain, 0o600)
	var printed string
	commands := 0
	for _, f := range testkit.Fences(t, at) {
		switch f.Info {
		case "sh":
			printed = n.types(f.Text)
			if strings.Contains(f.Text, "signpost doctor") {
				doctor = printed
			}
			commands += strings.Count(f.Text, "\n")
		case "text":
			if !testkit.AsShown(f.Text, printed) {
				t.Errorf("printed\n%s\nand the paper shows\n%s", printed, f.Text)
			}
		default:
			t.Errorf("a block is neither sh nor text: %s", f.Text)
		}
	}
	if commands < 20 {
		t.Errorf("only %d lines were typed", commands)
	}
	return doctor
}

// world carries what the provider posts to where the number points.
func (n *newcomer) world(line map[string]any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, _ := line["sms_url"].(string)
		if strings.HasPrefix(r.URL.Path, "/voice") {
			to, _ = line["voice_url"].(string)
		}
		where, err := url.Parse(to)
		if err != nil || where.Path != r.URL.Path && !strings.HasPrefix(r.URL.Path, "/voice/") {
			n.t.Errorf("the number points at %s, and %s was asked", to, r.URL.Path)
		}
		req, err := http.NewRequest(r.Method, "http://"+n.listen+r.URL.RequestURI(), r.Body)
		if err != nil {
			n.t.Error(err)
			return
		}
		req.Header = r.Header
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			n.t.Error(err)
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		var body bytes.Buffer
		_, _ = body.ReadFrom(resp.Body)
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(body.Bytes())
	})
}
