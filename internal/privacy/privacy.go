// Package privacy holds what lets Signpost serve people without keeping them:
// keyed hashes, sealed tokens that expire, and values that cannot print
// themselves.
//
// Every hash and token hangs on the secret PRIVACY_KEY. Several secrets may be
// given, newest first: the newest makes new hashes and tokens, all of them open
// old tokens.
package privacy

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// Redacted is what a private value prints as, with any verb or encoder.
const Redacted = "[private]"

// Private is a phone number, a message, a secret: a string that no formatter,
// logger or encoder can print. Only Reveal gives it back.
type Private struct{ v string }

// Hide wraps a string.
func Hide(s string) Private { return Private{s} }

// Reveal gives the string back. Call it where the value is used, never where
// it might be kept.
func (p Private) Reveal() string { return p.v }

// String says [Redacted], as do all the ways below in which a value may come to be printed.
func (Private) String() string { return Redacted }

// GoString is for %#v.
func (Private) GoString() string { return Redacted }

// Format is for every other verb.
func (Private) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue is for the log.
func (Private) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText is for formats made of text.
func (Private) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON is for JSON.
func (Private) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// UnmarshalText lets a Private be read from configuration.
func (p *Private) UnmarshalText(b []byte) error {
	*p = Hide(strings.TrimSpace(string(b)))
	return nil
}

// MinSecret is the shortest secret accepted, in bytes.
const MinSecret = 32

// ParseSecret reads one secret of at least [MinSecret] bytes written in hex or
// base64 (standard or URL alphabet, padded or not). Its error never quotes the
// secret.
func ParseSecret(s string) ([]byte, error) {
	s = strings.TrimSpace(s)
	if b, err := hex.DecodeString(s); err == nil && len(b) >= MinSecret {
		return b, nil
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding,
		base64.RawURLEncoding} {
		if b, err := e.DecodeString(s); err == nil && len(b) >= MinSecret {
			return b, nil
		}
	}
	return nil, fmt.Errorf("is not %d or more bytes in base64 or hex; make one with: openssl rand -base64 32",
		MinSecret)
}

// NewSecret makes a random secret.
func NewSecret() []byte {
	b := make([]byte, MinSecret)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// Keyring makes and opens hashes and tokens. It is safe for concurrent use.
type Keyring struct{ keys []keys }

type keys struct {
	hash, nonce Macs
	seal        cipher.AEAD
}

// NewKeyring derives a hash key, a nonce key and a sealing key from each
// secret, newest first.
func NewKeyring(secrets ...[]byte) (*Keyring, error) {
	if len(secrets) == 0 {
		return nil, errors.New("a keyring needs at least one secret")
	}
	ring := &Keyring{}
	for _, s := range secrets {
		if len(s) < MinSecret {
			return nil, fmt.Errorf("a secret is %d bytes; it needs at least %d", len(s), MinSecret)
		}
		var k keys
		var hashKey, nonceKey, sealKey []byte
		for _, d := range []struct {
			purpose string
			out     *[]byte
		}{{"signpost hash", &hashKey}, {"signpost nonce", &nonceKey}, {"signpost seal", &sealKey}} {
			b, err := hkdf.Key(sha256.New, s, nil, d.purpose, 32)
			if err != nil {
				return nil, fmt.Errorf("derive the %s key: %w", d.purpose, err)
			}
			*d.out = b
		}
		k.hash, k.nonce = NewMacs(sha256.New, hashKey), NewMacs(sha256.New, nonceKey)
		block, err := aes.NewCipher(sealKey)
		if err != nil {
			return nil, fmt.Errorf("make the sealing cipher: %w", err)
		}
		if k.seal, err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("make the sealing cipher: %w", err)
		}
		ring.keys = append(ring.keys, k)
	}
	return ring, nil
}

// Hash names something private without saying what it is: 128 bits of
// HMAC-SHA256 over the parts, 22 characters. Hashes made for different purposes
// cannot be joined.
func (r *Keyring) Hash(purpose string, parts ...string) string {
	return r.HashBy(0, purpose, parts...)
}

// Keys is how many secrets there are.
func (r *Keyring) Keys() int { return len(r.keys) }

// HashBy is the hash that a secret made, 0 the newest: what was named before a
// rotation is found by its older name.
func (r *Keyring) HashBy(key int, purpose string, parts ...string) string {
	var sum [16]byte
	Forget(func() { sum = r.Sum(key, purpose, parts...) })
	var written [22]byte
	base64.RawURLEncoding.Encode(written[:], sum[:])
	return string(written[:])
}

// Fingerprint tells a key from others. It is short, and no hash of anything that is kept.
func (r *Keyring) Fingerprint(key int) string {
	const length = 8
	return r.HashBy(key, "fingerprint")[:length]
}

// Sum is the hash that a secret made, not written out.
func (r *Keyring) Sum(key int, purpose string, parts ...string) (sum [16]byte) {
	macs := r.keys[key].hash
	m := macs.get()
	defer macs.put(m)
	size := 4 + len(purpose)
	for _, p := range parts {
		size += 4 + len(p)
	}
	m.room(size)
	add(m, purpose)
	for _, p := range parts {
		add(m, p)
	}
	copy(sum[:], m.of(m.sum[:0], m.message))
	return sum
}

// Macs are keyed hashes made once and used again. What they were given is wiped
// from them before anybody else has them. Making each when needed, in Forget, takes a call 47 %
// more processor time (median of 10 rounds in turn, without net/http).
type Macs struct{ pool *sync.Pool }

// mac is one keyed hash, with room for what is given to it.
type mac struct {
	hash.Hash
	message []byte
	sum     [sha256.Size]byte
}

// NewMacs makes them from a hash function and a key.
func NewMacs(of func() hash.Hash, key []byte) Macs {
	return Macs{&sync.Pool{New: func() any { return &mac{Hash: hmac.New(of, key), message: make([]byte, 0, 512)} }}}
}

func (k Macs) get() *mac {
	m, _ := k.pool.Get().(*mac)
	return m
}

// put wipes a mac and lets others have it.
func (k Macs) put(m *mac) {
	clear(m.message[:cap(m.message)])
	m.message, m.sum = m.message[:0], [sha256.Size]byte{}
	k.pool.Put(m)
}

// of adds the keyed hash of a message to b.
func (m *mac) of(b, message []byte) []byte {
	m.Reset()
	m.Write(message)
	b = m.Sum(b)
	// A hash keeps the end of what it was given, up to a block, and Reset leaves it
	// there. Twice all but one byte of a block of nothing takes its place.
	m.Reset()
	nothing := zeros[:m.BlockSize()-1]
	m.Write(nothing)
	m.Write(nothing)
	m.Reset()
	return b
}

// Sum adds the keyed hash of a message to b.
func (k Macs) Sum(b, message []byte) []byte {
	m := k.get()
	b = m.of(b, message)
	k.pool.Put(m)
	return b
}

// zeros is as much of nothing as the largest block of a hash.
var zeros [128]byte

// room makes room for what is hashed: grown bit by bit it would leave pieces behind.
func (m *mac) room(size int) {
	if cap(m.message) < size {
		clear(m.message[:cap(m.message)])
		m.message = make([]byte, 0, size)
	}
}

// add puts a part into what is hashed; lengths keep the parts apart.
func add[S ~string | ~[]byte](m *mac, part S) {
	m.message = binary.BigEndian.AppendUint32(m.message, uint32(len(part)))
	m.message = append(m.message, part...)
}

// MaxToken is the longest token opened, in characters.
const MaxToken = 512

// Errors of Open.
var (
	ErrExpired = errors.New("the token has expired")
	ErrForged  = errors.New("the token is not one of ours, or not for this")
)

// Seal encrypts data into a URL-safe token that only this keyring opens, only
// for the same purpose and the same binding (a call, say), and only until
// expires (to the second). The same arguments give the same token, so that a
// repeated request is answered with the same bytes.
func (r *Keyring) Seal(purpose, binding string, expires time.Time, data []byte) string {
	k := r.keys[0]
	m := k.nonce.get()
	defer k.nonce.put(m)
	// What is hashed for the nonce is the purpose, the binding and all that is sealed:
	// it can only repeat with all of it.
	m.room(4 + len(purpose) + 4 + len(binding) + 8 + len(data))
	add(m, purpose)
	add(m, binding)
	from := len(m.message) + 4
	m.message = binary.BigEndian.AppendUint32(m.message, uint32(4+len(data)))
	m.message = binary.BigEndian.AppendUint32(m.message, uint32(expires.Unix()))
	m.message = append(m.message, data...)
	plain := m.message[from:]
	sum := m.of(m.sum[:0], m.message)
	out := append(make([]byte, 0, 64+len(plain)), sum[:k.seal.NonceSize()]...)
	return base64.RawURLEncoding.EncodeToString(k.seal.Seal(out, out, plain, additional(purpose, binding)))
}

// Open gives back what Seal sealed. The error wraps [ErrForged] or
// [ErrExpired]; with ErrExpired the data is still given, for anybody who only needs
// to know what kind of thing has expired.
func (r *Keyring) Open(purpose, binding string, now time.Time, token string) ([]byte, error) {
	if len(token) > MaxToken {
		return nil, fmt.Errorf("open a token of %d characters: %w", len(token), ErrForged)
	}
	data, expires, err := r.OpenUntil(purpose, binding, token)
	if err == nil && now.Unix() > expires.Unix() {
		err = ErrExpired
	}
	return data, err
}

// OpenUntil gives back what Seal sealed, and until when it holds, whether or not that has
// passed, and however long it is. The error wraps [ErrForged].
func (r *Keyring) OpenUntil(purpose, binding, token string) (data []byte, expires time.Time, err error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, expires, fmt.Errorf("decode a token: %w", ErrForged)
	}
	for _, k := range r.keys {
		if len(b) < k.seal.NonceSize() {
			continue
		}
		plain, err := k.seal.Open(nil, b[:k.seal.NonceSize()], b[k.seal.NonceSize():], additional(purpose, binding))
		if err != nil || len(plain) < 4 {
			continue
		}
		return plain[4:], time.Unix(int64(binary.BigEndian.Uint32(plain)), 0), nil
	}
	return nil, expires, fmt.Errorf("open a token: %w", ErrForged)
}

func additional(purpose, binding string) []byte {
	return []byte(purpose + "\x00" + binding)
}
