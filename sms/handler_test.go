package sms_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/load"
	"signpost/internal/privacy"
	"signpost/internal/spend"
	"signpost/internal/tally"
	"signpost/internal/webhook"
	"signpost/sms"
)

// faulty is a store whose limits have a fault of ours in them.
type faulty struct{ sms.Sessions }

func (faulty) Count(string) (bool, bool)                    { return true, false }
func (faulty) Allow(context.Context, string) (bool, error)  { panic("a fault") }
func (faulty) Urgent(context.Context, string) (bool, error) { panic("a fault") }
func (faulty) First(context.Context, string) (bool, error)  { panic("a fault") }
func (faulty) Recall(context.Context, flows.Name, ...flows.Name) (flows.Seen, error) {
	return flows.Seen{}, nil
}
func (faulty) Commit(context.Context, flows.Name, []byte, flows.Mark, []byte, bool) (flows.Seen, bool, error) {
	return flows.Seen{}, true, nil
}

// A fault in what is done beside the answering costs nobody their answer, and does
// not end the process.
func TestFaultBesideTheAnswering(t *testing.T) {
	src, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	keys, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	h := &sms.Handler{Book: func(uint32) *flows.Book { return src.Book }, Sessions: faulty{}, Limits: faulty{}, Keys: keys, Remember: time.Minute, Meter: &spend.Meter{Now: time.Now}, Resting: func() bool { return false },
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Count: func(string) {}, Tally: func(tally.Kind) {}}
	r := webhook.Request{Form: webhook.FormOf(url.Values{"From": {"+447400123456"}, "To": {"+441632960000"}, "Body": {"kendal"}, "MessageSid": {"SM00000000000000000000000000000001"}})}
	if got := string(h.Answer(t.Context(), r)); !strings.Contains(got, "01229 582386") {
		t.Errorf("answered %q", got)
	}
}
