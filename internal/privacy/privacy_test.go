package privacy_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"strings"
	"testing"
	"time"

	"signpost/internal/privacy"
)

// However it is printed, a private value shows nothing.
func TestPrivateCannotPrint(t *testing.T) {
	const canary = "canary-7f3a"
	p := privacy.Hide(canary)
	type holder struct{ P privacy.Private }
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&out, verb+"\n", p)
		fmt.Fprintf(&out, verb+"\n", holder{p})
		fmt.Fprintf(&out, verb+"\n", &holder{p})
		fmt.Fprintf(&out, verb+"\n", []privacy.Private{p})
	}
	fmt.Fprintln(&out, p, fmt.Errorf("wrapped: %v", p))
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("x", "p", p, "h", holder{p}, "list", []privacy.Private{p})
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"p": p, "h": holder{p}}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Contains(got, canary) || strings.Contains(got, fmt.Sprintf("%x", canary)) {
		t.Errorf("a private value printed itself:\n%s", got)
	}
	if p.Reveal() != canary {
		t.Error("Reveal lost the value")
	}
	if (privacy.Private{}).Reveal() != "" {
		t.Error("the zero value is not empty")
	}
}

func ring(t testing.TB, secrets ...[]byte) *privacy.Keyring {
	t.Helper()
	r, err := privacy.NewKeyring(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func secret(c byte) []byte { return bytes.Repeat([]byte{c}, privacy.MinSecret) }

func TestHashKeepsPurposesAndPartsApart(t *testing.T) {
	r := ring(t, secret(1))
	seen := map[string]string{}
	for name, h := range map[string]string{
		"a, b":          r.Hash("p", "a", "b"),
		"ab, nothing":   r.Hash("p", "ab", ""),
		"ab":            r.Hash("p", "ab"),
		"other purpose": r.Hash("q", "a", "b"),
		"other secret":  ring(t, secret(2)).Hash("p", "a", "b"),
	} {
		if other, dup := seen[h]; dup {
			t.Errorf("%s and %s hash alike", name, other)
		}
		seen[h] = name
	}
	if r.Hash("p", "a", "b") != ring(t, secret(1), secret(2)).Hash("p", "a", "b") {
		t.Error("the newest secret does not decide the hash")
	}
}

func TestSealedTokens(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	old, both, other := ring(t, secret(1)), ring(t, secret(2), secret(1)), ring(t, secret(3))
	token := old.Seal("call", "CA1", now.Add(time.Minute), []byte("position"))

	if again := old.Seal("call", "CA1", now.Add(time.Minute), []byte("position")); again != token {
		t.Error("the same arguments gave another token")
	}
	for _, r := range []*privacy.Keyring{old, both} {
		if got, err := r.Open("call", "CA1", now, token); err != nil || string(got) != "position" {
			t.Errorf("got %q, %v", got, err)
		}
	}
	for name, open := range map[string]func() ([]byte, error){
		"another call":    func() ([]byte, error) { return old.Open("call", "CA2", now, token) },
		"another purpose": func() ([]byte, error) { return old.Open("text", "CA1", now, token) },
		"another secret":  func() ([]byte, error) { return other.Open("call", "CA1", now, token) },
		"cut short":       func() ([]byte, error) { return old.Open("call", "CA1", now, token[:len(token)-1]) },
		"empty":           func() ([]byte, error) { return old.Open("call", "CA1", now, "") },
		"far too long":    func() ([]byte, error) { return old.Open("call", "CA1", now, strings.Repeat(token, 20)) },
	} {
		if _, err := open(); !errors.Is(err, privacy.ErrForged) {
			t.Errorf("%s: %v, want ErrForged", name, err)
		}
	}
	if _, err := old.Open("call", "CA1", now.Add(61*time.Second), token); !errors.Is(err, privacy.ErrExpired) {
		t.Errorf("expired: %v", err)
	}
}

func TestParseSecret(t *testing.T) {
	for _, s := range []string{
		strings.Repeat("ab", 32), "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=",
		"q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s\n",
	} {
		if b, err := privacy.ParseSecret(s); err != nil || len(b) != 32 {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	}
	for _, s := range []string{"", "short", "hunter2hunter2hunter2hunter2hunter2!!"} {
		if _, err := privacy.ParseSecret(s); err == nil || s != "" && strings.Contains(err.Error(), s) {
			t.Errorf("a bad secret gave %v", err)
		}
	}
}

// No altered token opens, and all that was sealed comes back whole.
func FuzzToken(f *testing.F) {
	f.Add([]byte("position"), "CA1", 3, byte(1))
	f.Fuzz(func(t *testing.T, data []byte, call string, at int, flip byte) {
		r := ring(t, secret(1))
		now := time.Unix(1_800_000_000, 0)
		token := r.Seal("call", call, now, data)
		if len(token) > privacy.MaxToken {
			return // longer than any of ours, and refused by its length
		}
		if got, err := r.Open("call", call, now, token); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("sealed %x, opened %x, %v", data, got, err)
		}
		b := []byte(token)
		if at < 0 || at >= len(b) || flip == 0 {
			return
		}
		b[at] ^= flip
		// The last character of unpadded base64 may carry unused bits.
		if _, err := r.Open("call", call, now, string(b)); err == nil && at != len(b)-1 && b[at] != '\n' &&
			b[at] != '\r' {
			t.Errorf("token altered at %d still opens", at)
		}
	})
}

// spy is a hash that keeps the end of what it is given, as real ones do.
type spy struct {
	block [64]byte
	n     int
}

func (s *spy) Write(p []byte) (int, error) {
	for _, c := range p {
		s.block[s.n%len(s.block)] = c
		s.n++
	}
	return len(p), nil
}
func (s *spy) Sum(b []byte) []byte { return append(b, "0123456789abcdef0123"...) }
func (s *spy) Reset()              { s.n = 0 }
func (s *spy) Size() int           { return 20 }
func (s *spy) BlockSize() int      { return len(s.block) }

// A keyed hash that is used again holds nothing of what it was given before, of
// for any length.
func TestMacsKeepNothing(t *testing.T) {
	var made []*spy
	macs := privacy.NewMacs(func() hash.Hash {
		s := &spy{}
		made = append(made, s)
		return s
	}, []byte("key"))
	for n := range 300 {
		macs.Sum(nil, bytes.Repeat([]byte{'w'}, n))
		for _, s := range made {
			if bytes.ContainsRune(s.block[:], 'w') {
				t.Fatalf("after %d bytes it holds %q", n, s.block)
			}
		}
	}
	// And it is the same as one made for the occasion.
	genuine := privacy.NewMacs(sha256.New, []byte("key"))
	for n := range 200 {
		message := bytes.Repeat([]byte{'w'}, n)
		m := hmac.New(sha256.New, []byte("key"))
		m.Write(message)
		if got := genuine.Sum(nil, message); !bytes.Equal(got, m.Sum(nil)) {
			t.Fatalf("of %d bytes: %x", n, got)
		}
	}
}
