package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"signpost/cmd/gateway/server"
	doctors "signpost/cmd/signpost/internal/doctor"
	"signpost/config"
	"signpost/internal/twilio"
	"signpost/ivr"
)

const provisionHelp = `signpost provision [-yes] [-text-fallback URL] [-voice-fallback URL] LINE...
signpost provision [-yes] -undo LINE|FILE
signpost provision -undo list

Points a number, a short code or a messaging service of the account at PUBLIC_URL. It
sets the addresses for texts, calls, and reports of calls that have ended. It also
sets the fallback addresses, for when this server cannot be reached. It takes away an
application or a SIP trunk that the provider would ask instead. It shows the change;
-yes makes it, and saves the old settings in a dated file of this folder, which is never
overwritten. It reads the same environment as the gateway.

-undo LINE restores what was before the newest change; once more restores what was
before that, and so on. -undo list shows all that can be undone.

  signpost provision +441632960000
  signpost provision -yes -text-fallback https://bins.example.com/text \
      -voice-fallback https://bins.example.com/voice +441632960000
  signpost provision -yes -undo +441632960000

`

func provision(args []string, s streams) int {
	f := newFlags("provision", provisionHelp, s)
	yes := f.Bool("yes", false, "make the change; without it, it is only shown")
	undo := f.String("undo", "",
		"put back what was before: the `line`, or the file written when a change was made, or list")
	textElse := f.String("text-fallback", "",
		"the `URL` for texts when this server cannot be reached; empty leaves what is set")
	voiceElse := f.String("voice-fallback", "", "the `URL` for calls then; empty leaves what is set")
	if code, done := parseWords(f, args, s); done {
		return code
	}
	if (*undo == "") == (f.NArg() == 0) {
		fmt.Fprintln(s.err,
			"signpost provision: name one or more lines, or -undo with a file; see signpost provision -h")
		return exitMisuse
	}
	fail := func(err error) int {
		fmt.Fprintf(s.err, "signpost provision: %v\n", err)
		return exitProblems
	}
	if *undo == "list" {
		if err := listUndo(s.out); err != nil {
			return fail(err)
		}
		return exitOK
	}
	file := "" // of the change to undo
	if *undo != "" {
		var err error
		if file, err = undoFile(*undo); err != nil {
			return fail(err)
		}
	}
	cfg, err := config.FromEnvironment()
	if err != nil {
		fmt.Fprintf(s.err, "signpost provision: the settings have mistakes:\n%v\n", err)
		return exitMisuse
	}
	c, lines, err := account(cfg)
	if err != nil {
		return fail(err)
	}
	var changes []pointing
	if file != "" {
		changes, err = undoChange(lines, file)
	} else {
		changes, err = pointHere(cfg, lines, f.Args(), fallbacks{*textElse, *voiceElse})
	}
	if err != nil {
		return fail(err)
	}
	if err := apply(c, changes, file, *yes, s.out); err != nil {
		return fail(err)
	}
	return exitOK
}

// apply shows changes, and makes them where yes is given. The file is that of an earlier change that
// they put back; empty for none.
func apply(c *twilio.Client, changes []pointing, file string, yes bool, out io.Writer) error {
	for _, ch := range changes {
		if !showChange(out, ch) {
			continue
		}
		if !yes {
			fmt.Fprintln(out, "  Nothing is changed yet. Run again with -yes.")
			continue
		}
		if err := point(c, ch, file, out); err != nil {
			return err
		}
	}
	return nil
}

// account is the account at the provider, and its lines. A restricted key that erases may not
// change numbers: provision needs one that may.
func account(cfg config.Config) (*twilio.Client, []twilio.AccountLine, error) {
	c, err := twilio.NewOperator(cfg.APIURL, cfg.AccountSID, cfg.Tokens, cfg.APIKeys...)
	if err != nil {
		return nil, nil, err
	}
	lines, err := c.Lines()
	if errors.Is(err, twilio.ErrNotAllowed) {
		err = fmt.Errorf("%w: name one that may read and change numbers, for this command only: "+
			"TWILIO_API_KEYS=SK...:... signpost provision",
			err)
	}
	return c, lines, err
}

// point makes a change. It keeps what was before, unless the change puts back the file of an
// earlier one.
func point(c *twilio.Client, ch pointing, undo string, out io.Writer) error {
	if undo == "" {
		if _, err := keepLine(ch.before, time.Now()); err != nil {
			return err
		}
	}
	if err := c.SetWebhookURLs(ch.after); err != nil {
		return err
	}
	fmt.Fprintln(out, "  Done.")
	if undo != "" {
		return undone(undo)
	}
	fmt.Fprintf(out, "  To put it back: signpost provision -yes -undo %q\n", ch.before.Name)
	return nil
}

type pointing struct{ before, after twilio.AccountLine }

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// undoChange puts a line back to what the file of an earlier change says.
func undoChange(lines []twilio.AccountLine, file string) ([]pointing, error) {
	before, err := readLine(file)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(lines, func(l twilio.AccountLine) bool {
		return l.SID == before.SID && l.Kind == before.Kind
	})
	if i < 0 {
		return nil, fmt.Errorf("%s is not in the account any more", before.Name)
	}
	now := lines[i]
	before.CannotText, before.CannotCall = now.CannotText, now.CannotCall
	before.Release = overrides(now) != ""
	return []pointing{{now, before}}, nil
}

// fallbacks are the addresses for when this server cannot be reached. An empty one leaves what is set.
type fallbacks struct{ texts, calls string }

// pointHere points lines at this server.
func pointHere(cfg config.Config, lines []twilio.AccountLine, names []string, elsewhere fallbacks) ([]pointing, error) {
	for _, u := range []string{elsewhere.texts, elsewhere.calls} {
		if u != "" && (!strings.HasPrefix(u, "https://") && cfg.APIURL == "" || strings.HasPrefix(u, cfg.PublicURL)) {
			return nil,
				errors.New("a fallback must be an https address that does not fall with this server: a bin at the " +
					"provider, say")
		}
	}
	var out []pointing
	for _, name := range names {
		i := slices.IndexFunc(lines, func(l twilio.AccountLine) bool { return l.Name == name || l.SID == name })
		if i < 0 {
			var have []string
			for _, l := range lines {
				have = append(have, l.Name)
			}
			return nil, fmt.Errorf("%q is not in the account, which has: %s", name, strings.Join(have, ", "))
		}
		out = append(out, pointing{lines[i], pointedHere(lines[i], cfg.PublicURL, elsewhere)})
	}
	return out, nil
}

// pointedHere is a line that is pointed at this server.
func pointedHere(l twilio.AccountLine, publicURL string, elsewhere fallbacks) twilio.AccountLine {
	hook := func(path string) twilio.Hook { return twilio.Hook{URL: publicURL + path, Method: "POST"} }
	fallback := func(u string, before twilio.Hook) twilio.Hook {
		if u == "" {
			return before
		}
		return twilio.Hook{URL: u, Method: "POST"}
	}
	l.Release = overrides(l) != ""
	l.TextApp, l.CallApp, l.Trunk = "", "", ""
	l.Texts, l.TextsFallback = hook(server.TextPath), fallback(elsewhere.texts, l.TextsFallback)
	switch l.Kind {
	case twilio.NumberLine:
		l.Calls, l.CallsFallback = hook(server.CallPath), fallback(elsewhere.calls, l.CallsFallback)
		l.Ended = hook(ivr.StatusPath)
	case twilio.ServiceLine:
		l.Validity = min(doctors.MaxValidity, max(l.Validity, 1))
	}
	return l
}

// overrides says what the provider asks instead of a line's addresses.
func overrides(l twilio.AccountLine) string {
	var out []string
	for _, o := range []struct{ what, id string }{{"an application for texts", l.TextApp},
		{"an application for calls", l.CallApp}, {"a SIP trunk", l.Trunk}} {
		if o.id != "" {
			out = append(out, o.what+" "+o.id)
		}
	}
	return strings.Join(out, " and ")
}

// showChange writes what would change of a line; it gives false when nothing would.
func showChange(w io.Writer, ch pointing) bool {
	fmt.Fprintf(w, "%s (%s)\n", ch.before.Name, ch.before.Kind)
	changed := false
	show := func(what, before, after string) {
		if before == after {
			return
		}
		changed = true
		if before == "" {
			before = "nowhere"
		}
		fmt.Fprintf(w, "  %s: %s\n  %s  now: %s\n", what, after, strings.Repeat(" ", max(len(what)-5, 0)), before)
	}
	hook := func(what string, before, after twilio.Hook) {
		address := func(h twilio.Hook) string {
			if h.URL == "" {
				return "" // the provider gives a method anyway
			}
			return strings.TrimSpace(h.Method + " " + h.URL)
		}
		show(what, address(before), address(after))
	}
	hook("texts", ch.before.Texts, ch.after.Texts)
	hook("texts, when this server cannot be reached", ch.before.TextsFallback, ch.after.TextsFallback)
	hook("calls", ch.before.Calls, ch.after.Calls)
	hook("calls, when this server cannot be reached", ch.before.CallsFallback, ch.after.CallsFallback)
	hook("calls that have ended", ch.before.Ended, ch.after.Ended)
	if was, is := overrides(ch.before), overrides(ch.after); was != is {
		show("the provider asks first", orNothing(was), orNothing(is))
	}
	if ch.after.CannotText || ch.after.CannotCall {
		fmt.Fprintln(w, "  The number cannot take both texts and calls: signpost doctor says more.")
	}
	if ch.before.Validity != ch.after.Validity {
		seconds := func(n int) string { return (time.Duration(n) * time.Second).String() }
		show("a reply may wait", seconds(ch.before.Validity), seconds(ch.after.Validity))
	}
	if ch.after.TextsFallback.URL == "" || ch.after.Kind == twilio.NumberLine && ch.after.CallsFallback.URL == "" {
		fmt.Fprintln(w,
			"  It has no fallback: when this server cannot be reached, people get nothing. See signpost fallback -h.")
	}
	if !changed {
		fmt.Fprintln(w, "  It points here already.")
	}
	return changed
}
