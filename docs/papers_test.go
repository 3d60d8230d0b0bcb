package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"signpost/internal/testkit"
)

// notRun are the commands of the papers that this test does not run, by what they
// begin with, and why.
var notRun = []struct{ begins, why string }{
	{"make test", "is what runs this; TestPapersTell holds CI to it"},
	{"make ", "TestPapersHoldTogether sees that it is there"},
	{"go test ./flows/check -run TestChecksPaper -update", "writes what the same test without -update holds it to"},
	{"go test ./flows/load -update", "the same"},
	{"go test ./docs -run TestCallsDocument -update", "the same"},
	{"go test ./docs -run TestDependenciesPaper -update", "the same"},
	{"go test ./internal/admit -run TestNobodyIsDenied -update", "the same"},
	{"signpost new\n", "asks, and TestPapersAtTheTerminal answers"},
	{"go run ./cmd/signpost areas build",
		"needs the Ordnance Survey's download; TestPapersAtTheTerminal has a small one"},
}

// everyCommand runs every command in the papers as it stands, in a copy of the project.
func (n *newcomer) everyCommand() {
	t := n.t
	t.Helper()
	src := n.checkout()
	list, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]bool{}
	for _, paper := range strings.Fields(string(list)) {
		if paper == "docs/another-county.md" || paper == "CHANGELOG.md" {
			continue // TestPapersAtTheTerminal follows it; tells of what was
		}
		if paper == "docs/deploy.md" { // its plain server was followed already
			text, err := os.ReadFile(paper)
			if err != nil {
				t.Fatal(err)
			}
			_, others, _ := strings.Cut(string(text), "\n## Containers\n")
			paper = filepath.Join(t.TempDir(), "deploy.md")
			write(t, paper, others, 0o600)
		}
		for _, command := range testkit.Commands(t, paper) {
			if !strings.Contains(command, " ") || ran[command] {
				continue // a program's name, or what another paper has, too
			}
			if slices.ContainsFunc(notRun,
				func(x struct{ begins, why string }) bool { return strings.HasPrefix(command, x.begins) }) {
				continue
			}
			n.runs(paper, src, command)
			ran[command] = true
		}
	}
	if len(ran) < 40 {
		t.Errorf("only %d commands were run", len(ran))
	}
}

// checkout is a copy of the project as somebody has it who has cloned it.
func (n *newcomer) checkout() string {
	n.t.Helper()
	src := filepath.Join(n.root, "src")
	files, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z").Output()
	if err != nil {
		n.t.Fatal(err)
	}
	for _, name := range strings.FieldsFunc(string(files), func(r rune) bool { return r == 0 }) {
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // taken away, and not yet committed
		}
		if err != nil {
			n.t.Fatal(err)
		}
		write(n.t, filepath.Join(src, name), string(data), 0o644)
	}
	if err := os.MkdirAll(filepath.Join(src, "bin"), 0o755); err != nil {
		n.t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(n.root, "signpost/bin/linecheck"),
		filepath.Join(src, "bin/linecheck")); err != nil { // where make build, and a release, put it
		n.t.Fatal(err)
	}
	git := exec.Command("sh", "-e", "-c",
		"git init -q && git add -A && git -c user.name=x -c user.email=x@example.org commit -q -m x")
	git.Dir = src
	if out, err := git.CombinedOutput(); err != nil {
		n.t.Fatalf("%v\n%s", err, out)
	}
	return src
}

// runs runs one command or block of a paper.
func (n *newcomer) runs(paper, src, command string) {
	t := n.t
	t.Helper()
	run := filepath.Join(n.root, "run/secrets")
	write(t, filepath.Join(run, "token"), paperToken, 0o600)
	if _, err := os.Stat(filepath.Join(run, "key")); err != nil {
		write(t, filepath.Join(run, "key"), strings.Repeat("5a", 32), 0o600)
	}
	as := n.replace.Replace(strings.NewReplacer("signpost COMMAND", "signpost check", "AC... ", paperAccount+" ",
		"curl ADMIN_ADDR", "curl -s http://"+n.admin, "/run/secrets/", run+"/", "redis://127.0.0.1:6379", n.redis.URL(),
		"sudo ", "").Replace(command))
	env := append(os.Environ(),
		"PATH="+filepath.Join(n.root, "bin")+":"+filepath.Join(n.root, "usr/local/bin")+":"+os.Getenv("PATH"),
		"GOFLAGS=-trimpath -buildvcs=false", "FLOWS_DIR=flows/book")
	env = append(env, testkit.Built.Env...)
	sh := func(script string) *exec.Cmd {
		cmd := exec.Command("sh", "-e", "-c", script)
		cmd.Dir, cmd.Env = src, env
		return cmd
	}
	serves := regexp.MustCompile(`(?m)^.*(signpost preview|\./bin/gateway)\b[^#\n]*`)
	if server := serves.FindString(as); server != "" {
		before, _, _ := strings.Cut(as, server)
		if strings.Contains(server, "signpost preview") {
			testkit.Serves(t, sh(before+"exec "+strings.Replace(server, "go run ./cmd/", "", 1)+" -addr 127.0.0.1:0"),
				"")
			return
		}
		listen, admin := testkit.FreeAddr(t), testkit.FreeAddr(t)
		testkit.Serves(t, sh("export LISTEN_ADDR="+listen+" ADMIN_ADDR="+admin+"\n"+before+"exec "+server),
			"http://"+admin+"/readyz")
		return
	}
	cmd := sh(n.shell + as)
	cmd.Args = append([]string{"timeout", "600"}, cmd.Args...)
	cmd.Path = which(t, "timeout")
	cmd.Stdin = strings.NewReader(paperToken + "\n") // what is pasted
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %s%v\n%s", paper, command, err, out)
	}
	if strings.Contains(string(out), "panic: ") || strings.Contains(string(out), "flag provided but not defined") ||
		len(out) > 0 && strings.Contains(string(out), "not found") {
		t.Errorf("%s: %s%s", paper, command, out)
	}
}

// What the papers say of the tests is so: CI runs the very command of the README.
func TestPapersTell(t *testing.T) {
	ci, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "\nmake test ") || !strings.Contains(string(ci), "\nmake test\n") {
		t.Error("CI does not run the test command of the README")
	}
	contributing, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	must, _, _ := strings.Cut(string(contributing), " must pass")
	for _, m := range regexp.MustCompile("`(make [a-z-]+)`").FindAllStringSubmatch(must, -1) {
		if !strings.Contains(string(ci), "\n"+m[1]) {
			t.Errorf("CONTRIBUTING.md says that %s must pass, and CI does not run it", m[1])
		}
	}
}
