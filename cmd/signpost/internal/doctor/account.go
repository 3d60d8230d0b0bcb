package doctor

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/handset"
	"signpost/internal/inspect"
	"signpost/internal/twilio"
)

func (e *exam) account(ctx context.Context, b *flows.Book) {
	const of = "provider"
	c, err := twilio.NewOperator(e.Config.APIURL, e.Config.AccountSID, e.Config.Tokens, e.Config.APIKeys...)
	if err != nil {
		e.name("account-settings").add(of, Bad, "Correct the account's settings.", "%v.", err)
		return
	}
	lines, err := c.Lines()
	if errors.Is(err, twilio.ErrNotAllowed) {
		e.erasing(of, c)
		e.name("lines-unreadable").add(of, Look,
			"Give the key read access to numbers and messaging services, or run signpost doctor once with a key that "+
				"has it: TWILIO_API_KEYS=SK...:... signpost doctor.",
			"Where the numbers point cannot be seen with this API key.")
		e.balance(of, c)
		e.dialling(of, c)
		e.unseen(of)
		return
	}
	if errors.Is(err, twilio.ErrCredentials) {
		e.name("credentials").add(of, Bad,
			"Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEYS, from the provider's console. Nothing "+
				"is erased there with the wrong ones.",
			"The provider refuses our account or token.")
		return
	}
	if errors.Is(err, twilio.ErrClock) {
		e.take(of, inspect.Provider(c, inspect.Settings{}))
		return
	}
	if err != nil {
		e.name("provider-unreachable").add(of, Bad, "Try again; is this machine allowed to reach the provider's API?",
			"The account cannot be looked at: %v.", err)
		return
	}
	e.erasing(of, c)
	settings := inspect.Settings{PublicURL: e.Config.PublicURL, TextPath: e.TextPath, CallPath: e.CallPath,
		Lines: e.Config.Lines, CallerID: e.Config.CallerID}
	overridden := inspect.Lines(c, lines, settings)
	e.take(of, overridden)
	for _, l := range lines {
		if inspect.Ours(l, settings) {
			lineExam{e, l, b}.look(ctx, slices.ContainsFunc(overridden,
				func(f inspect.Finding) bool { return strings.HasPrefix(f.What, l.Name+": ") }))
		}
	}
	state := inspect.Account(c)
	e.take(of, state)
	if !slices.ContainsFunc(state, func(f inspect.Finding) bool { return strings.HasPrefix(f.Name, "balance") }) {
		e.balance(of, c)
	}
	e.keywords(lines)
	e.dialling(of, c)
	e.unseen(of)
}

// erasing looks whether our credentials may do what erasing needs: a restricted key may
// lack a permission, and records would stay at the provider.
func (e *exam) erasing(of string, c *twilio.Client) {
	line := ""
	if len(e.Config.Lines) > 0 {
		line = e.Config.Lines[0]
	}
	bad := false
	for _, one := range c.Erasing(line) {
		if errors.Is(one.Err, twilio.ErrCredentials) {
			bad = true
			e.name("erasing-not-allowed").add(of, Bad,
				"Give the API key this permission in the provider's console: for messages and calls it needs read, "+
					"update and delete.",
				"Our credentials may not %s: records would stay at the provider.", one.What)
		}
	}
	if !bad && len(e.Config.APIKeys) > 0 {
		e.add(of, OK, "", "The API key may do all that erasing needs.")
	}
}

// balance says what is left in the account.
func (e *exam) balance(of string, c *twilio.Client) {
	if amount, currency, err := c.Balance(); err == nil {
		e.add(of, OK, "", "%s %s are left in the account.", amount, currency)
	}
}

// unseen says what no key can read.
func (e *exam) unseen(of string) {
	e.name("console-only").add(of, Look,
		"In the console: Messaging, Settings, Geo permissions: only the countries in ANSWER_COUNTRIES. Messaging, "+
			"Settings, General: redaction on, where your contract has it. Monitor, Logs: they hold requests with "+
			"what was pressed, for as long as the provider says; let as few people in as can be, and no service that "+
			"copies them. Usage triggers: an alert when a day costs more than you expect.",
		"Which countries may be written to, redaction, who reads the provider's logs, and alerts on spending cannot "+
			"be read from here.")
}

// dialling looks which countries the account may ring: callers are put through to
// services of the United Kingdom, and to nothing else.
func (e *exam) dialling(of string, c *twilio.Client) {
	const where = "In the console: Voice, Settings, Geo permissions: "
	switch may, err := c.Dialling(); {
	case err != nil:
		e.name("dialling-unreadable").add(of, Look, where+"only the United Kingdom, its special numbers too.",
			"Which countries may be rung cannot be read: %v.", err)
	case !may.Home:
		e.name("calling-home").add(of, Bad, where+"tick the United Kingdom.",
			"Numbers of the United Kingdom may not be rung: nobody can be put through.")
	case !may.Special:
		e.name("special-numbers").add(of, Look,
			where+
				"tick the United Kingdom's special numbers, or try each service once: 0300 and 0808 numbers may be "+
				"among them.",
			"Special numbers of the United Kingdom may not be rung.")
	case may.Others > 0:
		e.name("other-countries").add(of, Look,
			where+
				"only the United Kingdom: Signpost rings no other country, and a thief of the token could ring them "+
				"at your cost.",
			"%d other countries may be rung.", may.Others)
	default:
		e.add(of, OK, "", "The United Kingdom may be rung, and nobody else.")
	}
}

// lineExam is the exam of one line of ours.
type lineExam struct {
	*exam
	line twilio.AccountLine
	book *flows.Book // nil: it is not looked at whether the line says what the book says
}

// look looks at the whole line. overridden reports that something keeps texts or calls from
// its addresses.
func (e lineExam) look(ctx context.Context, overridden bool) {
	const of = "provider"
	begin := len(e.found)
	l := e.line
	var text []byte
	var voice [][]byte
	if e.book != nil {
		text, voice = e.Fallback(e.book)
	}
	if !l.Ignored {
		e.hook("texts-elsewhere", "texts", l.Texts, e.TextPath)
		e.fallback(ctx, "texts", l.TextsFallback, text)
	}
	switch l.Kind {
	case twilio.NumberLine:
		e.hook("calls-elsewhere", "calls", l.Calls, e.CallPath)
		e.hook("ended-elsewhere", "reports of calls that have ended", l.Ended, e.CallStatusPath)
		e.fallback(ctx, "calls", l.CallsFallback, voice...)
	case twilio.ServiceLine:
		if l.Validity > MaxValidity {
			e.name("reply-waits").add(of, Bad, "signpost provision "+strconv.Quote(l.Name)+" sets it to ten minutes.",
				"%s lets a reply wait %v for a phone that is off: a late text can be dangerous.", l.Name,
				time.Duration(l.Validity)*time.Second)
		}
	}
	if len(e.found) == begin && !overridden {
		e.add(of, OK, "", "%s (%s) points here, with a fallback.", l.Name, l.Kind)
	}
}

// hook looks whether an address of the line is ours.
func (e lineExam) hook(name, what string, h twilio.Hook, path string) {
	const of = "provider"
	found := e.name(name)
	provision := "signpost provision " + e.line.Name
	want := e.Config.PublicURL + path
	switch {
	case h.URL == "":
		found.add(of, Bad, provision, "%s: %s are sent nowhere.", e.line.Name, what)
	case h.URL != want:
		found.add(of, Bad, provision, "%s: %s are sent to another address than %s.", e.line.Name, what, want)
	case h.Method != http.MethodPost:
		found.add(of, Bad, provision, "%s: %s are sent by %s, which writes them into logs; it must be POST.",
			e.line.Name, what, h.Method)
	}
}

// fallback looks at what answers when this server cannot be reached: it should say one of the
// things that are wanted.
func (e lineExam) fallback(ctx context.Context, what string, h twilio.Hook, want ...[]byte) {
	name := e.line.Name
	if h.URL == "" {
		e.name("no-fallback").add("provider", Bad,
			"signpost fallback writes what to put there; signpost provision -text-fallback URL -voice-fallback URL "+
				name+" sets it.",
			"%s has no fallback for %s: when our machines cannot be reached, people get nothing.", name, what)
		return
	}
	if strings.HasPrefix(h.URL, e.Config.PublicURL) {
		e.name("fallback-here").add("provider", Bad,
			"Put it somewhere that does not fall with this server: a bin at the provider.",
			"%s: the fallback for %s is on this very server.", name, what)
		return
	}
	got, err := handset.Fetch(ctx, h.Method, h.URL)
	switch {
	case err != nil:
		e.name("fallback-away").add("fallback", Bad, "signpost fallback writes it again.",
			"%s: the fallback for %s does not answer.", name, what)
	case e.book != nil && !slices.ContainsFunc(want, func(w []byte) bool { return alike(got, w) }):
		e.name("fallback-other").add("fallback", Bad,
			"signpost fallback writes it again, with -caller-id; put it there.",
			"%s: the fallback for %s does not say what the book says.", name, what)
	case e.book != nil && what == "calls" && e.Connect != nil:
		e.through(ctx, h.URL, got, e.Connect(e.book))
	}
}

// through looks where a key in the fallback of calls leads: somebody who presses it should be
// put through to the 24-hour line of this book.
func (e lineExam) through(ctx context.Context, from string, doc, want []byte) {
	n, err := twilio.ParseDocument(bytes.TrimSpace(doc))
	base, bad := url.Parse(from)
	if err != nil || bad != nil {
		return
	}
	for _, child := range n.Children {
		action, ok := child.Attr("action")
		if child.Name != "Gather" || !ok {
			continue
		}
		to, err := base.Parse(action)
		var got []byte
		if err == nil {
			got, err = handset.Fetch(ctx, http.MethodPost, to.String())
		}
		switch {
		case err != nil:
			e.name("fallback-away").add("fallback", Bad,
				"Make the bin of connect.xml, then write voice.xml again with its address: signpost fallback -connect.",
				"%s: in the fallback for calls the document behind the key does not answer.", e.line.Name)
		case !alike(got, want):
			e.name("fallback-other").add("fallback", Bad, "signpost fallback writes connect.xml again; put it there.",
				"%s: in the fallback for calls a key does not ring the 24-hour line of the book.", e.line.Name)
		}
	}
}
