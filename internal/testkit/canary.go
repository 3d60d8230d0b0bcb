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
	form, found = FindCanaries(kept, private)[private]
	return form, found
}

// FindCanaries is [FindCanary] for several at once: the form found of each that is there. It
// reads what was kept once, for all forms of all of them: the memory of a process is large.
func FindCanaries(kept string, private ...string) map[string]string {
	type sought struct {
		shape
		of    string
		order int // the plainest form is told
	}
	var may [1 << 16]bool // by a hash of how a form begins
	all := map[uint32][]sought{}
	for _, p := range private {
		for order, f := range forms(p) {
			begins := beginning(lowered(f.text))
			may[hashed(begins)] = true
			all[begins] = append(all[begins], sought{f, p, order})
		}
	}
	lower := lowered(kept)
	found, orders := map[string]string{}, map[string]int{}
	for i := 0; i+fewest <= len(lower); i++ {
		begins := beginning(lower[i:])
		if !may[hashed(begins)] {
			continue
		}
		for _, s := range all[begins] {
			in := lower[i:]
			if s.exact {
				in = kept[i:]
			}
			if had, ok := orders[s.of]; strings.HasPrefix(in, s.text) && (!ok || s.order < had) {
				found[s.of], orders[s.of] = s.name, s.order
			}
		}
	}
	return found
}

// fewest is how many letters a form has at least.
const fewest = 4

// beginning is the first letters of a form, as a number; hashed makes it small.
func beginning(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func hashed(beginning uint32) uint32 { return beginning * 2654435761 >> 16 }

// lowered writes plain capitals small, and leaves all else where it is.
func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
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
		if len(text) >= fewest {
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
			bits  int // that one letter encodes
			exact bool
			in    interface{ EncodeToString([]byte) string }
		}{{6, true, base64.RawStdEncoding}, {6, true, base64.RawURLEncoding},
			{5, false, base32.StdEncoding.WithPadding(base32.NoPadding)}} {
			for skip := range 5 { // inside something longer, at each offset
				enc := e.in.EncodeToString([]byte(strings.Repeat("x", skip) + p))
				// Letters that encode bits of the text beside it, too, are left out.
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
