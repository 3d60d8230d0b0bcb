package simulate

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"signpost/internal/twilio"
)

// post is one webhook that the provider sends, until it is answered.
type post struct {
	turn    int
	target  string
	form    url.Values
	cookie  string
	node    *node
	tries   int
	begun   time.Time // of this try
	then    func(*reply)
	settled bool
}

// reply is what a gateway answered to a webhook.
type reply struct {
	status int
	header http.Header
	body   bytes.Buffer
	took   time.Duration
	node   *node
	tries  int
	begun  time.Time
}

func (r *reply) Header() http.Header         { return r.header }
func (r *reply) WriteHeader(status int)      { r.status = status }
func (r *reply) Write(b []byte) (int, error) { return r.body.Write(b) }

// cookie is what the gateway has the provider keep.
func (r *reply) cookie() string {
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		return c.Name + "=" + c.Value
	}
	return ""
}

// text is the text of the answer; silence is empty.
func (r *reply) text() (string, error) {
	doc, err := twilio.ParseDocument(bytes.TrimSpace(r.body.Bytes()))
	if err != nil {
		return "", err
	}
	var all []string
	for _, n := range doc.Children {
		all = append(all, n.Words())
	}
	return strings.Join(all, " // "), nil
}

// send sends a webhook to one of the gateways.
func (w *world) send(target string, form url.Values, cookie string, then func(*reply)) {
	w.posts++
	w.try(&post{turn: w.posts, target: target, form: form, cookie: cookie, then: then})
}

func (w *world) try(p *post) {
	up := w.live()
	if len(up) == 0 {
		return // the world ends
	}
	n := pick(w.clock.dice, up)
	report := strings.HasSuffix(p.target, "/status")
	if !report {
		n.stir()
	} else if !n.roused { // several reports soon after another are worked on together
		n.roused = true
		w.clock.after(40*time.Second, func() {
			n.roused = false
			n.stir()
		})
	}
	if w.clock.sometimes(12) {
		w.stir()
	}
	p.node, p.begun = n, time.Now()
	p.tries++
	n.inFlight[p] = true
	target := p.target
	if strings.HasPrefix(target, "/") {
		target = base + target
	}
	p.form.Set("AccountSid", account)
	req, err := http.NewRequest(http.MethodPost, target, strings.NewReader(p.form.Encode()))
	if err != nil {
		panic(err)
	}
	req.RequestURI = req.URL.RequestURI()
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.provider.signer().Sign(req.Header, target, p.form)
	if p.cookie != "" {
		req.Header.Set("Cookie", p.cookie)
	}
	r := &reply{status: http.StatusOK, header: http.Header{}, node: n, tries: p.tries, begun: p.begun}
	w.clock.note("%s post %d %s", n.name, p.turn, strings.SplitN(p.target, "?", 2)[0])
	go func() {
		n.g.Handler().ServeHTTP(r, req)
		w.clock.arrive("answer", n.name+req.RequestURI+p.form.Encode(), func() {
			delete(n.inFlight, p)
			if p.node != n || n.dead || p.settled { // it has crashed meanwhile: this reaches nobody
				return
			}
			r.took = time.Since(r.begun)
			w.clock.note("%s answers %d %d", n.name, p.turn, r.status)
			p.settled = true
			p.then(r)
		})
	}()
}

// again sends a webhook once more, because its connection failed.
func (w *world) again(p *post) {
	if p.settled {
		return
	}
	delete(p.node.inFlight, p)
	p.node = nil
	w.clock.after(w.clock.within(time.Millisecond, 50*time.Millisecond), func() { w.try(p) })
}

func inOrder(posts map[*post]bool) (all []*post) {
	for p := range posts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *post) int { return a.turn - b.turn })
	return all
}
