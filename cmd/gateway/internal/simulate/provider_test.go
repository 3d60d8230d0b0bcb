package simulate

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
)

// provider is the provider of a world: it signs webhooks, keeps a record of every text and
// call, and deletes one when it is asked to.
type provider struct {
	world   *world
	token   string   // signs
	tokens  []string // that its API takes
	records map[string]*record
	made    int
	// failing answers every request to its API so, until it is zero again.
	failing int
	gone    map[string]time.Time // deleted, and when
	oldest  time.Duration        // the greatest age at which a record was deleted
}

// record is what the provider keeps of a text or a call.
type record struct {
	created, final time.Time // when it was made; from when on it can be deleted
	known          time.Time // when a gateway was told that nothing more happens to it
	from, to, body string
	call           bool
}

// sid makes the next id of a record.
func (p *provider) sid(kind string) string {
	p.made++
	return fmt.Sprintf("%s%032x", kind, p.made)
}

var apiPath = regexp.MustCompile(`^/2010-04-01/Accounts/` + account + `/(Messages|Calls)(?:/(\w+))?\.json$`)

// serve answers a request to the API.
func (p *provider) serve(c *pipe, asked []byte) []byte {
	c.asked = append(c.asked, asked...)
	r := request(c.asked)
	if r == nil {
		return nil
	}
	c.asked = nil
	p.world.clock.note("%s api %s %s", c.node.name, r.Method, r.URL.Path)
	user, password, _ := r.BasicAuth()
	m := apiPath.FindStringSubmatch(r.URL.Path)
	switch {
	case p.failing != 0:
		return answer(p.failing, map[string]any{"code": p.failing * 100, "status": p.failing, "message": "fault"})
	case user != account || !slices.Contains(p.tokens, password):
		return answer(401, map[string]any{"code": 20003, "status": 401, "message": "Authenticate"})
	case m == nil:
		return answer(404, map[string]any{"code": 20404, "status": 404, "message": "not found"})
	case m[2] == "":
		return p.list(m[1], r.URL.Query())
	}
	rec := p.records[m[2]]
	if rec == nil && time.Since(p.gone[m[2]]) < 300*time.Millisecond {
		p.world.fault(nil, "a record was deleted twice, by %s the second time", c.node.name)
	}
	switch {
	case rec == nil:
		return answer(404, map[string]any{"code": 20404, "status": 404, "message": "not found"})
	case r.Method == "POST":
		rec.body = ""
		return answer(200, map[string]any{"sid": m[2]})
	case time.Now().Before(rec.final):
		return answer(409, map[string]any{"code": 20009, "status": 409, "message": "in progress"})
	}
	p.oldest = max(p.oldest, time.Since(rec.created))
	if rec.known.After(rec.created) && time.Since(latest(rec.known, rec.final)) > tooLate && !p.world.lately() {
		p.world.fault(nil, "a record was deleted %v after it could be", time.Since(latest(rec.known, rec.final)))
	}
	delete(p.records, m[2])
	p.gone[m[2]] = time.Now()
	return []byte("HTTP/1.1 204 No Content\r\n\r\n")
}

func (p *provider) list(kind string, q url.Values) []byte {
	rows := []map[string]any{}
	before, _ := time.Parse(time.RFC3339,
		q.Get(map[string]string{"Messages": "DateSent<", "Calls": "StartTime<"}[kind]))
	for sid, r := range p.records {
		if r.call == (kind == "Calls") && r.created.Before(before) && (q.Get("To") == "" || q.Get("To") == r.to) &&
			(q.Get("From") == "" || q.Get("From") == r.from) {
			rows = append(rows, map[string]any{"sid": sid})
		}
	}
	slices.SortFunc(rows,
		func(a, b map[string]any) int { return strings.Compare(a["sid"].(string), b["sid"].(string)) })
	return answer(200, map[string]any{strings.ToLower(kind): rows, "page": 0, "page_size": 1000})
}

func answer(status int, body any) []byte {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		status, len(b), b)
}

// tooLate is how long after it could be a record is deleted at the latest, if nothing is wrong.
const tooLate = 40 * time.Minute

// lately reports a fault in the last hours: what depends on Redis and the API may be late.
func (w *world) lately() bool { return time.Since(w.uneven) < 10*time.Hour }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *provider) signer() twilio.Signer { return twilio.Signer{Token: privacy.Hide(p.token)} }
