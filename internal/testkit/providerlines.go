package testkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The double's numbers, short codes and messaging services, and what else an operator
// looks at in an account.

// Line gives the account a number (PN), short code (SC) or messaging service (MG), with
// fields as the API names them.
func (p *Provider) Line(fields map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, fields)
}

// Lines are the account's lines as they are now.
func (p *Provider) Lines() []map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines)
}

// MayRing says which countries may be rung, by their two letters; each with its special
// numbers if special.
func (p *Provider) MayRing(special bool, countries ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.countries = []map[string]any{}
	for _, c := range countries {
		p.countries = append(p.countries, map[string]any{"iso_code": c, "low_risk_numbers_enabled": true,
			"high_risk_special_numbers_enabled": special})
	}
}

// SetBalance says what is left in the account.
func (p *Provider) SetBalance(amount string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.balance = amount
}

// SetAccount says what the account is: active, suspended or closed; Full or Trial. An empty
// state cannot be read.
func (p *Provider) SetAccount(state, kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.kind = state, kind
}

// SetClock has the double's clock be off by some time.
func (p *Provider) SetClock(off time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clockOff = off
}

// Join puts a number into a messaging service, by their ids.
func (p *Provider) Join(service, number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.members == nil {
		p.members = map[string][]string{}
	}
	p.members[service] = append(p.members[service], number)
}

var (
	accountOnly = regexp.MustCompile(`^/2010-04-01/Accounts/(AC[0-9a-f]{32})\.json$`)
	membersOf   = regexp.MustCompile(`^/v1/Services/(MG[0-9a-f]{32})/PhoneNumbers$`)
)

// about answers requests about the account itself, and about the members of a messaging
// service. It returns false for any other request.
func (p *Provider) about(w http.ResponseWriter, r *http.Request) bool {
	if m := accountOnly.FindStringSubmatch(r.URL.Path); m != nil && m[1] == p.account && r.Method == http.MethodGet {
		if p.state == "" {
			restError(w, 403, 20403, "Forbidden")
			return true
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]any{"sid": p.account, "status": p.state, "type": p.kind})
		return true
	}
	m := membersOf.FindStringSubmatch(r.URL.Path)
	if m == nil || r.Method != http.MethodGet {
		return false
	}
	rows := []map[string]any{}
	for _, number := range p.members[m[1]] {
		rows = append(rows, map[string]any{"sid": number, "account_sid": p.account, "service_sid": m[1],
			"capabilities": []string{"SMS", "Voice"}})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"phone_numbers": rows,
		"meta": map[string]any{"key": "phone_numbers", "page": 0, "page_size": 50}})
	return true
}

var linePath = regexp.MustCompile(`^/(?:` +
	`2010-04-01/Accounts/(AC[0-9a-f]{32})/(IncomingPhoneNumbers|SMS/ShortCodes|Balance)|` +
	`v1/(Services|(DialingPermissions/Countries)))` +
	`(?:/((?:PN|SC|MG)[0-9a-f]{32}))?(?:\.json)?$`)

// line answers requests about lines. It returns false for any other request.
func (p *Provider) line(w http.ResponseWriter, r *http.Request) bool {
	m := linePath.FindStringSubmatch(r.URL.Path)
	if m == nil || m[1] != "" && m[1] != p.account {
		return false
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if m[4] != "" {
		_ = json.NewEncoder(w).Encode(map[string]any{"content": p.countries,
			"meta": map[string]any{"key": "content", "page": 0, "page_size": 1000}})
		return true
	}
	if m[2] == "Balance" {
		if p.balance == "" {
			restError(w, 403, 20403, "Forbidden")
			return true
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"account_sid": p.account, "balance": p.balance, "currency": "GBP"})
		return true
	}
	list := map[string]string{"IncomingPhoneNumbers": "incoming_phone_numbers", "SMS/ShortCodes": "short_codes",
		"": "services"}[m[2]]
	prefix := map[string]string{"IncomingPhoneNumbers": "PN", "SMS/ShortCodes": "SC", "": "MG"}[m[2]]
	rows := []map[string]any{}
	for _, l := range p.lines {
		sid := fmt.Sprint(l["sid"])
		if sid == m[5] && r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				restError(w, 400, 20001, "Bad request")
				return true
			}
			for name, v := range r.PostForm {
				field := strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(name, "${1}_$2"))
				l[field] = v[0]
				if n := 0; field == "validity_period" {
					fmt.Sscan(v[0], &n)
					l[field] = n
				}
			}
			_ = json.NewEncoder(w).Encode(l)
			return true
		}
		if strings.HasPrefix(sid, prefix) {
			rows = append(rows, l)
		}
	}
	if m[5] != "" {
		restError(w, 404, 20404, "The requested resource "+r.URL.Path+" was not found")
		return true
	}
	_ = json.NewEncoder(w).Encode(map[string]any{list: rows, "page": 0, "page_size": 50,
		"meta": map[string]any{"key": list, "page": 0, "page_size": 50}})
	return true
}
