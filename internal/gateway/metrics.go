package gateway

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"signpost/internal/webhook"
)

// metrics are counts of what the program did. Every label value comes from a
// list in our own code: nothing a person sent, and nothing about a person, is
// ever a label.
type metrics struct {
	registry               *prometheus.Registry
	webhooks, texts, calls *prometheus.CounterVec
	reloads                *prometheus.GaugeVec
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "signpost", Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		webhooks: counter("webhooks_total", "Webhooks by endpoint and what became of them.", "endpoint", "outcome"),
		texts:    counter("texts_total", "Texts by what became of them.", "outcome"),
		calls:    counter("call_events_total", "Events of calls.", "event"),
		reloads: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "signpost", Name: "flow_book_last_reload_ok",
			Help: "1 when the last attempt to read the flow book worked."}, nil),
	}
	m.registry.MustRegister(m.webhooks, m.texts, m.calls, m.reloads,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.reload(true)
	return m
}

func (m *metrics) webhook(endpoint string, o webhook.Outcome) {
	m.webhooks.WithLabelValues(endpoint, string(o)).Inc()
}
func (m *metrics) text(outcome string) { m.texts.WithLabelValues(outcome).Inc() }
func (m *metrics) call(event string)   { m.calls.WithLabelValues(event).Inc() }
func (m *metrics) reload(ok bool) {
	v := 0.0
	if ok {
		v = 1
	}
	m.reloads.WithLabelValues().Set(v)
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
