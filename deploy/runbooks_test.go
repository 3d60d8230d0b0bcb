package deploy_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/internal/handset"
	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
	"signpost/internal/webhook"
)

// walk is a runbook as it is lived through: a problem is caused for real, every surface says
// what it should, the remedy is done, and the problem ends everywhere.
type walk struct {
	alert, problem string // the section of docs/runbooks.md, and what is wrong
	setting        string // of the environment, beside the usual
	cause          func(s *site)
	ready          string // the name in /readyz, in the watch timer's message and in signpost_problem
	page           string // what the manager's page says
	doctor         string // the name that signpost doctor gives
	within         int    // minutes until the alert
	remedy         func(s *site)
	lasts          time.Duration // for how long what happened is still named
}

// Every runbook is walked: the built programs, a real Redis, the provider's double.
func TestRunbooksAreWalked(t *testing.T) {
	testkit.Long(t)
	var mu sync.Mutex
	var asked []alertTest
	walked := map[string]bool{}
	t.Run("walks", func(t *testing.T) {
		for _, w := range walks() {
			walked[w.alert] = true
			t.Run(w.alert+" "+w.problem, func(t *testing.T) {
				t.Parallel() // a walk waits, mostly
				asks := w.through(t)
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, asks)
			})
		}
	})
	promtool(t, 1, asked...)
	rules, err := os.ReadFile("deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(string(rules), -1) {
		if !walked[a[1]] {
			t.Errorf("nobody has walked the runbook of %s", a[1])
		}
	}
}

// through walks one runbook. It gives a test for promtool: the alert is quiet before, fires
// during the problem, and ends.
func (w walk) through(t *testing.T) alertTest {
	s := newSite(t, func(s *site) {
		if name, value, ok := strings.Cut(w.setting, "="); ok {
			s.env[name] = value
		}
		if w.alert == "SignpostLineNotAnswering" { // the last test calls were before today
			s.edit("services.yaml", func(text string) string { return strings.ReplaceAll(text, today(0), today(-1)) })
		}
	})
	s.await("nothing is wrong", func() bool { return !strings.Contains(s.get("/readyz"), "degraded: ") })
	if told := s.watch(); len(told) > 0 {
		t.Fatalf("people are told %q of a line that is well", told)
	}
	s.scrape(beforeProblem)
	w.cause(s)
	s.begins(w)
	begun := s.minutes()
	w.remedy(s)
	if w.lasts > 0 {
		s.goOn(w.lasts)
		s.scrape(1) // the monitor has asked all the time
	}
	s.ends(w)
	s.scrape(max(alertLasts[w.alert], 5))
	return alertTest{w.alert, s.series(w.alert).yaml(w.alert+", "+w.problem, quiet(w.alert, beforeProblem-1),
		fires(w.alert, begun-1), quiet(w.alert, s.minutes()-1))}
}

// alertLasts is for how many minutes alerts go on after what happened once.
var alertLasts = map[string]int{"SignpostRefusing": hour / 2, "SignpostSafeAnswers": hour / 2, "SignpostBlocked": hour,
	"SignpostErasingGivenUp": day}

// today is the day of the test, or days before or after, as a flow book writes it.
func today(days int) string { return walkDay.AddDate(0, 0, days).Format(`"2006-01-02"`) }

var walkDay = time.Now()

// beforeProblem is for how many minutes all is well.
const beforeProblem = 3 * hour

// begins looks that every surface names the problem.
func (s *site) begins(w walk) {
	s.t.Helper()
	if w.ready != "" {
		s.await("/readyz names "+w.ready,
			func() bool { return strings.Contains(s.get("/readyz"), "degraded: "+w.ready+": ") })
		s.await("the metrics name "+w.ready, func() bool {
			return strings.Contains(s.get("/metrics"), fmt.Sprintf("signpost_problem{problem=%q} 1\n", w.ready))
		})
	}
	s.scrape(w.within)
	if page := s.get("/status"); !strings.Contains(page, w.page) {
		s.t.Errorf("the manager's page does not say %q:\n%s", w.page, page)
	}
	if found := s.doctor(); found[w.doctor] != "bad" {
		s.t.Errorf("the doctor finds %v", found)
	}
	if s.deadMan() != (w.ready == "unwatched") {
		s.t.Errorf("the dead man's switch complains: %v", s.deadMan())
	}
	s.await("people are told", func() bool { // on a busy machine a look may come to nothing
		return strings.Contains(strings.ToLower(strings.Join(s.watch(), "\n")), "problem: "+w.ready)
	})
}

// ends looks that no surface names a problem any more.
func (s *site) ends(w walk) {
	s.t.Helper()
	s.await("it is over", func() bool {
		ready := s.get("/readyz")
		return strings.HasPrefix(ready, "ready\n") && !strings.Contains(ready, "degraded: ")
	})
	if page := s.get("/status"); !strings.Contains(page, "Yes. No problem is known.") {
		s.t.Errorf("the manager's page says\n%s", page)
	}
	if told := strings.ToLower(strings.Join(s.watch(), "\n")); !strings.Contains(told, "it is over") ||
		strings.Contains(told, "problem:") {
		s.t.Errorf("people are told %q", told)
	}
	if found := s.doctor(); found[w.doctor] == "bad" {
		s.t.Errorf("the doctor still finds %v", found)
	}
	if s.deadMan() {
		s.t.Error("the dead man's switch still complains")
	}
}

func (s *site) text(phone *handset.Phone, body string) string {
	s.t.Helper()
	got, err := phone.Text(s.t.Context(), body)
	if err != nil {
		s.t.Fatalf("a text: %v", err)
	}
	return got
}

// report is the provider's report on one of our replies.
func (s *site) report(n int, code string) {
	s.t.Helper()
	form := url.Values{"MessageSid": {handset.SID("SM")}, "MessageStatus": {"undelivered"}, "ErrorCode": {code},
		"From": {walkLine}, "To": {"+447400900111"}}
	if code == "" {
		form.Set("MessageStatus", "delivered")
		form.Del("ErrorCode")
	}
	for range n {
		if status, _, err := s.phone(1).Post(s.t.Context(), "/sms/status", form); err != nil ||
			status != http.StatusOK {
			s.t.Fatalf("a report: %d, %v", status, err)
		}
	}
}

// misses has a caller ring the first service of the menus, whose line nobody answers.
func (s *site) misses(caller int) {
	s.t.Helper()
	c, err := s.phone(caller).Ring(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, k := range []byte("131") {
		if err := c.Press(s.t.Context(), k); err != nil {
			s.t.Fatal(err)
		}
	}
	for range 5 {
		if c.LegEnds(s.t.Context(), "no-answer") != nil {
			return
		}
	}
}

// runbook has a command of the runbook typed, and looks that it is there.
func (s *site) runbook(alert, command string) string {
	s.t.Helper()
	text, err := os.ReadFile("docs/runbooks.md")
	if err != nil {
		s.t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## "+alert+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if !strings.Contains(section, "`"+command+"`") {
		s.t.Errorf("%s does not say %s", alert, command)
	}
	return s.types(strings.Replace(command, "http://127.0.0.1:9091", "http://"+s.env["ADMIN_ADDR"], 1))
}

// stuck has a record on the list to erase, due for so long, that the provider does not delete.
func (s *site) stuck(r testkit.Record, due time.Duration) (id string) {
	s.t.Helper()
	r.SID, r.Body, r.From, r.To, r.Created = fmt.Sprintf("SM%032x", 7), "x", "+447400900001", walkLine,
		s.now().Add(-due)
	s.double.Hold(r)
	s.redis.Do(s.t, "ZADD", "erase:{list}:due", fmt.Sprint(s.now().Add(-due).UnixMilli()), r.SID)
	return r.SID
}

// quietDays stores the counts of the last two days, on which nobody came.
func (s *site) quietDays() {
	s.t.Helper()
	secret, err := privacy.ParseSecret(s.env["PRIVACY_KEY"])
	if err != nil {
		s.t.Fatal(err)
	}
	keys, err := privacy.NewKeyring(secret)
	if err != nil {
		s.t.Fatal(err)
	}
	kept, err := store.Open(store.Options{URL: s.env["REDIS_URL"], Keys: keys})
	if err != nil {
		s.t.Fatal(err)
	}
	defer kept.Close()
	for back := range 4 { // midnight may come meanwhile
		if err := kept.PutCounts(s.t.Context(), hours.Day(time.Now()).AddDate(0, 0, -back), "one",
			map[string]int{}); err != nil {
			s.t.Fatal(err)
		}
	}
}

func walks() []walk {
	set := func(field string, v any) func(*site) { return func(s *site) { s.number[field] = v } }
	var good string
	breakBook := func(s *site) { good = s.edit("menus.yaml", func(string) string { return "steps: 1\n" }) }
	repairBook := func(s *site) {
		if out, err := s.command("sh", "-c", "signpost check -flows $FLOWS_DIR"); err == nil ||
			!strings.Contains(out, "menus.yaml:1:") {
			s.t.Errorf("check says %s", out)
		}
		s.edit("menus.yaml", func(string) string { return good })
	}
	provision := func(s *site) { s.types("signpost provision -yes " + walkLine) }
	restart := func(name, value string) func(*site) {
		return func(s *site) {
			s.env[name] = value
			s.restart()
		}
	}
	other := strings.Repeat("f", 32)
	return []walk{
		{"SignpostDown", "a gateway that is gone", "", func(s *site) { s.stop() }, "", "", "not-this-gateway",
			4, func(s *site) { s.start() }, 0},
		{"SignpostGone", "a scrape job with another name, and no watch timer", "", func(s *site) {
			s.job = "gateway"
			s.goOn(31 * time.Minute)
		}, "unwatched", "Nothing has looked at the server", "unwatched", 15, func(s *site) {
			if got := s.runbook("SignpostGone", "curl -s http://127.0.0.1:9091/readyz"); !strings.HasPrefix(got,
				"ready\n") {
				s.t.Errorf("curl prints %s", got)
			}
			s.job = "signpost"
		}, 0},
		{"SignpostProbeSilent", "a proxy that lets nothing through", "", func(s *site) {
			p := s.phone(1)
			p.From, p.To = webhook.ProbeCaller, webhook.ProbeLine
			for range 61 { // half a day of the timer
				s.text(p, "x")
			}
			s.scrape(hour)
			s.inFront(http.NotFoundHandler())
			if got, err := s.command("signpost", "probe"); err == nil || got != "no\n" {
				s.t.Errorf("a probe says %q", got)
			}
		}, "path-unreachable", "The number does not lead here", "not-this-gateway", 45, func(s *site) {
			s.inFront(nil)
			p := s.phone(1)
			p.From, p.To = webhook.ProbeCaller, webhook.ProbeLine
			s.text(p, "x")
		}, 0},
		{"SignpostNotReached", "a proxy that redirects", "", func(s *site) {
			s.inFront(http.RedirectHandler("https://www.example.org/", http.StatusMovedPermanently))
		},
			"redirects", "The number does not lead here", "redirects", 7, func(s *site) { s.inFront(nil) }, 0},
		{"SignpostNotReached", "a proxy that drops the signature", "", func(s *site) {
			s.inFront(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for name := range r.Header {
					if strings.Contains(name, "Signature") {
						r.Header.Del(name)
					}
				}
				s.proxy.ServeHTTP(w, r)
			}))
		}, "signature-refused", "The number does not lead here", "signature-refused",
			7, func(s *site) { s.inFront(nil) }, 0},
		{"SignpostNotReached", "a name that leads to an old server", "", func(s *site) {
			old := newSite(s.t, func(old *site) { old.env["PUBLIC_URL"] = s.env["PUBLIC_URL"] })
			s.inFront(old.proxy)
		}, "other-gateway", "The number does not lead here", "other-gateway", 7, func(s *site) { s.inFront(nil) }, 0},
		{"SignpostRefusing", "a token that was changed at the provider", "", func(s *site) {
			p := s.phone(1)
			p.Token = privacy.Hide(other)
			if _, err := p.Text(s.t.Context(), "hello"); err == nil {
				s.t.Error("a text that is signed with another token is answered")
			}
			s.double.SetToken(other)
		}, "webhooks-refused", "was refused in the last half hour", "credentials", 2, restart("TWILIO_AUTH_TOKEN",
			other+","+walkToken), 0},
		{"SignpostSafeAnswers", "a fault of the program", "", func(s *site) {
			if got := s.text(s.phone(1), planted); !strings.Contains(got, "999") {
				s.t.Errorf("a fault gets %q", got)
			}
		}, "safe-answers", "The program had a fault", "safe-answers", 2, func(s *site) {
			if log := s.log.String(); !strings.Contains(log, "panic") || !strings.Contains(log, `"endpoint":"/sms"`) {
				s.t.Errorf("the log says %s", log)
			}
			s.restart()
		}, 0},
		{"SignpostStoreUnreachable", "a Redis that is gone", "", func(s *site) { s.redis.Kill() }, "store-unreachable",
			"Conversations are not remembered", "store-unreachable", 3, func(s *site) {
				s.redis.Restart(s.t)
				if got := s.runbook("SignpostStoreUnreachable", `redis-cli -u "$REDIS_URL" ping`); got != "PONG\n" {
					s.t.Errorf("Redis says %q", got)
				}
			}, 0},
		{"SignpostStoreUnreachable", "a Redis that is full", "", func(s *site) {
			for i := range 60 {
				s.redis.Do(s.t, "SET", fmt.Sprint("filler", i), strings.Repeat("x", 100_000), "EX", "900")
			}
			s.redis.Do(s.t, "CONFIG", "SET", "maxmemory", "5mb")
		}, "store-full", "Conversations are not remembered", "store-full", 3, func(s *site) {
			s.runbook("SignpostStoreUnreachable", `redis-cli -u "$REDIS_URL" config set maxmemory-policy volatile-ttl`)
		}, 0},
		{"SignpostStoreUnreachable", "a Redis that is a replica", "",
			func(s *site) {
				s.redis.Do(s.t, "REPLICAOF", "127.0.0.1", "1")
			}, "store-read-only", "Conversations are not remembered", "store-read-only", 3,
			func(s *site) {
				if got := s.runbook("SignpostStoreUnreachable",
					`redis-cli -u "$REDIS_URL" info replication`); !strings.Contains(got, "role:slave") {
					s.t.Errorf("Redis says %s", got)
				}
				s.runbook("SignpostStoreUnreachable", `redis-cli -u "$REDIS_URL" replicaof no one`)
			}, 0},
		{"SignpostNoBook", "a broken book at the start", "STATE_DIR=", func(s *site) {
			s.stop()
			breakBook(s)
			s.start()
			s.started = s.minutes()
		}, "no-book", "There is no flow book without mistakes", "no-book", 2, repairBook, 0},
		{"SignpostBookRefused", "a broken book", "", breakBook, "book-refused", "saved last has mistakes",
			"book-refused", 17, repairBook, 0},
		{"SignpostAccount", "a trunk", "", set("trunk_sid", "TK"+strings.Repeat("1", 32)), "calls-trunk",
			"does not lead here", "calls-trunk", 7, provision, 0},
		{"SignpostAccount", "texts that go to an old address", "", set("sms_url", "https://old.example.org/sms"),
			"texts-elsewhere", "does not lead here", "texts-elsewhere", 7, provision, 0},
		{"SignpostAccount", "an account without money", "", func(s *site) { s.double.SetBalance("1.20") },
			"balance-low", "account is not in order", "balance-low", 7, func(s *site) { s.double.SetBalance("50") }, 0},
		{"SignpostProblem", "a number that does not report the end of calls", "", set("status_callback", ""),
			"ended-elsewhere", "Something on the server", "ended-elsewhere", 65, provision, 0},
		{"SignpostBlocked", "a network's filter", "", func(s *site) { s.report(1, "30007") }, "replies-blocked",
			"A mobile network blocked a reply", "replies-blocked", 2, func(*site) {}, 30 * time.Minute},
		{"SignpostUndelivered", "phones that are off", "", func(s *site) {
			s.report(8, "")
			s.report(5, "30003")
		}, "replies-undelivered", "did not arrive", "replies-undelivered", 2, func(*site) {}, 24 * time.Hour},
		{"SignpostNotErasing", "a provider that refuses our token", "", func(s *site) {
			s.double.SetToken(other)
			s.text(s.phone(1), "hello")
		}, "erasing-refused", "not deleted in time", "credentials", 65, restart("TWILIO_AUTH_TOKEN", other), 0},
		{"SignpostErasingLate", "a record that is in use", "",
			func(s *site) {
				s.stuck(testkit.Record{NotFinal: 1 << 20}, 26*time.Hour)
			}, "erasing-late", "not deleted in time", "erasing-late", 65, func(s *site) {
				if ready := s.get("/readyz"); !strings.Contains(ready, "the oldest for 26 hours") {
					s.t.Errorf("/readyz says %s", ready)
				}
				s.double.Lose() // it is no longer in use
				s.redis.Do(s.t, "ZADD", "erase:{list}:due", "1", fmt.Sprintf("SM%032x", 7))
			}, 0},
		{"SignpostErasingGivenUp", "a record that is refused", "", func(s *site) {
			s.await("the search at the start", func() bool {
				return strings.Contains(s.get("/metrics"), `signpost_erasure_sweeps_total{outcome="succeeded"} 1`)
			})
			s.stuck(testkit.Record{Refused: 1 << 20}, 361*time.Hour)
		}, "erasing-given-up", "not deleted in time", "erasing-given-up", 2, func(s *site) {
			s.double.Hold(testkit.Record{SID: s.double.Left()[0].SID, From: "+447400900001", To: walkLine,
				Created: time.Now().Add(-361 * time.Hour)}) // it can be deleted now
			if out := s.runbook("SignpostErasingGivenUp", "gateway sweep"); !strings.Contains(out, `"count":1`) {
				s.t.Errorf("sweep says %s", out)
			}
			s.await("the record is gone", func() bool { return len(s.double.Left()) == 0 })
			s.restart()
		}, 0},
		{"SignpostMoney", "many texts", "SPEND_LIMIT=3", func(s *site) {
			for i := range 19 { // 95 of 105 pence
				s.text(s.phone(100+i), "hello")
			}
		}, "share-nearly-spent", "Many people text", "share-nearly-spent", 2, restart("SPEND_LIMIT", "100"), 0},
		{"SignpostReserve", "an attack", "TEXT_PENCE=500", func(s *site) {
			for i := range 40 {
				s.text(s.phone(100+i), "hello")
			}
		}, "reserve-high", "Somebody is attacking", "reserve-high", 2, func(*site) {}, 2 * time.Hour},
		{"SignpostFlood", "one sender", "SENDER_LIMIT=5", func(s *site) {
			for range 25 {
				s.text(s.phone(1), "hello")
			}
		}, "flood", "More people text or ring", "flood", 2, func(*site) {}, 2 * time.Hour},
		{"SignpostQuiet", "nobody", "", func(s *site) {
			s.scrape(2 * day)
			s.quietDays()
		}, "quiet", "Nobody texted or rang", "quiet", 65, func(s *site) { s.text(s.phone(1), "hello") },
			24 * time.Hour},
		{"SignpostLineNotAnswering", "a line that rings out", "", func(s *site) {
			for caller := range 3 { // one caller counts once a day
				s.misses(caller)
			}
			s.await("the metric of lines",
				func() bool { return !strings.Contains(s.get("/metrics"), "signpost_lines_not_answering 0\n") })
		}, "line-not-answering", "Ring it", "line-not-answering", 2, func(s *site) {
			s.edit("services.yaml", func(text string) string { return strings.ReplaceAll(text, today(-1), today(0)) })
		}, 0},
	}
}
