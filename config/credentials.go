package config

import (
	"slices"
	"strings"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
)

// credentials reads what the provider signs with, and what we call its API with. Either
// the auth token does both, or shared keys and API keys do without it.
func (p *problems) credentials(c *Config, in raw, readFile func(string) ([]byte, error)) {
	token := p.secret("TWILIO_AUTH_TOKEN", in.AuthToken, in.TokenFile, readFile)
	for t := range strings.SplitSeq(token.Reveal(), ",") {
		if t = strings.TrimSpace(t); t != "" {
			c.Tokens = append(c.Tokens, privacy.Hide(t))
		}
	}
	keys := p.secret("TWILIO_WEBHOOK_KEYS", in.WebhookKeys, in.WebhookFile, readFile)
	p.pairs("TWILIO_WEBHOOK_KEYS", keys, "the key's name, a colon and its secret; several with commas",
		func(name, secret string) bool {
			c.WebhookKeys = append(c.WebhookKeys, twilio.SharedKey{Name: name, Secret: privacy.Hide(secret)})
			return twilio.IsSharedKeyName(name) && len(secret) >= minKeySecret
		})
	keys = p.secret("TWILIO_API_KEYS", in.APIKeys, in.APIKeysFile, readFile)
	p.pairs("TWILIO_API_KEYS", keys, "the key's SID (SK...), a colon and its secret; several with commas",
		func(id, secret string) bool {
			c.APIKeys = append(c.APIKeys, twilio.APIKey{ID: id, Secret: privacy.Hide(secret)})
			return twilio.IsAPIKeyID(id) && len(secret) >= minKeySecret
		})
	if len(c.Tokens) > 0 || p.has("TWILIO_AUTH_TOKEN") {
		return
	}
	switch {
	case len(c.WebhookKeys) == 0 && len(c.APIKeys) == 0:
		p.add("TWILIO_AUTH_TOKEN",
			"is missing: without it, or TWILIO_WEBHOOK_KEYS, nobody could tell the provider from anyone else")
	case len(c.WebhookKeys) == 0:
		p.add("TWILIO_WEBHOOK_KEYS",
			"is missing: without it, or TWILIO_AUTH_TOKEN, nobody could tell the provider from anyone else")
	case len(c.APIKeys) == 0:
		p.add("TWILIO_API_KEYS",
			"is missing: without it, or TWILIO_AUTH_TOKEN, nothing could be deleted at the provider")
	}
}

// minKeySecret is how short a key's secret may be, in characters: the provider's are 32 and more.
const minKeySecret = 16

// pairs reads names and secrets like "name:secret,name:secret". good takes each, and
// reports whether it can be one.
func (p *problems) pairs(name string, v privacy.Private, form string, good func(name, secret string) bool) {
	var seen []string
	for one := range strings.SplitSeq(v.Reveal(), ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		id, secret, _ := strings.Cut(one, ":")
		id, secret = strings.TrimSpace(id), strings.TrimSpace(secret)
		if !good(id, secret) {
			p.add(name, "must hold "+form)
			return
		}
		if slices.Contains(seen, one) {
			p.add(name, "holds the same key twice")
			return
		}
		seen = append(seen, one)
	}
}

// Signer signs webhooks as the provider does, for tools: with the first shared key, or
// without one with the first auth token.
func (c Config) Signer() twilio.Signer {
	s := twilio.Signer{}
	if len(c.Tokens) > 0 {
		s.Token = c.Tokens[0]
	}
	if len(c.WebhookKeys) > 0 {
		s.Key = c.WebhookKeys[0]
	}
	return s
}
