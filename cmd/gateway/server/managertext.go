package server

import (
	"slices"
	"strings"

	"signpost/internal/inspect"
)

// effect is what a problem does to the people who text and ring.
type effect uint8

const (
	unnoticed  effect = iota // they notice nothing
	lessAnswer               // they get a shorter answer
	noAnswer                 // some may get none
)

// managerTexts is what the manager's page says of problems, by their names.
var managerTexts = []struct {
	says  string
	does  effect
	mine  bool // the manager can put it right
	names []string
}{
	{"The provider's account is not in order.", noAnswer, false,
		[]string{"credentials", "account-suspended", "account-trial", "balance-low"}},
	{"The number does not lead here as it should.", noAnswer, false, []string{
		"no-line", "no-texts", "no-calls", "texts-application", "calls-application", "calls-trunk", "texts-service",
		"texts-elsewhere", "calls-elsewhere", "redirects", "path-unreachable", "signature-refused", "other-gateway",
	}},
	{"Somebody is attacking the line, and it costs much money.", lessAnswer, false, []string{"reserve-high"}},
	{"More than a fifth of the replies of the last day did not arrive.", noAnswer, false,
		[]string{"replies-undelivered"}},
	{"People of this country get only the 24-hour number.", lessAnswer, false, []string{"home-left-out"}},
	{"Nobody texted or rang on the last two days. The number may not lead here any more. Text and ring it yourself.",
		unnoticed, false, []string{"quiet"}},
	{"Callers cannot be put through.", noAnswer, false, []string{"calling-home", "caller-id-not-ours"}},
	{"Callers are told a number and not put through.", lessAnswer, false, []string{"caller-id-needed"}},
	{"A text or call was refused in the last half hour. It may have been a person's.", noAnswer, false,
		[]string{webhooksRefused}},
	{"A mobile network blocked a reply in the last half hour.", noAnswer, false, []string{repliesBlocked}},
	{"Two machines use different flow books. People get different answers.", lessAnswer, false, []string{"other-book"}},
	{"There is no flow book without mistakes. Everybody gets only the 24-hour number and 999. Correct the mistakes.",
		lessAnswer, true, []string{"no-book"}},
	{"The flow book that was saved last has mistakes. The one before it is in use. Correct the mistakes.", unnoticed,
		true, []string{"book-refused", "book-saved-copy"}},
	{"The menus are switched off. Everybody gets the 24-hour number.", lessAnswer, false, []string{"maintenance"}},
	{"Conversations are not remembered. A text that names a place gets its number, any other the 24-hour number.",
		lessAnswer, false, []string{"store-unreachable", "store-denied", "store-read-only", "store-full"}},
	{"The program had a fault in the last half hour. Somebody got only the 24-hour number and 999.", lessAnswer, false,
		[]string{safeAnswers}},
	{"Many people text. Four fifths of the money for this hour are spent. A first text gets a short answer.",
		lessAnswer, false, []string{"share-nearly-spent"}},
	{"Many people ring. Four fifths of the money for this hour are spent. Callers notice nothing yet.", unnoticed,
		false, []string{"calls-share-nearly-spent"}},
	{"More people text or ring than the money for this hour pays for. Texts get short answers, and calls the 24-hour " +
		"line.",
		lessAnswer, false, []string{"share-spent", "flood"}},
	{"When its memory is full, the server forgets what is to be deleted at the provider.", unnoticed, false,
		[]string{"store-evicts"}},
	{"The provider's copies of texts and calls are not deleted in time.", unnoticed, false,
		[]string{"erasing-refused", "erasing-late", "erasing-given-up", "sweep-failed"}},
	{"Nobody is answered when the server cannot be reached: the number has no fallback.", unnoticed, false,
		[]string{"no-fallback"}},
	{"Nothing has looked at the server for half an hour. Nobody would hear of a problem.", unnoticed, false,
		[]string{"unwatched"}},
	{"The certificate of the server is about to end. After that nobody is answered.", unnoticed, false,
		[]string{"certificate-expires"}},
}

// managerText says in plain words whether people are answered, and what somebody should look
// at. What may be meant is left out.
func managerText(found []inspect.Finding) (answers string, problems []string) {
	worst := unnoticed
	for _, f := range found {
		if f.Look {
			continue
		}
		says, does := ofFinding(f)
		worst = max(worst, does)
		if !slices.Contains(problems, says) {
			problems = append(problems, says)
		}
	}
	switch {
	case worst == noAnswer:
		answers = "Perhaps not everybody. Act on this now:"
	case worst == lessAnswer:
		answers = "Yes, but some answers are shorter than they should be. Somebody should look at this today:"
	case len(problems) > 0:
		answers = "Yes. Somebody should look at this:"
	default:
		answers = "Yes. No problem is known."
	}
	return answers, problems
}

// ofFinding says one problem in plain words.
func ofFinding(f inspect.Finding) (says string, does effect) {
	if f.Name == "line-not-answering" {
		return strings.ToUpper(f.What[:1]) + f.What[1:] +
			". Ring it. If a person answers, record that in the flow book.", unnoticed
	}
	tell := " Tell the person who runs the server: " + f.Name + "."
	for _, p := range managerTexts {
		if !slices.Contains(p.names, f.Name) {
			continue
		}
		if p.mine {
			tell = ""
		}
		return p.says + tell, p.does
	}
	return "Something on the server is not as it should be." + tell, unnoticed
}
