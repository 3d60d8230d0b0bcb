package deploy_test

import (
	"os"
	"sync"

	"signpost/internal/testkit"
)

// planted is what breaks the program for somebody who texts these words.
const planted = "plant a fault"

// moved is a clock that a walk can move on, and tickers that go by it.
const moved = `package moved

import (
	"os"
	"strings"
	"time"
)

// Now is the time, moved by what a file says.
func Now() time.Time {
	said, _ := os.ReadFile(os.Getenv("WALK_CLOCK"))
	by, _ := time.ParseDuration(strings.TrimSpace(string(said)))
	return time.Now().Add(by)
}

type Ticker struct {
	C    chan time.Time
	stop chan struct{}
}

func (t *Ticker) Stop() { close(t.stop) }

func NewTicker(every time.Duration) *Ticker {
	t := &Ticker{make(chan time.Time), make(chan struct{})}
	go func() {
		for next := Now().Add(every); ; {
			select {
			case <-t.stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
			for ; !Now().Before(next); next = next.Add(every) {
				select {
				case <-t.stop:
					return
				case t.C <- next:
				}
			}
		}
	}()
	return t
}
`

// walked are the changes of the programs of the walks: a planted fault, and the moved clock in
// what lasts for longer than a test can wait. What is shown in units of their own, and
// conversations, go by the real one.
var walked = func() []testkit.Patch {
	const answers = "		reply := texts.Answer(ctx, w.Message)\n"
	out := []testkit.Patch{
		{File: "cmd/gateway/server/routes.go", Old: answers,
			Put: "		if w.Message.Text.Reveal() == \"" + planted +
				"\" {\n			panic(\"planted\")\n		}\n" + answers},
		{File: "internal/moved/moved.go", Put: moved},
	}
	for _, p := range []testkit.Patch{
		{File: "cmd/gateway/server/gateway.go", Old: "g.SetClock(time.Now)", Put: "g.SetClock(moved.Now)"},
		{File: "cmd/gateway/server/erase.go", Old: "now := time.Now()", Put: "now := moved.Now()"},
		{File: "cmd/gateway/server/delayed.go", Old: "time.NewTicker(laterStep)", Put: "moved.NewTicker(laterStep)"},
		{File: "internal/counters/counters.go", Old: "time.NewTicker(flushEvery)", Put: "moved.NewTicker(flushEvery)"},
	} {
		out = append(out, p, testkit.Patch{File: p.File, Old: "	\"time\"\n",
			Put: "	\"time\"\n\n	\"signpost/internal/moved\"\n"})
	}
	return out
}()

// walkPrograms builds the gateway and signpost once.
var walkPrograms = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "walk")
	if err != nil {
		return "", err
	}
	removeAtEnd = append(removeAtEnd, dir)
	return dir, testkit.Build(".", dir, testkit.Built, []string{"gateway", "signpost"}, walked...)
})
