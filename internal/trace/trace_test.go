package trace_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"signpost/internal/trace"
)

// collector is an OpenTelemetry collector that keeps what it is sent.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	raw   []byte
	head  http.Header
	spans []*otlp.Span
	about []string // of the resource
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var data otlp.TracesData
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" ||
			proto.Unmarshal(body, &data) != nil {
			t.Errorf("%s %s with %d bytes of %s", r.Method, r.URL.Path, len(body), r.Header.Get("Content-Type"))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.raw, c.head = append(c.raw, body...), r.Header
		for _, one := range data.ResourceSpans {
			for _, a := range one.Resource.Attributes {
				c.about = append(c.about, a.Key)
			}
			for _, s := range one.ScopeSpans {
				c.spans = append(c.spans, s.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// What a collector gets is a name of the list, when and how long, whether it worked,
// and the path of a webhook if it is one of ours: for any request.
func TestWhatIsTold(t *testing.T) {
	c := newCollector(t)
	tr := trace.New(trace.Options{Collector: c.URL + "/", Headers: map[string]string{"authorization": "secret"},
		Ratio: 1, Version: "1", Endpoints: []string{"/sms"}})
	h := tr.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = tr.Do(r.Context(), trace.Recall, func(context.Context) error { return nil })
		_ = tr.Do(r.Context(), trace.Commit, func(context.Context) error { return errors.New("canary in an error") })
		_ = tr.Do(r.Context(), trace.Name("canary as a name"), func(context.Context) error { return nil })
		if r.URL.Path != "/sms" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	for _, path := range []string{"/sms?canary=1", "/canary"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("Body=canary"))
		r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		r.Header.Set("Tracestate", "canary=1")
		r.Header.Set("Baggage", "canary=1")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var told []string
	byID := map[string]*otlp.Span{}
	for _, s := range c.spans {
		byID[string(s.SpanId)] = s
	}
	for _, s := range c.spans {
		line := s.Name
		for _, a := range s.Attributes {
			line += " " + a.Key + "=" + a.Value.GetStringValue()
		}
		if p := byID[string(s.ParentSpanId)]; p != nil {
			line += " in " + p.Name
		} else if len(s.ParentSpanId) > 0 {
			t.Errorf("%s has a parent that is none of ours", s.Name)
		}
		if s.Status.Code == otlp.Status_STATUS_CODE_ERROR {
			line += ", failed"
		}
		if s.Status.Message != "" || len(s.Events) > 0 || len(s.Links) > 0 || s.TraceState != "" ||
			s.EndTimeUnixNano < s.StartTimeUnixNano || len(s.TraceId) != 16 {
			t.Errorf("%v", s)
		}
		told = append(told, line)
	}
	slices.Sort(told)
	want := []string{"commit in webhook, failed", "commit in webhook, failed", "recall in webhook", "recall in webhook",
		"webhook signpost.endpoint=/sms", "webhook signpost.endpoint=other, failed"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if strings.Contains(string(c.raw), "canary") || strings.Contains(string(c.raw), "0af7651916cd43dd") {
		t.Error("what came in went out")
	}
	if c.head.Get("Authorization") != "secret" || !slices.Equal(c.about, []string{"service.name", "service.version"}) {
		t.Errorf("it came with %v, about %q", c.head, c.about)
	}
}

// Without a collector nothing is made, and one that is away or refuses holds nobody up.
func TestNoCollector(t *testing.T) {
	var none *trace.Tracer
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "answer") })
	done := false
	if err := none.Do(t.Context(), trace.Recall, func(context.Context) error { done = true; return nil }); err != nil ||
		!done || none.Close(t.Context()) != nil {
		t.Error("without a tracer nothing is done")
	}
	refuses := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(refuses.Close)
	for _, at := range []string{"http://127.0.0.1:1", refuses.URL} {
		tr := trace.New(trace.Options{Collector: at, Ratio: 1})
		for range 5000 { // more than may wait
			w := httptest.NewRecorder()
			tr.Handler(h).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sms", nil))
			if w.Body.String() != "answer" {
				t.Fatalf("answered %q", w.Body.String())
			}
		}
		_ = tr.Close(t.Context()) // what could not be sent is dropped
	}
}

// Only so many of all answers are traced.
func TestRatio(t *testing.T) {
	c := newCollector(t)
	tr := trace.New(trace.Options{Collector: c.URL, Ratio: 0})
	tr.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(),
		httptest.NewRequest(http.MethodPost, "/sms", nil))
	if err := tr.Close(t.Context()); err != nil || len(c.spans) > 0 {
		t.Errorf("%d spans, %v", len(c.spans), err)
	}
}
