package twilio

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxFields limits the fields of a form. The provider's largest webhook has under a
// hundred.
const maxFields = 256

// form is a webhook's fields, sorted by name, each with its first value: the only one
// that the signature covers. It is invalid once the webhook has been answered.
type form struct{ fields []field }

type field struct{ name, value string }

// get returns a field's value, empty if there is none.
func (f form) get(name string) string {
	for i := range f.fields {
		if f.fields[i].name == name {
			return f.fields[i].value
		}
	}
	return ""
}

// sort sorts the fields by name and drops all but the first value of each.
func (f *form) sort() {
	slices.SortStableFunc(f.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	f.fields = slices.CompactFunc(f.fields, func(a, b field) bool { return a.name == b.name })
}

// scratch holds the buffers for reading one webhook. They are wiped and pooled: memory
// allocated inside [privacy.Forget] must be zeroed, which is slow. New buffers and
// url.ParseQuery take a call 48 % more processor time; url.ParseQuery alone 24 % (medians of 10
// rounds in turn, without net/http).
type scratch struct {
	body      []byte
	spans     [maxFields]span
	fields    [maxFields]field
	message   []byte // what is signed
	sum       [sha256.Size]byte
	written   [44]byte // a sum in base64
	ours      bool     // it says that it comes from our account, and is signed
	ambiguous bool     // see [form.ambiguousFields]
}

// span holds the offsets of a field's name and value in a decoded body.
type span struct{ name, value, end int }

// maxScratch is the largest buffer that is pooled, in bytes.
const maxScratch = 16 << 10

var scratches = sync.Pool{New: func() any {
	return &scratch{body: make([]byte, 0, 2<<10), message: make([]byte, 0, 2<<10)}
}}

func newScratch() *scratch {
	s, _ := scratches.Get().(*scratch)
	return s
}

// wipe zeroes the buffers and returns them to the pool.
func (s *scratch) wipe() {
	clear(s.body[:cap(s.body)])
	clear(s.message[:cap(s.message)])
	clear(s.fields[:])
	clear(s.sum[:])
	clear(s.written[:])
	s.ours, s.ambiguous = false, false
	if cap(s.body) <= maxScratch && cap(s.message) <= maxScratch {
		s.body, s.message = s.body[:0], s.message[:0]
		scratches.Put(s)
	}
}

// takeQuery reads the fields of a webhook by GET, which are in its query.
func (s *scratch) takeQuery(r *http.Request) error {
	if r.ContentLength != 0 || len(r.URL.RawQuery) > MaxBody {
		return errTooLong
	}
	if cap(s.body) < len(r.URL.RawQuery) {
		s.body = make([]byte, 0, len(r.URL.RawQuery))
	}
	s.body = append(s.body[:0], r.URL.RawQuery...)
	return nil
}

// piece is how much of a body is read at a time, in bytes. It is less than the server's
// read buffer, so that all of it passes through that buffer, which is wiped, and the
// server never holds a scratch.
const piece = 2 << 10

// take reads a request's body, of at most [MaxBody] bytes.
func (s *scratch) take(r *http.Request) error {
	if r.ContentLength > MaxBody {
		return errTooLong
	}
	s.body = s.body[:0]
	if n := int(r.ContentLength); n > cap(s.body) {
		s.body = make([]byte, 0, n)
	}
	for {
		if len(s.body) > MaxBody {
			return errTooLong
		}
		if int64(len(s.body)) == r.ContentLength {
			return nil
		}
		if len(s.body) == cap(s.body) {
			bigger := append(make([]byte, 0, 2*cap(s.body)+piece), s.body...)
			clear(s.body) // append would leave a copy behind
			s.body = bigger
		}
		n, err := r.Body.Read(s.body[len(s.body):min(len(s.body)+piece, cap(s.body))])
		s.body = s.body[:len(s.body)+n]
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("read a webhook: %w", err)
		}
	}
}

var errTooLong = errors.New("the body is longer than any webhook's")

// maxDrained is how much of a refused body is read, in bytes, so that its sender gets
// the refusal. net/http reads as much.
const maxDrained = 256 << 10

// drain reads the rest of a refused body into the scratch. The server would read it into
// a buffer that nobody wipes.
func (s *scratch) drain(body io.Reader) {
	into := s.body[:min(piece, cap(s.body))]
	for read := 0; read < maxDrained; {
		n, err := body.Read(into)
		read += n
		if err != nil {
			break
		}
	}
}

// parse decodes the body as url.ParseQuery does (the tests compare them), in place: it
// allocates one string for all names and values.
func (s *scratch) parse() (form, error) {
	at, n := 0, 0
	put := func(part []byte) error {
		for i := 0; i < len(part); i++ {
			c := part[i]
			switch c {
			case '+':
				c = ' '
			case '%':
				if i+2 >= len(part) {
					return fmt.Errorf("read a form: %w", errEscape)
				}
				high, low := unhex(part[i+1]), unhex(part[i+2])
				if high > 0xf || low > 0xf {
					return fmt.Errorf("read a form: %w", errEscape)
				}
				c = high<<4 | low
				i += 2
			}
			s.body[at] = c // at never passes what is being read
			at++
		}
		return nil
	}
	for rest := s.body; len(rest) > 0; {
		var one []byte
		one, rest, _ = bytes.Cut(rest, []byte{'&'})
		if bytes.IndexByte(one, ';') >= 0 {
			return form{}, errors.New("read a form: a semicolon separates its fields")
		}
		if len(one) == 0 {
			continue
		}
		if n == maxFields {
			return form{}, errors.New("read a form: too many fields")
		}
		name, value, _ := bytes.Cut(one, []byte{'='})
		sp := span{name: at}
		if err := put(name); err != nil {
			return form{}, err
		}
		sp.value = at
		if err := put(value); err != nil {
			return form{}, err
		}
		sp.end = at
		s.spans[n] = sp
		n++
	}
	all := string(s.body[:at])
	for i, sp := range s.spans[:n] {
		s.fields[i] = field{all[sp.name:sp.value], all[sp.value:sp.end]}
	}
	f := form{s.fields[:n]}
	f.sort()
	return f, nil
}

// unhex returns the value of a hexadecimal digit, more than 15 for anything else.
func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

var errEscape = errors.New("a percent sign is not followed by two digits")
