package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"signpost/flows"
)

// running asks the running gateway what it knows itself.
func (e *exam) running(ctx context.Context) {
	if e.Ready == nil {
		return
	}
	const of = "gateway"
	says, err := e.Ready(ctx)
	switch {
	case err != nil:
		e.name("gateway-unseen").add(of, Look,
			"Is it running? Run signpost doctor on its own machine, with its ADMIN_ADDR.",
			"No gateway answers at ADMIN_ADDR: what it has noticed itself cannot be seen.")
	case !strings.HasPrefix(says, "ready\n"):
		e.name("gateway-unseen").add(of, Bad, "Correct ADMIN_ADDR, here and where your monitors ask.",
			"What answers at ADMIN_ADDR is not a gateway that serves.")
	default:
		e.says = says
	}
}

// gateway adds what the running gateway has noticed and nothing else has found, and looks
// whether it uses the flow book that was read here.
func (e *exam) gateway(b *flows.Book) {
	const of = "gateway"
	if e.says == "" {
		return
	}
	begin := len(e.found)
	otherBook := b != nil
	for line := range strings.Lines(e.says) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name, rest, ok := strings.Cut(rest, ": ")
		switch {
		case kind == "book" && b != nil && name == fmt.Sprintf("%08x", b.Version):
			otherBook = false
		case ok && (kind == "degraded" || kind == "note"):
			if name == "book-refused" || name == "book-saved-copy" || name == "no-book" {
				otherBook = false // that is said already
			}
			if slices.ContainsFunc(e.found, func(f Finding) bool { return f.Name == name }) {
				continue
			}
			what, fix, _ := strings.Cut(rest, ". ")
			v := map[string]Verdict{"degraded": Bad, "note": Look}[kind]
			e.name(name).add(of, v, fix, "%s.", strings.ToUpper(what[:min(1, len(what))])+what[min(1, len(what)):])
		}
	}
	if otherBook {
		e.name("book-other").add(of, Bad,
			"If FLOWS_DIR was changed, restart the gateway. Otherwise give this command the gateway's environment.",
			"The running gateway uses another flow book than this command has read.")
	}
	if len(e.found) == begin {
		e.add(of, OK, "", "The running gateway knows of nothing else.")
	}
}
