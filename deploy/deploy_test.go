package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/inspect"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// Every metric that an alert or the dashboard asks for is there, every alert has a
// runbook, and the rules are ones that Prometheus loads.
func TestAlerts(t *testing.T) {
	known := map[string]bool{"up": true, "process_resident_memory_bytes": true, "go_goroutines": true,
		"process_start_time_seconds": true}
	for _, m := range server.Metrics() {
		known[m.Name] = true
	}
	rules, err := os.ReadFile("deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	board, err := os.ReadFile("deploy/grafana/signpost.json")
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(board) {
		t.Error("the dashboard is no JSON")
	}
	names := regexp.MustCompile(`\b(signpost_[a-z_]+|process_[a-z_]+|go_[a-z_]+)\b`).FindAllString(string(rules)+
		string(board), -1)
	if len(names) < 20 {
		t.Errorf("only %d metrics are asked for", len(names))
	}
	for _, n := range names {
		if !known[n] {
			t.Errorf("%s is asked for, and is not there", n)
		}
	}
	books, err := os.ReadFile("docs/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	alerts := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(string(rules), -1)
	if len(alerts) < 8 {
		t.Errorf("only %d alerts", len(alerts))
	}
	for _, a := range alerts {
		if !strings.Contains(string(books), "\n## "+a[1]+"\n") ||
			!strings.Contains(string(rules), "docs/runbooks.md#"+strings.ToLower(a[1])+"\n") {
			t.Errorf("%s has no runbook, or does not lead to it", a[1])
		}
	}
	// A problem is explained in the section of the alert that it sets off.
	ofProblems := regexp.MustCompile(`- alert: (\w+)\n\s+expr: max.*signpost_problem\{problem=~"([^"]+)"`)
	for _, a := range ofProblems.FindAllStringSubmatch(string(rules), -1) {
		_, section, _ := strings.Cut(string(books), "\n## "+a[1]+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for name := range strings.SplitSeq(strings.TrimPrefix(a[2], ".*"), "|") {
			if name = strings.TrimPrefix(name, ".*"); !strings.Contains(section, name+"`") {
				t.Errorf("%s is for %s, which its section of docs/runbooks.md does not explain", a[1], name)
			}
		}
	}
	for _, name := range inspect.Names() {
		if !strings.Contains(string(books), "`"+name+"`") {
			t.Errorf("docs/runbooks.md does not say where to look for %s", name)
		}
	}
	if codes := strings.Join(twilio.BlockedCodes(), "|"); strings.Count(string(rules), `code=~"`+codes+`"`) != 2 {
		t.Errorf("the alert of blocked replies asks for other codes than %s", codes)
	}
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatal("promtool is missing: make tools installs it")
	}
	if out, err := exec.Command(tool, "check", "rules", "deploy/alerts.yaml").CombinedOutput(); err != nil {
		t.Errorf("promtool: %s", out)
	}
}

// What has a limit of memory keeps below it by itself: reading a flow book takes much for a
// moment, and the kernel would end the program.
func TestMemory(t *testing.T) {
	limited := 0
	for _, unit := range units(t) {
		text, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		most := regexp.MustCompile(`(?m)^MemoryMax=(\d+)M$`).FindSubmatch(text)
		if most == nil {
			continue
		}
		limited++
		below := regexp.MustCompile(`(?m)^Environment=GOMEMLIMIT=(\d+)MiB$`).FindSubmatch(text)
		if below == nil || !fits(below[1], most[1]) {
			t.Errorf("%s may take %s MB, and does not know it", unit, most[1])
		}
	}
	if limited < 3 {
		t.Errorf("only %d units have a limit", limited)
	}
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	knows := map[string]string{}
	for _, stage := range strings.Split(string(image), "\nFROM ") {
		_, name, _ := strings.Cut(strings.SplitN(stage, "\n", 2)[0], " AS ")
		if m := regexp.MustCompile(`GOMEMLIMIT=(\d+)MiB`).FindStringSubmatch(stage); m != nil {
			knows[name] = m[1]
		}
	}
	for file, stages := range map[string]map[string]string{"deploy/compose.yaml": {"gateway": "gateway"},
		"deploy/compose.desk.yaml": {"desk": "desk"}, "deploy/compose.follow.yaml": {"follow": "gateway"}} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var compose struct {
			Services map[string]struct {
				MemLimit string `yaml:"mem_limit"`
				Swap     string `yaml:"memswap_limit"`
			}
		}
		if err := yaml.Unmarshal(text, &compose); err != nil {
			t.Fatal(err)
		}
		for service, stage := range stages {
			s := compose.Services[service]
			if !fits([]byte(knows[stage]), []byte(strings.TrimSuffix(s.MemLimit, "m"))) || s.Swap != s.MemLimit {
				t.Errorf("%s: %s may take %s, and its image knows of %s MB", file, service, s.MemLimit, knows[stage])
			}
		}
	}
}

// fits tells that Go's own limit leaves a quarter of the memory for what is not on its heap.
func fits(below, most []byte) bool {
	b, err1 := strconv.Atoi(string(below))
	m, err2 := strconv.Atoi(string(most))
	return err1 == nil && err2 == nil && b*4 <= m*3
}

// What people write reaches no disk by swap, however the gateway is deployed.
func TestNoSwap(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if !strings.Contains(read("deploy/signpost.service"), "\nMemorySwapMax=0\n") {
		t.Error("systemd may swap the gateway")
	}
	compose := read("deploy/compose.yaml")
	limits := regexp.MustCompile(`(?m)^    mem_limit: (\S+)$`).FindAllStringSubmatch(compose, -1)
	swaps := regexp.MustCompile(`(?m)^    memswap_limit: (\S+)`).FindAllStringSubmatch(compose, -1)
	if len(limits) != 2 || len(swaps) != 2 || limits[0][1] != swaps[0][1] || limits[1][1] != swaps[1][1] {
		t.Errorf("compose may swap: %v, %v", limits, swaps)
	}
	if regexp.MustCompile(`(?m)^\s*swap_size_mb`).MatchString(read("fly.toml")) {
		t.Error("a machine at Fly has swap")
	}
	if !strings.Contains(read("docs/deploy.md"), "MemorySwapMax=0") {
		t.Error("Redis on a plain server may be swapped")
	}
}

// The files to deploy with name only variables that there are, and the paths that they
// copy.
func TestDeployFiles(t *testing.T) {
	known := map[string]bool{"ENV": true, "REDIS_URL": true}
	for _, v := range append(config.Variables(), config.WatchVariables()...) {
		known[v] = true
	}
	for _, file := range []string{"Dockerfile", "fly.toml", "deploy/signpost.service", "deploy/signpost-probe.service",
		"deploy/signpost-linecheck.service", "deploy/environment.example", "deploy/watch.example",
		"deploy/compose.yaml", "deploy/compose.desk.yaml", "deploy/compose.follow.yaml", "fly.desk.toml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		settings := regexp.MustCompile(`(?m)^\s*(?:ENV |Environment=)?([A-Z]+_[A-Z_]+)\s*[=:]`)
		for _, m := range settings.FindAllStringSubmatch(string(text), -1) {
			if !known[m[1]] {
				t.Errorf("%s sets %s, which there is not", file, m[1])
			}
		}
	}
	ignore, err := os.ReadFile(".dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Fields(string(ignore)) {
		if name, ok := strings.CutPrefix(line, "!"); ok && name != "book" { // which an operator may add
			if _, err := os.Stat(name); err != nil {
				t.Errorf(".dockerignore lets %s in, which there is not", name)
			}
		}
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries { // every folder of code is in the image that builds it
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			found, err := filepath.Glob(e.Name() + "/*.go")
			found = slices.DeleteFunc(found, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
			if err == nil && len(found) > 0 && !strings.Contains(string(ignore), "!"+e.Name()+"\n") {
				t.Errorf(".dockerignore keeps %s out", e.Name())
			}
		}
	}
}

// units are the files for the service manager.
func units(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("deploy/*.service")
	if err != nil || len(found) < 6 {
		t.Fatalf("%d units, %v", len(found), err)
	}
	return found
}

// Every unit is one that the service manager loads, holds no right that it does not need, and
// tells people when it fails.
func TestUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	for _, unit := range units(t) {
		text, readErr := os.ReadFile(unit)
		if readErr != nil {
			t.Fatal(readErr)
		}
		tells := strings.Contains(unit, "watch") || strings.Contains(unit, "@")
		if !tells && !strings.Contains(string(text), "\nOnFailure=signpost-failed@%n.service\n") {
			t.Errorf("nobody is told when %s fails", unit)
		}
		if err != nil {
			continue // no service manager here
		}
		out,
			_ := exec.Command(analyze, "verify", strings.Replace(unit, "@.", "@x.",
			1)).CombinedOutput() // it ends with 1 for other things on this machine, too
		if !strings.Contains(unit, "@") {
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "signpost") && !strings.Contains(line, "is not executable") {
					t.Errorf("systemd-analyze: %s", line)
				}
			}
		}
		worst := exec.Command(analyze, "security", "--offline=true", "--threshold=20", unit) // of 100, in tenths
		if out, err := worst.CombinedOutput(); err != nil && strings.Contains(string(out), "exposure level") {
			t.Errorf("%s holds rights that it does not need: %s", unit, out[strings.LastIndex(string(out), "→"):])
		}
	}
}

// The services of the compose file start with the rights that it leaves them: as nobody,
// without any capability, with nothing to write to.
func TestComposeServicesStart(t *testing.T) {
	text, err := os.ReadFile("deploy/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			User       string
			Entrypoint []string
			Command    []string
			CapDrop    []string `yaml:"cap_drop"`
			CapAdd     []string `yaml:"cap_add"`
			ReadOnly   bool     `yaml:"read_only"`
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"deploy/compose.desk.yaml", "deploy/compose.follow.yaml"} {
		text, err := os.ReadFile(more)
		if err != nil {
			t.Fatal(err)
		}
		one := file
		one.Services = nil
		if err := yaml.Unmarshal(text, &one); err != nil {
			t.Fatal(err)
		}
		for name, s := range one.Services {
			if name != "gateway" { // which compose.yaml has
				file.Services[name] = s
			}
		}
	}
	for name, s := range file.Services {
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || !s.ReadOnly {
			t.Errorf("%s has rights that it does not need", name)
		}
	}
	v := file.Services["valkey"]
	if len(v.Entrypoint) == 0 || v.User == "" || v.User == "0" {
		t.Fatal("the image's own start script changes the user, which needs rights that are dropped")
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil || os.Getuid() != 0 {
		// Only root can start a program as somebody else; CI runs as root.
		t.Skip("starting a program without rights needs setpriv, and root to drop them from")
	}
	server, err := exec.LookPath(v.Entrypoint[0])
	if err != nil {
		if server, err = exec.LookPath("redis-server"); err != nil { // it takes the same settings
			t.Fatal(err)
		}
	}
	uid, gid, _ := strings.Cut(v.User, ":")
	addr := testkit.FreeAddr(t)
	_, port, _ := strings.Cut(addr, ":")
	args := append([]string{"--reuid", uid, "--regid", gid, "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
		"--no-new-privs", "--", server}, v.Command...)
	cmd := exec.Command(setpriv, append(args, "--port", port, "--bind", "127.0.0.1")...)
	cmd.Dir = "/"
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for end := time.Now().Add(2 * time.Minute); ; testkit.Pause() {
		out, err := exec.Command("redis-cli", "-p", port, "ping").Output()
		if err == nil && strings.TrimSpace(string(out)) == "PONG" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it does not start: %v, %s", err, out)
		}
	}
	if out, err := exec.Command("redis-cli", "-p", port, "config", "get", "save").Output(); err != nil ||
		strings.TrimSpace(string(out)) != "save" {
		t.Errorf("it writes to disk: %q, %v", out, err)
	}
}

// Fly sends requests only to machines whose check passes: checks of a service steer routing,
// checks at the top level only warn.
func TestFlyChecksSteerRouting(t *testing.T) {
	text, err := os.ReadFile("fly.toml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "[[http_service.checks]]") || regexp.MustCompile(`(?m)^\[checks`).Match(text) {
		t.Error("fly.toml has no check of its service")
	}
}
