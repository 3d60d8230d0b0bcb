package testkit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Provider is a double of the provider's REST API as its public description
// has it: messages and calls that can be deleted, emptied and listed, and
// everything that can go wrong with that.
type Provider struct {
	URL  string
	Cert string // a file with the certificate of one over TLS

	mu        sync.Mutex
	account   string
	token     string
	keys      map[string]apiKey
	records   map[string]*Record
	faults    []Fault
	requests  []string
	raw       bytes.Buffer
	deleted   map[string]int
	lines     []map[string]any // numbers, short codes and messaging services
	countries []map[string]any // that may be rung
	balance   string
	state     string // of the account
	kind      string // of the account
	members   map[string][]string
	clockOff  time.Duration
	network   Network
	made      int            // records that it made itself
	notes     map[string]int // errors of a call
	hold      chan struct{}
}

// Record is one message or call that the provider holds.
type Record struct {
	SID, Body, From, To string
	Created             time.Time
	Inbound             bool
	// Status is how a call ends; Going how often it is still under way when it is
	// looked at.
	Status string
	Going  int
	// NotFinal is how often deleting it is still refused because it is in use;
	// Refused how often for a reason of its own.
	NotFinal, Refused int
}

// Fault is what a request meets instead of its answer.
type Fault int

// Faults.
const (
	FaultBusy       Fault = iota // 429, saying for how long
	FaultBusySilent              // 429, not saying
	FaultBroken                  // 500 with a page
	FaultGarbage                 // 200 that is no JSON where JSON is due, 502 else
	FaultHang                    // no answer until Release
	FaultDrop                    // the connection ends
	FaultAuth                    // 401: wrong credentials
	FaultElsewhere               // 404 with a page: another server than the API
)

// NewProvider starts a double for an account.
func NewProvider(t testing.TB, account, token string) *Provider {
	p := &Provider{state: "active", kind: "Full", account: account, token: token, records: map[string]*Record{},
		deleted: map[string]int{}, notes: map[string]int{}, hold: make(chan struct{})}
	s := httptest.NewServer(p)
	p.URL = s.URL
	t.Cleanup(func() { p.Release(); s.Close() })
	return p
}

// OverTLS has the double answer over TLS too, and changes its URL.
func (p *Provider) OverTLS(t testing.TB) *Provider {
	t.Helper()
	s := httptest.NewTLSServer(p)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(func() { p.Release(); s.Close() })
	p.URL, p.Cert = s.URL, filepath.Join(t.TempDir(), "cert.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(p.Cert, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// Hold gives the provider a record.
func (p *Provider) Hold(r Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.records[r.SID] = &r
}

// Lose has every record go.
func (p *Provider) Lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.records)
}

// Fail has the next requests meet the given faults, one each.
func (p *Provider) Fail(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, faults...)
}

// SetToken changes the account's token.
func (p *Provider) SetToken(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = token
}

// apiKey is a key of the API, and what it may do.
type apiKey struct {
	secret string
	may    func(method, path string) bool // nil: everything
}

// AddKey gives the account an API key; may is what a restricted one may do, and nil is
// everything.
func (p *Provider) AddKey(id, secret string, may func(method, path string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil {
		p.keys = map[string]apiKey{}
	}
	p.keys[id] = apiKey{secret, may}
}

// RemoveKey deletes an API key.
func (p *Provider) RemoveKey(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.keys, id)
}

// barred answers a request whose credentials do not allow it.
func (p *Provider) barred(w http.ResponseWriter, r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	if key, ok := p.keys[user]; ok && password == key.secret {
		if key.may != nil && !key.may(r.Method, r.URL.Path) {
			restError(w, 401, 70051, "Authorization Failed")
			return true
		}
		return false
	}
	if user != p.account || password != p.token {
		restError(w, 401, 20003, "Authenticate")
		return true
	}
	return false
}

// Release lets go of every request that hangs.
func (p *Provider) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.hold)
	p.hold = make(chan struct{})
}

// Left is what the provider still holds.
func (p *Provider) Left() []Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Record
	for _, r := range p.records {
		out = append(out, *r)
	}
	return out
}

// Requests are the methods and paths asked for so far.
func (p *Provider) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Raw is every byte that the provider was sent.
func (p *Provider) Raw() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.raw.String()
}

// Deleted is how often each record was really deleted.
func (p *Provider) Deleted() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for k, v := range p.deleted {
		out[k] = v
	}
	return out
}

// Await waits until done is true, of the double or of what its callers make of an answer.
func (p *Provider) Await(t testing.TB, what string, done func() bool) {
	t.Helper()
	await(t, what, done)
}

var recordPath = regexp.MustCompile(`^/2010-04-01/Accounts/(AC[0-9a-f]{32})/(Messages|Calls)` +
	`(?:/((?:SM|MM|CA)[0-9a-fA-F]{32})(/Notifications)?)?\.json$`)

// ServeHTTP answers as the API does.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := httputil.DumpRequest(r, true)
	p.mu.Lock()
	p.requests = append(p.requests, r.Method+" "+r.URL.Path)
	p.raw.Write(raw)
	var fault Fault = -1
	if len(p.faults) > 0 {
		fault, p.faults = p.faults[0], p.faults[1:]
	}
	hold := p.hold
	p.mu.Unlock()
	switch fault {
	case FaultBusy:
		w.Header().Set("Retry-After", "1")
		restError(w, 429, 20429, "Too Many Requests")
		return
	case FaultBusySilent:
		restError(w, 429, 20429, "Too Many Requests")
		return
	case FaultBroken:
		w.WriteHeader(500)
		_, _ = w.Write([]byte("<html>Internal Server Error</html>"))
		return
	case FaultGarbage:
		w.WriteHeader(502)
		_, _ = w.Write([]byte("{\"code\":"))
		return
	case FaultHang:
		select {
		case <-hold:
		case <-r.Context().Done():
		}
		restError(w, 503, 20503, "Service Unavailable")
		return
	case FaultDrop:
		panic(http.ErrAbortHandler)
	case FaultElsewhere:
		w.WriteHeader(404)
		_, _ = w.Write([]byte("<html>Not Found</html>"))
		return
	case FaultAuth:
		restError(w, 401, 20003, "Authenticate")
		return
	}
	p.answer(w, r)
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clockOff != 0 {
		w.Header().Set("Date", time.Now().Add(p.clockOff).UTC().Format(http.TimeFormat))
	}
	m := recordPath.FindStringSubmatch(r.URL.Path)
	switch {
	case p.barred(w, r):
		return
	case p.line(w, r), p.about(w, r):
		return
	case m == nil || m[1] != p.account:
		restError(w, 404, 20404, "The requested resource "+r.URL.Path+" was not found")
		return
	case m[3] == "" && r.Method == http.MethodGet:
		p.list(w, r.URL.Query(), m[2])
		return
	case m[3] == "" && r.Method == http.MethodPost && p.network.Text != nil:
		p.begin(w, r, m[2])
		return
	}
	rec := p.records[m[3]]
	if rec != nil && r.Method == http.MethodGet && m[4] != "" {
		p.notifications(w, rec)
		return
	}
	switch {
	case rec == nil || strings.HasPrefix(rec.SID, "CA") != (m[2] == "Calls"):
		restError(w, 404, 20404, "The requested resource "+r.URL.Path+" was not found")
	case r.Method == http.MethodDelete && rec.NotFinal > 0:
		rec.NotFinal--
		restError(w, 409, 20009, "Cannot delete this record while it is in progress")
	case r.Method == http.MethodDelete && rec.Refused > 0:
		rec.Refused--
		restError(w, 400, 20001, "Cannot delete this record")
	case r.Method == http.MethodDelete:
		delete(p.records, rec.SID)
		p.deleted[rec.SID]++
		w.WriteHeader(204)
	case r.Method == http.MethodGet:
		rec.Going--
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(p.shape(rec))
	case r.Method == http.MethodPost && m[2] == "Messages":
		if err := r.ParseForm(); err != nil || r.PostForm.Encode() != "Body=" {
			restError(w, 400, 20001, "Bad request")
			return
		}
		rec.Body = ""
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(p.shape(rec))
	default:
		restError(w, 405, 20004, "Method not allowed")
	}
}

// notifications reports what went wrong in a call.
func (p *Provider) notifications(w http.ResponseWriter, rec *Record) {
	notes := []map[string]any{}
	for range p.notes[rec.SID] {
		notes = append(notes, map[string]any{"call_sid": rec.SID, "error_code": "11200", "log": "0"})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"notifications": notes, "page": 0, "page_size": 50})
}

func (p *Provider) shape(r *Record) map[string]any {
	out := map[string]any{"sid": r.SID, "account_sid": p.account, "from": r.From, "to": r.To,
		"direction": "outbound-api"}
	if r.Inbound {
		out["direction"] = "inbound"
	}
	switch {
	case !strings.HasPrefix(r.SID, "CA"):
		out["body"], out["status"] = r.Body, "received"
	case r.Going >= 0 && r.Status != "":
		out["status"] = "in-progress"
	default:
		out["status"] = cmp.Or(r.Status, "completed")
	}
	return out
}

// list gives a page of at most two records, so that there are always pages.
func (p *Provider) list(w http.ResponseWriter, q url.Values, kind string) {
	var all []*Record
	before := time.Now()
	for _, k := range []string{"DateSent<", "StartTime<"} {
		if t, err := time.Parse(time.RFC3339, q.Get(k)); err == nil {
			before = t
		}
	}
	for _, r := range p.records {
		if strings.HasPrefix(r.SID, "CA") == (kind == "Calls") && r.Created.Before(before) &&
			(q.Get("To") == "" || q.Get("To") == r.To) && (q.Get("From") == "" || q.Get("From") == r.From) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Record) int { return strings.Compare(a.SID, b.SID) })
	const size = 2
	page := 0
	fmt.Sscan(q.Get("Page"), &page)
	out := map[string]any{"page": page, "page_size": size}
	rows := []map[string]any{}
	for i := page * size; i < min(len(all), page*size+size); i++ {
		rows = append(rows, p.shape(all[i]))
	}
	out[strings.ToLower(kind)] = rows
	if len(all) > (page+1)*size {
		q.Set("Page", fmt.Sprint(page+1))
		out["next_page_uri"] = fmt.Sprintf("/2010-04-01/Accounts/%s/%s.json?%s", p.account, kind, q.Encode())
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(out)
}

func restError(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "message": message, "status": status,
		"more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code)})
}
