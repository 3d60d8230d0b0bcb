package webhook

import (
	"net/url"
	"reflect"
	"testing"
)

// A form is read as the standard library reads it, whatever it is.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"", "a=b", "a=b&a=c&b=", "=x&&&y", "a=%41+%2B&%zz=1", "a;b=c", "Body=caf%C3%A9&From=%2B44&Body=again&To=1", "a=b=c&a", "%", "+=+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		want, wantErr := url.ParseQuery(body)
		got, err := parseForm(body)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, the library %v", body, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as %q, by the library as %q", body, got, want)
		}
		for name := range got { // a value that is added to touches no other
			got[name] = append(got[name], "more")
		}
		for name, values := range want {
			if err == nil && !reflect.DeepEqual(got[name][:len(values)], values) {
				t.Fatalf("%q: %q became %q", body, values, got[name])
			}
		}
	})
}
