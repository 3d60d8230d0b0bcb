package server_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/url"
	"runtime/pprof"
	"strings"
	"testing"

	"signpost/config"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
)

// profiles is every profile that the process can give of itself, the heap's
// among them, as text and unpacked.
func profiles(t *testing.T) string {
	t.Helper()
	var all bytes.Buffer
	for _, p := range pprof.Profiles() {
		if err := p.WriteTo(&all, 1); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		if err := p.WriteTo(&packed, 0); err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(&packed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, z); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// Marked words, numbers and places turn up in no profile of the process, nor in
// what else this one can look at. (The whole search, through the real program
// and every failure, is in cmd/gateway.)
func TestNothingInProfiles(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL(); c.SenderLimit = 6 })
	const number, words, place = "+447400987654", "canary-7f3a", "Silloth"
	p := s.phone()
	p.From = number
	drive := func() {
		for _, body := range []string{words, "x", place, "CA7 4AA", words + " in " + place, "1", "999", "9", words} {
			_, _ = p.Text(t.Context(), body)
		}
		for _, path := range []string{"/sms", "/sms/status", "/voice", "/voice/status", "/voice/key?t=" + words,
			"/voice/leg?t=" + words, "/voice/x", "/" + words} {
			form := url.Values{"From": {number}, "To": {number}, "Body": {words}, "Digits": {words}, "CallSid": {words},
				"FromCity": {place}, "MessageSid": {words}}
			if _, _, err := p.Post(t.Context(), path, form); err != nil {
				t.Fatal(err)
			}
			bad := *p
			bad.Token = privacy.Hide("wrong")
			_, _, _ = bad.Post(t.Context(), path, form)
		}
		c, err := p.Ring(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []byte("117*") {
			_ = c.Press(t.Context(), k)
		}
	}
	drive()
	kept := r.Dump(t)
	r.Hang()
	drive()
	r.Wake()
	kept += s.log.String() + get(t, s.admin+"/metrics") + get(t, s.admin+"/readyz") + r.Dump(t) + profiles(t)
	if !strings.Contains(kept, "heap profile") || !strings.Contains(kept, "s:{") ||
		!strings.Contains(kept, "signpost_texts_total") || !strings.Contains(kept, "the store is unreachable") {
		t.Fatal("the test looked at nothing")
	}
	for _, private := range []string{number, words, place} {
		if form, found := testkit.FindCanary(kept, private); found {
			t.Errorf("%q is kept (%s)", private, form)
		}
	}
}
