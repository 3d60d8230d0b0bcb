// Package config turns the environment into one typed [Config]. It is the only
// package that reads the environment, it reports every mistake at once by the
// variable's name, and it never echoes a value.
package config

import (
	"encoding"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// Config is everything the gateway is told from outside.
type Config struct {
	ListenAddr string // where webhooks are served
	AdminAddr  string // health and metrics
	PublicURL  string // scheme and host the provider calls
	AccountSID string
	Tokens     []privacy.Private // auth tokens: any of them may sign
	// WebhookKeys are shared keys: any of them may sign. Without Tokens nothing else may.
	WebhookKeys []twilio.SharedKey
	// APIKeys call the provider's API; without any the auth tokens do.
	APIKeys  []twilio.APIKey
	APIURL   string
	RedisURL string // "embedded" for the in-process store
	Secrets  [][]byte
	FlowsDir string // empty: the book that ships
	// StateDir is where the last good book is kept for the next start. Empty: it is not.
	StateDir   string
	SessionTTL time.Duration
	// EraseAfter is how long after a text or call the provider's copy of it is
	// asked to be deleted, EraseGiveUp how long that is tried for.
	EraseAfter, EraseGiveUp time.Duration
	// Lines are our own numbers, E.164 or short: what the provider still holds of
	// them is looked for every hour. Empty: it is not.
	Lines []string
	// TestPhones are the number that linecheck texts and rings from, and the operator's own
	// phones: texts and calls from them are no person's.
	TestPhones []string
	// InspectEvery is how often the gateway looks at how the account is set up at the
	// provider, at its certificate and at the machine; 0 is never.
	InspectEvery time.Duration
	// Drain is how long the server goes on answering after it is told to stop, so
	// that the proxy or platform in front of it can send requests elsewhere first.
	Drain time.Duration
	// SenderLimit is how many texts an hour one sender of this country is answered in full,
	// ForeignSenderLimit one of another country; ServiceLimit how many a minute everybody
	// together. What is answered beyond them, package admit says.
	SenderLimit, ForeignSenderLimit, ServiceLimit int
	// Countries are the calling codes of the numbers that are answered in full; none
	// is all of them.
	Countries []int
	// SpendLimitPence is what answering may cost in an hour, beside the reserve; SPEND_LIMIT is in
	// pounds. TextPence is what a segment sent is counted at, MinutePence a minute of a call or of
	// a leg.
	SpendLimitPence, TextPence, MinutePence float64
	// CallerLimit is how many calls an hour one caller is offered the menu.
	CallerLimit int
	// CallerID is shown to services when the number called cannot be (callers over SIP). When it
	// is empty, the first of Lines that may be shown is; without one, nobody is transferred.
	CallerID string
	// Collector is where spans go (OpenTelemetry over HTTP), with its headers; empty: nothing
	// is traced. TraceRatio is how many answers of all are traced, 0 to 1.
	Collector        string
	CollectorHeaders map[string]privacy.Private
	TraceRatio       float64
	LogDebug         bool
}

// Embedded is the RedisURL of the in-process store.
const Embedded = "embedded"

// raw is the environment as it is written.
type raw struct {
	ListenAddr   string          `env:"LISTEN_ADDR" envDefault:":8080"`
	AdminAddr    string          `env:"ADMIN_ADDR" envDefault:"127.0.0.1:9091"`
	PublicURL    string          `env:"PUBLIC_URL"`
	AccountSID   string          `env:"TWILIO_ACCOUNT_SID"`
	AuthToken    privacy.Private `env:"TWILIO_AUTH_TOKEN"`
	TokenFile    string          `env:"TWILIO_AUTH_TOKEN_FILE"`
	WebhookKeys  privacy.Private `env:"TWILIO_WEBHOOK_KEYS"`
	WebhookFile  string          `env:"TWILIO_WEBHOOK_KEYS_FILE"`
	APIKeys      privacy.Private `env:"TWILIO_API_KEYS"`
	APIKeysFile  string          `env:"TWILIO_API_KEYS_FILE"`
	APIURL       string          `env:"TWILIO_API_URL"`
	RedisURL     privacy.Private `env:"REDIS_URL"`
	RedisFile    string          `env:"REDIS_URL_FILE"`
	PrivacyKey   privacy.Private `env:"PRIVACY_KEY"`
	KeyFile      string          `env:"PRIVACY_KEY_FILE"`
	FlowsDir     string          `env:"FLOWS_DIR"`
	StateDir     string          `env:"STATE_DIR"`
	SessionTTL   string          `env:"SESSION_TTL" envDefault:"15m"`
	SenderLimit  string          `env:"SENDER_LIMIT" envDefault:"30"`
	ForeignLimit string          `env:"FOREIGN_SENDER_LIMIT" envDefault:"120"`
	ServiceLimit string          `env:"SERVICE_LIMIT" envDefault:"1200"`
	EraseAfter   string          `env:"ERASE_AFTER" envDefault:"1m"`
	EraseGiveUp  string          `env:"ERASE_GIVE_UP" envDefault:"360h"`
	EraseLines   string          `env:"ERASE_LINES"`
	CheckFrom    string          `env:"CHECK_FROM"`
	CheckLine    string          `env:"CHECK_LINE"`
	TestPhones   string          `env:"TEST_PHONES"`
	InspectEvery string          `env:"INSPECT_EVERY" envDefault:"1h"`
	CallerLimit  string          `env:"CALLER_LIMIT" envDefault:"30"`
	Countries    string          `env:"ANSWER_COUNTRIES" envDefault:"+44"`
	SpendLimit   string          `env:"SPEND_LIMIT" envDefault:"50"`
	TextPence    string          `env:"TEXT_PENCE" envDefault:"5"`
	MinutePence  string          `env:"CALL_MINUTE_PENCE" envDefault:"2"`
	CallerID     string          `env:"CALLER_ID"`
	Drain        string          `env:"DRAIN" envDefault:"2s"`
	Collector    string          `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	Headers      privacy.Private `env:"OTEL_EXPORTER_OTLP_HEADERS"`
	TraceRatio   string          `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"1"`
	LogLevel     string          `env:"LOG_LEVEL" envDefault:"info"`
}

// Variables lists the variables' names, for docs and tests.
func Variables() []string {
	var out []string
	for f := range reflect.TypeFor[raw]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
		out = append(out, name)
	}
	return out
}

// Environment is the process's environment.
func Environment() map[string]string { return env.ToMap(os.Environ()) }

// NotInUse names the settings that a process was started with in another way than they are now.
// What only its own unit sets is left out. readFile reads the files that settings name.
func NotInUse(started, now map[string]string, readFile func(string) ([]byte, error)) (names []string) {
	value := func(vars map[string]string, name string) string {
		if file := vars[name+"_FILE"]; vars[name] == "" && file != "" {
			data, err := readFile(file)
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(data))
		}
		return strings.TrimSpace(vars[name])
	}
	for _, name := range Variables() {
		is, was := value(now, name), value(started, name)
		if is != "" && is != was && !strings.HasSuffix(name, "_FILE") && (was != "" || started[name+"_FILE"] == "") {
			names = append(names, name)
		}
	}
	return names
}

// FromEnvironment reads the process's environment.
func FromEnvironment() (Config, error) { return Parse(env.ToMap(os.Environ()), os.ReadFile) }

// RedisFromEnvironment reads REDIS_URL or REDIS_URL_FILE alone, for a tool that needs no more.
func RedisFromEnvironment() (string, error) {
	p := problems{}
	url := strings.TrimSpace(p.secret("REDIS_URL", privacy.Hide(os.Getenv("REDIS_URL")), os.Getenv("REDIS_URL_FILE"),
		os.ReadFile).Reveal())
	switch url {
	case "", Embedded:
		p.add("REDIS_URL",
			"must be set to the gateway's: what a gateway keeps in its own process cannot be read from outside")
	default:
		p.redis(url)
	}
	return url, p.err()
}

// SecretsFromEnvironment reads PRIVACY_KEY or PRIVACY_KEY_FILE alone.
func SecretsFromEnvironment() ([][]byte, error) {
	p := problems{}
	v := p.secret("PRIVACY_KEY", privacy.Hide(strings.TrimSpace(os.Getenv("PRIVACY_KEY"))),
		os.Getenv("PRIVACY_KEY_FILE"), os.ReadFile)
	secrets := p.secrets(v, false)
	return secrets, p.err()
}

// Parse reads a Config from the given variables; readFile reads the files they
// name. The error joins one line for each mistake.
func Parse(vars map[string]string, readFile func(string) ([]byte, error)) (Config, error) {
	in, err := read(vars)
	if err != nil {
		return Config{}, err
	}
	c := Config{
		ListenAddr: in.ListenAddr, AdminAddr: in.AdminAddr, AccountSID: strings.TrimSpace(in.AccountSID),
		FlowsDir: in.FlowsDir, StateDir: in.StateDir, CallerID: in.CallerID,
	}
	p := problems{}
	if c.StateDir != "" && !filepath.IsAbs(c.StateDir) {
		p.add("STATE_DIR", "must be the full path of a folder, like /var/lib/signpost")
	}
	p.addr("LISTEN_ADDR", in.ListenAddr)
	p.addr("ADMIN_ADDR", in.AdminAddr)
	c.PublicURL = p.url("PUBLIC_URL", in.PublicURL, true)
	c.APIURL = p.url("TWILIO_API_URL", in.APIURL, false)
	if !twilio.IsAccountID(c.AccountSID) {
		p.add("TWILIO_ACCOUNT_SID", "must be the account's SID: AC and 32 digits and letters a to f")
	}
	p.credentials(&c, in, readFile)
	c.RedisURL = p.secret("REDIS_URL", in.RedisURL, in.RedisFile, readFile).Reveal()
	if c.RedisURL == "" {
		c.RedisURL = Embedded
	}
	p.redis(c.RedisURL)
	c.Secrets = p.secrets(p.secret("PRIVACY_KEY", in.PrivacyKey, in.KeyFile, readFile), c.RedisURL == Embedded)
	c.SessionTTL = p.duration("SESSION_TTL", in.SessionTTL, time.Minute, 4*time.Hour)
	c.InspectEvery = p.duration("INSPECT_EVERY", in.InspectEvery, 0, 24*time.Hour)
	c.Drain = p.duration("DRAIN", in.Drain, 0, time.Minute)
	c.EraseAfter = p.duration("ERASE_AFTER", in.EraseAfter, time.Second, 24*time.Hour)
	c.EraseGiveUp = p.duration("ERASE_GIVE_UP", in.EraseGiveUp, time.Hour, 60*24*time.Hour)
	p.ownNumbers(&c, in)
	p.limits(&c, in)
	if c.CallerID != "" && !webhook.Presentable(c.CallerID) {
		p.add("CALLER_ID",
			"must be one of your own UK numbers, geographic, 03 or mobile, written like +441632960000; networks may "+
				"refuse a freephone number")
	}
	c.Collector = p.url("OTEL_EXPORTER_OTLP_ENDPOINT", in.Collector, false)
	c.CollectorHeaders = p.headers("OTEL_EXPORTER_OTLP_HEADERS", in.Headers)
	c.TraceRatio = p.amount("OTEL_TRACES_SAMPLER_ARG", in.TraceRatio, 0, 1, "of all")
	switch in.LogLevel {
	case "debug":
		c.LogDebug = true
	case "info":
	default:
		p.add("LOG_LEVEL", "must be info or debug")
	}
	return c, p.err()
}

// read takes the variables as they are written.
func read(vars map[string]string) (in raw, err error) {
	err = env.ParseWithOptions(&in, env.Options{Environment: vars, FuncMap: map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[privacy.Private](): func(v string) (any, error) {
			return privacy.Hide(strings.TrimSpace(v)), nil
		},
	}})
	if err != nil {
		return raw{}, errors.New("the environment cannot be read") // the cause may quote a value
	}
	return in, nil
}

// ownNumbers reads our own lines, and the phones that are ours.
func (p *problems) ownNumbers(c *Config, in raw) {
	c.Lines = p.lines("ERASE_LINES", in.EraseLines)
	_ = p.lines("CHECK_LINE", in.CheckLine) // only linecheck uses it
	phones := p.lines("TEST_PHONES", in.TestPhones)
	c.TestPhones = append(p.lines("CHECK_FROM", in.CheckFrom), phones...)
	if slices.ContainsFunc(phones, func(l string) bool { return slices.Contains(c.Lines, l) }) {
		p.add("TEST_PHONES",
			"holds a line of ERASE_LINES: texts and calls to that line would not be counted; it is for your own phones")
	}
	if in.CheckFrom != "" && strings.TrimSpace(in.CheckFrom) == strings.TrimSpace(in.CheckLine) {
		p.add("CHECK_FROM",
			"must be another number than CHECK_LINE: texts and calls to that line would not be counted")
	}
	if len(c.Lines) > 0 && c.RedisURL == Embedded {
		p.add("ERASE_LINES", "needs REDIS_URL: what is found is put on the list there")
	}
}

// limits reads how much is answered, to whom, and what it may cost.
func (p *problems) limits(c *Config, in raw) {
	c.SenderLimit = p.number("SENDER_LIMIT", in.SenderLimit, 5, 10_000)
	c.ForeignSenderLimit = p.number("FOREIGN_SENDER_LIMIT", in.ForeignLimit, 5, 10_000)
	c.ServiceLimit = p.number("SERVICE_LIMIT", in.ServiceLimit, 10, 10_000_000)
	c.CallerLimit = p.number("CALLER_LIMIT", in.CallerLimit, 5, 10_000)
	c.Countries = p.countries("ANSWER_COUNTRIES", in.Countries)
	c.SpendLimitPence = 100 * p.amount("SPEND_LIMIT", in.SpendLimit, 1, 1_000_000, "pounds")
	c.TextPence = p.amount("TEXT_PENCE", in.TextPence, 0.1, 500, "pence")
	c.MinutePence = p.amount("CALL_MINUTE_PENCE", in.MinutePence, 0.1, 500, "pence")
}

var _ encoding.TextUnmarshaler = (*privacy.Private)(nil)

// problems collects what is wrong, by variable, never with the value.
type problems struct{ list []error }

func (p *problems) add(name, what string) { p.list = append(p.list, fmt.Errorf("%s %s", name, what)) }

func (p *problems) has(name string) bool {
	for _, e := range p.list {
		if strings.HasPrefix(e.Error(), name) {
			return true
		}
	}
	return false
}

func (p *problems) err() error { return errors.Join(p.list...) }

func (p *problems) addr(name, v string) {
	if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
		p.add(name, "must be a host and a port, like 127.0.0.1:8080 or :8080")
	}
}

func (p *problems) url(name, v string, required bool) string {
	v = strings.TrimRight(strings.TrimSpace(v), "/")
	if v == "" {
		if required {
			p.add(name, "is missing: the scheme and host the provider calls, like https://sms.example.org")
		}
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" || required && u.Path != "" {
		p.add(name, "must be a scheme and a host alone, like https://sms.example.org")
		return ""
	}
	return v
}

// headers reads "name=value,name=value".
func (p *problems) headers(name string, v privacy.Private) map[string]privacy.Private {
	out := map[string]privacy.Private{}
	for one := range strings.SplitSeq(v.Reveal(), ",") {
		if strings.TrimSpace(one) == "" {
			continue
		}
		header, value, ok := strings.Cut(one, "=")
		header = strings.TrimSpace(header)
		if !ok || !regexp.MustCompile(`^[A-Za-z0-9-]+$`).MatchString(header) || strings.ContainsAny(value, "\r\n") {
			p.add(name, "must be names and values, like authorization=secret, with commas between")
			return nil
		}
		out[header] = privacy.Hide(strings.TrimSpace(value))
	}
	return out
}

// secret takes a value from its variable or from the file that NAME_FILE names.
func (p *problems) secret(name string, v privacy.Private, file string,
	readFile func(string) ([]byte, error)) privacy.Private {
	if file == "" {
		return v
	}
	if v.Reveal() != "" {
		p.add(name, "is given twice, by itself and as "+name+"_FILE; keep one")
		return v
	}
	b, err := readFile(file)
	if err != nil {
		p.add(name+"_FILE", "names a file that cannot be read")
		return privacy.Private{}
	}
	return privacy.Hide(strings.TrimSpace(string(b)))
}

func (p *problems) secrets(v privacy.Private, mayBeRandom bool) [][]byte {
	if v.Reveal() == "" {
		if !mayBeRandom {
			if !p.has("PRIVACY_KEY") {
				p.add("PRIVACY_KEY", "is missing: it keys every hash. Make one with: openssl rand -base64 32")
			}
			return nil
		}
		return [][]byte{privacy.NewSecret()}
	}
	var out [][]byte
	for s := range strings.SplitSeq(v.Reveal(), ",") {
		b, err := privacy.ParseSecret(s)
		if err != nil {
			p.add("PRIVACY_KEY", err.Error())
			return nil
		}
		out = append(out, b)
	}
	return out
}

func (p *problems) redis(v string) {
	if v == Embedded {
		return
	}
	for u := range strings.SplitSeq(v, ",") {
		parsed, err := url.Parse(strings.TrimSpace(u))
		if err != nil || parsed.Scheme != "redis" && parsed.Scheme != "rediss" && parsed.Scheme != "unix" {
			p.add("REDIS_URL",
				`must be "embedded", or start with redis://, rediss:// or unix://; several for a cluster, with commas`)
			return
		}
	}
}

func (p *problems) duration(name, v string, least, most time.Duration) time.Duration {
	d, err := time.ParseDuration(v)
	if err != nil || d < least || d > most {
		p.add(name, fmt.Sprintf("must be a time from %v to %v, written like 15m", least, most))
	}
	return d
}

func (p *problems) lines(name, v string) []string {
	var out []string
	for l := range strings.SplitSeq(v, ",") {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		if !regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{5,6})$`).MatchString(l) {
			p.add(name, "must be your own numbers with commas between, written like +441632960000, or short codes")
			return nil
		}
		out = append(out, l)
	}
	return out
}

// countries reads calling codes; "all" is none.
func (p *problems) countries(name, v string) []int {
	if strings.TrimSpace(v) == "all" {
		return nil
	}
	var out []int
	for one := range strings.SplitSeq(v, ",") {
		one = strings.TrimSpace(one)
		if !regexp.MustCompile(`^\+[1-9][0-9]{0,2}$`).MatchString(one) {
			p.add(name, `must be calling codes with commas between, written like +44,+353; or "all"`)
			return nil
		}
		code, _ := strconv.Atoi(one) // it is a plus and up to three digits
		out = append(out, code)
	}
	return out
}

func (p *problems) amount(name, v string, least, most float64, unit string) float64 {
	x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || !(x >= least && x <= most) {
		p.add(name, fmt.Sprintf("must be a number of %s from %.6g to %.0f", unit, least, most))
	}
	return x
}

func (p *problems) number(name, v string, least, most int) int {
	n := 0
	if _, err := fmt.Sscanf(v, "%d", &n); err != nil || n < least || n > most || fmt.Sprint(n) != v {
		p.add(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	return n
}
