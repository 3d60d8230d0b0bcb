package testkit

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Patch changes a piece of our own source for one build. Without an Old it is a file that there is not.
type Patch struct{ File, Old, Put string }

// How is what programs are built with.
type How struct{ Env, Flags []string }

// Programs are built for tests as make build builds them, or as go test builds what it tests: their
// packages are compiled already.
var (
	Built  = How{[]string{"CGO_ENABLED=0", "GOEXPERIMENT=runtimesecret"}, []string{"-trimpath"}}
	Tested = How{Env: []string{"GOEXPERIMENT="}}
)

// Build builds programs of the project, whose folder is root, into dir. The compiler's overlay
// makes the changes: nothing on disk is touched.
func Build(root, dir string, how How, programs []string, patches ...Patch) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	args := append([]string{"build", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}, how.Flags...)
	if len(patches) > 0 {
		overlay, err := overlaid(root, dir, patches)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	for _, name := range programs {
		args = append(args, "./cmd/"+name)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), how.Env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

// overlaid writes the changed sources, and the list of them that the compiler reads.
func overlaid(root, dir string, patches []Patch) (list string, err error) {
	changed := map[string]string{}
	for _, p := range patches {
		path := filepath.Join(root, p.File)
		src, ok := changed[path]
		if !ok && p.Old != "" {
			b, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			src = string(b)
		}
		if p.Old == "" {
			changed[path] = p.Put
			continue
		}
		if strings.Count(src, p.Old) != 1 {
			return "", fmt.Errorf("%q is %d times in %s: the patch no longer fits", p.Old,
				strings.Count(src, p.Old), p.File)
		}
		changed[path] = strings.Replace(src, p.Old, p.Put, 1)
	}
	files := map[string]string{}
	for path, src := range changed {
		files[path] = filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(path, root),
			string(filepath.Separator), "_"))
		if err := os.WriteFile(files[path], []byte(src), 0o600); err != nil {
			return "", err
		}
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": files})
	if err != nil {
		return "", err
	}
	list = filepath.Join(dir, "overlay.json")
	return list, os.WriteFile(list, data, 0o600)
}
