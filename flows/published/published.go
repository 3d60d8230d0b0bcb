// Package published signs a flow book for the gateways that follow a desk, and checks the
// signature. What is signed is the book with a serial number, so that nobody can put an
// older book, or another one, in the way.
package published

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signpost/flows/saved"
)

// MaxSize is the largest signed book, in bytes. Recordings are most of it.
const MaxSize = 65 << 20

// purpose keeps a signature of anything else from being taken for one of a book.
const purpose = "signpost published book 1\n"

// maxHeader bounds the first two lines.
const maxHeader = 1024

var (
	// ErrSignature means that the holder of the key did not sign this.
	ErrSignature = errors.New("the book is not signed with the key of this desk")
	// ErrForm means that this is not a signed book at all.
	ErrForm = errors.New("this is not a signed book")
)

// Header says which publication a book is.
type Header struct {
	// Serial is the number of the publication, from 1. Every publication has a higher one
	// than those before it, also when it brings back an older book.
	Serial uint64 `json:"serial"`
	// At is when it was published.
	At time.Time `json:"at"`
	// Rollback is set when it brings back an older book.
	Rollback bool `json:"rollback,omitempty"`
	// Sum is the SHA-256 of the archive, in hexadecimal.
	Sum string `json:"sha256"`
}

// Sign writes a signed book: a line with the signature, a line with the header, and the
// archive. It sets the header's sum.
func Sign(key ed25519.PrivateKey, h Header, b *saved.Book) ([]byte, error) {
	archive := b.Archive()
	h.Sum, h.At = saved.Sum(archive), h.At.UTC()
	header, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("sign the book: %w", err)
	}
	// The header holds the sum of the archive, so its signature covers both.
	signature := ed25519.Sign(key, signed(header))
	var out bytes.Buffer
	out.WriteString(base64.StdEncoding.EncodeToString(signature) + "\n")
	out.Write(append(header, '\n'))
	out.Write(archive)
	return out.Bytes(), nil
}

// Open checks the signature, then the archive, and only then reads the book. The error is
// [ErrForm], [ErrSignature], or one of [saved.Open].
func Open(key ed25519.PublicKey, data []byte) (Header, *saved.Book, error) {
	first, rest, ok := cut(data)
	header, archive, ok2 := cut(rest)
	signature, err := base64.StdEncoding.DecodeString(string(first))
	if !ok || !ok2 || err != nil || len(data) > MaxSize {
		return Header{}, nil, ErrForm
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, signed(header), signature) {
		return Header{}, nil, ErrSignature
	}
	var h Header
	if json.Unmarshal(header, &h) != nil || h.Serial == 0 {
		return Header{}, nil, ErrForm
	}
	if h.Sum != saved.Sum(archive) {
		return Header{}, nil, ErrSignature
	}
	b, err := saved.Open(archive)
	return h, b, err
}

func cut(data []byte) (line, rest []byte, ok bool) {
	at := bytes.IndexByte(data[:min(len(data), maxHeader)], '\n')
	if at < 0 {
		return nil, nil, false
	}
	return data[:at], data[at+1:], true
}

func signed(header []byte) []byte { return append([]byte(purpose), header...) }

// EncodeKey writes a public key in base64, with the standard alphabet.
func EncodeKey(key ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(key) }

// ParseKey reads what [EncodeKey] wrote.
func ParseKey(words string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(words)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("not a desk key: signpost desk key prints it")
	}
	return key, nil
}
