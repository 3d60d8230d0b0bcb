// Package trace sends spans to an operator's own OpenTelemetry collector, to show where the
// time of an answer goes: which of a few named pieces of work, when, how long, and whether
// it succeeded. Nothing else can leave: the names and attributes of spans come from the
// lists here, and the sender writes nothing that is not on them. Tracing is off unless a
// collector is named.
package trace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	described "go.opentelemetry.io/proto/otlp/resource/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Name is what a span is called.
type Name string

// All the names there are.
const (
	Webhook Name = "webhook" // all of an answer
	Recall  Name = "recall"  // reading a conversation out of Redis
	Commit  Name = "commit"  // moving it on there
	Limit   Name = "limit"   // asking Redis how much somebody has written
	Erase   Name = "erase"   // having the provider delete a record
)

var names = []Name{Webhook, Recall, Commit, Limit, Erase}

// endpointKey is the one thing that a span may hold beside its name, its times and
// whether it worked: the path of a webhook, out of the list a Tracer is made with.
const endpointKey = attribute.Key("signpost.endpoint")

// Options of a Tracer.
type Options struct {
	Collector string            // scheme, host and perhaps a path; spans go to its /v1/traces
	Headers   map[string]string // for it
	Ratio     float64           // of all answers that are traced, 0 to 1
	Version   string            // of this program
	Endpoints []string          // the paths that may be named
}

// Tracer makes spans. A nil one makes none.
type Tracer struct {
	provider  *sdk.TracerProvider
	tracer    api.Tracer
	endpoints []string
}

// Bounds of what waits to be sent, and of sending it.
const (
	maxWaiting = 2048
	maxAtOnce  = 512
	often      = 5 * time.Second
	patience   = 5 * time.Second
)

// New makes a tracer that sends to a collector every few seconds. What cannot be sent
// is dropped.
func New(o Options) *Tracer {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) // an error may quote what the collector said
	to := &sender{url: strings.TrimRight(o.Collector, "/") + "/v1/traces", headers: o.Headers, version: o.Version,
		endpoints: o.Endpoints, client: &http.Client{Timeout: patience}}
	p := sdk.NewTracerProvider(
		sdk.WithBatcher(to, sdk.WithMaxQueueSize(maxWaiting), sdk.WithMaxExportBatchSize(maxAtOnce),
			sdk.WithBatchTimeout(often), sdk.WithExportTimeout(patience)),
		sdk.WithSampler(sdk.TraceIDRatioBased(o.Ratio)),
		sdk.WithResource(resource.Empty())) // nothing about this machine
	return &Tracer{provider: p, tracer: p.Tracer("signpost"), endpoints: o.Endpoints}
}

// Close sends what waits.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return errors.New("send the last traces: the collector does not take them")
	}
	return nil
}

// Do does something inside a span.
func (t *Tracer) Do(ctx context.Context, name Name, do func(context.Context) error) error {
	if t == nil {
		return do(ctx)
	}
	ctx, span := t.tracer.Start(ctx, string(name))
	defer span.End()
	err := do(ctx)
	if err != nil {
		span.SetStatus(codes.Error, "")
	}
	return err
}

// Handler serves inside a span. What the request says of traces is not looked at.
func (t *Tracer) Handler(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		endpoint := "other"
		if slices.Contains(t.endpoints, r.URL.Path) {
			endpoint = r.URL.Path
		}
		ctx, span := t.tracer.Start(r.Context(), string(Webhook), api.WithSpanKind(api.SpanKindServer),
			api.WithAttributes(endpointKey.String(endpoint)))
		defer span.End()
		seen := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(seen, r.WithContext(ctx))
		if seen.code != http.StatusOK {
			span.SetStatus(codes.Error, "")
		}
	})
}

// status notes how a request was answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets the server's own ways through.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// sender posts spans as OTLP over HTTP, in its binary form. (OpenTelemetry protocol
// specification, "OTLP/HTTP".)
type sender struct {
	url       string
	headers   map[string]string
	version   string
	endpoints []string
	client    *http.Client
}

// ExportSpans sends spans, and of each only what may be told.
func (s *sender) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	scope := &otlp.ScopeSpans{Scope: &common.InstrumentationScope{Name: "signpost"}}
	for _, one := range spans {
		if span := s.told(one); span != nil {
			scope.Spans = append(scope.Spans, span)
		}
	}
	if len(scope.Spans) == 0 {
		return nil
	}
	body, err := proto.Marshal(&otlp.TracesData{ResourceSpans: []*otlp.ResourceSpans{{
		Resource: &described.Resource{Attributes: []*common.KeyValue{text("service.name", "signpost"),
			text("service.version", s.version)}},
		ScopeSpans: []*otlp.ScopeSpans{scope},
	}}})
	if err != nil {
		return fmt.Errorf("write the traces: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("ask the collector") // the cause quotes its address
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	for name, v := range s.headers {
		req.Header.Set(name, v)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return errors.New("the collector does not answer")
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the collector answered %d", resp.StatusCode)
	}
	return nil
}

// Shutdown has nothing to end.
func (s *sender) Shutdown(context.Context) error { return nil }

// told returns the parts of a span that may be sent; nil when its name is not on our list.
func (s *sender) told(one sdk.ReadOnlySpan) *otlp.Span {
	if !slices.Contains(names, Name(one.Name())) {
		return nil
	}
	trace, id, parent := one.SpanContext().TraceID(), one.SpanContext().SpanID(), one.Parent().SpanID()
	span := &otlp.Span{
		TraceId: trace[:], SpanId: id[:], Name: one.Name(), Kind: otlp.Span_SPAN_KIND_INTERNAL,
		StartTimeUnixNano: uint64(one.StartTime().UnixNano()), EndTimeUnixNano: uint64(one.EndTime().UnixNano()),
		Status: &otlp.Status{},
	}
	if one.SpanKind() == api.SpanKindServer {
		span.Kind = otlp.Span_SPAN_KIND_SERVER
	}
	if parent.IsValid() {
		span.ParentSpanId = parent[:]
	}
	if one.Status().Code == codes.Error {
		span.Status.Code = otlp.Status_STATUS_CODE_ERROR
	}
	for _, a := range one.Attributes() {
		if v := a.Value.AsString(); a.Key == endpointKey && (v == "other" || slices.Contains(s.endpoints, v)) {
			span.Attributes = append(span.Attributes, text(string(endpointKey), v))
		}
	}
	return span
}

func text(key, v string) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: v}}}
}
