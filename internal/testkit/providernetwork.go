package testkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Network is what becomes of texts and calls that are begun by the API.
type Network struct {
	// Text is given what is written to one of the account's lines, and gives the
	// answer; empty is none.
	Text func(from, to, body string) (answer string)
	// Call is given who is rung by whom, and gives how the call ends and what goes
	// wrong meanwhile at the end that is rung.
	Call func(from, to string) (status string, errors int)
}

// Connect has texts and calls go somewhere. Without it none can be begun.
func (p *Provider) Connect(n Network) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.network = n
}

// begin has a text or call go where it is connected. Each has a record at both ends;
// an answer is in when the request is answered.
func (p *Provider) begin(w http.ResponseWriter, r *http.Request, kind string) {
	if err := r.ParseForm(); err != nil {
		restError(w, 400, 20001, "Bad request")
		return
	}
	from, to := r.PostForm.Get("From"), r.PostForm.Get("To")
	if !slices.ContainsFunc(p.lines, func(l map[string]any) bool { return l["phone_number"] == from }) {
		restError(w, 400, 21606, "The From phone number "+from+" is not a valid, SMS-capable number")
		return
	}
	hold := func(r Record) *Record {
		p.made++
		r.SID, r.Created = fmt.Sprintf("%s%032x", r.SID, 0xc0ffee<<32+p.made), time.Now()
		p.records[r.SID] = &r
		return &r
	}
	var out *Record
	n := p.network
	p.mu.Unlock() // the line's own requests may come here meanwhile
	if kind == "Messages" {
		answer := n.Text(from, to, r.PostForm.Get("Body"))
		p.mu.Lock()
		out = hold(Record{SID: "SM", From: from, To: to, Body: r.PostForm.Get("Body")})
		hold(Record{SID: "SM", From: from, To: to, Body: r.PostForm.Get("Body"), Inbound: true})
		if answer != "" {
			hold(Record{SID: "SM", From: to, To: from, Body: answer})
			hold(Record{SID: "SM", From: to, To: from, Body: answer, Inbound: true})
		}
	} else {
		status, wrong := n.Call(from, to)
		p.mu.Lock()
		out = hold(Record{SID: "CA", From: from, To: to, Status: status, Going: 3, NotFinal: 1})
		if status == "completed" {
			p.notes[hold(Record{SID: "CA", From: from, To: to, Status: status, Inbound: true}).SID] = wrong
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(p.shape(out))
}
