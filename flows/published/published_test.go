package published_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/published"
	"signpost/flows/saved"
)

func signedBook(t *testing.T, key ed25519.PrivateKey) []byte {
	t.Helper()
	b, err := saved.Take(fstest.MapFS{"services.yaml": {Data: []byte("services: {}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := published.Sign(key, published.Header{Serial: 7, At: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)}, b)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A signed book comes back with its number. Changing any of its bytes, cutting it short or
// holding another key makes it worthless.
func TestOpen(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	data := signedBook(t, key)
	if again := signedBook(t, key); !bytes.Equal(data, again) {
		t.Error("the same book is signed in two ways")
	}
	h, b, err := published.Open(public, data)
	if err != nil || h.Serial != 7 || h.Rollback {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := b.Files.Open("services.yaml"); err != nil {
		t.Error(err)
	}
	for i := range data {
		spoilt := bytes.Clone(data)
		spoilt[i] ^= 1
		if _, _, err := published.Open(public, spoilt); err == nil {
			t.Fatalf("byte %d can be changed", i)
		}
	}
	for _, n := range []int{0, 1, 50, 89, 150, len(data) - 1} {
		if _, _, err := published.Open(public, data[:n]); err == nil {
			t.Errorf("%d bytes are enough", n)
		}
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []ed25519.PublicKey{other, nil} {
		if _, _, err := published.Open(key, data); !errors.Is(err, published.ErrSignature) {
			t.Errorf("another key: %v", err)
		}
	}
	if read, err := published.ParseKey(published.EncodeKey(public)); err != nil || !read.Equal(public) {
		t.Errorf("the key is read as %v, %v", read, err)
	}
	if _, err := published.ParseKey("abcd"); err == nil {
		t.Error("four letters are a key")
	}
}
