package load

import (
	"fmt"
	"sync"

	"signpost/flows"
	"signpost/flows/book"
)

var shipped = sync.OnceValues(func() (*flows.Book, error) {
	src, problems := Dir(book.Files)
	if mistakes := Errors(problems); len(mistakes) > 0 {
		return nil, fmt.Errorf("read the book that ships: %s", mistakes[0].Rule)
	}
	return src.Book, nil
})

// Shipped is the book that ships. It is read once, so nobody may change it.
func Shipped() (*flows.Book, error) { return shipped() }
