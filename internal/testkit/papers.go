package testkit

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Fence is a code block of a document: its kind, and its text.
type Fence struct{ Info, Text string }

// Fences returns the code blocks of a document, in order.
func Fences(t testing.TB, paper string) (out []Fence) {
	t.Helper()
	text, err := os.ReadFile(paper)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		out = append(out, Fence{m[1], m[2]})
	}
	return out
}

// programs are what a command in a sentence begins with.
const programs = `signpost|gateway|linecheck|redis-cli|make|systemctl|journalctl|curl|fly|docker|go|git|openssl|sudo`

// Commands returns the commands of a document, in order: each sh block as a whole, and the
// commands within sentences.
func Commands(t testing.TB, paper string) (out []string) {
	t.Helper()
	text, err := os.ReadFile(paper)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$|`((?:"+programs+
		")(?: [^`]+)?)`").FindAllStringSubmatch(string(text), -1) {
		switch {
		case m[1] == "sh":
			out = append(out, m[2])
		case m[3] != "":
			out = append(out, strings.Join(strings.Fields(m[3]), " ")+"\n")
		}
	}
	return out
}

// Serves runs a server until it says where its page is or answers at a given address,
// looks that it answers, and ends it.
func Serves(t testing.TB, cmd *exec.Cmd, at string) {
	t.Helper()
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a script that runs it ends with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() }()
	if at == "" {
		lines := bufio.NewScanner(said)
		for at == "" && lines.Scan() {
			at = regexp.MustCompile(`http://[^ ]+`).FindString(lines.Text())
		}
	}
	host, path, _ := strings.Cut(strings.TrimPrefix(at, "http://"), "/")
	for deadline := time.Now().Add(patience); ; Pause() {
		status, err := get(host, "/"+path)
		if err == nil {
			if status != http.StatusOK {
				t.Errorf("%s answers %d", at, status)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("%v does not answer at %q: %v", cmd.Args, at, err)
			return
		}
	}
}

// get asks a server of this machine for a page.
func get(host, path string) (status int, err error) {
	conn, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// AsShown reports whether output is as a document shows it. A line of ... matches any lines,
// and ... in a line matches anything.
func AsShown(shown, got string) bool {
	var re strings.Builder
	re.WriteString(`\A`)
	for line := range strings.Lines(shown) {
		if line == "...\n" {
			re.WriteString(`(?s:.*)`)
			continue
		}
		re.WriteString(strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(line, " \n")), `\.\.\.`, `.*`) + ` *\n`)
	}
	re.WriteString(`\s*\z`)
	return regexp.MustCompile(re.String()).MatchString(got)
}
