package testkit

import (
	"cmp"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"slices"
	"strings"
)

// FindCanary looks for something private in what was kept, in every form it is
// likely to hide in: as it is, URL-encoded, escaped for a page, base64 and
// base32 (wherever in something longer), hex, reversed, in two-byte letters, and
// for a number without its plus, with the national 0 and with spaces. It gives
// the form found.
func FindCanary(kept, private string) (form string, found bool) {
	lower := strings.ToLower(kept)
	for _, f := range forms(private) {
		if f.exact && strings.Contains(kept, f.text) || !f.exact && strings.Contains(lower, f.text) {
			return f.name, true
		}
	}
	return "", false
}

// shape is one form of something private.
type shape struct {
	name, text string
	exact      bool // capitals matter: it would mean something else without
}

func forms(private string) (out []shape) {
	plain := map[string]string{"plain": private}
	if n, ok := strings.CutPrefix(private, "+"); ok {
		plain["without plus"] = n
		if national, ok := strings.CutPrefix(n, "44"); ok {
			plain["national"] = national
			plain["national in groups"] = national[:4] + " " + national[4:]
		}
	}
	add := func(name, text string, exact bool) {
		if !exact {
			text = strings.ToLower(text)
		}
		if len(text) >= 4 {
			out = append(out, shape{name, text, exact})
		}
	}
	for name, p := range plain {
		add(name, p, false)
		add(name+", URL-encoded", url.QueryEscape(p), false)
		add(name+", path-encoded", url.PathEscape(p), false)
		add(name+", escaped", html.EscapeString(p), false)
		add(name+", hex", hex.EncodeToString([]byte(p)), false)
		add(name+", reversed", reverse(p), false)
		add(name+", two-byte letters", wide(p), false)
		for _, e := range []struct {
			bits  int // that one letter stands for
			exact bool
			in    interface{ EncodeToString([]byte) string }
		}{{6, true, base64.RawStdEncoding}, {6, true, base64.RawURLEncoding}, {5, false, base32.StdEncoding.WithPadding(base32.NoPadding)}} {
			for skip := range 5 { // inside something longer, at each offset
				enc := e.in.EncodeToString([]byte(strings.Repeat("x", skip) + p))
				// Letters that stand for bits of what is beside it are left out.
				add(name+", base", enc[(skip*8+e.bits-1)/e.bits:(skip+len(p))*8/e.bits], e.exact)
			}
		}
	}
	slices.SortFunc(out, func(a, b shape) int {
		return cmp.Or(len(a.name)-len(b.name), strings.Compare(a.name+a.text, b.name+b.text))
	})
	return slices.CompactFunc(out, func(a, b shape) bool { return a.text == b.text && a.exact == b.exact })
}

func wide(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

func reverse(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}
