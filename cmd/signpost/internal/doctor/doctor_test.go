package doctor_test

import (
	"encoding/pem"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/cmd/signpost/internal/doctor"
	"signpost/config"
	"signpost/flows"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
	"signpost/ivr"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "0123456789abcdef0123456789abcdef"
	number  = "+441632960000"
)

// TestMain has this process trust the certificate that test servers show, as it would
// the internet's.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		s := httptest.NewTLSServer(http.NotFoundHandler())
		defer s.Close()
		dir, err := os.MkdirTemp("", "doctor")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "cert.pem")
		cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
		if err := os.WriteFile(file, cert, 0o600); err != nil {
			log.Fatal(err)
		}
		os.Setenv("SSL_CERT_FILE", file)
		return m.Run()
	}())
}

// world is a gateway that is set up well, with all that is about it.
type world struct {
	doctor.Options
	redis  *testkit.Redis
	double *testkit.Provider
	files  fstest.MapFS
	public *httptest.Server // what stands at PUBLIC_URL
	gw     http.Handler
	number map[string]any
	served map[string][]byte // at the fallback URLs
}

var neverRung = regexp.MustCompile(`(?m)^    checked_on: never\n    unrung_because: .*\n`)

func well(t *testing.T) *world {
	t.Helper()
	w := &world{redis: testkit.StartRedis(t), double: testkit.NewProvider(t, account, token), files: testbook.Copy(),
		served: map[string][]byte{}}
	services := w.files["services.yaml"]
	services.Data = neverRung.ReplaceAll(services.Data,
		[]byte("    checked_on: "+time.Now().Format(`"2006-01-02"`)+"\n    checked_by: duty manager\n"))
	w.public = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter,
		r *http.Request) {
		w.gw.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.public.Close)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if doc, ok := w.served[r.URL.Path]; ok {
			_, _ = rw.Write(doc)
			return
		}
		rw.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(elsewhere.Close)
	w.Config = config.Config{
		ListenAddr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", PublicURL: w.public.URL, AccountSID: account,
		Tokens: []privacy.Private{privacy.Hide(token)}, RedisURL: w.redis.URL(),
		Secrets: [][]byte{privacy.NewSecret()}, SessionTTL: time.Minute, SenderLimit: 100, ServiceLimit: 100,
		EraseAfter: time.Hour, EraseGiveUp: time.Hour, APIURL: w.double.URL, Lines: []string{number}, CallerID: number,
		SpendLimitPence: 5000, TextPence: 5, MinutePence: 2, InspectEvery: time.Hour,
	}
	g, err := server.New(w.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	w.gw = g.Handler()
	w.Now, w.Paths = time.Now, server.Endpoints()
	w.Book = w.checked
	w.Root = fstest.MapFS{"proc/swaps": {Data: []byte("Filename\tType\tSize\tUsed\tPriority\n")},
		"proc/7/comm": {Data: []byte("gateway\n")}}
	w.TextPath, w.CallPath, w.CallStatusPath, w.TextStatusPath = server.TextPath, server.CallPath, ivr.StatusPath,
		server.TextStatusPath
	w.Fallback = func(b *flows.Book) (text []byte, voice [][]byte) {
		reply, _ := ivr.Static(b, time.Now(), "connect.xml", number)
		return twilio.TextDocument(b.StaticText(), ""), [][]byte{twilio.CallDocument(reply)}
	}
	b := testbook.Load(t)
	text, _ := w.Fallback(b)
	reply, through := ivr.Static(b, time.Now(), elsewhere.URL+"/connect.xml", number)
	w.served["/text.xml"], w.served["/voice.xml"], w.served["/connect.xml"] = text, twilio.CallDocument(reply),
		twilio.CallDocument(through)
	w.Connect = func(b *flows.Book) []byte {
		_, through := ivr.Static(b, time.Now(), "connect.xml", "+441632960111") // whichever number it shows
		return twilio.CallDocument(through)
	}
	w.number = map[string]any{
		"sid": "PN" + strings.Repeat("1", 32), "phone_number": number, "sms_url": w.public.URL + "/sms",
		"sms_method": "POST", "sms_fallback_url": elsewhere.URL + "/text.xml", "sms_fallback_method": "POST",
		"capabilities": map[string]any{"sms": true, "voice": true, "mms": false, "fax": false},
		"voice_url":    w.public.URL + "/voice", "voice_method": "POST",
		"voice_fallback_url": elsewhere.URL + "/voice.xml", "voice_fallback_method": "POST",
		"status_callback": w.public.URL + "/voice/status", "status_callback_method": "POST",
	}
	w.double.Line(w.number)
	w.double.SetBalance("123.45")
	w.double.MayRing(true, "GB")
	return w
}

// checks are what is found in books, by what their services say: nearly every test has the
// same book, and finding its mistakes takes longer than everything else.
var checks sync.Map

type found struct {
	src      *load.Source
	problems []load.Problem
}

// checked reads the book of this world and finds its mistakes.
func (w *world) checked(day time.Time) (*load.Source, []load.Problem) {
	services := string(w.files["services.yaml"].Data)
	once, _ := checks.LoadOrStore(services, sync.OnceValue(func() found {
		src, problems := check.Mistakes(w.files, day)
		return found{src, problems}
	}))
	got := once.(func() found)()
	return got.src, got.problems
}

// service gives the account a messaging service that is set up well.
func (w *world) service() map[string]any {
	s := map[string]any{"sid": "MG" + strings.Repeat("2", 32), "friendly_name": "Local info",
		"inbound_request_url": w.public.URL + "/sms", "inbound_method": "POST",
		"fallback_url": w.number["sms_fallback_url"], "fallback_method": "POST", "validity_period": 600,
		"use_inbound_webhook_on_number": false}
	w.double.Line(s)
	return s
}

func bad(found []doctor.Finding) (out []doctor.Finding) {
	for _, f := range found {
		if f.Verdict == doctor.Bad {
			out = append(out, f)
		}
	}
	return out
}

func TestAllIsWell(t *testing.T) {
	w := well(t)
	w.service()
	found := doctor.Examine(t.Context(), w.Options)
	if wrong := bad(found); len(wrong) > 0 {
		t.Errorf("of what is well it says %+v", wrong)
	}
	parts := map[string]bool{}
	for _, f := range found {
		parts[f.Of] = true
	}
	for _, of := range []string{"environment", "Redis", "book", "server", "provider"} {
		if !parts[of] {
			t.Errorf("nothing is said of the %s: %+v", of, found)
		}
	}
}

// erasesOnly is what a key that is restricted to erasing may do.
func erasesOnly(_, path string) bool {
	return strings.Contains(path, "/Messages") || strings.Contains(path, "/Calls")
}

// restricted gives the account an API key, and has it used.
func (w *world) restricted(may func(method, path string) bool) {
	key := twilio.APIKey{ID: "SK" + strings.Repeat("1", 32), Secret: privacy.Hide("0123456789abcdef0123456789abcdef")}
	w.double.AddKey(key.ID, key.Secret.Reveal(), may)
	w.Config.APIKeys = []twilio.APIKey{key}
}

// serve has another gateway answer at PUBLIC_URL.
func (w *world) serve(t *testing.T, change func(*config.Config)) {
	t.Helper()
	cfg := w.Config
	change(&cfg)
	g, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	w.gw = g.Handler()
}

// A set-up without the auth token is well: shared keys verify, a restricted key erases,
// and what it cannot see is no fault.
func TestWithoutTheAuthToken(t *testing.T) {
	w := well(t)
	w.Config.Tokens, w.Config.WebhookKeys = nil,
		[]twilio.SharedKey{{Name: "one", Secret: privacy.Hide("a-secret-of-the-provider")}}
	w.restricted(erasesOnly)
	w.serve(t, func(*config.Config) {})
	for _, f := range doctor.Examine(t.Context(), w.Options) {
		if f.Verdict == doctor.Bad {
			t.Errorf("%+v", f)
		}
	}
}

// All that is planted is found, with what to do about it.
func TestPlantedMistakes(t *testing.T) {
	set := func(field string, v any) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.number[field] = v }
	}
	tests := []struct {
		name, says string
		plant      func(t *testing.T, w *world)
		look       bool // it may be meant
	}{
		{"PUBLIC_URL without TLS", "does not begin with https", func(t *testing.T, w *world) {
			w.Config.PublicURL = strings.Replace(w.Config.PublicURL, "https", "http", 1)
		}, false},
		{"metrics for all the world", "ADMIN_ADDR is open",
			func(t *testing.T, w *world) { w.Config.AdminAddr = "0.0.0.0:9091" }, true},
		{"a key of one letter", "PRIVACY_KEY is not random",
			func(t *testing.T, w *world) { w.Config.Secrets = [][]byte{[]byte(strings.Repeat("a", 32))} }, false},
		{"a key that was typed", "PRIVACY_KEY is not random", func(t *testing.T, w *world) {
			w.Config.Secrets = [][]byte{[]byte("abcdefghijklmnopqrstuvwxyz0123456789")}
		}, false},
		{"a rotation left half done", "PRIVACY_KEY holds 2 keys",
			func(t *testing.T,
				w *world) {
				w.Config.Secrets = [][]byte{privacy.NewSecret(), privacy.NewSecret()}
			}, true},
		{"a token from an example", "does not look like a token",
			func(t *testing.T,
				w *world) {
				w.Config.Tokens = []privacy.Private{privacy.Hide("your_auth_token")}
			}, false},
		{"memory that can be swapped out", "can be swapped to a disk", func(t *testing.T, w *world) {
			w.Root = fstest.MapFS{"proc/swaps": {Data: []byte("Filename Type\n/swap file\n")},
				"proc/7/comm": {Data: []byte("gateway\n")}, "proc/7/cgroup": {Data: []byte("0::/x\n")}}
		}, false},
		{"a gateway on another machine", "No gateway runs on this machine",
			func(t *testing.T, w *world) { w.Root = fstest.MapFS{} }, true},
		{"no lines to look for", "ERASE_LINES is empty", func(t *testing.T, w *world) { w.Config.Lines = nil }, true},
		{"no Redis", "REDIS_URL is not set", func(t *testing.T, w *world) { w.Config.RedisURL = config.Embedded },
			false},
		{"a Redis that is down", "Redis does not answer", func(t *testing.T, w *world) { w.redis.Kill() }, false},
		{"a Redis that forgets anything", "maxmemory-policy is allkeys-lru", func(t *testing.T, w *world) {
			w.redis.Do(t, "CONFIG", "SET", "maxmemory", "100mb")
			w.redis.Do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
		}, false},
		{"a Redis that refuses when full", "noeviction",
			func(t *testing.T, w *world) { w.redis.Do(t, "CONFIG", "SET", "maxmemory", "100mb") }, true},
		{"a Redis that writes to disk", "writes to disk",
			func(t *testing.T, w *world) { w.redis.Do(t, "CONFIG", "SET", "appendonly", "yes") }, true},
		{"a Redis far away", "to answer; each text asks twice", func(t *testing.T, w *world) {
			p := testkit.NewProxy(t, w.redis.Addr)
			p.Set(testkit.Trouble{Delay: func() time.Duration { return 60 * time.Millisecond }})
			w.Config.RedisURL = "redis://" + p.Addr
		}, false},
		{"a clock that is wrong", "clocks of this machine and of Redis",
			func(t *testing.T, w *world) { w.Now = func() time.Time { return time.Now().Add(-time.Minute) } }, false},
		{"a mistake in the book", "The flow book has", func(t *testing.T, w *world) {
			w.files["services.yaml"].Data = []byte(strings.Replace(string(w.files["services.yaml"].Data),
				"0808 157 0010", "0808 157 001", 1))
		}, false},
		{"numbers that nobody has rung", "rung by nobody", func(t *testing.T, w *world) {
			w.files["services.yaml"] = testbook.Copy()["services.yaml"]
		}, false},
		{"a server that is down", "PUBLIC_URL does not answer",
			func(t *testing.T, w *world) { w.public.Close() }, false},
		{"a certificate nobody trusts", "certificate that cannot be trusted", func(t *testing.T, w *world) {
			w.Config.PublicURL = strings.Replace(w.Config.PublicURL, "127.0.0.1", "localhost", 1) // not in it
		}, false},
		{"another token at the server", "refuses a request that is signed", func(t *testing.T, w *world) {
			cfg := w.Config
			cfg.Tokens = []privacy.Private{privacy.Hide(strings.Repeat("f", 32))}
			g, err := server.New(cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = g.Close() })
			w.gw = g.Handler()
		}, false},
		{"another page at PUBLIC_URL", "is not this gateway",
			func(t *testing.T, w *world) { w.gw = http.NotFoundHandler() }, false},
		{"something that takes forgeries", "takes a request with a forged signature", func(t *testing.T, w *world) {
			w.gw = http.HandlerFunc(func(rw http.ResponseWriter,
				_ *http.Request) {
				_, _ = rw.Write([]byte("<Response/>"))
			})
		}, false},
		{"a webhook key the gateway has not", "refuses what is signed with the shared key new",
			func(t *testing.T, w *world) {
				w.Config.WebhookKeys = []twilio.SharedKey{{Name: "old",
					Secret: privacy.Hide("an-old-secret-of-the-provider")}, {Name: "new",
					Secret: privacy.Hide("a-new-secret-of-the-provider")}}
				w.serve(t, func(c *config.Config) { c.WebhookKeys = w.Config.WebhookKeys[:1] })
			}, false},
		{"a rotation of webhook keys left half done", "TWILIO_WEBHOOK_KEYS holds 2 keys", func(t *testing.T, w *world) {
			w.Config.WebhookKeys = []twilio.SharedKey{{Name: "old",
				Secret: privacy.Hide("an-old-secret-of-the-provider")}, {Name: "new",
				Secret: privacy.Hide("a-new-secret-of-the-provider")}}
		}, true},
		{"a master credential that is not needed", "set beside keys that do without it", func(t *testing.T, w *world) {
			w.Config.WebhookKeys = []twilio.SharedKey{{Name: "one", Secret: privacy.Hide("a-secret-of-the-provider")}}
			w.restricted(nil)
		}, true},
		{"an API key that may not delete calls", "may not delete calls", func(t *testing.T, w *world) {
			w.Config.Tokens = nil
			w.restricted(func(method, path string) bool {
				return method != http.MethodDelete || !strings.Contains(path, "/Calls/")
			})
		}, false},
		{"an API key that may not empty messages", "may not empty messages", func(t *testing.T, w *world) {
			w.Config.Tokens = nil
			w.restricted(func(method, _ string) bool { return method != http.MethodPost })
		}, false},
		{"an API key that may not read numbers", "Where the numbers point cannot be seen",
			func(t *testing.T, w *world) {
				w.Config.Tokens = nil
				w.restricted(erasesOnly)
			}, true},
		{"an API key that may not read the balance", "The balance cannot be read", func(t *testing.T, w *world) {
			w.Config.Tokens = nil
			w.restricted(func(_, path string) bool { return !strings.Contains(path, "/Balance") })
		}, true},
		{"an API key that is wrong", "refuses our account or token", func(t *testing.T, w *world) {
			w.Config.Tokens = nil
			w.restricted(nil)
			w.double.RemoveKey(w.Config.APIKeys[0].ID)
		}, false},
		{"a token the provider refuses", "refuses our account or token",
			func(t *testing.T, w *world) { w.double.SetToken("another") }, false},
		{"an API that is down", "The account cannot be looked at",
			func(t *testing.T, w *world) { w.Config.APIURL = "http://127.0.0.1:1" }, false},
		{"texts to another server", "texts are sent to another address",
			set("sms_url", "https://old.example.org/sms"), false},
		{"texts to nowhere", "texts are sent nowhere", set("sms_url", ""), false},
		{"texts by GET", "texts are sent by GET", set("sms_method", "GET"), false},
		{"calls to the path of texts", "calls are sent to another address",
			func(t *testing.T, w *world) { w.number["voice_url"] = w.public.URL + "/sms" }, false},
		{"no report of ended calls", "reports of calls that have ended are sent nowhere",
			set("status_callback", ""), false},
		{"no fallback for texts", "has no fallback for texts", set("sms_fallback_url", ""), false},
		{"no fallback for calls", "has no fallback for calls", set("voice_fallback_url", ""), false},
		{"a fallback on the same server", "is on this very server",
			func(t *testing.T, w *world) { w.number["sms_fallback_url"] = w.public.URL + "/fallback" }, false},
		{"a fallback that is gone", "fallback for texts does not answer",
			func(t *testing.T, w *world) { delete(w.served, "/text.xml") }, false},
		{"a fallback with an old number", "does not say what the book says", func(t *testing.T, w *world) {
			w.served["/voice.xml"] = []byte(strings.ReplaceAll(string(w.served["/voice.xml"]), "0 0 1 0", "0 0 1 1"))
		}, false},
		{"no number of ours", "nobody can reach us", func(t *testing.T, w *world) {
			w.number["phone_number"], w.number["sms_url"], w.number["voice_url"] = "+441632960999",
				"https://x.example.org", "https://x.example.org"
		}, false},
		{"a line that is not in the account", "is in ERASE_LINES but not in the account",
			func(t *testing.T, w *world) { w.Config.Lines = append(w.Config.Lines, "60777") }, false},
		{"replies that wait for hours", "lets a reply wait",
			func(t *testing.T, w *world) { w.service()["validity_period"] = 14400 }, false},
		{"a service that points elsewhere", "Local info: texts are sent to another address",
			func(t *testing.T, w *world) {
				w.service()["inbound_request_url"] = "https://old.example.org/sms"
				w.Config.Lines = append(w.Config.Lines, "Local info")
			}, false},
		{"a country that may not be rung", "nobody can be put through",
			func(t *testing.T, w *world) { w.double.MayRing(true, "FR") }, false},
		{"special numbers that may not be rung", "Special numbers of the United Kingdom may not be rung",
			func(t *testing.T, w *world) { w.double.MayRing(false, "GB") }, true},
		{"countries nobody needs", "2 other countries may be rung",
			func(t *testing.T, w *world) { w.double.MayRing(true, "GB", "FR", "LV") }, true},
		{"no money", "are left in the account", func(t *testing.T, w *world) { w.double.SetBalance("1.20") }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := well(t)
			tt.plant(t, w)
			found := doctor.Examine(t.Context(), w.Options)
			for _, f := range found {
				if f.Verdict != doctor.OK && (!slices.Contains(doctor.Names(), f.Name) || f.Fix == "") {
					t.Errorf("%+v has no name of its own, or no remedy", f)
				}
			}
			for _, f := range found {
				if strings.Contains(f.What, tt.says) {
					if want := map[bool]doctor.Verdict{false: doctor.Bad,
						true: doctor.Look}[tt.look]; f.Verdict != want || f.Fix == "" {
						t.Errorf("it is called %q, to be fixed by %q", f.Verdict, f.Fix)
					}
					return
				}
			}
			t.Errorf("it is not found among %+v", found)
		})
	}
	t.Logf("%d mistakes planted", len(tests))
}
