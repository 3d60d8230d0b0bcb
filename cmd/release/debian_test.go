package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every path that a unit names is in the package, settings survive an upgrade, and
// nothing is installed where only an administrator installs.
func TestPackageHoldsWhatUnitsName(t *testing.T) {
	t.Chdir("../..")
	built := map[string][]byte{}
	for _, p := range programs {
		built[p] = []byte(p)
	}
	contents, err := stage(t.TempDir(), built, time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]string{}
	for _, c := range contents {
		if _, twice := types[c.Dst]; twice {
			t.Errorf("%s is in the package twice", c.Dst)
		}
		types[c.Dst] = c.Type
	}
	units := 0
	for _, c := range contents {
		if !strings.HasSuffix(c.Dst, ".service") {
			continue
		}
		units++
		data, err := os.ReadFile(c.Src)
		if err != nil {
			t.Fatal(err)
		}
		settings := regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(string(data), "")
		for _, path := range regexp.MustCompile(`/(?:usr|etc)/[\w./-]+`).FindAllString(settings, -1) {
			made := slices.Contains([]string{"/etc/signpost/token", "/etc/signpost/key", "/etc/signpost/desk",
				"/etc/signpost/follow", "/etc/signpost/follow-token"}, path) // by hand, or by the package's script
			if _, ok := types[path]; !ok && !made {
				t.Errorf("%s names %s, which is not in the package", c.Dst, path)
			}
		}
	}
	if units < 5 {
		t.Errorf("%d units", units)
	}
	for path, kind := range types {
		if strings.HasPrefix(path, "/usr/local/") || strings.HasPrefix(path, "/etc/") != (kind == "config|noreplace") {
			t.Errorf("%s is %q", path, kind)
		}
	}
}

func TestPackageScripts(t *testing.T) {
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		if out, err := exec.Command("sh", "-n", "../../deploy/debian/"+name).CombinedOutput(); err != nil {
			t.Errorf("%s: %v, %s", name, err, out)
		}
	}
}
