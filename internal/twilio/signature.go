package twilio

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

// verifier checks signatures made with one token. The provider's library allocates over
// a hundred times for it, and each copy holds what somebody wrote until it is erased. The
// tests compare the two.
type verifier struct{ macs privacy.Macs }

func newVerifier(token string) verifier {
	return verifier{privacy.NewMacs(sha1.New, []byte(token))}
}

// holds reports whether signature is that of the scratch's message.
func (v verifier) holds(s *scratch, signature string) bool {
	const length = 28 // of base64 of SHA-1
	base64.StdEncoding.Encode(s.written[:length], v.macs.Sum(s.sum[:0], s.message))
	return subtle.ConstantTimeCompare(s.written[:length], []byte(signature)) == 1
}

// sign fills the scratch's message with what the provider signs: the URL, then every
// field's name and value, sorted by name. (The provider's "Webhooks security" page.)
func (s *scratch) sign(base, uri string, f form) {
	size := len(base) + len(uri)
	for _, one := range f.fields {
		size += len(one.name) + len(one.value)
	}
	if cap(s.message) < size { // append would leave a copy behind
		clear(s.message[:cap(s.message)])
		s.message = make([]byte, 0, size)
	}
	s.message = append(append(s.message[:0], base...), uri...)
	for _, one := range f.fields {
		s.message = append(append(s.message, one.name...), one.value...)
	}
}

// withOtherPort adds the default port to a URL, or removes its port: the provider signs
// texts and calls differently.
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

// Sign returns the signature that the provider would send with a form posted to target.
// Tools sign with it, since nothing gets in unsigned.
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
