package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// recordingOf is a tone of so many seconds, as a WAV file.
func recordingOf(seconds int) []byte {
	const rate = 8000
	b := []byte("RIFF\x00\x00\x00\x00WAVE" +
		"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00" +
		"data")
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate*seconds))
	for i := range rate * seconds {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(9000*math.Sin(float64(i)/4))))
	}
	return b
}

// A manager prints the script, records it all under the names that it gives, adds the
// files and has them checked; a word that changes then is told, with its file.
func TestRecord(t *testing.T) {
	dir := bookDir(t)
	command := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := inTerminal(append([]string{"record", "-flows", dir}, args...)...)
		if code != want || errs != "" {
			t.Fatalf("record %q: %d\n%s%s", args, code, out, errs)
		}
		return out
	}
	if out := command(exitOK, "check"); !strings.Contains(out, "There are no recordings") {
		t.Errorf("without recordings: %s", out)
	}
	if out := command(exitOK, "add"); !strings.Contains(out, "nothing to add") {
		t.Errorf("nothing to add: %s", out)
	}
	script := command(exitOK)
	pieces := regexp.MustCompile(`(?m)^ *\d+\. (\S+\.wav)\n    about (\d+) seconds`).FindAllStringSubmatch(script, -1)
	if len(pieces) < 20 || !strings.Contains(script, "before a number") ||
		regexp.MustCompile(`0\d{3,4} \d{3}`).MatchString(script) {
		t.Fatalf("%d pieces:\n%s", len(pieces), script)
	}
	if err := os.Mkdir(filepath.Join(dir, "audio"), 0o700); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for i, p := range pieces {
		seconds, _ := strconv.Atoi(p[2])
		names[p[1]] = true
		if err := os.WriteFile(filepath.Join(dir, "audio", p[1]), recordingOf(min(seconds, 20)), 0o600); err != nil {
			t.Fatal(err)
		}
		if i == 0 { // with one alone, the others are told as missing
			command(exitOK, "add")
			if out := command(exitProblems, "check"); !strings.Contains(out,
				strconv.Itoa(len(pieces)-1)+" stretches of words have no recording") {
				t.Errorf("one recording: %s", out)
			}
		}
	}
	if len(names) != len(pieces) {
		t.Errorf("%d names for %d pieces", len(names), len(pieces))
	}
	command(exitOK, "add")
	if out := command(exitOK, "check"); !strings.Contains(out,
		"All "+strconv.Itoa(len(pieces))+" recordings are good") {
		t.Errorf("all recorded: %s", out)
	}
	if out := command(exitOK); !strings.Contains(out, strconv.Itoa(len(pieces))+" are recorded") {
		t.Errorf("the script forgets what is recorded: %.300s", out)
	}
	menus := filepath.Join(dir, "menus.yaml")
	data, err := os.ReadFile(menus)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(menus, bytes.Replace(data, []byte("say: Fellshire"), []byte("say: All of Fellshire"), 1),
		0o600); err != nil {
		t.Fatal(err)
	}
	if out := command(exitProblems, "check"); !strings.Contains(out, "recordings.yaml:") ||
		!strings.Contains(out, "no call says exactly these words") || !strings.Contains(out, "All of Fellshire") {
		t.Errorf("after a change of words: %s", out)
	}
}
