package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"signpost/cmd/gateway/server"
	"signpost/config"
)

// Every metric that an alert or the dashboard asks for is there, every alert has a
// runbook, and the rules are ones that Prometheus loads.
func TestAlerts(t *testing.T) {
	known := map[string]bool{"up": true, "process_resident_memory_bytes": true, "go_goroutines": true}
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
	names := regexp.MustCompile(`\b(signpost_[a-z_]+|process_[a-z_]+|go_[a-z_]+)\b`).FindAllString(string(rules)+string(board), -1)
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
		if !strings.Contains(string(books), "\n## "+a[1]+"\n") || !strings.Contains(string(rules), "docs/runbooks.md#"+strings.ToLower(a[1])+"\n") {
			t.Errorf("%s has no runbook, or does not lead to it", a[1])
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("promtool is not here: the rules were not loaded (Debian's package prometheus has it)")
		return
	}
	if out, err := exec.Command(promtool, "check", "rules", "deploy/alerts.yaml").CombinedOutput(); err != nil {
		t.Errorf("promtool: %s", out)
	}
}

// The files to deploy with name only variables that there are, and the paths that they
// copy.
func TestDeployFiles(t *testing.T) {
	known := map[string]bool{"ENV": true, "REDIS_URL": true}
	for _, v := range config.Variables() {
		known[v] = true
	}
	for _, file := range []string{"Dockerfile", "fly.toml", "deploy/signpost.service", "deploy/signpost-probe.service", "deploy/signpost-linecheck.service", "deploy/environment.example", "deploy/compose.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\s*(?:ENV |Environment=)?([A-Z]+_[A-Z_]+)\s*[=:]`).FindAllStringSubmatch(string(text), -1) {
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
		if name, ok := strings.CutPrefix(line, "!"); ok {
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
	if analyze, err := exec.LookPath("systemd-analyze"); err == nil {
		out, _ := exec.Command(analyze, "verify", "deploy/signpost.service").CombinedOutput() // it ends with 1 for whatever else is on this machine
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "signpost.service") && !strings.Contains(line, "is not executable") {
				t.Errorf("systemd-analyze: %s", line)
			}
		}
	}
}
