package desk

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"signpost/cmd/signpost/internal/history"
	"signpost/cmd/signpost/internal/merge"
	"signpost/cmd/signpost/internal/staff"
)

// Limits of drafts.
const (
	maxDrafts = 50
	maxTitle  = 80  // characters
	maxWhy    = 200 // characters
)

// mark says that somebody proposed or approved a draft as it was at a commit. Once anything
// changes, it is worth nothing.
type mark struct {
	By        string    `json:"by"` // an id
	Name      string    `json:"name"`
	At        time.Time `json:"at"`
	Commit    string    `json:"commit"`
	Published string    `json:"published"` // what it was compared with
}

// of reports that a mark is about what is shown.
func (m *mark) of(s *draftDiff) bool {
	return m != nil && m.Commit == s.Commit && m.Published == s.Published
}

// draft is a change that is being made.
type draft struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	By       string    `json:"by"`
	Name     string    `json:"name"`
	Began    time.Time `json:"began"`
	Proposed *mark     `json:"proposed,omitempty"`
	Approved *mark     `json:"approved,omitempty"`
}

func (d *Desk) draftFile(id string) string { return filepath.Join(d.Dir, "drafts", id+".json") }

// findDraft returns the draft that an address names.
func (d *Desk) findDraft(id string) (draft, bool) {
	var t draft
	if len(id) != 12 || strings.Trim(id, "0123456789abcdef") != "" {
		return t, false
	}
	return t, staff.Kept(d.draftFile(id), &t) == nil && t.ID == id
}

func (d *Desk) saveDraft(t draft) error {
	if err := staff.Keep(d.draftFile(t.ID), t); err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	return nil
}

func (d *Desk) drafts() (out []draft, err error) {
	files, err := filepath.Glob(filepath.Join(d.Dir, "drafts", "*.json"))
	for _, file := range files {
		if t, ok := d.findDraft(strings.TrimSuffix(filepath.Base(file), ".json")); ok {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b draft) int { return cmp.Or(b.Began.Compare(a.Began), strings.Compare(a.ID, b.ID)) })
	return out, err
}

// State is what a list says of a draft.
func (t draft) State() string {
	switch {
	case t.Approved != nil:
		return "approved by " + t.Approved.Name
	case t.Proposed != nil:
		return "waits for approval"
	}
	return "being written"
}

func (d *Desk) handleList(v visit) { d.renderList(v, http.StatusOK, "", "") }

// renderList writes the list of drafts, with what is wrong with the title of a new one.
func (d *Desk) renderList(v visit, status int, title, wrong string) {
	drafts, err := d.drafts()
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	d.render(v, status, "list.html", page{Title: "Drafts", Here: "/desk", Wrong: wrong != "", Body: struct {
		Drafts       []draft
		Published    history.Publication
		Title, Wrong string
	}{drafts, d.published().Publication, title, wrong}})
}

func (d *Desk) handleNewDraft(v visit) {
	title := strings.Join(strings.Fields(v.r.FormValue("title")), " ")
	drafts, err := d.drafts()
	switch n := utf8.RuneCountInString(title); {
	case err != nil:
		d.renderFailure(v, err)
		return
	case n == 0:
		d.renderList(v, http.StatusUnprocessableEntity, title, "Enter a title. It says what the change is for.")
		return
	case n > maxTitle:
		d.renderList(v, http.StatusUnprocessableEntity, title,
			fmt.Sprintf("The title must have %d characters or fewer.", maxTitle))
		return
	case len(drafts) >= maxDrafts:
		d.renderList(v, http.StatusUnprocessableEntity, title,
			"There are too many drafts. Delete one that nobody needs.")
		return
	}
	b := make([]byte, 6)
	_, _ = rand.Read(b) // it never fails
	t := draft{ID: hex.EncodeToString(b), Title: title, By: v.who.ID, Name: v.who.Name, Began: d.Now().UTC()}
	d.drafting.Lock()
	defer d.drafting.Unlock()
	if err = d.repo.NewDraft(t.ID); err == nil {
		err = d.saveDraft(t)
	}
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	d.record(v, "began a draft", title)
	http.Redirect(v.w, v.r, "/desk/drafts/"+t.ID, http.StatusSeeOther)
}

// record writes to the audit trail. What cannot be written there is said in the log.
func (d *Desk) record(v visit, what, about string) {
	if err := d.staff.Record(v.who.Name, what, about); err != nil {
		d.Say(err.Error())
	}
}

// requestedDraft returns the draft of a request. It answers the request if there is none.
func (d *Desk) requestedDraft(v visit) (draft, bool) {
	t, ok := d.findDraft(v.r.PathValue("id"))
	if !ok {
		d.renderTrouble(v, http.StatusNotFound, "There is no such draft. It may have been published or deleted.")
	}
	return t, ok
}

// handleCurrentDraft shows the draft that the session works on.
func (d *Desk) handleCurrentDraft(v visit) {
	to := "/desk"
	if t, ok := d.findDraft(v.draft); ok {
		to = "/desk/drafts/" + t.ID
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
}

// handleOpen lets the session work on a draft, with the pages of the preview.
func (d *Desk) handleOpen(v visit) {
	if t, ok := d.requestedDraft(v); ok {
		d.staff.OpenDraft(v.token, t.ID)
		http.Redirect(v.w, v.r, "/", http.StatusSeeOther)
	}
}

// handlePreview serves the pages of the preview, over the draft that the session works on.
func (d *Desk) handlePreview(v visit) {
	t, ok := d.findDraft(v.draft)
	if !ok {
		http.Redirect(v.w, v.r, "/desk", http.StatusSeeOther)
		return
	}
	server, err := d.preview(t.ID, t.Title)
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	writes := v.r.Method == http.MethodPost && !strings.HasPrefix(v.r.URL.Path, "/phone/")
	if !writes {
		server.Pages().ServeHTTP(v.w, v.r)
		return
	}
	d.drafting.Lock()
	defer d.drafting.Unlock()
	answer := bufferedResponse{ResponseWriter: v.w, status: http.StatusOK}
	server.Pages().ServeHTTP(&answer, v.r)
	changed, err := d.repo.Save(t.ID, history.Person{ID: v.who.ID, Name: v.who.Name}, t.Title)
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	if len(changed) > 0 {
		d.notifyPages()
		d.record(v, "edited a draft", t.Title+": "+strings.Join(changed, ", "))
	}
	v.w.WriteHeader(answer.status)
	_, _ = v.w.Write(answer.body.Bytes()) // the page is gone if it fails
}

// bufferedResponse is an answer that waits until the draft is committed: the page must not say that
// something is saved before it is.
type bufferedResponse struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *bufferedResponse) WriteHeader(status int)               { h.status = status }
func (h *bufferedResponse) Write(data []byte) (n int, err error) { return h.body.Write(data) }

// mergeWithPublished puts a draft and the published book together.
func (d *Desk) mergeWithPublished(id, base string, choose map[string]merge.Side) (map[string][]byte,
	[]merge.Conflict, error) {
	before, err := d.repo.Files(base)
	if err != nil {
		return nil, nil, err
	}
	commit, err := d.repo.Commit(id)
	if err != nil {
		return nil, nil, err
	}
	mine, err := d.repo.Files(commit)
	if err != nil {
		return nil, nil, err
	}
	return merge.Books(before, d.published().files, mine, choose)
}

func (d *Desk) handleDraft(v visit) {
	if t, ok := d.requestedDraft(v); ok {
		d.renderDraft(v, http.StatusOK, t)
	}
}

// renderDraft writes the page of a draft, with what is wrong with what was sent.
func (d *Desk) renderDraft(v visit, status int, t draft, wrong ...mistake) {
	p, err := d.view(v, t)
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	p.Wrong = wrong
	for _, id := range v.r.Form["tick"] {
		p.Ticked[id] = true
	}
	for _, c := range p.Conflicts {
		p.Chosen[c.ID] = v.r.Form.Get("keep-" + c.ID)
	}
	d.render(v, status, "draft.html", page{Title: t.Title, Here: "/desk", Wrong: len(wrong) > 0, Body: p})
}

// withDraftForm reads a form about a draft, while nobody else changes drafts. The form must be
// about the draft and the publication as they are now.
func (d *Desk) withDraftForm(v visit, f func(t draft, p *draftView)) {
	t, ok := d.requestedDraft(v)
	if !ok {
		return
	}
	if v.r.ParseForm() != nil {
		d.renderTrouble(v, http.StatusBadRequest, "The form was not understood.")
		return
	}
	d.drafting.Lock()
	defer d.drafting.Unlock()
	p, err := d.view(v, t)
	if err != nil {
		d.renderFailure(v, err)
		return
	}
	if v.r.Form.Get("commit") != p.Commit || v.r.Form.Get("published") != p.Published {
		d.renderDraft(v, http.StatusConflict, t, mistake{"main",
			"Somebody changed the draft meanwhile. Nothing was done: look again, then try again."})
		return
	}
	f(t, p)
}

func (d *Desk) markBy(v visit, p *draftView) *mark {
	return &mark{v.who.ID, v.who.Name, d.Now().UTC(), p.Commit, p.Published}
}

// saveAndRedirect saves a draft and shows it.
func (d *Desk) saveAndRedirect(v visit, t draft, what string) {
	if err := d.saveDraft(t); err != nil {
		d.renderFailure(v, err)
		return
	}
	d.notifyPages()
	d.record(v, what, t.Title)
	http.Redirect(v.w, v.r, "/desk/drafts/"+t.ID, http.StatusSeeOther)
}

func (d *Desk) handlePropose(v visit) {
	d.withDraftForm(v, func(t draft, p *draftView) {
		if p.Blocked != "" {
			d.renderDraft(v, http.StatusConflict, t, mistake{p.blockedAt(), p.Blocked})
			return
		}
		t.Proposed, t.Approved = d.markBy(v, p), nil
		d.saveAndRedirect(v, t, "proposed a draft")
	})
}

func (d *Desk) handleApprove(v visit) {
	d.withDraftForm(v, func(t draft, p *draftView) {
		left := slices.DeleteFunc(p.ticks(), func(one ticked) bool { return slices.Contains(v.r.Form["tick"], one.ID) })
		switch {
		case !p.IsAsked || p.Blocked != "":
			d.renderDraft(v, http.StatusConflict, t, mistake{"approve", "This draft is not proposed as it is now."})
		case p.MayTick != "":
			d.renderDraft(v, http.StatusForbidden, t, mistake{"approve", p.MayTick})
		case len(left) > 0:
			d.renderDraft(v, http.StatusUnprocessableEntity, t, unticked(left)...)
		default:
			t.Approved = d.markBy(v, p)
			d.saveAndRedirect(v, t, "approved a draft")
		}
	})
}

// unticked says what an approver has not ticked.
func unticked(left []ticked) (out []mistake) {
	const most = 10
	for i, one := range left {
		if i == most {
			return append(out, mistake{"tick-" + one.ID, fmt.Sprintf("Tick %d more", len(left)-most)})
		}
		out = append(out, mistake{"tick-" + one.ID, "If you agree, tick " + one.Name})
	}
	return out
}

// handleUpdate brings a draft up to date with what was published since it began.
func (d *Desk) handleUpdate(v visit) {
	d.withDraftForm(v, func(t draft, p *draftView) {
		if !p.Behind {
			d.renderDraft(v, http.StatusConflict, t, mistake{"main", "The draft is up to date."})
			return
		}
		choose := map[string]merge.Side{}
		for _, c := range p.Conflicts {
			choose[c.ID] = merge.Side(v.r.Form.Get("keep-" + c.ID))
		}
		base, err := d.repo.Base(t.ID)
		if err != nil {
			d.renderFailure(v, err)
			return
		}
		files, left, err := d.mergeWithPublished(t.ID, base, choose)
		if err != nil {
			d.renderFailure(v, err)
			return
		}
		if len(left) > 0 {
			var wrong []mistake
			for _, c := range left {
				wrong = append(wrong, mistake{"keep-p-" + c.ID, "Choose what to keep of " + p.Fact(c)})
			}
			d.renderDraft(v, http.StatusUnprocessableEntity, t, wrong...)
			return
		}
		d.mu.Lock()
		d.closePreview(t.ID) // it is compared with another book from now on
		d.mu.Unlock()
		if err := d.repo.Adopt(t.ID, files, p.Published, history.Person{ID: v.who.ID, Name: v.who.Name}); err != nil {
			d.renderFailure(v, err)
			return
		}
		t.Proposed, t.Approved = nil, nil
		d.saveAndRedirect(v, t, "brought a draft up to date")
	})
}

func (d *Desk) handleDelete(v visit) {
	t, ok := d.requestedDraft(v)
	if !ok {
		return
	}
	d.drafting.Lock()
	defer d.drafting.Unlock()
	if err := d.deleteDraft(t.ID); err != nil {
		d.renderFailure(v, err)
		return
	}
	d.notifyPages()
	d.record(v, "deleted a draft", t.Title)
	http.Redirect(v.w, v.r, "/desk", http.StatusSeeOther)
}

// deleteDraft takes a draft away.
func (d *Desk) deleteDraft(id string) error {
	d.mu.Lock()
	d.closePreview(id)
	d.mu.Unlock()
	if err := os.Remove(d.draftFile(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("take the draft away: %w", err)
	}
	return d.repo.Remove(id) // last: a page that is asked for meanwhile finds no draft
}
