// Command release makes what is published: an archive of the programs and a Debian package for each
// kind of server; signpost for laptops, one file each with the flow book inside; a list of what
// each is built of (CycloneDX); how it was made (SLSA provenance); and checksums, signed if
// a key is given. The bytes are the same whenever it is made of the same commit.
//
//	go run ./cmd/release -out dist
//	go run ./cmd/release -out dist -key signpost.sec
//	go run ./cmd/release -new-key signpost
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

// beside the programs: what the documents name, and the documents themselves.
var papers = []string{"LICENSE", "NOTICE", "CHANGELOG.md", "README.md", "SECURITY.md", "fly.toml", "fly.desk.toml",
	"deploy", "docs", "flows/book"}

// files lists the documents that git tracks, without tests.
func files() (out []string, err error) {
	list, err := exec.Command("git", append([]string{"ls-files", "-z", "--"}, papers...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("ask git for the documents: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		if !strings.HasSuffix(name, ".go") {
			out = append(out, name)
		}
	}
	return out, nil
}

func run(args []string, out, errw io.Writer) int {
	f := flag.NewFlagSet("release", flag.ContinueOnError)
	f.SetOutput(errw)
	dir := f.String("out", "dist", "the `folder` to write to")
	machines := f.String("for", "amd64,arm64", "the kinds of `machine`, with commas")
	key := f.String("key", "",
		"the secret key `file` to sign the checksums with, in signify's format; empty signs nothing")
	fresh := f.String("new-key", "", "make a key pair instead, with this `name`: name.sec and name.pub")
	if f.Parse(args) != nil {
		return 2
	}
	err := error(nil)
	if *fresh != "" {
		err = writeNewKey(*fresh)
	} else {
		err = release(*dir, strings.Split(*machines, ","), *key, out)
	}
	if err != nil {
		fmt.Fprintln(errw, "release:", err)
		return 1
	}
	return 0
}

func release(dir string, machines []string, key string, out io.Writer) error {
	commit, when, err := commit()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { // #nosec G301 -- to be published
		return fmt.Errorf("make the folder: %w", err)
	}
	var sums []string
	var subjects []subject
	write := func(name string, data []byte) error {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		sum := sha256.Sum256(data)
		sums = append(sums, hex.EncodeToString(sum[:])+"  "+name)
		subjects = append(subjects, subject{name, map[string]string{"sha256": hex.EncodeToString(sum[:])}})
		fmt.Fprintf(out, "%s, %.1f MB\n", name, float64(len(data))/1e6)
		return nil
	}
	for _, l := range laptops {
		if err := forLaptop(l, write); err != nil {
			return err
		}
	}
	for _, machine := range machines {
		if err := forServer(machine, commit, when, write); err != nil {
			return err
		}
	}
	made, err := provenance(subjects, commit, when, machines)
	if err != nil {
		return fmt.Errorf("write how it was made: %w", err)
	}
	if err := write("signpost-"+commit[:12]+".provenance.json", made); err != nil {
		return err
	}
	return writeSums(dir, []byte(strings.Join(sums, "\n")+"\n"), key)
}

// writeSums writes the checksums, and their signature if there is a key.
func writeSums(dir string, sums []byte, key string) error {
	file := filepath.Join(dir, "SHA256SUMS")
	if err := os.WriteFile(file, sums, 0o644); err != nil {
		return fmt.Errorf("write the checksums: %w", err)
	}
	if key == "" {
		return nil
	}
	signature, err := sign(key, sums)
	if err != nil {
		return fmt.Errorf("sign the checksums: %w", err)
	}
	if err := os.WriteFile(file+".sig", signature, 0o644); err != nil {
		return fmt.Errorf("write the signature: %w", err)
	}
	return nil
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

// laptop is a kind of computer that a service manager has.
type laptop struct{ os, machine, name string }

// laptops are those that signpost is made for. Its file has a name that somebody knows
// their own computer by.
var laptops = []laptop{
	{"windows", "amd64", "signpost-windows.exe"}, {"windows", "arm64", "signpost-windows-arm.exe"},
	{"darwin", "arm64", "signpost-mac"}, {"darwin", "amd64", "signpost-mac-intel"},
	{"linux", "amd64", "signpost-linux"}, {"linux", "arm64", "signpost-linux-arm"},
}

// forLaptop writes signpost for a kind of laptop, and the list of what it is built of.
func forLaptop(l laptop, write func(name string, data []byte) error) error {
	program, err := compile("signpost", l.os, l.machine, "")
	if err != nil {
		return err
	}
	if err := write(l.name, program); err != nil {
		return err
	}
	list, err := billOf("signpost", program)
	if err != nil {
		return err
	}
	return write(l.name+".cdx.json", list)
}

// forServer writes the archive and the package for a kind of server, and the list of what each
// program is built of.
func forServer(machine, commit string, when time.Time, write func(name string, data []byte) error) error {
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
	deb, err := debian(machine, commit, built, when)
	if err != nil {
		return err
	}
	if err := write("signpost_"+packageVersion(commit, when)+"_"+machine+".deb", deb); err != nil {
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
	return nil
}

// build makes the programs for a kind of server.
func build(machine string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, p := range programs {
		program, err := compile(p, "linux", machine, "runtimesecret") // memory is wiped on Linux alone
		if err != nil {
			return nil, err
		}
		out[p] = program
	}
	return out, nil
}

// compile makes one program.
func compile(program, system, machine, experiment string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, program)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", file,
		"./cmd/"+program)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+machine, "GOEXPERIMENT="+experiment)
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s for %s %s: %w\n%s", program, system, machine, err, text)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", program, err)
	}
	return data, nil
}

// pack puts the programs and documents into an archive that does not depend on the day or
// the machine of the build.
func pack(name string, built map[string][]byte, when time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	add := func(file string, mode int64, data []byte) error {
		err := t.WriteHeader(&tar.Header{Name: name + "/" + file, Mode: mode, Size: int64(len(data)), ModTime: when,
			Format: tar.FormatPAX})
		if err == nil {
			_, err = t.Write(data)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", file, err)
		}
		return nil
	}
	for _, p := range programs {
		if err := add("bin/"+p, 0o755, built[p]); err != nil {
			return nil, err
		}
	}
	list, err := files()
	if err != nil {
		return nil, err
	}
	for _, p := range list {
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
	parts := []component{{"framework", "std", info.GoVersion,
		"pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"), nil}}
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
		"metadata": map[string]any{"component": component{"application", name, info.Main.Version,
			"pkg:golang/signpost/cmd/" + name, []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}},
		"components": parts,
	}, "", "  ")
}
