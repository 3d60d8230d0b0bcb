package testkit

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// FindCanary looks for something private in what was kept, in every form it is
// likely to hide in: as it is, URL-encoded, base64, hex, reversed, and for a
// number without its plus and with the national 0. It gives the form found.
func FindCanary(kept, private string) (form string, found bool) {
	forms := map[string]string{
		"plain": private, "URL-encoded": url.QueryEscape(private), "path-encoded": url.PathEscape(private),
		"hex": hex.EncodeToString([]byte(private)), "reversed": reverse(private),
	}
	for i, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for skip := range 3 { // base64 of it inside something longer, at each offset
			enc := e.EncodeToString([]byte(strings.Repeat("x", skip) + private))
			if len(enc) > 12 {
				forms["base64 "+string(rune('a'+3*i+skip))] = enc[4 : len(enc)-4]
			}
		}
	}
	if n, ok := strings.CutPrefix(private, "+"); ok {
		forms["without plus"] = n
		if national, ok := strings.CutPrefix(n, "44"); ok {
			forms["national"] = national
		}
	}
	lower := strings.ToLower(kept)
	names := make([]string, 0, len(forms))
	for n := range forms {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		f := forms[n]
		if len(f) >= 4 && (strings.Contains(kept, f) || strings.Contains(lower, strings.ToLower(f)) && !strings.HasPrefix(n, "base64")) {
			return n, true
		}
	}
	return "", false
}

func reverse(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}
