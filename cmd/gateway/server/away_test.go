package server_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"signpost/config"
	"signpost/flows/testbook"
	"signpost/internal/handset"
	"signpost/internal/testkit"
)

// With every fault of Redis, a text is answered before the provider gives up: a place gets
// its local number, anything else the 24-hour number and 999. Calls do not
// notice.
func TestRedisAway(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	p := s.phone()
	text(t, p, "hello")
	check := func(t *testing.T) {
		for _, tt := range []struct{ body, want string }{
			{"kendal", "01229 582386"}, {"CW10 9QN", "0300 123 5101"}, {"1", "0808 2000 247"}, {"please help", "999"},
			{"", "0808 2000 247"}, {"999", emergency},
		} {
			client := s.phone()
			const givesUp = 15 * time.Second
			ctx, cancel := context.WithTimeout(t.Context(), givesUp)
			got, err := client.Text(ctx, tt.body)
			cancel()
			if err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("%q: %q, %v", tt.body, got, err)
			}
		}
		c, err := s.phone().Ring(t.Context())
		if err != nil || c.Gather == nil {
			t.Errorf("a call without Redis: %v", err)
		}
		if ready := get(t, s.admin+"/readyz"); !strings.Contains(ready, "degraded: store-unreachable: ") {
			t.Errorf("/readyz says %q", ready)
		}
	}
	t.Run("hung", func(t *testing.T) { r.Hang(); check(t); r.Wake() })
	t.Run("killed", func(t *testing.T) { r.Kill(); check(t) })
	t.Run("back", func(t *testing.T) {
		r.Restart(t)
		for deadline := time.Now().Add(patience); ; testkit.Pause() {
			p := s.phone()
			text(t, p, "hello")
			if got := text(t, p, "2"); strings.Contains(got, whoAsked) {
				return
			} else if time.Now().After(deadline) {
				t.Fatalf("conversations are not remembered again: %q", got)
			}
		}
	})
}

// Somebody in the middle of a menu notices nothing of a store that goes away, and
// comes back empty, and goes away again: the conversation travels in a sealed
// cookie, and what is done meanwhile holds.
func TestConversationOutlivesTheStore(t *testing.T) {
	r := testkit.StartRedis(t)
	s := start(t, func(c *config.Config) { c.RedisURL = r.URL() })
	says := func(p *handset.Phone, they, want string) {
		t.Helper()
		sid := handset.SID("SM")
		kept := maps.Clone(p.Jar)
		first, err := p.TextAs(t.Context(), sid, they)
		if err != nil || !strings.Contains(first, want) || want == "" && first != "" {
			t.Errorf("%q is answered %q, %v", they, first, err)
		}
		after := maps.Clone(p.Jar)
		maps.Copy(p.Jar, kept) // a repeat comes with what the first came with
		if again, err := p.TextAs(t.Context(), sid, they); err != nil || again != first || !maps.Equal(p.Jar, after) {
			t.Errorf("%q again is answered %q, %v; kept %v, first %v", they, again, err, p.Jar, after)
		}
	}
	phone := func() *handset.Phone {
		p := s.phone()
		p.Jar = map[string]string{}
		return p
	}
	p, leaver, bare := phone(), phone(), s.phone()
	says(p, "hello", townAsked)
	says(p, "2", whoAsked)
	says(leaver, "hello", townAsked)
	says(leaver, "2", whoAsked)
	text(t, bare, "hello")

	r.Kill()
	says(p, "4", testbook.Offers("more", 1))
	says(p, "1", "0808 801 0327")
	says(p, "2", testbook.Opens("bills"))
	says(leaver, "x", "")
	says(leaver, "2", townAsked) // it begins anew: there is nothing to go on with
	says(leaver, "x", "")
	if got := text(t, bare, "2"); !strings.Contains(got, "0808 2000 247") {
		t.Errorf("with nothing kept, a choice is answered %q", got)
	}

	r.Restart(t)
	says(p, "9", "0808 801 0327") // back from a question
	says(p, "9", testbook.Offers("more", 1))
	says(p, "3", "0800 1111")
	says(leaver, "3", townAsked)

	r.Kill()
	says(p, "9", testbook.Offers("more", 1))
	r.Restart(t)
	says(p, "x", "")
	says(p, "1", townAsked)
}
