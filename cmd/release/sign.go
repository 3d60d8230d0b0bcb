package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Signatures are in the format of OpenBSD's signify, which its and Debian's signify verify
// and for which an unencrypted key (signify -G -n) needs no passphrase. (signify(1), and
// signify.c of OpenBSD.)

const (
	keyNumber = 8 // bytes of random that say which key signed
	comment   = "untrusted comment: "
)

var algorithm = []byte("Ed")

// newKey returns a key pair as two files.
func newKey(name string) (public, secret []byte, err error) {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	number := make([]byte, keyNumber)
	_, _ = rand.Read(number) // never fails
	sum := sha512.Sum512(priv)
	const rounds, salt = 4, 16 // none and unused: the key is not encrypted
	hidden := bytes.Join([][]byte{algorithm, []byte("BK"), make([]byte, rounds+salt), sum[:8], number, priv}, nil)
	shown := bytes.Join([][]byte{algorithm, number, pub}, nil)
	return written(name+" public key", shown), written(name+" secret key", hidden), nil
}

func written(says string, data []byte) []byte {
	return []byte(comment + says + "\n" + base64.StdEncoding.EncodeToString(data) + "\n")
}

var errNotAKey = errors.New("not an unencrypted signify key: make one with signify -G -n, or with release -new-key")

// parseSecret reads a secret key.
func parseSecret(file []byte) (number []byte, key ed25519.PrivateKey, err error) {
	const before = 2 + 2 + 4 + 16 + 8
	lines := strings.Split(string(file), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[0], comment) {
		return nil, nil, errNotAKey
	}
	b, err := base64.StdEncoding.DecodeString(lines[1])
	if err != nil || len(b) != before+keyNumber+ed25519.PrivateKeySize ||
		!bytes.HasPrefix(b, []byte("EdBK\x00\x00\x00\x00")) {
		return nil, nil, errNotAKey
	}
	number, key = b[before:before+keyNumber], ed25519.PrivateKey(b[before+keyNumber:])
	if sum := sha512.Sum512(key); !bytes.Equal(sum[:8], b[24:32]) {
		return nil, nil, errNotAKey
	}
	return number, key, nil
}

// sign returns the signature of a file, as a file.
func sign(keyFile string, data []byte) ([]byte, error) {
	info, err := os.Stat(keyFile)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, errors.New("the key can be read by others: chmod 600")
	}
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	number, key, err := parseSecret(text)
	if err != nil {
		return nil, err
	}
	return written("verify with the public key of Signpost's releases",
		bytes.Join([][]byte{algorithm, number, ed25519.Sign(key, data)}, nil)), nil
}

// writeNewKey writes a key pair beside each other: name.pub and name.sec.
func writeNewKey(name string) error {
	public, secret, err := newKey("signpost releases")
	if err != nil {
		return err
	}
	const mine, everybodys = 0o600, 0o644
	for file, one := range map[string]struct {
		data []byte
		mode os.FileMode
	}{name + ".sec": {secret, mine}, name + ".pub": {public, everybodys}} {
		w, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, one.mode)
		if err != nil {
			return fmt.Errorf("write a key: %w", err)
		}
		if _, err := w.Write(one.data); err != nil {
			return errors.Join(fmt.Errorf("write a key: %w", err), w.Close())
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("write a key: %w", err)
		}
	}
	return nil
}
