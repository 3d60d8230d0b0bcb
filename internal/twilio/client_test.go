package twilio_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

const line = "+441632960000"

func sid(kind string, n int) string { return fmt.Sprintf("%s%032x", kind, n) }

func record(t *testing.T, id string) webhook.RecordID {
	t.Helper()
	r, ok := twilio.ParseRecordID(id)
	if !ok {
		t.Fatalf("%q is no id of a record", id)
	}
	return r
}

func newClient(t *testing.T, url string, tokens ...string) *twilio.Client {
	t.Helper()
	var hidden []privacy.Private
	for _, one := range tokens {
		hidden = append(hidden, privacy.Hide(one))
	}
	c, err := twilio.NewClient(url, account, hidden)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each thing that can come of a request is told apart, and no error repeats
// what the provider wrote.
func TestOutcomes(t *testing.T) {
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	busy := func(d time.Duration) func(error) bool {
		return func(err error) bool { b := (twilio.BusyError{}); return errors.As(err, &b) && b.After == d }
	}
	again := func(err error) bool {
		b := (twilio.BusyError{})
		return err != nil && !errors.As(err, &b) && !errors.Is(err, twilio.ErrGone) &&
			!errors.Is(err, twilio.ErrRefused) && !errors.Is(err, twilio.ErrCredentials) &&
			!errors.Is(err, twilio.ErrNotFinal)
	}
	tests := []struct {
		name   string
		record testkit.Record
		fault  []testkit.Fault
		want   func(error) bool
	}{
		{"a message", testkit.Record{SID: sid("SM", 1)}, nil, is(nil)},
		{"a message with pictures", testkit.Record{SID: sid("MM", 1)}, nil, is(nil)},
		{"a call", testkit.Record{SID: sid("CA", 1)}, nil, is(nil)},
		{"in use", testkit.Record{SID: sid("SM", 2), NotFinal: 1}, nil, is(twilio.ErrNotFinal)},
		{"refused", testkit.Record{SID: sid("SM", 3), Refused: 1}, nil, is(twilio.ErrRefused)},
		{"busy", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultBusy}, busy(time.Second)},
		{"busy, without a word", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultBusySilent}, busy(0)},
		{"broken", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultBroken}, again},
		{"garbage", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultGarbage}, again},
		{"cut off", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultDrop}, again},
		{"wrong credentials", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultAuth},
			is(twilio.ErrCredentials)},
		{"another server", testkit.Record{SID: sid("SM", 4)}, []testkit.Fault{testkit.FaultElsewhere}, again},
		{"gone", testkit.Record{}, nil, is(twilio.ErrGone)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := testkit.NewProvider(t, account, token)
			c := newClient(t, p.URL, token)
			id := tt.record.SID
			if id == "" {
				id = sid("SM", 99)
			} else {
				p.Hold(tt.record)
			}
			p.Fail(tt.fault...)
			err := c.Erase(record(t, id))
			if !tt.want(err) {
				t.Errorf("erasing gave %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "SM0") || strings.Contains(err.Error(), account)) {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

// A message emptied keeps its record and loses its words.
func TestRedact(t *testing.T) {
	p := testkit.NewProvider(t, account, token)
	p.Hold(testkit.Record{SID: sid("SM", 50), Body: "words"})
	if err := newClient(t, p.URL, token).Redact(record(t, sid("SM", 50))); err != nil {
		t.Error(err)
	}
	if left := p.Left(); len(left) != 1 || left[0].Body != "" {
		t.Errorf("left is %+v", left)
	}
}

// What is no id of a message or call never becomes a request.
func TestBadIDs(t *testing.T) {
	p := testkit.NewProvider(t, account, token)
	c := newClient(t, p.URL, token)
	for _, id := range []string{"", "SM", sid("AC", 1), sid("RE", 1), "../Calls/" + sid("CA", 1),
		sid("SM", 1) + "/Media", sid("SM", 1) + "?x", sid("SM", 1) + "\n"} {
		r, ok := twilio.ParseRecordID(id)
		if err := c.Erase(r); !errors.Is(err, twilio.ErrRefused) || ok || r != "" {
			t.Errorf("%q: %v", id, err)
		}
		if err := c.Erase(webhook.RecordID(id)); !errors.Is(err, twilio.ErrRefused) {
			t.Errorf("%q, which nobody has checked: %v", id, err)
		}
		_, _ = c.Redact(r), c.Redact(webhook.RecordID(id))
	}
	if asked := p.Requests(); len(asked) > 0 {
		t.Errorf("asked for %q", asked)
	}
}

// While a token is being rotated whichever is good at present is used, and
// remembered.
func TestTokens(t *testing.T) {
	p := testkit.NewProvider(t, account, "new0token")
	c := newClient(t, p.URL, "old0token", "new0token")
	for i := range 3 {
		p.Hold(testkit.Record{SID: sid("SM", i)})
		if err := c.Erase(record(t, sid("SM", i))); err != nil {
			t.Error(err)
		}
	}
	if n := len(p.Requests()); n != 4 {
		t.Errorf("%d requests for three records and one wrong token", n)
	}
	if _, err := twilio.NewClient(p.URL, account, nil); err == nil {
		t.Error("a client without a token")
	}
	if _, err := twilio.NewClient("%", account, []privacy.Private{privacy.Hide("x")}); err == nil {
		t.Error("a client without an address")
	}
}

// The provider's library may not be led elsewhere by the environment, nor by
// the provider.
func TestOnlyOurAddress(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "sydney")
	t.Setenv("TWILIO_REGION", "au1")
	p := testkit.NewProvider(t, account, token)
	p.Hold(testkit.Record{SID: sid("SM", 1)})
	if err := newClient(t, p.URL, token).Erase(record(t, sid("SM", 1))); err != nil || len(p.Left()) > 0 {
		t.Error(err)
	}
	strayed := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed = true }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	if err := newClient(t, first.URL, token).Erase(record(t, sid("SM", 1))); err == nil || strayed {
		t.Errorf("followed a redirect: %v, %v", strayed, err)
	}
}

// What is left on our lines is found, page by page, on both sides, if it is old
// enough; other lines' records are not looked at.
func TestLeft(t *testing.T) {
	p := testkit.NewProvider(t, account, token)
	var want []string
	for i := range 23 {
		r := testkit.Record{SID: sid([]string{"SM", "CA", "MM"}[i%3], i), From: "+447400123456", To: line,
			Created: time.Now().Add(-3 * time.Hour)}
		if i%2 == 0 {
			r.From, r.To = r.To, r.From
		}
		switch {
		case i%7 == 0:
			r.Created = time.Now()
		case i%5 == 0:
			r.From, r.To = "+441632960009", "+447400123456"
		default:
			want = append(want, r.SID)
		}
		p.Hold(r)
	}
	var got []string
	if err := newClient(t, p.URL, token).ListRecordsBefore(line, time.Now().Add(-time.Hour),
		func(r webhook.RecordID) { got = append(got, string(r)) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q\nwant %q", got, want)
	}
	p.Fail(testkit.FaultBroken)
	if err := newClient(t, p.URL, token).ListRecordsBefore(line, time.Now(), func(webhook.RecordID) {}); err == nil {
		t.Error("a broken list was taken for an empty one")
	}
}
