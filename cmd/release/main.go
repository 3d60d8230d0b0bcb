// Command release makes what is published: an archive of the programs for each kind of
// machine, the same bytes whenever it is made of the same commit; a list of what each
// is built of (CycloneDX); and checksums.
//
//	go run ./cmd/release -out dist
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

var programs = []string{"gateway", "signpost", "linecheck"}

// beside the programs in every archive.
var papers = []string{"LICENSE", "NOTICE", "CHANGELOG.md", "deploy/signpost.service", "deploy/signpost-probe.service", "deploy/signpost-probe.timer", "deploy/environment.example", "deploy/alerts.yaml", "deploy/grafana/signpost.json"}

func run(args []string, out, errw io.Writer) int {
	f := flag.NewFlagSet("release", flag.ContinueOnError)
	f.SetOutput(errw)
	dir := f.String("out", "dist", "the `folder` to write to")
	machines := f.String("for", "amd64,arm64", "the kinds of `machine`, with commas")
	if f.Parse(args) != nil {
		return 2
	}
	if err := release(*dir, strings.Split(*machines, ","), out); err != nil {
		fmt.Fprintln(errw, "release:", err)
		return 1
	}
	return 0
}

func release(dir string, machines []string, out io.Writer) error {
	commit, when, err := commit()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { // #nosec G301 -- to be published
		return fmt.Errorf("make the folder: %w", err)
	}
	var sums []string
	write := func(name string, data []byte) error {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		sum := sha256.Sum256(data)
		sums = append(sums, hex.EncodeToString(sum[:])+"  "+name)
		fmt.Fprintf(out, "%s, %.1f MB\n", name, float64(len(data))/1e6)
		return nil
	}
	for _, machine := range machines {
		name := "signpost-" + commit[:12] + "-linux-" + machine
		built, err := build(machine)
		if err != nil {
			return err
		}
		archive, err := pack(name, built, when)
		if err != nil {
			return err
		}
		if err := write(name+".tar.gz", archive); err != nil {
			return err
		}
		for _, p := range programs {
			list, err := billOf(p, built[p])
			if err != nil {
				return err
			}
			if err := write(name+"-"+p+".cdx.json", list); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(strings.Join(sums, "\n")+"\n"), 0o644)
}

// commit is what is released, and when it was made.
func commit() (hash string, when time.Time, err error) {
	text, err := exec.Command("git", "log", "-1", "--format=%H %ct").Output()
	if err != nil {
		return "", when, fmt.Errorf("ask git what this is: %w", err)
	}
	hash, seconds, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || len(hash) < 12 {
		return "", when, fmt.Errorf("git says %q", text)
	}
	return hash, time.Unix(n, 0).UTC(), nil
}

// build makes the programs for a kind of machine.
func build(machine string) (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	out := map[string][]byte{}
	for _, p := range programs {
		file := filepath.Join(dir, p)
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", file, "./cmd/"+p)
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+machine, "GOEXPERIMENT=runtimesecret")
		if text, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s for %s: %w\n%s", p, machine, err, text)
		}
		if out[p], err = os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("read %s: %w", p, err)
		}
	}
	return out, nil
}

// pack puts the programs and papers into an archive in which nothing hangs on the day
// or the machine it was made on.
func pack(name string, built map[string][]byte, when time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	add := func(file string, mode int64, data []byte) error {
		err := t.WriteHeader(&tar.Header{Name: name + "/" + file, Mode: mode, Size: int64(len(data)), ModTime: when, Format: tar.FormatPAX})
		if err == nil {
			_, err = t.Write(data)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", file, err)
		}
		return nil
	}
	for _, p := range programs {
		if err := add(p, 0o755, built[p]); err != nil {
			return nil, err
		}
	}
	for _, p := range papers {
		data, err := os.ReadFile(p)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", p, err)
		}
		if err := add(p, 0o644, data); err != nil {
			return nil, err
		}
	}
	if err := t.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}

// component is one library in a CycloneDX bill of materials.
type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

// billOf lists what a program is built of, as it says of itself (CycloneDX 1.5).
func billOf(name string, program []byte) ([]byte, error) {
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return nil, fmt.Errorf("read what %s is built of: %w", name, err)
	}
	library := func(m *debug.Module) component {
		return component{"library", m.Path, m.Version, "pkg:golang/" + m.Path + "@" + m.Version, nil}
	}
	parts := []component{{"framework", "std", info.GoVersion, "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"), nil}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts = append(parts, library(m))
	}
	slices.SortFunc(parts, func(a, b component) int { return strings.Compare(a.PURL, b.PURL) })
	sum := sha256.Sum256(program)
	return json.MarshalIndent(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata":   map[string]any{"component": component{"application", name, info.Main.Version, "pkg:golang/signpost/cmd/" + name, []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}},
		"components": parts,
	}, "", "  ")
}
