package server

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"signpost/internal/budget"
	"signpost/internal/eraser"
	"signpost/internal/inspect"
	"signpost/internal/twilio"
	"signpost/internal/version"
	"signpost/internal/webhook"
	"signpost/ivr"
	"signpost/sms"
)

// metrics counts what the program did. Every label value comes from a list in our own code:
// nothing that a person sent, and nothing about a person, is ever a label.
type metrics struct {
	registry               *prometheus.Registry
	webhooks, texts, calls *prometheus.CounterVec
	reload                 prometheus.Gauge
	wiped                  prometheus.Counter
	erasures, sweeps       *prometheus.CounterVec
	delayed                delayedCounters
	deliveries             *prometheus.CounterVec
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "signpost", Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		webhooks: counter("webhooks_total", "Webhooks, by endpoint and outcome. Answered ones appear within a day.",
			"endpoint", "outcome"),
		texts: counter("texts_total", "Texts, by outcome. Faults appear at once, the rest within a day.",
			"outcome"),
		erasures: counter("erasures_total",
			"Attempts to delete a record at the provider, by outcome. Those that succeed appear within a day.",
			"outcome"),
		sweeps: counter("erasure_sweeps_total", "Searches for records left at the provider, by outcome.",
			"outcome"),
		deliveries: counter("replies_reported_total",
			"Replies that the provider reported on, by outcome and its error code. Those that something keeps from "+
				"everybody appear at once, the rest within a day.",
			"outcome", "code"),
		calls: counter("call_events_total",
			"Events of calls, by kind. Lost positions appear at once, the rest within a day.", "event"),
		reload: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "signpost",
			Name: "flow_book_last_reload_success",
			Help: "1 if the last reload of the flow book succeeded."}),
	}
	m.wiped = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "signpost", Name: "memory_wipes_total",
		Help: "Times that the memory webhooks used was wiped."})
	m.registry.MustRegister(m.webhooks, m.texts, m.calls, m.reload, m.wiped, m.erasures, m.sweeps, m.deliveries)
	m.registerProcess()
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "signpost", Name: "build_info",
		Help: "1; the label is the commit that the program was built from."}, []string{"revision"})
	build.WithLabelValues(version.Revision()).Set(1)
	m.registry.MustRegister(build)
	m.setReload(true)
	m.startAtZero()
	return m
}

// startAtZero makes every series, so that an alert sees the first increase.
func (m *metrics) startAtZero() {
	for _, path := range append(Endpoints(), unknownEndpoint) {
		for _, o := range webhook.Outcomes() {
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
	m.deliveries.WithLabelValues(delivered, noCode)
	for _, code := range twilio.DeliveryCodes() {
		m.deliveries.WithLabelValues(undelivered, code)
	}
	m.sweeps.WithLabelValues(sweepFailed)
	m.sweeps.WithLabelValues(sweepSucceeded)
}

// Outcomes of a search for records, and of a reply.
const (
	sweepFailed    = "failed"
	sweepSucceeded = "succeeded"
	delivered      = "delivered"
	undelivered    = "undelivered"
	noCode         = "none" // the error code of a reply that was delivered
)

// delivery counts what became of a reply.
func (m *metrics) delivery(d webhook.Delivery) {
	switch {
	case !d.Final:
	case d.Delivered:
		m.count(m.deliveries.WithLabelValues(delivered, noCode), false)
	default:
		m.count(m.deliveries.WithLabelValues(undelivered, d.Code), d.Blocked)
	}
}

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
	m.registerEraser(func() eraser.Status { return eraser.Status{} })
	m.registerSpend(&budget.Meter{Now: time.Now})
	m.registerLines(func() int { return 0 })
	m.registerHealth(func() map[string]bool { return nil })
	m.registerBook(func() bool { return false })
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

func (m *metrics) sweep(ok bool) {
	o := sweepFailed
	if ok {
		o = sweepSucceeded
	}
	m.sweeps.WithLabelValues(o).Inc()
}

// registerEraser exports the state of erasing.
func (m *metrics) registerEraser(status func() eraser.Status) {
	gauge := func(name, help string, v func(eraser.Status) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "signpost", Name: name,
			Help: help},
			func() float64 { return v(lateOnly(status())) }))
	}
	gauge("erasures_pending",
		"Records that wait to be deleted at the provider, once one is an hour late; rounded up to 10.",
		func(s eraser.Status) float64 { return float64(s.Waiting) })
	gauge("erasure_oldest_due_seconds", "How long the oldest pending record has been due, in whole hours.",
		func(s eraser.Status) float64 { return s.Oldest.Seconds() })
	gauge("erasures_blocked", "1 while the provider refuses our requests to delete.", func(s eraser.Status) float64 {
		if s.Trouble != "" {
			return 1
		}
		return 0
	})
}

// registerSpend exports the cost of the hour, see [blurred].
func (m *metrics) registerSpend(meter *budget.Meter) {
	gauge := func(name, help string, step float64, v func() float64) {
		shown := &blurred{step: step}
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "signpost", Name: name,
			Help: help},
			func() float64 { return shown.of(v(), meter.Now()) }))
	}
	gauge("spend_current_hour_pounds",
		"Estimated cost of the current hour, as far as this process knows, in steps of 5, blurred.", spendStep,
		func() float64 { return meter.Total().Pounds() })
	gauge("spend_fullest_share_ratio",
		"The largest part that any kind of text or call has used of its share of SPEND_LIMIT in this hour, in "+
			"tenths, blurred; 1 is all of it.",
		shareStep, meter.FullestShare)
	gauge("spend_reserve_pounds",
		"Estimated cost, in this hour, of the answers beyond SPEND_LIMIT that are never refused, in steps of 5, "+
			"blurred.",
		spendStep, func() float64 {
			return meter.Reserve().Pounds()
		})
}

// registerLines exports how many lines do not answer. Which they are is on /readyz.
func (m *metrics) registerLines(down func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "signpost",
		Name: "lines_not_answering",
		Help: "Services whose lines nobody answered at the last three attempts."},
		func() float64 { return float64(down()) }))
}

// registerBook exports whether there is a flow book.
func (m *metrics) registerBook(noBook func() bool) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "signpost", Name: "no_book",
		Help: "1 while no good flow book is known and everybody gets only the 24-hour number and 999."},
		func() float64 {
			if noBook() {
				return 1
			}
			return 0
		}))
}

// registerHealth exports what is wrong while people are still answered.
func (m *metrics) registerHealth(known func() map[string]bool) {
	m.registry.MustRegister(problems{known: known, desc: prometheus.NewDesc("signpost_problem",
		"1 for each problem that is known: what /readyz names, by its short name.", []string{"problem"}, nil)})
}

// problems collects one series for each problem there could be.
type problems struct {
	known func() map[string]bool // by name
	desc  *prometheus.Desc
}

func (p problems) Describe(to chan<- *prometheus.Desc) { to <- p.desc }

func (p problems) Collect(to chan<- prometheus.Metric) {
	known := p.known()
	for _, name := range inspect.Names() {
		v := 0.0
		if known[name] {
			v = 1
		}
		to <- prometheus.MustNewConstMetric(p.desc, prometheus.GaugeValue, v, name)
	}
}

func (m *metrics) setReload(ok bool) {
	v := 0.0
	if ok {
		v = 1
	}
	m.reload.Set(v)
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
