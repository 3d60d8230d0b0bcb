package webhook

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// parseForm reads a form as url.ParseQuery does, but asks for memory a few times and
// not for each field: all of it holds what somebody wrote, and has to be erased. The
// tests hold it against the standard library.
func parseForm(body string) (url.Values, error) {
	fields := strings.Count(body, "&") + 1
	form := make(url.Values, fields)
	values := make([]string, 0, fields)
	for body != "" {
		var field string
		field, body, _ = strings.Cut(body, "&")
		if strings.Contains(field, ";") {
			return nil, errors.New("read a form: a semicolon stands between its fields")
		}
		if field == "" {
			continue
		}
		name, value, _ := strings.Cut(field, "=")
		name, err := url.QueryUnescape(name)
		if err == nil {
			value, err = url.QueryUnescape(value)
		}
		if err != nil {
			return nil, fmt.Errorf("read a form: %w", errEscape) // the library's own error quotes the field
		}
		if before, again := form[name]; again {
			form[name] = append(before, value)
			continue
		}
		values = append(values, value)
		form[name] = values[len(values)-1 : len(values) : len(values)]
	}
	return form, nil
}

var errEscape = errors.New("a percent sign is not followed by two digits")
