package server_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"signpost/cmd/gateway/internal/model"
	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/privacy"
	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// whatPeopleText is enough to get everywhere, with words that are not understood,
// ways back, and ways out among it.
var whatPeopleText = []string{"hello", "1", "1", "2", "2", "3", "4", "9", "0", "kendal", "crewe", "im in barrow",
	"wa1 1aa", "brampton", "what", "thanks", "x", "STOP", "bills", "cumbria"}

// message is one text and every way its webhook was delivered and answered.
type message struct {
	sid, text string
	jar       map[string]string // as the provider had it when the text came
	answers   []string          // whole documents
}

// faults are what went wrong in one run.
type faults struct {
	sync.Mutex
	list []string
}

func (f *faults) add(format string, args ...any) {
	f.Lock()
	defer f.Unlock()
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

func (f *faults) any() bool {
	f.Lock()
	defer f.Unlock()
	return len(f.list) > 0
}

// deliver sends a message's webhook to a gateway.
func (m *message) deliver(t *testing.T, wrong *faults, p *handset.Phone, to *running, mu *sync.Mutex) {
	phone := *p
	phone.Handler, phone.Jar = proxy{to.url}, maps.Clone(m.jar)
	status, body, err := phone.Post(t.Context(), "/sms", url.Values{
		"MessageSid": {m.sid}, "SmsSid": {m.sid}, "From": {p.From}, "To": {p.To}, "Body": {m.text}, "NumMedia": {"0"},
		"SmsStatus": {"received"}})
	mu.Lock()
	defer mu.Unlock()
	if err != nil || status != http.StatusOK {
		wrong.add("%q: %d, %v", m.text, status, err)
		return
	}
	m.answers = append(m.answers, string(body))
	maps.Copy(p.Jar, phone.Jar)
}

// words are the text that a document sends.
func words(t *testing.T, doc string) string {
	n, err := twilio.ParseDocument([]byte(doc))
	if err != nil {
		t.Errorf("%v: %s", err, doc)
	}
	return n.Words()
}

// When texts come together, twice, late or out of order, at one gateway or at three
// on one Redis: the answers are those of some order of the texts, each taken once,
// and the conversation goes on from there; a webhook that is repeated gets the same
// bytes.
//
// Texts that the store was too slow for are answered without it, which is tested
// elsewhere. A run with such a text proves nothing. It is done again, with fewer people if it
// must be, so that a machine that does other work, too, has less to do. Texts of one person
// come together as well. There are several runs, each with new people, so that little is done again.
func TestOrder(t *testing.T) {
	for name, gateways := range map[string]int{"one process": 1, "three on one Redis": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			people := []int{6, 6, 3, 3, 2, 2, 1, 1, 1}
			const runs = 5
			for run := 0; run < runs; {
				var wrong *faults
				var slow float64
				t.Run(fmt.Sprint(people[0], " people"), func(t *testing.T) { // its gateways end with it
					wrong, slow = order(t, run, gateways, people[0])
				})
				if t.Failed() {
					return
				}
				if slow > 0 {
					t.Logf("with %d people the store was too slow for %v texts", people[0], slow)
					if people = people[1:]; len(people) == 0 {
						// Perhaps no fault of the gateway. But a test that shows nothing must not pass.
						t.Fatal("the store was too slow again and again, even for one person: too little was shown")
					}
					continue
				}
				for _, w := range wrong.list {
					t.Error(w)
				}
				if t.Failed() {
					return
				}
				run++
			}
		})
	}
}

// order runs it once, with other dice in each run. slow is how many texts the store was too slow for.
func order(t *testing.T, run, gateways, people int) (wrong *faults, slow float64) {
	wrong = &faults{}
	const rounds, most = 30, 4
	r := testkit.StartRedis(t)
	var servers []*running
	var secrets [][]byte
	for range gateways {
		// Each has a network of its own, whose delays shuffle what comes together.
		p := testkit.NewProxy(t, r.Addr)
		p.Set(testkit.Trouble{Delay: func() time.Duration { return rand.N(2 * time.Millisecond) }})
		s := start(t, func(c *config.Config) {
			c.RedisURL, c.SenderLimit = "redis://"+p.Addr, 10_000
			if secrets != nil {
				c.Secrets = secrets
			}
		})
		secrets = s.secrets
		servers = append(servers, s)
	}
	var all sync.WaitGroup
	var count struct {
		sync.Mutex
		batches, together, repeats int
	}
	for i := range people {
		all.Go(func() {
			seed := uint64(i + 100*run)
			dice := rand.New(rand.NewPCG(seed,
				uint64(gateways))) // what is texted; what meets what is up to the machine
			p := &handset.Phone{Base: base, Account: account, Token: privacy.Hide(token),
				From: fmt.Sprintf("+44740070%04d", i), To: ourLine, Jar: map[string]string{}}
			talk := model.Conversation{Book: testbook.Shipped()}
			var before []*message
			var mu sync.Mutex
			pick := func() *running { return servers[dice.IntN(len(servers))] }
			for round := range rounds {
				var batch []*message
				for range 1 + dice.IntN(most) {
					batch = append(batch, &message{sid: handset.SID("SM"),
						text: whatPeopleText[dice.IntN(len(whatPeopleText))], jar: maps.Clone(p.Jar)})
				}
				began := time.Now()
				var together sync.WaitGroup
				repeats := 0
				for _, m := range batch {
					for range 1 + dice.IntN(3)/2 {
						to := pick()
						together.Go(func() { m.deliver(t, wrong, p, to, &mu) })
					}
				}
				for _, m := range before {
					if dice.IntN(4) == 0 { // one of earlier comes again, late
						to := pick()
						repeats++
						together.Go(func() { m.deliver(t, wrong, p, to, &mu) })
					}
				}
				together.Wait()
				if wrong.any() {
					return
				}
				var exchanges []model.Exchange
				for _, m := range batch {
					exchanges = append(exchanges, model.Exchange{Text: m.text, Answer: words(t, m.answers[0])})
				}
				for _, m := range append(batch, before...) {
					for _, a := range m.answers {
						if a != m.answers[0] {
							wrong.add("person %d: %q is answered\n%s\nand again\n%s", i, m.text, m.answers[0], a)
							return
						}
					}
				}
				if !talk.Explain(exchanges, began, time.Now(), model.Licence{}) {
					wrong.add("person %d, round %d: no order of these texts gives these answers: %q", i,
						round, exchanges)
					return
				}
				before = batch
				count.Lock()
				count.batches++
				count.repeats += repeats
				if len(batch) > 1 {
					count.together++
				}
				count.Unlock()
			}
		})
	}
	all.Wait()
	if !wrong.any() && count.together < people*rounds/2 {
		wrong.add("only %d of %d times several texts came together", count.together, count.batches)
	}
	t.Logf("%d times texts came together, %d late repeats", count.together, count.repeats)
	for _, s := range servers {
		for _, o := range []string{"from_cookie", "degraded", "not_saved"} { // the store was too slow for that text
			slow += s.metric(t, `signpost_texts_total{outcome="`+o+`"}`)
		}
	}
	return wrong, slow
}
