package deploy_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// week is in minutes: what is scraped is scraped once a minute.
const (
	hour = 60
	day  = 24 * hour
	week = 7 * day
)

// line is what a monitor scrapes of a gateway of a small line: some tens of texts a day, a
// probe every ten minutes, strangers who knock, and a restart every other day.
type line struct {
	rng      *rand.Rand
	now      int
	counters map[string]float64
	gauges   map[string]float64
	samples  map[string][]string
	silent   map[string]bool // what does not happen
}

const (
	people      = `signpost_webhooks_total{endpoint="/sms",outcome="answered"}`
	callers     = `signpost_webhooks_total{endpoint="/voice",outcome="answered"}`
	probes      = `signpost_webhooks_total{endpoint="/sms",outcome="probe"}`
	strangers   = `signpost_webhooks_total{endpoint="unknown",outcome="refused"}`
	mismatched  = `signpost_webhooks_total{endpoint="/sms",outcome="mismatched"}`
	panicked    = `signpost_webhooks_total{endpoint="/sms",outcome="panicked"}`
	limited     = `signpost_texts_total{outcome="limited"}`
	delivered   = `signpost_replies_reported_total{code="none",outcome="delivered"}`
	phoneOff    = `signpost_replies_reported_total{code="30003",outcome="undelivered"}`
	filtered    = `signpost_replies_reported_total{code="30007",outcome="undelivered"}`
	givenUp     = `signpost_erasures_total{outcome="given_up"}`
	notRecorded = `signpost_erasures_total{outcome="not_recorded"}`
	started     = `process_start_time_seconds`
	up          = `up`
)

func problem(name string) string { return fmt.Sprintf(`signpost_problem{problem=%q}`, name) }

func newLine(seed uint64) *line {
	l := &line{rng: rand.New(rand.NewPCG(seed, 1)), counters: map[string]float64{}, samples: map[string][]string{},
		silent: map[string]bool{}}
	for _, c := range []string{people, callers, probes, strangers, mismatched, panicked, limited, delivered, phoneOff,
		filtered, givenUp, notRecorded} {
		l.counters[c] = 0
	}
	l.gauges = map[string]float64{
		up: 1, started: 0, `signpost_no_book`: 0, `signpost_flow_book_last_reload_success`: 1,
		`signpost_erasures_blocked`:           0,
		`signpost_erasure_oldest_due_seconds`: 0, `signpost_spend_fullest_share_ratio`: 0,
		`signpost_spend_reserve_pounds`: 0,
	}
	for _, p := range []string{"store-unreachable", "store-full", "account-suspended", "calls-trunk",
		"certificate-expires", "swap", "other-gateway"} {
		l.gauges[problem(p)] = 0
	}
	return l
}

// restart begins every counter anew.
func (l *line) restart() {
	for c := range l.counters {
		l.counters[c] = 0
	}
	l.gauges[started] = float64(l.now) * 60
}

// ordinary lets ordinary minutes go by, until a moment.
func (l *line) ordinary(until int) *line {
	for l.now < until {
		add := func(c string, n float64) {
			if !l.silent[c] {
				l.counters[c] += n
			}
		}
		if l.now%(2*day) == day+4*hour {
			l.restart()
		}
		if l.rng.Float64() < 30.0/day && l.now%day > 7*hour { // people sleep, mostly
			add(people, 1)
			l.gauges[`signpost_spend_fullest_share_ratio`] += 0.02
			switch {
			case l.rng.Float64() < 0.02:
				add(phoneOff, 1)
			case l.rng.Float64() < 0.8:
				add(delivered, 1)
			}
		}
		if l.rng.Float64() < 4.0/day {
			add(callers, 1)
		}
		if l.now%10 == 3 {
			add(probes, 3)
		}
		if l.rng.Float64() < 50.0/day {
			add(strangers, 1)
		}
		if l.rng.Float64() < 0.5/day {
			add(limited, 2) // somebody who texts very much
		}
		if l.now%hour == 0 {
			l.gauges[`signpost_spend_fullest_share_ratio`] = 0
		}
		if l.rng.Float64() < 0.3 {
			// A network reports late.
			l.gauges[`signpost_erasure_oldest_due_seconds`] = float64(l.rng.IntN(4 * 3600))
		}
		l.scrape()
	}
	return l
}

// scrape writes a minute down.
func (l *line) scrape() {
	for name, v := range l.counters {
		l.put(name, v)
	}
	for name, v := range l.gauges {
		l.put(name, v)
	}
	l.now++
}

func (l *line) put(name string, v float64) {
	value := fmt.Sprint(v)
	if l.gauges[up] == 0 && name != up {
		value = "_" // what cannot be scraped
	}
	if l.silent[up] {
		value = "_"
	}
	for len(l.samples[name]) < l.now {
		l.samples[name] = append(l.samples[name], "_")
	}
	l.samples[name] = append(l.samples[name], value)
}

// yaml writes a test of promtool: the series, and what to ask at a moment.
func (l *line) yaml(name string, asks ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  - name: %q\n    interval: 1m\n    input_series:\n", name)
	for _, s := range slices.Sorted(maps.Keys(l.samples)) {
		labels := `{instance="a",job="signpost"}`
		if i := strings.Index(s, "{"); i >= 0 && strings.Contains(s, "job=") {
			fmt.Fprintf(&b, "      - series: '%s'\n", s)
		} else if i >= 0 {
			labels = s[i:len(s)-1] + `,instance="a",job="signpost"}`
			fmt.Fprintf(&b, "      - series: '%s%s'\n", s[:i], labels)
		} else {
			fmt.Fprintf(&b, "      - series: '%s%s'\n", s, labels)
		}
		fmt.Fprintf(&b, "        values: '%s'\n", short(l.samples[s]))
	}
	b.WriteString("    promql_expr_test:\n" + strings.Join(asks, ""))
	return b.String()
}

// short writes equal values that follow each other as promtool's repeats.
func short(values []string) string {
	var out []string
	for i := 0; i < len(values); {
		n := 1
		for i+n < len(values) && values[i+n] == values[i] {
			n++
		}
		switch {
		case n > 2 && values[i] == "_":
			out = append(out, fmt.Sprintf("_x%d", n))
		case n > 2:
			out = append(out, fmt.Sprintf("%s+0x%d", values[i], n-1))
		default:
			out = append(out, values[i:i+n]...)
		}
		i += n
	}
	return strings.Join(out, " ")
}

func fires(alert string, at int) string {
	return fmt.Sprintf("      - {expr: 'count(ALERTS{alertname=%q,alertstate=\"firing\"}) > bool 0', eval_time: %dm, "+
		"exp_samples: [{value: 1}]}\n",
		alert, at)
}

func quiet(alert string, at int) string {
	return fmt.Sprintf("      - {expr: 'count(ALERTS{alertname=%q,alertstate=\"firing\"})', eval_time: %dm}\n",
		alert, at)
}

// alertTest is a test of promtool's about one alert; about all, if it names none.
type alertTest struct{ alert, yaml string }

// promtool runs tests of the rules, which are evaluated every so many minutes. A test about one
// alert evaluates its rule alone: with all of them it takes seven times as long.
func promtool(t *testing.T, every int, tests ...alertTest) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatal("promtool is missing: make tools installs it")
	}
	data, err := os.ReadFile("deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const begins = "      - alert: "
	rules := strings.SplitAfter(strings.ReplaceAll(string(data), begins, "\x00"+begins), "\x00")
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	of := map[string]string{} // the tests of each alert
	for _, test := range tests {
		of[test.alert] += test.yaml
	}
	args := []string{"test", "rules"}
	for alert, tests := range of {
		kept := rules[0]
		for _, rule := range rules[1:] {
			if alert == "" || strings.HasPrefix(rule, begins+alert+"\n") {
				kept += rule
			}
		}
		from := write(alert+"_rules.yaml", strings.ReplaceAll(kept, "\x00", ""))
		if kept == rules[0] {
			t.Errorf("there is no alert %s", alert)
		}
		args = append(args, write(alert+"_test.yaml",
			"rule_files: ["+from+"]\nevaluation_interval: "+fmt.Sprint(every)+"m\ntests:\n"+tests))
	}
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool: %s", out)
	}
}

// No alert fires in two ordinary weeks of different people, nor right after the first start.
func TestAlertsAreQuietInAnOrdinaryWeek(t *testing.T) {
	for seed := range uint64(2) {
		l := newLine(seed).ordinary(week)
		promtool(t, 5, alertTest{"", l.yaml("an ordinary week",
			fmt.Sprintf("      - {expr: 'count by (alertname) "+
				"(count_over_time(ALERTS{alertstate=\"firing\"}[%dm]))', eval_time: %dm}\n",
				week, week-1))})
	}
}

// Every alert fires on its problem: from the first event, with the probe running, and right
// after a restart.
func TestEveryAlertFires(t *testing.T) {
	const at = 4*hour + 5 // the probe has run for long enough to be missed
	count := func(c string, n float64) func(*line) { return func(l *line) { l.counters[c] += n } }
	set := func(g string, v float64) func(*line) { return func(l *line) { l.gauges[g] = v } }
	stops := func(names ...string) func(*line) {
		return func(l *line) {
			for _, n := range names {
				l.silent[n] = true
			}
		}
	}
	tests := []struct {
		alert, name string
		plant       func(*line)
		within      int // minutes
		ends        func(*line)
	}{
		{"SignpostDown", "a gateway that is down", set(up, 0), 5, nil},
		{"SignpostGone", "a gateway that is not watched", stops(up), 15, nil},
		{"SignpostProbeSilent", "a name that leads nowhere", stops(probes, people, callers), 50, nil},
		{"SignpostNotReached", "a name that leads to an old server", set(problem("other-gateway"), 1),
			10, set(problem("other-gateway"), 0)},
		{"SignpostRefusing", "one refused webhook", count(mismatched, 1), 3, nil},
		{"SignpostSafeAnswers", "one panic", count(panicked, 1), 3, nil},
		{"SignpostStoreUnreachable", "Redis is unreachable", set(problem("store-unreachable"), 1), 4,
			set(problem("store-unreachable"), 0)},
		{"SignpostStoreUnreachable", "Redis is full", set(problem("store-full"), 1), 4, set(problem("store-full"), 0)},
		{"SignpostNoBook", "no good book", set("signpost_no_book", 1), 3, set("signpost_no_book", 0)},
		{"SignpostAccount", "a suspended account", set(problem("account-suspended"), 1), 10,
			set(problem("account-suspended"), 0)},
		{"SignpostAccount", "a trunk", set(problem("calls-trunk"), 1), 10, set(problem("calls-trunk"), 0)},
		{"SignpostProblem", "a certificate that expires", set(problem("certificate-expires"), 1),
			65, set(problem("certificate-expires"), 0)},
		{"SignpostProblem", "swap", set(problem("swap"), 1), 65, set(problem("swap"), 0)},
		{"SignpostBlocked", "one reply that a network takes for spam", count(filtered, 1), 3, nil},
		{"SignpostUndelivered", "phones that are off", set(problem("replies-undelivered"), 1), 3,
			set(problem("replies-undelivered"), 0)},
		{"SignpostBookRefused", "a broken book", set("signpost_flow_book_last_reload_success", 0), 20,
			set("signpost_flow_book_last_reload_success", 1)},
		{"SignpostNotErasing", "wrong credentials", set("signpost_erasures_blocked", 1), 65,
			set("signpost_erasures_blocked", 0)},
		{"SignpostErasingGivenUp", "one record given up", count(givenUp, 1), 3, nil},
		{"SignpostErasingGivenUp", "one record not noted", count(notRecorded, 1), 3, nil},
		{"SignpostMoney", "an expensive hour", set("signpost_spend_fullest_share_ratio", 0.9), 3, nil},
		{"SignpostReserve", "an attack", set("signpost_spend_reserve_pounds", 51), 3,
			set("signpost_spend_reserve_pounds", 0)},
		{"SignpostFlood", "one sender who floods", set(problem("flood"), 1), 3, set(problem("flood"), 0)},
		{"SignpostQuiet", "a number that leads elsewhere", stops(people, callers), 2*day + 65, nil},
		{"SignpostLineNotAnswering", "a line that nobody answers", set("signpost_lines_not_answering", 1), 3,
			set("signpost_lines_not_answering", 0)},
	}
	var all []alertTest
	covered := map[string]bool{"SignpostErasingLate": true}
	for _, tt := range tests {
		covered[tt.alert] = true
		l := newLine(7).ordinary(at)
		if tt.within > day {
			l.ordinary(2 * day)
		}
		from := l.now
		tt.plant(l)
		l.ordinary(from + tt.within + 1)
		asks := []string{quiet(tt.alert, from-1), fires(tt.alert, from+tt.within)}
		if tt.ends != nil {
			tt.ends(l)
			l.ordinary(l.now + 5)
			asks = append(asks, quiet(tt.alert, l.now-1))
		}
		all = append(all, alertTest{tt.alert, l.yaml(tt.name, asks...)})
		if strings.HasPrefix(tt.name, "one ") {
			// The event is in the very first scrape of a new process, with no increase to see.
			l := newLine(7).ordinary(at)
			tt.plant(l) // before the restart, and again after it: the counter stays the same
			l.ordinary(l.now + 45)
			l.restart()
			tt.plant(l)
			l.ordinary(l.now + tt.within + 1)
			all = append(all, alertTest{tt.alert, l.yaml(tt.name+", right after a restart", fires(tt.alert, l.now-1))})
		}
	}
	l := newLine(7).ordinary(at)
	l.gauges["signpost_erasure_oldest_due_seconds"] = 90_000
	for range 70 {
		l.scrape()
	}
	all = append(all, alertTest{"SignpostErasingLate",
		l.yaml("a record that waits for more than a day", fires("SignpostErasingLate", l.now-1))})
	promtool(t, 1, all...)
	rules, err := os.ReadFile("deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(string(rules), -1) {
		if !covered[a[1]] {
			t.Errorf("no problem is planted for %s", a[1])
		}
	}
}

// A new line that nobody has texted yet is not called quiet before a day is over.
func TestNewLineIsNotQuiet(t *testing.T) {
	l := newLine(3)
	l.silent[people], l.silent[callers] = true, true
	promtool(t, 5, alertTest{"SignpostQuiet", l.ordinary(day+30).yaml("a new line", quiet("SignpostQuiet", day-1),
		quiet("SignpostQuiet", day+29))})
}

// Somebody who runs the doctor now and then, and has no timer that probes, is not woken when
// those probes stop.
func TestProbesByHandAreNotMissed(t *testing.T) {
	l := newLine(4)
	l.silent[probes] = true
	l.ordinary(hour)
	for range 3 {
		l.counters[probes] += 3
		l.ordinary(l.now + 10)
	}
	promtool(t, 5, alertTest{"SignpostProbeSilent", l.ordinary(l.now+3*hour).yaml("probes by hand",
		quiet("SignpostProbeSilent", l.now-1))})
}
