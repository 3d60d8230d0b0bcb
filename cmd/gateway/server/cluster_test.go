package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/testkit"
)

// Three gateways on one Cluster serve the same conversations, whichever of them a
// text comes to. When a master dies in the middle, and its replica takes over,
// nobody notices: every text gets the answer it would have got.
func TestClusterFailover(t *testing.T) {
	t.Parallel()
	c := testkit.StartCluster(t)
	secret := func(cfg *config.Config) { cfg.RedisURL = c.URL() }
	first := start(t, secret)
	shared := first.secrets
	servers := []*running{first}
	for range 2 {
		servers = append(servers, start(t, func(cfg *config.Config) { secret(cfg); cfg.Secrets = shared }))
	}
	steps := []struct{ they, we string }{
		{"hello", townAsked}, {"2", whoAsked}, {"1", testbook.Offers("where", 1)}, {"1", testbook.Offers("cumbria", 1)},
		{"3", "01229 582386"}, {"1", "0300 303 0157"}, {"9", testbook.Opens("cumbria")}, {"x", ""},
	}
	type person struct {
		phone *handset.Phone
		at    int
	}
	const people = 60
	all := make([]*person, people)
	for i := range all {
		p := *servers[0].phone()
		p.From, p.Jar = fmt.Sprintf("+4474000%05d", i), map[string]string{}
		all[i] = &person{phone: &p, at: 1}
		// Everybody begins once the store has answered in time: a gateway that has just connected to
		// a Cluster on a busy machine may be too late. From then on there is a cookie, too.
		for deadline := time.Now().Add(patience); ; testkit.Pause() {
			if strings.Contains(text(t, &p, steps[0].they), steps[0].we) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the store does not answer in time")
			}
		}
	}
	// Everybody takes a step, at any of the gateways.
	round := func(n int) (wrong []string) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i, p := range all {
			wg.Go(func() {
				step := steps[p.at%len(steps)]
				phone := *p.phone
				phone.Handler = proxy{servers[(i+n)%len(servers)].url}
				got, err := phone.Text(t.Context(), step.they)
				if err != nil || !strings.Contains(got, step.we) || step.we == "" && got != "" {
					mu.Lock()
					wrong = append(wrong, fmt.Sprintf("%q is answered %q, %v", step.they, got, err))
					mu.Unlock()
				}
				p.at++
			})
		}
		wg.Wait()
		return wrong
	}
	for n := range 3 {
		for _, w := range round(n) {
			t.Error(w)
		}
	}
	c.Masters[0].Kill()
	for n := 0; n < 12 || !c.TookOver(0); n++ {
		for _, w := range round(n) {
			t.Error(w)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	c.AwaitHealthy(t)
	for n := range len(steps) {
		for _, w := range round(n) {
			t.Error(w)
		}
	}
}
