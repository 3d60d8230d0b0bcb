//go:build browser

package testkit

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/chromedp"
)

// InBrowser does things in a real browser, one after another. The pages renew parts of
// themselves, so an element that was found may be replaced before it is used: nothing has
// happened to it then, and the thing is done again with the new one, until ctx ends.
func InBrowser(ctx context.Context, actions ...chromedp.Action[chromedp.Void]) error {
	for _, a := range actions {
		for err := chromedp.Do(ctx, a); err != nil; err = chromedp.Do(ctx, a) {
			if !replaced(err) {
				return err
			}
			select {
			case <-ctx.Done():
				return errors.Join(err, ctx.Err())
			case <-time.After(30 * time.Millisecond): // between two tries
			}
		}
	}
	return nil
}

// replaced reports whether an element left the page between being found and being used.
func replaced(err error) bool {
	var e *cdproto.Error
	return errors.As(err, &e) && (strings.Contains(e.Message, "Could not find node with given id") ||
		strings.Contains(e.Message, "No node with given id found") ||
		strings.Contains(e.Message, "Node is detached from document"))
}
