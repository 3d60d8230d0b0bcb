package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"signpost/cmd/signpost/internal/follow"
	"signpost/cmd/signpost/internal/history"
	"signpost/cmd/signpost/internal/staff"
)

// handlePublish publishes a draft that somebody else approved.
func (d *Desk) handlePublish(v visit) {
	d.withDraftForm(v, func(t draft, p *draftView) {
		if !p.IsGood || p.Blocked != "" {
			d.renderDraft(v, http.StatusConflict, t, mistake{"main", "This draft is not approved as it is now."})
			return
		}
		d.publishDraft(v, t, p, history.Publication{Title: t.Title, Approved: t.Approved.Name}, "published")
	})
}

// handlePublishUnapproved publishes a draft that nobody has approved. It is recorded, and everybody else is
// told on every page until one of them has looked at it.
func (d *Desk) handlePublishUnapproved(v visit) {
	d.withDraftForm(v, func(t draft, p *draftView) {
		why := strings.Join(strings.Fields(v.r.Form.Get("why")), " ")
		switch {
		case !p.MayAlone:
			d.renderDraft(v, http.StatusForbidden, t,
				mistake{"main", cmp.Or(p.Blocked, "Only an approver may publish alone.")})
		case why == "" || utf8.RuneCountInString(why) > maxWhy:
			d.renderDraft(v, http.StatusUnprocessableEntity, t,
				mistake{"why", fmt.Sprintf("Say why it cannot wait, in %d characters or fewer.", maxWhy)})
		default:
			d.publishDraft(v, t, p, history.Publication{Title: t.Title, Alone: why},
				"published alone, without approval")
		}
	})
}

func (d *Desk) publishDraft(v visit, t draft, p *draftView, as history.Publication, what string) {
	as, err := d.repo.Publish(p.Commit, history.Person{ID: v.who.ID, Name: v.who.Name}, as)
	if errors.Is(err, history.ErrBehind) {
		d.renderDraft(v, http.StatusConflict, t, mistake{"publish",
			"Something else was published meanwhile. Bring the draft up to date."})
		return
	}
	if err == nil {
		err = d.signNewest()
	}
	if err == nil {
		err = d.deleteDraft(t.ID)
	}
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	d.record(v, what, fmt.Sprintf("%d: %s", as.Serial, t.Title))
	http.Redirect(v.w, v.r, "/desk/gateways", http.StatusSeeOther)
}

// handleHistory shows what was published.
func (d *Desk) handleHistory(v visit) {
	all, err := d.repo.Publications()
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	d.render(v, http.StatusOK, "history.html", page{Title: "History", Here: "/desk/history", Body: all})
}

// handleRollback publishes an older book again, at once.
func (d *Desk) handleRollback(v visit) {
	if v.r.ParseForm() != nil {
		d.renderTrouble(v, http.StatusBadRequest, "The form was not understood.")
		return
	}
	d.drafting.Lock()
	defer d.drafting.Unlock()
	now := d.published()
	if v.r.Form.Get("published") != now.Commit {
		d.renderTrouble(v, http.StatusConflict,
			"Something else was published meanwhile. Nothing was done: look at the history again.")
		return
	}
	serial := serialOf(v.r)
	if serial == 0 || serial >= now.Serial {
		d.renderTrouble(v, http.StatusNotFound, "There is no such older publication.")
		return
	}
	p, err := d.repo.Rollback(serial, history.Person{ID: v.who.ID, Name: v.who.Name})
	if err == nil {
		err = d.signNewest()
	}
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	d.record(v, "went back", fmt.Sprintf("to publication %d, as %d", serial, p.Serial))
	http.Redirect(v.w, v.r, "/desk/gateways", http.StatusSeeOther)
}

// unreviewed is a publication that nobody approved and that nobody else has looked at yet.
type unreviewed struct {
	history.Publication
	Mine bool
}

func (d *Desk) reviewedFile(serial uint64) string {
	return filepath.Join(d.Dir, "seen-"+strconv.FormatUint(serial, 10)+".json")
}

// unreviewedPublications returns those that every page shows to everybody.
func (d *Desk) unreviewedPublications(who staff.Person) (out []unreviewed) {
	all, err := d.repo.Publications()
	if err != nil {
		d.Say(err.Error())
		return nil
	}
	for _, p := range all {
		if p.Alone == "" && p.Rollback == 0 {
			continue
		}
		if _, err := os.Stat(d.reviewedFile(p.Serial)); errors.Is(err, fs.ErrNotExist) {
			out = append(out, unreviewed{p, p.By == who.Name})
		}
	}
	return out
}

// handleReviewed records that somebody else has looked at a publication that nobody approved.
func (d *Desk) handleReviewed(v visit) {
	serial := serialOf(v.r)
	all := d.unreviewedPublications(v.who)
	at := slices.IndexFunc(all, func(n unreviewed) bool { return n.Serial == serial })
	if at < 0 {
		d.renderTrouble(v, http.StatusNotFound, "Somebody has looked at that already.")
		return
	}
	if all[at].Mine {
		d.renderTrouble(v, http.StatusForbidden, "You published this yourself. Somebody else must look at it.")
		return
	}
	if err := staff.Keep(d.reviewedFile(serial), map[string]string{"by": v.who.Name}); err != nil {
		d.renderFailure(v, err)
		return
	}
	d.record(v, "looked at a publication without approval", strconv.FormatUint(serial, 10))
	http.Redirect(v.w, v.r, "/desk/history", http.StatusSeeOther)
}

// hostOf is the host that a request shows the token of. It answers all others, all alike.
func (d *Desk) hostOf(w http.ResponseWriter, r *http.Request) (string, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if name, known := d.staff.HostOf(token); ok && known {
		return name, true
	}
	http.Error(w, "this host is not known", http.StatusUnauthorized)
	return "", false
}

// handleBook gives a host the newest publication, once there is a newer one than it has.
func (d *Desk) handleBook(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.hostOf(w, r); !ok {
		return
	}
	after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		http.Error(w, "after must be a number", http.StatusBadRequest)
		return
	}
	d.mu.Lock()
	now, newer := d.newest, d.newer
	d.mu.Unlock()
	if now.Serial <= after {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(follow.Wait):
		case <-newer:
		}
		if now = d.published(); now.Serial <= after {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(now.signed) // a host that has gone asks again
}

// handleReport keeps what a host says it runs.
func (d *Desk) handleReport(w http.ResponseWriter, r *http.Request) {
	name, ok := d.hostOf(w, r)
	if !ok {
		return
	}
	var said follow.Report
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&said) != nil {
		http.Error(w, "the report was not understood", http.StatusBadRequest)
		return
	}
	const most, mostMachines, longestName = 300, 20, 40
	said.Refused = said.Refused[:min(len(said.Refused), most)]
	said.Machine = said.Machine[:min(len(said.Machine), longestName)]
	d.mu.Lock()
	defer d.mu.Unlock()
	of := d.reports[name]
	if of == nil {
		of = map[string]report{}
		d.reports[name] = of
	}
	// A machine that is gone for good is forgotten once another reports under the same token.
	maps.DeleteFunc(of, func(_ string, r report) bool { return d.Now().Sub(r.at) > forgotten })
	if _, known := of[said.Machine]; known || len(of) < mostMachines {
		of[said.Machine] = report{said, d.Now()}
	}
}

// gateway is a host as a page shows it.
type gateway struct {
	Name, State, Ago string
	Good             bool
}

// late is how long a host may be silent: it asks every [follow.Wait].
const late = 3 * follow.Wait

// forgotten is how long a machine may be silent before it is not shown any more, if others
// show the same token.
const forgotten = time.Hour

// handleGateways shows what every gateway runs.
func (d *Desk) handleGateways(v visit) {
	names, err := d.staff.Hosts()
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	now := d.published()
	var out []gateway
	good := 0
	d.mu.Lock()
	for _, name := range names {
		if len(d.reports[name]) == 0 {
			out = append(out, gateway{Name: name, State: "has not asked for the book since the desk was started"})
		}
		for _, machine := range slices.Sorted(maps.Keys(d.reports[name])) {
			r := d.reports[name][machine]
			g := gateway{Name: name, Ago: sinceWords(d.Now().Sub(r.at))}
			if machine != "" {
				g.Name += ", machine " + machine
			}
			if g.Good, g.State = judge(r, now, d.Now()); g.Good {
				good++
			}
			out = append(out, g)
		}
	}
	d.mu.Unlock()
	d.render(v, http.StatusOK, "gateways.html", page{Title: "Gateways", Here: "/desk/gateways", Body: struct {
		Gateways  []gateway
		Published history.Publication
		Good      int
	}{out, now.Publication, good}})
}

// judge says what a report means.
func judge(r report, now offer, at time.Time) (good bool, says string) {
	switch {
	case at.Sub(r.at) > late:
		return false, fmt.Sprintf("is silent. It last had publication %d", r.Serial)
	case r.Refused != "":
		return false, fmt.Sprintf("keeps publication %d: %s", r.Serial, r.Refused)
	case r.Serial < now.Serial:
		return false, fmt.Sprintf("still has publication %d", r.Serial)
	case r.Running == "":
		return false, fmt.Sprintf("has publication %d in its folder, but the gateway does not answer", r.Serial)
	case r.Running != follow.Name(now.source.Book.Version):
		return false, fmt.Sprintf("has publication %d in its folder, but the gateway uses another book", r.Serial)
	}
	return true, fmt.Sprintf("answers with publication %d", r.Serial)
}
