package twilio

import (
	"bytes"
	"crypto/sha1" // #nosec G505 -- the auth token's signatures are HMAC-SHA1
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"signpost/internal/privacy"
)

// verifier checks signatures made with one secret. The provider's library allocates over
// a hundred times for it, and each copy holds what somebody wrote until it is erased. The
// tests compare the two.
type verifier struct {
	key  string // name of the shared key; empty: an auth token
	macs privacy.Macs
}

func tokenVerifier(token privacy.Private) verifier {
	return verifier{macs: privacy.NewMacs(sha1.New, []byte(token.Reveal()))}
}

func keyVerifier(k SharedKey) verifier {
	return verifier{k.Name, privacy.NewMacs(sha256.New, []byte(k.Secret.Reveal()))}
}

// matches reports whether signature is that of the scratch's message.
func (v verifier) matches(s *scratch, signature string) bool {
	sum := v.macs.Sum(s.sum[:0], s.message)
	written := s.written[:base64.StdEncoding.EncodedLen(len(sum))]
	base64.StdEncoding.Encode(written, sum)
	return subtle.ConstantTimeCompare(written, []byte(signature)) == 1
}

// buildMessage fills the scratch's message with what the provider signs: the URL, then every
// field's name and value, sorted by name. (The provider's "Webhooks security" page.)
func (s *scratch) buildMessage(base, uri string, f form) {
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

// ambiguousFields reports that what was signed, message, had other fields than these. It holds names
// and values without anything between, and the words of a text are among them. So somebody who
// texts us "xFrom+44...", and sees the webhook of it, could divide it so that it comes from
// another person. The sender that the provider named is then left over, behind the other; or before
// it, together with the id of the text.
func (f form) ambiguousFields(message []byte) bool {
	after := 0 // bytes of the message behind the sender
	names := 0 // of fields there that begin with the name of the sender's, and of "From" in a person's own name
	for _, one := range f.fields {
		if one.name <= fieldFrom {
			if strings.Contains(one.value, fieldMessage) {
				return true
			}
			continue
		}
		after += len(one.name) + len(one.value)
		switch {
		case slices.Contains(fieldsOfFrom, one.name):
			names++
		case one.name == fieldProfile && !hidesSender(one.value):
			names += strings.Count(one.value, fieldFrom)
		}
	}
	return bytes.Count(message[len(message)-after:], []byte(fieldFrom)) > names
}

// hidesSender reports that a name on WhatsApp may hold the sender that the provider named: a sender
// there is an address, and the id of the text is behind it, since fields are sorted by name. "Greetings
// From Leeds" is a name.
func hidesSender(name string) bool {
	if strings.Contains(name, fieldMessage) {
		return true
	}
	for _, behind, found := strings.Cut(name, fieldFrom); found; _, behind, found = strings.Cut(behind, fieldFrom) {
		word, _, _ := strings.Cut(behind, " ")
		if strings.ContainsAny(word, "+:0123456789") {
			return true
		}
	}
	return false
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
