package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"signpost/cmd/gateway/server"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/testkit"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	base    = "https://sms.example.org"
	line    = "+441632960000"
)

// patch changes a line of our own source for one build.
type patch struct{ file, old, put string }

// build makes the server with patches. It is the program as it ships, but for
// one thing: it lets its parent read its memory.
func build(t *testing.T, forgets bool, patches ...patch) string {
	t.Helper()
	how := testkit.Built
	if !forgets {
		how = testkit.Tested
	}
	var changes []testkit.Patch
	for _, p := range append(patches, patch{"cmd/gateway/main.go", "	noCore()\n", ""}) {
		changes = append(changes, testkit.Patch{File: p.file, Old: p.old, Put: p.put})
	}
	dir := t.TempDir()
	if err := testkit.Build("../..", dir, how, []string{"gateway"}, changes...); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "gateway")
}

// digits makes a random number of so many digits.
func digits(n int) string {
	out := ""
	for range n {
		d, err := rand.Int(rand.Reader, big.NewInt(9))
		if err != nil {
			panic(err)
		}
		out += fmt.Sprint(d.Int64() + 1)
	}
	return out
}

// canaries are what must not be found: made anew each time, so that no source
// or table holds them by chance.
type canaries struct{ number, landline, words, name, place, keys, stranger string }

func newCanaries() canaries {
	return canaries{
		number: "+4474" + digits(8), landline: "+44122863" + digits(4), words: "zq" + digits(9) + "canary",
		name:  "Name" + digits(8),
		place: "vIlL" + digits(8) + "aGe", keys: digits(12),
		stranger: "zx" + digits(9) + "stranger",
	}
}

func (c canaries) all() map[string]string {
	return map[string]string{"a phone number": c.number, "a landline": c.landline, "what was written": c.words,
		"a name": c.name, "a place": c.place, "keys pressed": c.keys, stranger: c.stranger}
}

// memory is all of a process's memory that it can write to and that is not
// empty: what a core file would hold.
func memory(t *testing.T, pid int) string {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	var all strings.Builder
	page, empty := make([]byte, 1<<16), make([]byte, 1<<16)
	for m := range strings.SplitSeq(string(maps), "\n") {
		var from, to int64
		var perms string
		if n, _ := fmt.Sscanf(m, "%x-%x %s", &from, &to, &perms); n != 3 || !strings.HasPrefix(perms, "rw") {
			continue
		}
		for at := from; at < to; at += int64(len(page)) {
			n, err := mem.ReadAt(page[:min(int64(len(page)), to-at)], at)
			if err != nil && n == 0 {
				break
			}
			if !bytes.Equal(page[:n], empty[:n]) {
				all.Write(page[:n])
			}
		}
	}
	return all.String()
}

// Where texts and keys are read, and faults there that quote them.
const (
	readsText      = "	m.read(in.Text.Reveal(), h.Book(0))\n"
	panicsOnThanks = "	if strings.HasPrefix(m.text, \"thanks\") {\n		panic(m.text)\n	}\n"
	readsKeys      = "	in := keyed(h.Now(), &pos, c.Keys)\n"
	panicsOnSeven  = "	if c.Keys == \"7\" {\n		panic(c.Caller.Raw.Reveal())\n	}\n"
)

// Marked words, numbers, names, places and keys go through every endpoint and
// every failure of the real program, and turn up nowhere: not in Redis nor in
// anything said to it, not in the log at its most talkative, metrics, health,
// answers, refusals, the provider's API, files, or the process's own memory.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	// This build also panics with what was written, in the middle of a text and of a call.
	l := begin(t, build(t, true,
		patch{"sms/handler.go", readsText, readsText + panicsOnThanks},
		patch{"sms/handler.go", "	\"time\"\n", "	\"strings\"\n	\"time\"\n"},
		patch{"ivr/handler.go", readsKeys, readsKeys + panicsOnSeven}))
	l.through(false)
	for _, f := range l.found() {
		t.Error(f)
	}
	m := l.surfaces["metrics and health, after all that"]
	for _, path := range server.Endpoints() {
		was := func(outcome string) bool {
			return counted(m, fmt.Sprintf(`signpost_webhooks_total{endpoint=%q,outcome=%q}`, path, outcome))
		}
		if !was("refused") && !was("mismatched") {
			t.Errorf("nothing was refused at %s", path)
		}
		if l.taken[path] == 0 { // the metric appears within a day
			t.Errorf("nothing was answered at %s", path)
		}
	}
	if !strings.Contains(l.surfaces["the provider's API"], "\r\n\r\nBody=") {
		t.Error("no message was emptied")
	}
	for _, want := range []string{`endpoint="/sms",outcome="panicked"`, `endpoint="/voice/key",outcome="panicked"`,
		`outcome="degraded"`, `erasures_total{outcome="busy"}`, `erasures_total{outcome="refused"}`} {
		if !counted(m, want) {
			t.Errorf("the drive did not come by %s", want)
		}
	}
	if !strings.Contains(l.surfaces["Redis, at the end"], "text|||limited") { // the metric appears within a day
		t.Error("no text was over the limit")
	}
	if !strings.Contains(m, "last_reload_success 0") {
		t.Error("no book was refused")
	}
	for where, holds := range map[string]string{
		"Redis, all well": "s:{", "Redis, at the end": "counts:", "all that went to Redis and back": "EVALSHA",
		"the provider's API": "DELETE /2010-04-01/", "the log and the standard streams": "the store is unreachable",
		"answers": "403 Forbidden", "memory, as a core file has it": account, "files": "(the folder)",
		"traces": "signpost.endpoint",
	} {
		if !strings.Contains(strings.ToLower(l.surfaces[where]), strings.ToLower(holds)) {
			t.Errorf("%s was not looked at: it does not hold %q", where, holds)
		}
	}
	// No matter what went wrong, what people were sent holds no word that must not be
	// read over their shoulder, and no name.
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	texts := map[string]bool{}
	for rest := l.surfaces["answers"]; ; {
		_, after, ok := strings.Cut(rest, "<Body>")
		if !ok {
			break
		}
		var text string
		text, rest, _ = strings.Cut(after, "</Body>")
		texts[html.UnescapeString(text)] = true
	}
	if len(texts) < 5 {
		t.Errorf("only %d different texts were sent", len(texts))
	}
	for text := range texts {
		if words := check.Watched(src.Book.Watch, text, nil); len(words) > 0 {
			t.Errorf("a text holds %q: %q", words, text)
		}
	}
	for where, kept := range l.surfaces {
		t.Logf("%8d bytes of %s", len(kept), where)
	}
}

// counted reports whether a series, named by its end, is above zero.
func counted(metrics, series string) bool {
	for line := range strings.Lines(metrics) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "} "); ok &&
			strings.HasSuffix(name, strings.TrimSuffix(series, "}")) && value != "0" {
			return true
		}
	}
	return false
}

// files is the name and content of every file in a folder.
func files(t *testing.T, dir string) string {
	t.Helper()
	out := "(the folder)\n"
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out += path + "\n" + string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// found looks for every canary on every surface.
func (l *life) found() (out []string) {
	for where, kept := range l.surfaces {
		forms := testkit.FindCanaries(kept, slices.Collect(maps.Values(l.c.all()))...)
		for what, canary := range l.c.all() {
			if what == stranger && strings.HasPrefix(where, "memory") {
				continue
			}
			if form, ok := forms[canary]; ok {
				out = append(out, fmt.Sprintf("%s is in %s (%s)", what, where, form))
			}
		}
	}
	slices.Sort(out)
	return out
}
