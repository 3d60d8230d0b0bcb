package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	baseImage = regexp.MustCompile(`(?m)^(?:FROM|\s*image:) (\S+)`)
	ownStage  = regexp.MustCompile(`(?m)^FROM \S+ AS (\S+)`)
	pinned    = regexp.MustCompile(`^[a-z0-9/._-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$`)
)

// imagesOf are the images that a file is built on: not its own stages.
func imagesOf(text string) (out []string) {
	own := map[string]bool{"scratch": true}
	for _, m := range ownStage.FindAllStringSubmatch(text, -1) {
		own[m[1]] = true
	}
	for _, m := range baseImage.FindAllStringSubmatch(text, -1) {
		if !own[m[1]] {
			out = append(out, m[1])
		}
	}
	return out
}

// Base images are named by digest, so that nobody can put another image under their tags.
func TestBaseImagesArePinned(t *testing.T) {
	for file, want := range map[string]int{"Dockerfile": 1, "deploy/compose.yaml": 1, "deploy/compose.desk.yaml": 0,
		"deploy/compose.follow.yaml": 0} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, image := range imagesOf(string(text)) {
			found++
			if !pinned.MatchString(image) {
				t.Errorf("%s: %s is not pinned by digest", file, image)
			}
		}
		if found != want {
			t.Errorf("%s names %d images, want %d", file, found, want)
		}
	}
}

// The script that pins images replaces a digest that its tag no longer has, and changes
// nothing when it is told to check, or when the registry does not answer.
func TestDigestsScript(t *testing.T) {
	root := t.TempDir()
	copyFile := func(from string, mode os.FileMode) {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(root, from), string(text), mode)
	}
	copyFile(".ci/digests", 0o755)
	copyFile("Dockerfile", 0o644)
	copyFile("deploy/compose.yaml", 0o644)
	images := func() string {
		out := ""
		for _, file := range []string{"Dockerfile", "deploy/compose.yaml"} {
			text, err := os.ReadFile(filepath.Join(root, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, image := range imagesOf(string(text)) {
				out += image + "\n"
			}
		}
		return out
	}
	digest := strings.Repeat("ab", 32)
	// run has a docker that says this of every image.
	run := func(says string, args ...string) (string, bool) {
		put(t, filepath.Join(root, "bin/docker"), "#!/bin/sh\n"+says+"\n", 0o755)
		cmd := exec.Command(filepath.Join(root, ".ci/digests"), args...)
		cmd.Env = []string{"PATH=" + filepath.Join(root, "bin") + ":" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		return string(out), err == nil
	}
	before := images()
	for _, tt := range []struct {
		says, want string
		args       []string
	}{
		{"exit 1", "no digest for", nil},
		{"echo error", "no digest for", nil},
		{"echo sha256:" + digest, "should be", []string{"-check"}},
		{"echo sha256:" + digest, "usage", []string{"-x"}},
	} {
		if out, ok := run(tt.says, tt.args...); ok || !strings.Contains(out, tt.want) || images() != before {
			t.Errorf("%s %v: %v, %s%s", tt.says, tt.args, ok, out, images())
		}
	}
	out, ok := run("echo sha256:" + digest)
	want := fmt.Sprintf("golang:1.26-bookworm@sha256:%s\nvalkey/valkey:8-alpine@sha256:%[1]s\n", digest)
	if !ok || images() != want {
		t.Errorf("%s%s, want %s", out, images(), want)
	}
	if out, ok := run("echo sha256:"+digest, "-check"); !ok || strings.Count(out, "up to date") != 2 ||
		images() != want {
		t.Errorf("again: %v, %s%s", ok, out, images())
	}
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
