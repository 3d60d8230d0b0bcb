package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxFields bounds the fields of a form. The provider's largest webhook has under a
// hundred.
const maxFields = 256

// Form is a webhook's fields, each with its first value: the only one that the
// signature covers. It may not be used once the webhook is answered.
type Form struct{ fields []field } // by name

type field struct{ name, value string }

// FormOf makes a form of names and their values, for tools.
func FormOf(values map[string][]string) (f Form) {
	for name, v := range values {
		if len(v) > 0 {
			f.fields = append(f.fields, field{name, v[0]})
		}
	}
	f.sort()
	return f
}

// Get gives a field's value, empty if there is none.
func (f Form) Get(name string) string {
	for i := range f.fields {
		if f.fields[i].name == name {
			return f.fields[i].value
		}
	}
	return ""
}

// All gives the fields in the order of their names.
func (f Form) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, one := range f.fields {
			if !yield(one.name, one.value) {
				return
			}
		}
	}
}

// sort orders the fields by name and leaves each its first value.
func (f *Form) sort() {
	slices.SortStableFunc(f.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	f.fields = slices.CompactFunc(f.fields, func(a, b field) bool { return a.name == b.name })
}

// scratch is what reading a webhook needs, used again for another once it is wiped:
// all memory that is asked for while a webhook is read has to be erased, and that is
// dear.
type scratch struct {
	body    []byte
	spans   [maxFields]span
	fields  [maxFields]field
	message []byte // what is signed
	sum     [32]byte
	written [32]byte
}

// span is where a field's name and value stand in a body once it is read.
type span struct{ name, value, end int }

// maxScratch is the largest scratch that is used again, in bytes.
const maxScratch = 16 << 10

var scratches = sync.Pool{New: func() any { return &scratch{body: make([]byte, 0, 2<<10), message: make([]byte, 0, 2<<10)} }}

func newScratch() *scratch {
	s, _ := scratches.Get().(*scratch)
	return s
}

// wipe leaves nothing of a webhook in the scratch and gives it back.
func (s *scratch) wipe() {
	clear(s.body[:cap(s.body)])
	clear(s.message[:cap(s.message)])
	clear(s.fields[:])
	s.sum, s.written = [32]byte{}, [32]byte{}
	if cap(s.body) <= maxScratch && cap(s.message) <= maxScratch {
		s.body, s.message = s.body[:0], s.message[:0]
		scratches.Put(s)
	}
}

// piece is how much of a body is read at a time, in bytes. It is less than the server's
// read buffer, so that all of it comes through that buffer, which is wiped, and the
// server never keeps hold of a scratch.
const piece = 2 << 10

// take reads a request's body, within its bound.
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
			clear(s.body) // grown bit by bit it would leave pieces behind
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

// maxDrained is how much of a refused body is read, in bytes, so that its sender hears
// the refusal; it is what net/http would read.
const maxDrained = 256 << 10

// drain reads what is left of a refused body into the scratch. The server would do it
// too, into a buffer that nobody wipes.
func (s *scratch) drain(body io.Reader) {
	into := s.body[:min(piece, cap(s.body))] // wiped with all of the scratch
	for read := 0; read < maxDrained; {
		n, err := body.Read(into)
		read += n
		if err != nil {
			break
		}
	}
}

// parse reads the scratch's body as a form, as url.ParseQuery does (the tests hold it
// against that), in its place: but for one string of all names and values, nothing
// is asked for.
func (s *scratch) parse() (Form, error) {
	at, n := 0, 0
	put := func(part []byte) error {
		for i := 0; i < len(part); i++ {
			c := part[i]
			switch {
			case c == '+':
				c = ' '
			case c == '%':
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
			s.body[at] = c // never past what is being read: nothing grows
			at++
		}
		return nil
	}
	for rest := s.body; len(rest) > 0; {
		var one []byte
		one, rest, _ = bytes.Cut(rest, []byte{'&'})
		if bytes.IndexByte(one, ';') >= 0 {
			return Form{}, errors.New("read a form: a semicolon stands between its fields")
		}
		if len(one) == 0 {
			continue
		}
		if n == maxFields {
			return Form{}, errors.New("read a form: too many fields")
		}
		name, value, _ := bytes.Cut(one, []byte{'='})
		sp := span{name: at}
		if err := put(name); err != nil {
			return Form{}, err
		}
		sp.value = at
		if err := put(value); err != nil {
			return Form{}, err
		}
		sp.end = at
		s.spans[n] = sp
		n++
	}
	all := string(s.body[:at])
	for i, sp := range s.spans[:n] {
		s.fields[i] = field{all[sp.name:sp.value], all[sp.value:sp.end]}
	}
	f := Form{s.fields[:n]}
	f.sort()
	return f, nil
}

// unhex is what a hexadecimal digit stands for, and more than 15 for anything else.
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
