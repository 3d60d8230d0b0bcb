package webhook

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- the provider's signatures are HMAC-SHA1
	"crypto/subtle"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"strings"

	"signpost/internal/privacy"
)

// verifier checks signatures made with one token. The provider's own library does
// it, too, but asks for memory more than a hundred times, and all of it would hold
// what somebody wrote until it is erased; the tests hold this against that library.
type verifier struct{ macs privacy.Macs }

func newVerifier(token string) verifier {
	return verifier{privacy.NewMacs(sha1.New, []byte(token))}
}

// holds reports whether a signature is that of a message.
func (v verifier) holds(message []byte, signature string) bool {
	var sum [sha1.Size]byte
	var written [28]byte // base64 of it
	base64.StdEncoding.Encode(written[:], v.macs.Sum(sum[:0], message))
	return subtle.ConstantTimeCompare(written[:], []byte(signature)) == 1
}

// message is what the provider signs: the URL, then every field's name and first
// value in the order of the names. (The provider's "Webhooks security" page.)
func message(target string, form url.Values) []byte {
	var room [64]string // more fields than a webhook has
	names := room[:0]
	size := len(target)
	for n, v := range form {
		names = append(names, n)
		size += len(n) + len(v[0])
	}
	slices.Sort(names)
	out := append(make([]byte, 0, size), target...)
	for _, n := range names {
		out = append(append(out, n...), form[n][0]...)
	}
	return out
}

// withOtherPort is a URL with its usual port written out, or left out: the provider
// signs it in one way for texts and in the other for calls.
func withOtherPort(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	if port := u.Port(); port != "" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
		return u.String()
	}
	u.Host += map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return u.String()
}

// Sign is the signature the provider would send with a form posted to a URL. Local
// tools sign with it, since nothing gets in unsigned.
func Sign(token privacy.Private, target string, form url.Values) string {
	m := hmac.New(sha1.New, []byte(token.Reveal()))
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
