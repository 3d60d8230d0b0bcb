package twilio

import (
	"net/url"
	"strings"
	"testing"
)

// A form is read as the standard library reads it; and nothing of it
// is left in what it was read with.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"", "a=b", "a=b&a=c&b=", "=x&&&y", "a=%41+%2B&%zz=1", "a;b=c",
		"Body=caf%C3%A9&From=%2B44&Body=again&To=1", "a=b=c&a", "%", "+=+", strings.Repeat("a&", maxFields+1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		want, wantErr := url.ParseQuery(body)
		s := newScratch()
		s.body = append(s.body, body...)
		got, err := s.parse()
		if err != nil && strings.Count(body, "&") >= maxFields {
			return // more than any webhook has
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, the library %v", body, err, wantErr)
		}
		if err == nil {
			n, last := 0, ""
			for _, one := range got.fields {
				name, value := one.name, one.value
				if v, ok := want[name]; !ok || v[0] != value || got.get(name) != value {
					t.Fatalf("%q: %q is read as %q, by the library as %q", body, name, value, v)
				}
				if n > 0 && name <= last {
					t.Fatalf("%q: %q comes after %q", body, name, last)
				}
				n, last = n+1, name
			}
			if n != len(want) {
				t.Fatalf("%q: %d fields are read, by the library %d", body, n, len(want))
			}
		}
		s.buildMessage("https://x", "/", got)
		left, message, fields := s.body[:cap(s.body)], s.message[:cap(s.message)], s.fields[:]
		s.wipe()
		for _, b := range [][]byte{left, message} {
			if strings.Trim(string(b), "\x00") != "" {
				t.Fatalf("%q is left of %q", b, body)
			}
		}
		for _, f := range fields {
			if f != (field{}) {
				t.Fatalf("%q is left of %q", f, body)
			}
		}
	})
}
