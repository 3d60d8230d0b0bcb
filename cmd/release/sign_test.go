package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The checksums are signed with a key that was made for it, and everybody who has the public key
// can check them: by the format's description, and by signify itself where it is.
func TestSignedChecksums(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "signpost")
	if err := writeNewKey(name); err != nil {
		t.Fatal(err)
	}
	if err := writeNewKey(name); err == nil {
		t.Error("a key was written over another")
	}
	if info, err := os.Stat(name + ".sec"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret key: %v, %v", info, err)
	}
	sums := []byte("00  signpost.tar.gz\n")
	if err := writeSums(dir, sums, name+".sec"); err != nil {
		t.Fatal(err)
	}
	data := func(file string) []byte {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "untrusted comment: ") {
			t.Fatalf("%s: %q", file, text)
		}
		b, err := base64.StdEncoding.DecodeString(lines[1])
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	public, signature := data(name+".pub"), data(filepath.Join(dir, "SHA256SUMS.sig"))
	if len(public) != 42 || len(signature) != 74 || !bytes.Equal(public[:10], signature[:10]) {
		t.Fatalf("%d and %d bytes", len(public), len(signature))
	}
	if !ed25519.Verify(public[10:], sums, signature[10:]) ||
		ed25519.Verify(public[10:], append(sums, 'x'), signature[10:]) {
		t.Error("the signature is not that of the checksums")
	}
	if signify, err := exec.LookPath("signify-openbsd"); err == nil {
		if out, err := exec.Command(signify, "-V", "-p", name+".pub", "-m",
			filepath.Join(dir, "SHA256SUMS")).CombinedOutput(); err != nil {
			t.Errorf("signify: %s", out)
		}
	}
	if err := os.Chmod(name+".sec", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeSums(dir, sums, name+".sec"); err == nil || !strings.Contains(err.Error(), "by others") {
		t.Errorf("a key that others can read: %v", err)
	}
	if err := os.WriteFile(name+".bad", []byte("untrusted comment: x\nAAAA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeSums(dir, sums, name+".bad"); err == nil {
		t.Error("what is no key signs")
	}
}

// The statement of how a release was made names every file with its checksum, the commit
// and nothing of the machine.
func TestProvenance(t *testing.T) {
	text, err := provenance([]subject{{"a.tar.gz", map[string]string{"sha256": "00"}}}, strings.Repeat("c", 40),
		time.Unix(0, 0).UTC(), []string{"amd64"})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type          string `json:"_type"`
		PredicateType string
		Subject       []subject
		Predicate     struct {
			BuildDefinition struct {
				BuildType            string
				ExternalParameters   map[string]string
				ResolvedDependencies []struct{ URI string }
			}
			RunDetails struct{ Builder struct{ ID string } }
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "https://in-toto.io/Statement/v1" || got.PredicateType != "https://slsa.dev/provenance/v1" ||
		len(got.Subject) != 1 ||
		got.Predicate.BuildDefinition.ExternalParameters["commit"] != strings.Repeat("c", 40) ||
		got.Predicate.RunDetails.Builder.ID == "" ||
		len(got.Predicate.BuildDefinition.ResolvedDependencies) != 2 {
		t.Errorf("%s", text)
	}
	if host, err := os.Hostname(); err == nil && len(host) > 3 && strings.Contains(string(text), host) {
		t.Error("it names the machine")
	}
}
