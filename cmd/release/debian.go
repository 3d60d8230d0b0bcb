package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"signpost/internal/version"
)

// nfpm makes the Debian packages. It runs as a program of its own: as a library it would
// bring a hundred others into go.mod, which nobody else here needs.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.0"

// installed says where the package puts a file of the project, and empty for one that it
// leaves out. What is for containers and for Fly is left out.
func installed(file string) string {
	name := filepath.Base(file)
	switch {
	case file == "deploy/environment.example":
		return "/etc/signpost/environment"
	case file == "deploy/watch.example":
		return "/etc/signpost/watch"
	case strings.HasPrefix(file, "deploy/") && (strings.HasSuffix(name, ".service") ||
		strings.HasSuffix(name, ".timer")):
		return "/usr/lib/systemd/system/" + name
	case strings.HasPrefix(file, "deploy/debian/"), strings.HasPrefix(file, "fly."),
		strings.HasPrefix(file, "deploy/compose."):
		return ""
	case strings.HasPrefix(file, "flows/book/"):
		return "/usr/share/signpost/" + strings.TrimPrefix(file, "flows/")
	}
	return "/usr/share/doc/signpost/" + file // as here, so that links between them work
}

// settings are the files that an upgrade leaves as the operator wrote them.
func settings(path string) bool { return strings.HasPrefix(path, "/etc/") }

// forPackage is a file as the package holds it: programs are in /usr/bin there.
func forPackage(path string, data []byte) []byte {
	if !strings.HasSuffix(path, ".service") {
		return data
	}
	return []byte(strings.NewReplacer("/usr/local/bin/", "/usr/bin/", "/usr/local/share/doc/signpost/",
		"/usr/share/doc/signpost/docs/").Replace(string(data)))
}

// content is one file of a package, in nfpm's words.
type content struct {
	Src  string         `yaml:"src"`
	Dst  string         `yaml:"dst"`
	Type string         `yaml:"type,omitempty"`
	Info map[string]any `yaml:"file_info"`
}

// packageVersion sorts after the packages of commits before.
func packageVersion(commit string, when time.Time) string {
	return version.Number + "~" + when.Format("20060102150405") + "." + commit[:12]
}

// debian makes a Debian package of the programs, the units and the documents. It comes out
// the same on every machine.
func debian(machine, commit string, built map[string][]byte, when time.Time) ([]byte, error) {
	dir, err := os.MkdirTemp("", "package")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	contents, err := stage(dir, built, when)
	if err != nil {
		return nil, err
	}
	config, err := yaml.Marshal(map[string]any{
		"name": "signpost", "arch": machine, "platform": "linux", "section": "net", "priority": "optional",
		"version": packageVersion(commit, when), "version_schema": "none", "mtime": when.Format(time.RFC3339),
		"maintainer": "Signpost contributors <contributors@signpost.invalid>", "license": "Apache-2.0",
		"description": "SMS and phone-menu signposting gateway\n" +
			"Tells people who text or ring a number which domestic-abuse service is right for them.",
		"depends": []string{"redis-server | valkey-server"}, "recommends": []string{"caddy"},
		"contents": contents,
		"scripts": map[string]string{"postinstall": "deploy/debian/postinst", "preremove": "deploy/debian/prerm",
			"postremove": "deploy/debian/postrm"},
	})
	if err != nil {
		return nil, fmt.Errorf("describe the package: %w", err)
	}
	list, file := filepath.Join(dir, "nfpm.yaml"), filepath.Join(dir, "signpost.deb")
	if err := os.WriteFile(list, config, 0o600); err != nil {
		return nil, fmt.Errorf("describe the package: %w", err)
	}
	cmd := exec.Command("go", "run", nfpm, "package", "--config", list, "--packager", "deb", "--target", file)
	cmd.Env = append(cmd.Environ(), fmt.Sprint("SOURCE_DATE_EPOCH=", when.Unix()))
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make the package for %s: %w\n%s", machine, err, text)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the package: %w", err)
	}
	return data, nil
}

// stage writes the files of a package to a folder, and lists them.
func stage(dir string, built map[string][]byte, when time.Time) ([]content, error) {
	var out []content
	add := func(path string, mode os.FileMode, data []byte) error {
		src := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(src), 0o700); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		if err := os.WriteFile(src, data, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		c := content{Src: src, Dst: path, Info: map[string]any{"mode": mode, "mtime": when}}
		if settings(path) {
			c.Type = "config|noreplace"
		}
		out = append(out, c)
		return nil
	}
	for _, p := range programs {
		if err := add("/usr/bin/"+p, 0o755, built[p]); err != nil {
			return nil, err
		}
	}
	list, err := files()
	if err != nil {
		return nil, err
	}
	for _, name := range list {
		path := installed(name)
		if path == "" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		mode := os.FileMode(0o644)
		if settings(path) {
			mode = 0o640 // they hold our own numbers
		}
		if err := add(path, mode, forPackage(path, data)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
