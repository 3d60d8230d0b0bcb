package server

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"signpost/internal/budget"
	"signpost/internal/eraser"
	"signpost/internal/twilio"
	"signpost/internal/version"
	"signpost/ivr"
	"signpost/sms"
)

// metrics counts what the program did. Every label value comes from a list in our own code:
// nothing that a person sent, and nothing about a person, is ever a label.
type metrics struct {
	registry               *prometheus.Registry
	webhooks, texts, calls *prometheus.CounterVec
	reloads                *prometheus.GaugeVec
	wiped                  prometheus.Counter
	erasures, sweeps       *prometheus.CounterVec
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "signpost", Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		webhooks: counter("webhooks_total", "Webhooks, by endpoint and outcome.", "endpoint", "outcome"),
		texts:    counter("texts_total", "Texts, by outcome.", "outcome"),
		erasures: counter("erasures_total", "Attempts to delete a record at the provider, by outcome.", "outcome"),
		sweeps:   counter("erasure_sweeps_total", "Searches for records left at the provider, by outcome.", "outcome"),
		calls:    counter("call_events_total", "Events of calls, by kind.", "event"),
		reloads: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "signpost", Name: "flow_book_last_reload_success",
			Help: "1 if the last reload of the flow book succeeded."}, nil),
	}
	m.wiped = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "signpost", Name: "memory_wipes_total",
		Help: "Times that the memory webhooks used was erased."})
	m.registry.MustRegister(m.webhooks, m.texts, m.calls, m.reloads, m.wiped, m.erasures, m.sweeps,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "signpost", Name: "build_info",
		Help: "1; the label is the commit that the program was built from."}, []string{"revision"})
	build.WithLabelValues(version.Revision()).Set(1)
	m.registry.MustRegister(build)
	m.reload(true)
	m.startAtZero()
	return m
}

// startAtZero makes every series, so that an alert sees the first increase.
func (m *metrics) startAtZero() {
	for _, path := range append(Endpoints(), unknownEndpoint) {
		for _, o := range twilio.Outcomes() {
			m.webhooks.WithLabelValues(path, string(o))
		}
	}
	for _, o := range sms.Outcomes() {
		m.texts.WithLabelValues(string(o))
	}
	for _, e := range ivr.Events() {
		m.calls.WithLabelValues(string(e))
	}
	for _, o := range eraser.Outcomes() {
		m.erasures.WithLabelValues(string(o))
	}
	for _, o := range sweepOutcomes {
		m.sweeps.WithLabelValues(o)
	}
}

// sweepOutcomes are those of a search that failed, and of one that succeeded.
var sweepOutcomes = [...]string{"failed", "succeeded"}

// Metric describes one of our own metrics.
type Metric struct {
	Name   string
	Help   string
	Labels string
}

var described = regexp.MustCompile(`fqName: "(signpost_[a-z_]+)", help: "([^"]*)",(?: unit: "[^"]*",)? ` +
	`constLabels: \{\}, variableLabels: \{([a-z_,]*)\}`)

// Metrics returns them, sorted by name, for documents and tests.
func Metrics() (out []Metric) {
	m := newMetrics()
	m.watchEraser(func() eraser.Status { return eraser.Status{} })
	m.watchSpend(func() budget.Money { return 0 })
	descs := make(chan *prometheus.Desc)
	go func() { m.registry.Describe(descs); close(descs) }()
	for d := range descs {
		if f := described.FindStringSubmatch(d.String()); f != nil {
			out = append(out, Metric{f[1], f[2], f[3]})
		}
	}
	slices.SortFunc(out, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (m *metrics) webhook(endpoint string, o twilio.Outcome) {
	m.webhooks.WithLabelValues(endpoint, string(o)).Inc()
}
func (m *metrics) text(o sms.Outcome)     { m.texts.WithLabelValues(string(o)).Inc() }
func (m *metrics) call(e ivr.Event)       { m.calls.WithLabelValues(string(e)).Inc() }
func (m *metrics) erase(o eraser.Outcome) { m.erasures.WithLabelValues(string(o)).Inc() }
func (m *metrics) sweep(ok bool) {
	o := sweepOutcomes[0]
	if ok {
		o = sweepOutcomes[1]
	}
	m.sweeps.WithLabelValues(o).Inc()
}

// watchEraser exports the state of erasing.
func (m *metrics) watchEraser(status func() eraser.Status) {
	gauge := func(name, help string, v func(eraser.Status) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "signpost", Name: name, Help: help},
			func() float64 { return v(status()) }))
	}
	gauge("erasures_pending", "Records that wait to be deleted at the provider.", func(s eraser.Status) float64 { return float64(s.Waiting) })
	gauge("erasure_oldest_due_seconds", "How long the oldest pending record has been due; 0 if none is.",
		func(s eraser.Status) float64 { return s.Oldest.Seconds() })
	gauge("erasures_blocked", "1 while the provider refuses our requests to delete.", func(s eraser.Status) float64 {
		if s.Trouble != "" {
			return 1
		}
		return 0
	})
}

// watchSpend exports the cost of the hour.
func (m *metrics) watchSpend(total func() budget.Money) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "signpost", Name: "spend_current_hour_pounds",
		Help: "Estimated cost of the current hour, as far as this process knows."}, func() float64 { return total().Pounds() }))
}

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
