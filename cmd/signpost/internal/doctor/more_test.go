package doctor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/cmd/signpost/internal/doctor"
	"signpost/config"
	"signpost/internal/inspect"
	"signpost/internal/testkit"
)

// Every mistake is found by its name, with what to do about it; those that can be seen while
// people are still answered are what /readyz names, too.
func TestPlantedMistakesByName(t *testing.T) {
	set := func(field string, v any) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) { w.number[field] = v }
	}
	tests := []struct {
		name, found string
		plant       func(t *testing.T, w *world)
		look        bool // it may be meant
	}{
		{"a Redis that is a replica", "store-read-only",
			func(t *testing.T, w *world) { w.redis.Do(t, "REPLICAOF", "127.0.0.1", "1") }, false},
		{"a Redis that is full", "store-full",
			func(t *testing.T, w *world) { w.redis.Do(t, "CONFIG", "SET", "maxmemory", "1") }, false},
		{"two gateways with different keys", "other-keys", func(t *testing.T, w *world) {
			w.redis.Do(t, "ZADD", "health:keys", time.Now().Format("20060102")+"000", "another")
		}, false},
		{"an application for texts", "texts-application",
			set("sms_application_sid", "AP"+strings.Repeat("1", 32)), false},
		{"an application for calls", "calls-application",
			set("voice_application_sid", "AP"+strings.Repeat("1", 32)), false},
		{"a SIP trunk", "calls-trunk", set("trunk_sid", "TK"+strings.Repeat("1", 32)), false},
		{"a messaging service that points elsewhere", "texts-service", func(t *testing.T, w *world) {
			w.service()["inbound_request_url"] = "https://old.example.org/sms"
			w.double.Join("MG"+strings.Repeat("2", 32), "PN"+strings.Repeat("1", 32))
		}, false},
		{"a messaging service that drops texts", "texts-service", func(t *testing.T, w *world) {
			w.service()["inbound_request_url"] = nil
			w.double.Join("MG"+strings.Repeat("2", 32), "PN"+strings.Repeat("1", 32))
		}, false},
		{"a number without texts", "no-texts", set("capabilities", map[string]any{"sms": false, "voice": true}), false},
		{"a number without calls", "no-calls", set("capabilities", map[string]any{"sms": true, "voice": false}), false},
		{"a trial account", "account-trial", func(t *testing.T, w *world) { w.double.SetAccount("active", "Trial") },
			false},
		{"a suspended account", "account-suspended",
			func(t *testing.T, w *world) { w.double.SetAccount("suspended", "Full") }, false},
		{"a closed account", "account-suspended",
			func(t *testing.T, w *world) { w.double.SetAccount("closed", "Full") }, false},
		{"an account that cannot be read", "account-unreadable",
			func(t *testing.T, w *world) { w.double.SetAccount("", "") }, true},
		{"a balance that cannot be read", "balance-unreadable",
			func(t *testing.T, w *world) { w.double.SetBalance("") }, true},
		{"a balance in words", "balance-unreadable", func(t *testing.T, w *world) { w.double.SetBalance("none") },
			true},
		{"no money", "balance-low", func(t *testing.T, w *world) { w.double.SetBalance("1.20") }, false},
		{"a clock behind the provider's", "clock", func(t *testing.T, w *world) { w.double.SetClock(5 * time.Minute) },
			false},
		{"a clock ahead of the provider's", "clock",
			func(t *testing.T, w *world) { w.double.SetClock(-5 * time.Minute) }, false},
		{"no number of ours", "no-line", func(t *testing.T, w *world) {
			w.number["phone_number"], w.number["sms_url"], w.number["voice_url"] = "+441632960999",
				"https://x.example.org", "https://x.example.org"
		}, false},
		{"no caller id", "caller-id-missing", func(t *testing.T,
			w *world) {
			w.Config.CallerID, w.Config.Lines = "", []string{"60777"}
		}, true},
		{"a freephone number and no caller id", "caller-id-needed", func(t *testing.T, w *world) {
			w.Config.CallerID, w.Config.Lines = "", []string{"+448081570011"}
			w.number["phone_number"] = "+448081570011"
		}, false},
		{"another's caller id", "caller-id-not-ours",
			func(t *testing.T, w *world) { w.Config.CallerID = "+441632960555" }, false},
		{"a proxy that redirects all", "redirects", func(t *testing.T, w *world) {
			w.gw = http.RedirectHandler("https://www.example.org/", http.StatusMovedPermanently)
		}, false},
		{"a proxy that redirects one path", "redirects", func(t *testing.T, w *world) {
			gw := w.gw
			w.gw = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/voice" {
					http.Redirect(rw, r, "/voice/", http.StatusMovedPermanently)
					return
				}
				gw.ServeHTTP(rw, r)
			})
		}, false},
		{"a proxy that passes one path on", "path-unreachable", func(t *testing.T, w *world) {
			gw := w.gw
			w.gw = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/voice") {
					http.NotFound(rw, r)
					return
				}
				gw.ServeHTTP(rw, r)
			})
		}, false},
		{"a proxy without the path of legs", "path-unreachable", func(t *testing.T, w *world) {
			gw := w.gw
			w.gw = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/voice/leg" {
					_, _ = rw.Write([]byte("<html>login</html>"))
					return
				}
				gw.ServeHTTP(rw, r)
			})
		}, false},
		{"a certificate that expires in ten days", "certificate-expires",
			func(t *testing.T, w *world) { w.shortLived(t, 10*24*time.Hour) }, false},
		{"a certificate that has expired", "certificate-expires",
			func(t *testing.T, w *world) { w.shortLived(t, -time.Hour) }, false},
		{"swap", "swap", func(t *testing.T, w *world) {
			const swaps = "Filename\tType\tSize\tUsed\tPriority\n/swapfile file 1000 0 -2\n"
			w.Root = fstest.MapFS{"proc/swaps": {Data: []byte(swaps)},
				"proc/7/comm": {Data: []byte("gateway\n")}, "proc/7/cgroup": {Data: []byte("0::/x\n")}}
		}, false},
		{"a low spend limit", "spend-limit-low", func(t *testing.T, w *world) { w.Config.SpendLimitPence = 200 }, true},
		{"nowhere to keep the last good book", "state-dir-missing",
			func(t *testing.T, w *world) { w.Config.FlowsDir = "/srv/book" }, true},
		{"keywords that the provider answers", "keywords", func(*testing.T, *world) {}, true},
		{"a name that leads to an old server", "other-gateway", func(t *testing.T, w *world) {
			w.serve(t, func(c *config.Config) { c.RedisURL = testkit.StartRedis(t).URL() })
		}, false},
		{"a Redis that the gateway was not restarted for", "other-gateway",
			func(t *testing.T, w *world) { w.Config.RedisURL += "/1" }, false},
		{"a proxy that drops the signature", "signature-refused", func(_ *testing.T, w *world) {
			gw := w.gw
			w.gw = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				r.Header = http.Header{"Content-Type": r.Header["Content-Type"]}
				gw.ServeHTTP(rw, r)
			})
		}, false},
		{"people of this country left out", "home-left-out",
			func(_ *testing.T, w *world) { w.Config.Countries = []int{353} }, false},
		{"a second line that is not in ERASE_LINES", "line-not-swept",
			func(_ *testing.T, w *world) { w.second("sms_url", w.public.URL+"/sms") }, false},
		{"a second line that points here by http", "texts-elsewhere", func(_ *testing.T, w *world) {
			w.second("sms_url", strings.Replace(w.public.URL, "https", "http", 1)+"/sms")
		}, false},
		{"a Redis with another password", "store-denied",
			func(t *testing.T, w *world) { w.redis.Do(t, "CONFIG", "SET", "requirepass", "another") }, false},
		{"a gateway that looks at nothing", "inspect-off",
			func(_ *testing.T, w *world) { w.Config.InspectEvery = 0 }, true},
		{"a program that was replaced", "old-program", root("proc/7/exe", "/usr/local/bin/gateway (deleted)"), false},
		{"a watch timer that is off", "watch-off", root("etc/systemd/system/multi-user.target.wants/signpost.service",
			"/x"), true},
		{"a watch that writes to the example's address", "watch-example", func(t *testing.T, w *world) {
			root("etc/systemd/system/multi-user.target.wants/signpost.service", "/x")(t, w)
			root("etc/systemd/system/timers.target.wants/signpost-watch.timer", "/x")(t, w)
			files, _ := w.Root.(fstest.MapFS)
			files["etc/signpost/watch"] = &fstest.MapFile{Data: []byte("WATCH_MAIL_TO=duty@example.org\n")}
		}, false},
		{"no probe timer", "probe-off", root("etc/systemd/system/multi-user.target.wants/signpost.service", "/x"),
			true},
		{"a setting that the gateway was not restarted for", "settings-old", func(_ *testing.T, w *world) {
			w.started("SENDER_LIMIT=30", "TWILIO_AUTH_TOKEN_FILE=/run/token")
			w.Environment["SENDER_LIMIT"] = "60"
		}, false},
		{"a token that the gateway was not restarted for", "settings-old", func(t *testing.T, w *world) {
			w.started("TWILIO_AUTH_TOKEN_FILE=/run/token")
			files, _ := w.Root.(fstest.MapFS)
			files["etc/signpost/token"] = &fstest.MapFile{Data: []byte(strings.Repeat("f", 32))}
		}, false},
		{"a name that this machine has an address of its own for", "name-in-hosts", func(t *testing.T, w *world) {
			w.Config.PublicURL = "https://sms.example.org"
			files, _ := w.Root.(fstest.MapFS)
			const hosts = "127.0.0.1 localhost\n127.0.1.1\tSMS.example.org sms # by the installer\n"
			files["etc/hosts"] = &fstest.MapFile{Data: []byte(hosts)}
		}, true},
		{"a clock that is wrong by months", "clock", func(t *testing.T, w *world) {
			w.Config.APIURL = withCertificate(t, http.NotFoundHandler(), -time.Hour)
		}, false},
		{"a Redis that forgets anything", "store-evicts",
			func(t *testing.T, w *world) { w.redis.Do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru") }, false},
		{"a Redis that refuses when full", "store-noeviction",
			func(t *testing.T, w *world) { w.redis.Do(t, "CONFIG", "SET", "maxmemory", "100mb") }, true},
		{"a Redis without a limit", "store-unbounded", func(*testing.T, *world) {}, true},
		{"a key of the fallback that rings an old number", "fallback-other", func(_ *testing.T, w *world) {
			w.served["/connect.xml"] = []byte(strings.ReplaceAll(string(w.served["/connect.xml"]), "0010", "0011"))
		}, false},
		{"a key of the fallback that leads nowhere", "fallback-away",
			func(_ *testing.T, w *world) { delete(w.served, "/connect.xml") }, false},
		{"what only the gateway knows", "line-not-answering",
			says("ready\nbook: none\ndegraded: line-not-answering: nobody answers it. Ring it.\n"), false},
		{"what the gateway only notes", "store-on-disk",
			says("ready\nbook: none\nnote: store-on-disk: Redis writes. Stop it.\n"), true},
		{"a book that the gateway was not restarted for", "book-other", says("ready\nbook: 0badb00c\n"), false},
		{"another service at ADMIN_ADDR", "gateway-unseen", says("<html>welcome</html>"), false},
		{"no gateway at ADMIN_ADDR", "gateway-unseen", func(_ *testing.T, w *world) {
			w.Ready = func(context.Context) (string, error) { return "", errors.New("refused") }
		}, true},
	}
	names := doctor.Names()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !slices.Contains(names, tt.found) {
				t.Errorf("%s is not the name of a mistake", tt.found)
			}
			w := well(t)
			tt.plant(t, w)
			for _, f := range doctor.Examine(t.Context(), w.Options) {
				if f.Name != tt.found {
					continue
				}
				if want := map[bool]doctor.Verdict{false: doctor.Bad, true: doctor.Look}[tt.look]; f.Verdict != want ||
					f.Fix == "" {
					t.Errorf("it is called %q, to be fixed by %q", f.Verdict, f.Fix)
				}
				return
			}
			t.Errorf("it is not found")
		})
	}
	t.Logf("%d mistakes planted by name", len(tests))
}

// root has a link on this machine.
func root(name, to string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		files, ok := w.Root.(fstest.MapFS)
		if !ok {
			t.Fatal("the machine has other files")
		}
		files[name] = &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink}
	}
}

// second gives the account another number that is set up like the first, but for one field.
func (w *world) second(field string, v any) {
	other := maps.Clone(w.number)
	other["sid"], other["phone_number"], other[field] = "PN"+strings.Repeat("9", 32), "+441632960009", v
	w.double.Line(other)
}

// says has the running gateway say something in /readyz.
func says(ready string) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) { w.Ready = func(context.Context) (string, error) { return ready, nil } }
}

// A gateway that keeps its last good book says so itself: its unit may set STATE_DIR, which
// this command does not see. A problem that was found here is not said twice.
func TestGatewaySpeaksForItself(t *testing.T) {
	w := well(t)
	w.Config.FlowsDir = "/srv/book"
	src, _ := w.Book(time.Now())
	says(fmt.Sprintf("ready\nbook: %08x\ndegraded: balance-low: 1.20 GBP are left. Pay in.\n", src.Book.Version))(t, w)
	w.double.SetBalance("1.20")
	n := map[string]int{}
	for _, f := range doctor.Examine(t.Context(), w.Options) {
		n[f.Name]++
	}
	if n["state-dir-missing"] > 0 || n["book-other"] > 0 || n["balance-low"] != 1 {
		t.Errorf("it finds %v", n)
	}
}

// An overridden number is not said to point here.
func TestOverriddenDoesNotPointHere(t *testing.T) {
	w := well(t)
	w.number["trunk_sid"] = "TK" + strings.Repeat("1", 32)
	for _, f := range doctor.Examine(t.Context(), w.Options) {
		if strings.Contains(f.What, "points here") {
			t.Errorf("it says %q", f.What)
		}
	}
}

// A limit on the unit keeps the gateway from swap, no matter what the machine does.
func TestSwapIsOffForTheUnit(t *testing.T) {
	root := fstest.MapFS{
		"proc/swaps":       {Data: []byte("Filename\tType\tSize\tUsed\tPriority\n/swapfile file 1000 0 -2\n")},
		"proc/self/cgroup": {Data: []byte("0::/system.slice/signpost.service\n")},
		"sys/fs/cgroup/system.slice/signpost.service/memory.swap.max": {Data: []byte("0\n")},
	}
	if found := inspect.Swap(root); len(found) > 0 {
		t.Errorf("it finds %+v", found)
	}
}

// started has the gateway be started with these settings, beside its address, the account and a token.
func (w *world) started(settings ...string) {
	files, _ := w.Root.(fstest.MapFS)
	files["run/token"] = &fstest.MapFile{Data: []byte(token + "\n")}
	files["etc/signpost/token"] = &fstest.MapFile{Data: []byte(token)}
	files["proc/7/environ"] = &fstest.MapFile{Data: []byte("ADMIN_ADDR=127.0.0.1:9091\x00TWILIO_ACCOUNT_SID=" +
		account + "\x00STATE_DIR=/x\x00" + strings.Join(settings, "\x00") + "\x00")}
	w.Environment = map[string]string{"ADMIN_ADDR": "127.0.0.1:9091", "TWILIO_ACCOUNT_SID": account,
		"TWILIO_AUTH_TOKEN_FILE": "/etc/signpost/token"}
}

// A gateway that was started with what the settings say is not called old: its unit has a
// copy of the token, and a folder of its own. Another gateway's settings are its own.
func TestSettingsInUse(t *testing.T) {
	for what, settings := range map[string][]string{
		"the same settings": {"TWILIO_AUTH_TOKEN_FILE=/run/token", "SENDER_LIMIT=60"},
		"another gateway":   {"ADMIN_ADDR=127.0.0.1:9092", "SENDER_LIMIT=30"},
	} {
		w := well(t)
		w.started(settings...)
		w.Environment["SENDER_LIMIT"] = "60"
		for _, f := range doctor.Examine(t.Context(), w.Options) {
			if f.Name == "settings-old" {
				t.Errorf("%s: %s", what, f.What)
			}
		}
	}
}

// shortLived gives PUBLIC_URL a certificate that is valid for so long.
func (w *world) shortLived(t *testing.T, valid time.Duration) {
	t.Helper()
	w.Config.PublicURL = withCertificate(t, w.gw, valid)
}

// withCertificate serves with a certificate that is valid for so long.
func withCertificate(t *testing.T, h http.Handler, valid time.Duration) (at string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-24 * time.Hour),
		NotAfter: time.Now().Add(valid)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}
