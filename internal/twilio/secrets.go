package twilio

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- the auth token's signatures are HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"signpost/internal/privacy"
)

// SharedKey is a secret that the provider signs webhooks with instead of the auth token:
// HMAC-SHA256. The provider names the key in each request. (Its "Webhooks security" page
// of September 2026, public beta.)
type SharedKey struct {
	Name   string // as the provider names it, like webhooks_sharedkey_...
	Secret privacy.Private
}

// APIKey is a key of the provider's API and its secret. It may be restricted to what
// erasing needs: reading, emptying and deleting messages and calls.
type APIKey struct {
	ID     string
	Secret privacy.Private
}

var sharedKeyName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// IsAPIKeyID reports whether s has the form of an API key's id.
func IsAPIKeyID(s string) bool { return isSID(s, "SK") }

// IsSharedKeyName reports whether s can name a shared key.
func IsSharedKeyName(s string) bool { return sharedKeyName.MatchString(s) }

// SettingsHeader says which shared key a webhook is signed with, and how. The signature
// does not cover it, so it only chooses among the keys that we hold.
const SettingsHeader = "X-Twilio-Webhooks-Signature-Settings"

const algorithmSHA256 = "HMAC_SHA256"

// keyOf returns the name of the shared key that a request says it is signed with. named
// is false when it names none: then the auth token signs. A key with any algorithm but
// HMAC-SHA256 counts as a key that nobody holds.
func keyOf(h http.Header) (name string, named bool) {
	lines := h.Values(SettingsHeader)
	if len(lines) == 0 || len(lines) == 1 && strings.TrimSpace(lines[0]) == "" {
		return "", false
	}
	algorithm := ""
	for part := range strings.SplitSeq(lines[0], ",") {
		field, value, _ := strings.Cut(part, "=")
		switch strings.TrimSpace(field) {
		case "key":
			name = strings.TrimSpace(value)
		case "algorithm":
			algorithm = strings.TrimSpace(value)
		}
	}
	if len(lines) > 1 || !strings.EqualFold(algorithm, algorithmSHA256) {
		return "", true
	}
	return name, true
}

// Signer signs webhooks as the provider does, for tools: nothing gets in unsigned. It
// signs with the shared key if it has one, and otherwise with the auth token.
type Signer struct {
	Token privacy.Private
	Key   SharedKey
}

// Sign sets the headers of a webhook: a form posted to target, or a nil form when all is
// in the target's query.
func (s Signer) Sign(h http.Header, target string, form url.Values) {
	if s.Key.Name == "" {
		h.Set(SignatureHeader, Sign(s.Token, target, form))
		return
	}
	h.Set(SettingsHeader, "key="+s.Key.Name+",algorithm="+algorithmSHA256)
	h.Set(SignatureHeader, signed(sha256.New, s.Key.Secret, target, form))
}

// Sign returns the signature that the provider would send with a form posted to target,
// by the auth token.
func Sign(token privacy.Private, target string, form url.Values) string {
	return signed(sha1.New, token, target, form)
}

func signed(of func() hash.Hash, secret privacy.Private, target string, form url.Values) string {
	m := hmac.New(of, []byte(secret.Reveal()))
	io.WriteString(m, target)
	names := make([]string, 0, len(form))
	for n := range form {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		io.WriteString(m, n)
		io.WriteString(m, form.Get(n))
	}
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}
