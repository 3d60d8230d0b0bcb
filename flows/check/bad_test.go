package check_test

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/hours"
)

// files is the shipped book as files in memory, to break.
func files(testing.TB) fstest.MapFS { return shippedFiles() }

func shippedFiles() fstest.MapFS {
	out := fstest.MapFS{}
	for _, name := range load.Files() {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			panic(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}

// mistake is one thing a manager can do wrong.
type mistake struct {
	name, file, find, put string
	rule                  string
	at                    string // the mistake stands on the line that holds this
	says                  string
}

// circle is a menu whose choices lead back to it.
const circle = "CIRCLE"

// made is the shipped book with the mistake in it.
func (m mistake) made() fstest.MapFS {
	book := shippedFiles()
	change := func(file, find, put string) {
		old := string(book[file].Data)
		broken := strings.Replace(old, find, put, 1)
		if broken == old {
			panic(fmt.Sprintf("%q is not in %s: the test breaks nothing", find, file))
		}
		book[file] = &fstest.MapFile{Data: []byte(broken)}
	}
	switch {
	case m.find == "GONE":
		delete(book, m.file)
	case m.put == circle:
		change(m.file, "  bills:\n",
			"  round:\n    kind: menu\n    say: \"Round. {choices}\"\n    choices:\n      - {say: Again, goes_to: round}\n\n  bills:\n")
		change(m.file, "      - say: reporting\n        goes_to: no_name\n",
			"      - say: reporting\n        goes_to: round\n")
	case m.find == "AUDIO":
		book[m.file] = &fstest.MapFile{Data: []byte(m.put)}
		change("recordings.yaml", "recordings: []",
			recordingLines("greeting.wav", "A call for you. To take it, press 1."))
	case m.find == "RECORDINGS":
		book["audio/greeting.wav"] = &fstest.MapFile{Data: wav(2)}
		change(m.file, "recordings: []", m.put)
	case m.find == "ALL":
		book[m.file] = &fstest.MapFile{Data: []byte(m.put)}
	case m.rule == "route-length":
		change(m.file, m.find, m.put)
		change(m.file, "  bills:\n",
			"  first:\n    kind: menu\n    say: \"Go on. {choices}\"\n    text: \"Go on. {choices}. 9 back, X leave.\"\n    choices:\n      - {text: next, say: Next, goes_to: second}\n\n  second:\n    kind: menu\n    say: \"Go on. {choices}\"\n    text: \"Go on. {choices}. 9 back, X leave.\"\n    choices:\n      - {text: next, say: Next, goes_to: cumbria}\n\n  bills:\n")
	default:
		change(m.file, m.find, m.put)
	}
	return book
}

// found is the problem that tells of the mistake, where it stands.
func (m mistake) found(book fstest.MapFS, problems []load.Problem) (load.Problem, bool) {
	// Some mistakes are told where the loss is, not where the change was made.
	elsewhere := m.at == ""
	for _, p := range problems {
		if p.Rule != m.rule || !strings.Contains(p.What+p.Fix, m.says) || p.File != m.file && !elsewhere {
			continue
		}
		line := ""
		if f := book[p.File]; f != nil {
			line = strings.Split(string(f.Data)+"\n", "\n")[p.Line-1]
		}
		if elsewhere || strings.Contains(line, m.at) || line != "" && strings.Contains(m.at, strings.TrimSpace(line)) {
			return p, true
		}
	}
	return load.Problem{}, false
}

// today is the day the tests pretend it is.
var today = time.Date(2026, 11, 20, 12, 0, 0, 0, hours.London())

// mistakes holds at least one for every rule; the first of each is shown in
// docs/checks.md.
func mistakes() []mistake {
	return []mistake{
		{"unreadable YAML", "areas.yaml", "schema: 1", "schema: 1\nareas: [", "yaml", "", ""},
		{"empty file", "examples.yaml", "ALL", "# nothing\n", "empty", "", ""},
		{"unknown key", "services.yaml", "    label: local team\n", "    lable: local team\n", "unknown-key", "lable",
			`"label"`},
		{"missing key", "services.yaml", "    hours: 24 hours\n", "", "missing-key", "name: National Domestic",
			`"hours"`},
		{"duplicate key", "services.yaml", "    free: yes\n", "    free: yes\n    free: yes\n", "duplicate",
			"free: yes", "twice"},
		{"nothing written", "services.yaml", "    label: local team\n", "    label:\n", "missing-words", "label:",
			"nothing is written"},
		{"list for words", "services.yaml", "    label: local team\n", "    label: [a]\n", "shape", "[a]", "list"},
		{"words for a list", "services.yaml", "    for: [me, someone]\n", "    for: me\n", "shape", "for: me", "list"},
		{"unknown person", "services.yaml", "for: [me, someone]", "for: [me, soemone]", "choice", "soemone",
			`"someone"`},
		{"anchor", "areas.yaml", "name: Halton", "name: &x Halton", "anchor", "&x", "&x"},
		{"bad id", "areas.yaml", "  halton:\n", "  Halton Town:\n", "id", "Halton Town", "Halton Town"},
		{"no area of that name", "areas.yaml", "cheshire: [cheshire_east", "cheshire: [chesire_east", "unknown-area",
			"chesire_east", `"cheshire_east"`},
		{"no service of that name", "areas.yaml", "services: [letgo_south]", "services: [letgo_suoth]",
			"unknown-service", "letgo_suoth", `"letgo_south"`},
		{"no step of that name", "menus.yaml", "goes_to: cumbria\n", "goes_to: cumbira\n", "unknown-step", "cumbira",
			`"cumbria"`},
		{"leads to nothing", "menus.yaml", "        goes_to: who\n", "", "leads-nowhere", "text: other choices",
			"exactly one"},
		{"too many services", "menus.yaml", "kind: menu\n    text: \"Auto",
			"kind: menu\n    services: area\n    text: \"Auto", "stray-services", "services: area", ""},
		{"services step without", "menus.yaml", "    services: [galop, area]\n", "", "no-service", "kind: services",
			"lgbt_line"},
		{"missing digit", "services.yaml", "01228 633640", "01228 63364", "number", "01228 63364", "01228 63364"},
		{"letters in a number", "services.yaml", "01228 633640", "01228 633640 ext 4", "number", "ext 4", "digits"},
		{"premium number", "services.yaml", "0300 303 0157", "0900 303 0157", "number-cost", "0900", "premium"},
		{"free or not", "services.yaml", "    free: yes\n", "", "number-cost", "number: 0808 2000 247", "free"},
		{"short number rung", "services.yaml", "    can_connect: no # a short number: the caller dials it themselves\n",
			"", "number-connect", "116 123", "can_connect"},
		{"no number", "services.yaml", "    numbers:\n      - number: 0808 801 0327\n", "    numbers: []\n",
			"no-number", "numbers: []", ""},
		{"a number taken out, its heading left", "services.yaml", "      - number: 0808 801 0327\n", "", "shape",
			"numbers:", "nothing is here"},
		{"hours", "services.yaml", "hours: Mon-Fri 9am-6pm #", "hours: Mon-Fri 9-6 #", "hours", "Mon-Fri 9-6",
			"Mon-Fri"},
		{"exception", "services.yaml", "hours: Mon-Fri 9am-6pm #",
			"exceptions: {2026-12-24: morning}\n    hours: Mon-Fri 9am-6pm #", "hours", "morning", "2026-12-24"},
		{"ring time", "services.yaml", "    hours: 24 hours\n", "    ring_seconds: 5\n    hours: 24 hours\n",
			"ring-seconds", "ring_seconds: 5", "10 to 60"},
		{"no recording", "recordings.yaml", "recordings: []", recordingLines("greeting.wav", "Goodbye."), "audio",
			"file: greeting.wav", "cannot be read"},
		{"recording elsewhere", "recordings.yaml", "recordings: []", recordingLines("../x.wav", "Goodbye."), "audio",
			"../x.wav", "WAV"},
		{"recording in no language", "recordings.yaml", "RECORDINGS",
			recordingLines("greeting.wav", "Goodbye.") + "\n    language: zz", "audio", "language: zz", "no language"},
		{"recording of the same words", "recordings.yaml", "RECORDINGS",
			recordingLines("greeting.wav", "Goodbye.") + "\n  - file: greeting.wav\n    say: goodbye", "audio",
			"say: goodbye", "already"},
		{"date", "services.yaml", "until: \"2026-09-11\"", "until: 11 September", "date", "11 September", "2026-01-31"},
		{"key to press", "services.yaml", `then_press: "2"`, `then_press: "22"`, "then-press", `"22"`,
			"press_after: 2"},
		{"wait in letters", "services.yaml", `then_press: "2"`, `then_press: "ww2"`, "then-press", `"ww2"`,
			"then_press: \"2\"\n        press_after: 1"},
		{"wait that is too long", "services.yaml", "then_press: \"2\"", "press_after: 31\n        then_press: \"2\"",
			"then-press", "press_after: 31", "from 0 to 30"},
		{"wait for no key", "services.yaml", "then_press: \"2\"", "press_after: 2", "then-press",
			"press_after: 2", "no key"},
		{"allowed without a reason", "services.yaml", "    label: advice line\n",
			"    label: victim line\n    allowed_words: [victim]\n", "allowed-without-reason", "[victim]", ""},
		{"district in two areas", "areas.yaml", "districts: [Halton]", "districts: [Halton, Warrington]",
			"district-twice", "districts: [Warrington]", "Warrington"},
		{"district in none", "areas.yaml", "districts: [Carlisle, Eden]", "districts: [Carlisle]", "district-missing",
			"", "Eden"},
		{"choices not said", "menus.yaml",
			`"Which part? {choices}. Or send your town. Not sure: 0 24-hour line. 9 back, X leave."`,
			`"Which part? 9 back, X leave."`, "choices-not-said", "Which part? 9", ""},
		{"nothing said", "menus.yaml", "    say: \"{choices}, not sure 0.\"\n", "", "silence", "cumbria:", "\"say\""},
		{"nothing texted", "menus.yaml", "    text: \"{choices}. 0 24-hour line, 9 back, X leave.\"\n", "", "silence",
			"elsewhere:", "\"text\""},
		{"too many choices", "menus.yaml", "      - text: report, not urgent\n",
			"      - text: one more\n        say: For one more\n        goes_to: where\n      - text: report, not urgent\n",
			"too-many-choices", "", "5 choices"},
		{"menu without choices", "menus.yaml",
			"    choices:\n      - text: Wales\n        say: Wales\n        area: wales\n      - text: Scotland\n        say: Scotland\n        area: scotland\n      - text: anywhere else\n        say: anywhere else\n        words: [elsewhere, england, other, not sure]\n        area: elsewhere\n",
			"", "dead-end", "kind: menu", "elsewhere"},
		{"message without its number", "words.yaml", `"{zero}: 24-hour line, free.`, `"24-hour line, free.`,
			"missing-placeholder", "24-hour line, free.", "{zero}"},
		{"message without a channel", "words.yaml", "    say: \"Here it is again.\"\n",
			"    text: \"Here it is again.\"\n", "missing-words", "Here it is again", `"say"`},
		{"unknown placeholder", "menus.yaml", "{choices}, not sure 0.", "{choises}, not sure 0.", "placeholder",
			"{choises}", "{choices}"},
		{"open bracket", "menus.yaml", "X leave. We never", "X { leave. We never", "placeholder", "X {", ""},
		{"curly quote", "services.yaml", "label: advice line", "label: men’s line", "alphabet", "men’s", `"'"`},
		{"watch-word", "services.yaml", "label: advice line", "label: victims line", "watch-word",
			"victims line", "victim"},
		{"watch-word made by filling in", "words.yaml", "watch_words: [abuse,", "watch_words: [team hours not, abuse,",
			"watch-word-filled", "", "team hours not"},
		{"watch-word made in the last resort", "words.yaml", "watch_words: [abuse,",
			"watch_words: [247 24 hour, abuse,", "watch-word-filled", "", "247 24 hour"},
		{"link", "menus.yaml", "We never text first.", "See example.org.uk/help.", "link", "example.org.uk",
			"example.org"},
		{"address", "services.yaml", "label: advice line", "label: a@example.com", "link", "a@example", "link"},
		{"own name", "services.yaml", "label: advice line", "label: the Men's Advice Line", "service-name",
			"the Men's Advice Line", "mens_advice_line"},
		{"another's name", "words.yaml", `"{zero}: 24-hour line, free.`, `"{zero}: Samaritans, free.`, "service-name",
			"Samaritans", "samaritans"},
		{"carrier word as a choice", "menus.yaml", "words: [report]", "words: [report, end]", "carrier-word",
			"text: report", "end"},
		{"carrier word to leave", "words.yaml", "leave: [x,", "leave: [quit, x,", "carrier-word", "leave:", "quit"},
		{"word for two choices", "menus.yaml", "words: [north]", "words: [west]", "clash", "text: Workington", "west"},
		{"kept word as a choice", "menus.yaml", "words: [north]", "words: [bye]", "clash", "text: Carlisle", "bye"},
		{"number in words", "menus.yaml", "We never text first.", "We never text. 0808 2000 247", "number-in-words",
			"0808 2000 247", "services.yaml"},
		{"chain without an end", "services.yaml", "    if_no_answer: samaritans\n", "", "chain", "", "24-hour"},
		{"unreachable step", "menus.yaml", "  bills:\n", "  spare:\n    kind: say\n    text: \"Spare.\"\n\n  bills:\n",
			"reachable", "spare:", "spare"},
		{"unreachable service", "areas.yaml", "services: [halton_service]", "services: [warrington_service]",
			"reachable", "", "halton_service"},
		{"text too long", "menus.yaml", "Auto info line. Emergency? Call 999. Reply",
			"Auto info line for everybody here, from wherever they may write. Emergency? Call 999. Reply", "segments",
			"Auto info line for", "characters"},
		{"text too long with Relay UK's prefix", "menus.yaml", "Copies may stay (cloud, tablet)",
			"Copies may stay (cloud, your tablet)", "segments", "Copies may stay", "18001"},
		{"prompt too long", "menus.yaml", "Men\n        goes_to: mens_line",
			"Men of every age, from wherever they may be ringing us today, in any of our towns and villages\n        goes_to: mens_line",
			"prompt-length", "", "at most 12"},
		{"greeting too long", "menus.yaml", "Info line. Emergency", "Hello, and welcome to the info line. Emergency",
			"prompt-length", "Hello, and welcome", "at most 9"},
		{"example that fails", "examples.yaml", "we: [01229 582386, 0808 2000 247, \"999\"]", "we: 01900 842991",
			"example", "they: kendal", "01900 842991"},
		{"example of a number that is gone", "examples.yaml", "we: [01229 582386, 0808 2000 247, \"999\"]",
			"we: [01229 582387, 0808 2000 247, \"999\"]", "example-outdated", "they: kendal", "write the new one here"},
		{"example of words that are gone", "menus.yaml", "We never text first.", "We will not text first.",
			"example-outdated", "", "We never text first"},
		{"conversation that reads differently", "examples.yaml", "      - they: Chester\n",
			"      - they: Chester\n        all: Ring us at any time.\n", "transcript", "they: Chester",
			"Ring us at any time"},
		{"loop", "services.yaml",
			"      - number: 0300 303 0157\n    for: [me, someone]\n    hours: Mon-Fri 9am-6pm # as printed by the Times and Star in November 2020\n    if_no_answer: victim_support\n",
			"      - number: 0300 303 0157\n    for: [me, someone]\n    hours: Mon-Fri 9am-6pm\n    if_no_answer: letgo_north\n",
			"area-night", "if_no_answer: letgo_north",
			"loop: victim_support_cumbria, then letgo_north, then victim_support_cumbria"},
		{"loop of one", "services.yaml", "    if_no_answer: samaritans\n", "    if_no_answer: respect\n", "chain",
			"if_no_answer: respect", "loop: respect, then respect"},
		{"24-hour line that closes", "services.yaml",
			"      - number: 0808 2000 247\n    for: [me, someone]\n    hours: 24 hours\n",
			"      - number: 0808 2000 247\n    for: [me, someone]\n    hours: Mon-Fri 9am-5pm\n", "chain",
			"hours: Mon-Fri 9am-5pm", "the key 0"},
		{"label too long for its text", "services.yaml",
			"    label: advice line\n    say: the advice line\n    numbers:\n      - number: 0808 802 4040\n",
			"    label: the advice line for all of you who are out there\n    say: the advice line\n    numbers:\n      - number: 0808 802 4040\n",
			"segments", "the advice line for all", "Shorten the label"},
		{"saved as UTF-16", "areas.yaml", "ALL", "\xff\xfes\x00c\x00", "encoding", "", "UTF-16"},
		{"saved as Latin-1", "areas.yaml", "name: Halton\n", "name: Halt\xf3n\n", "encoding", "name: Halt", "ó"},
		{"merge that is not done", "services.yaml", "  # --- Cheshire -", "<<<<<<< ours\n  # --- Cheshire -",
			"conflict", "<<<<<<< ours", "git"},
		{"second document", "areas.yaml", "  halton:\n", "---\n  halton:\n", "documents", "---", "second document"},
		{"words cut off at a #", "services.yaml", "    label: local team\n", "    label: local team #1\n", "hash",
			"label: local team #1", `"local team #1"`},
		{"curly quotes", "services.yaml", "    label: advice line\n", "    label: “advice line”\n", "quotes",
			"“advice line”", `Write: "advice line"`},
		{"office hours for 999", "services.yaml", "    for: [me, someone, behaviour]\n    hours: 24 hours\n",
			"    for: [me, someone, behaviour]\n    hours: Mon-Fri 9am-5pm\n", "emergency-hours", "hours: Mon-Fri",
			"hours: 24 hours"},
		{"copy of a file", "services-LAPTOP-7.yaml", "ALL", "schema: 1\n", "copy", "", "services-LAPTOP-7.yaml"},
		{"no examples", "examples.yaml", "ALL", "schema: 1\nexamples: []\n", "example", "", "no examples"},
		{"example of nothing", "examples.yaml", "      - they: rings\n        we: [Info",
			"      - they: sings\n        we: [Info", "example", "sings", "rings"},
		{"file gone", "words.yaml", "GONE", "", "missing-file", "", "Put it back"},
		{"enormous file", "words.yaml", "schema: 1", "schema: 1 #" + strings.Repeat("x", 1<<20), "file-size",
			"", "at most"},
		{"tab indentation", "areas.yaml", "  halton:\n", "\thalton:\n", "blank", "halton:", "a tab"},
		{"odd blank", "areas.yaml", "    name: Halton\n", "  \u00a0 name: Halton\n", "blank", "name: Halton",
			"odd blank"},
		{"colon without quotes", "menus.yaml", "    say: \"{choices}, not sure 0.\"\n", "    say: Listen: {choices}\n",
			"yaml", "Listen", "Put quotes around"},
		{"quote not closed", "menus.yaml", "9 back, X leave.\"\n    say: \"{choices}, not sure",
			"9 back, X leave.\n    say: \"{choices}, not sure", "yaml", "9 back, X leave.", "not closed"},
		{"no blank after the colon", "areas.yaml", "    name: Halton\n", "    name:Halton\n", "yaml", "name:Halton",
			"space is missing"},
		{"one blank too many", "areas.yaml", "    name: Halton\n", "     name: Halton\n", "yaml", "name: Halton",
			"5 spaces"},
		{"nested too deep", "examples.yaml", "ALL",
			"schema: 1\nexamples: " + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "\n", "shape", "examples:",
			"names with values"},
		{"endless list", "words.yaml", "leave: [x,", "leave: [" + strings.Repeat("x, ", 5000), "length", "leave:",
			"Keep it under"},
		{"neither texts nor call", "examples.yaml", "examples:\n", "examples:\n  - name: Nothing happens\n",
			"example-shape", "Nothing happens", "one of them"},
		{"no service of that name taking over", "services.yaml", "if_no_answer: samaritans", "if_no_answer: samaritan",
			"unknown-service", "samaritan", "samaritans"},
		{"own words without the number", "menus.yaml", "text: \"Emergency: 999. {numbers}: {label}, free, any time.",
			"text: \"{label}, free, any time.", "number-not-said", "free, any time", "{numbers}"},
		{"ends before it begins", "services.yaml", "until: \"2026-09-11\"", "until: \"2024-09-11\"", "from-until",
			"2024-09-11", "before it begins"},
		{"rung tomorrow", "services.yaml", "    checked_on: never\n", "    checked_on: \"2027-01-10\"\n",
			"checked-in-future", "2027-01-10", "not come"},
		{"rung by nobody", "services.yaml",
			"    unrung_because: shipped from public documents, to be rung before going live\n", "", "number-age",
			"checked_on: never", "Ring it"},
		{"rung long ago", "services.yaml",
			"    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n",
			"    checked_on: \"2026-05-01\"\n    checked_by: service manager\n", "number-age", "2026-05-01",
			"203 days"},
		{"rung a while ago", "services.yaml",
			"    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n",
			"    checked_on: \"2026-08-01\"\n    checked_by: service manager\n", "number-age", "2026-08-01",
			"111 days"},
		{"area without a night", "services.yaml",
			"    if_no_answer: victim_support_cumbria\n    source: Crimestoppers Cumbria",
			"    source: Crimestoppers Cumbria", "area-night", "", "24-hour"},
		{"going round in a circle", "menus.yaml", "ALL", circle, "no-way-to-number", "", "no choice leads"},
		{"rung by whom", "services.yaml",
			"    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n",
			"    checked_on: \"2026-11-01\"\n", "checked-by", "2026-11-01", "role"},
		{"rung, and still excused", "services.yaml", "    checked_on: never\n",
			"    checked_on: \"2026-11-01\"\n    checked_by: manager\n", "unrung-because", "unrung_because: shipped",
			"Take unrung_because out"},
		{"rung again before rung", "services.yaml",
			"    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n",
			"    checked_on: \"2026-11-01\"\n    checked_by: manager\n    review_by: \"2026-01-01\"\n", "review-date",
			"2026-01-01", "before it was rung"},
		{"rung again in years", "services.yaml",
			"    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n",
			"    checked_on: \"2026-11-01\"\n    checked_by: manager\n    review_by: \"2028-01-01\"\n", "review-date",
			"2028-01-01", "180 days"},
		{"rung again, never rung", "services.yaml", "    checked_on: never\n",
			"    checked_on: never\n    review_by: \"2026-12-01\"\n", "review-date", "2026-12-01", "never rung"},
		{"a pilot about to end", "services.yaml", "until: \"2026-09-11\"", "until: \"2026-12-11\"", "ends-soon",
			"2026-12-11", "11 December"},
		{"a pause that is over", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    paused_until: \"2026-11-02\"\n    hours: Mon-Fri 9am-6pm #", "pause", "2026-11-02", "has been back"},
		{"a pause for ever", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    paused_until: \"2062-11-02\"\n    hours: Mon-Fri 9am-6pm #", "pause", "2062-11-02", "year is right"},
		{"pause of the last 24-hour line", "services.yaml", "    for: [behaviour]\n    hours: 24 hours\n",
			"    for: [behaviour]\n    hours: 24 hours\n    paused_until: \"2026-12-02\"\n", "pause", "2026-12-02",
			"no 24-hour line is left"},
		{"rung by a name", "services.yaml",
			"    checked_on: never\n    unrung_because: shipped from public documents, to be rung before going live\n",
			"    checked_on: \"2026-11-01\"\n    checked_by: Jane Smith\n", "checked-by", "checked_by: Jane Smith",
			"a person's name"},
		{"last year's Christmas", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    exceptions: {2025-12-24: closed}\n    hours: Mon-Fri 9am-6pm #", "exceptions-past", "2025-12-24",
			"2025-12-24"},
		{"never open", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    from: \"2026-11-21\"\n    until: \"2026-11-22\"\n    hours: Mon-Fri 9am-6pm #", "never-open",
			"Mon-Fri 9am-6pm", "shut one another out"},
		{"one number twice", "services.yaml", "01228 633640", "01229 582386", "number-twice", "01229 582386",
			"letgo_north"},
		{"for both sides", "services.yaml", "for: [behaviour]", "for: [me, behaviour]", "mixed-service",
			"me, behaviour", "behave"},
		{"a queue asked to press a key", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    press_to_accept: yes\n    hours: Mon-Fri 9am-6pm #", "press-to-accept", "press_to_accept: yes",
			"no test call"},
		{"a queue, and known to be one", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    answered_by: queue\n    press_to_accept: yes\n    hours: Mon-Fri 9am-6pm #", "press-to-accept",
			"press_to_accept: yes", "no test call"},
		{"a 24-hour line asked to press a key", "services.yaml", "    hours: 24 hours\n",
			"    answered_by: person\n    press_to_accept: yes\n    hours: 24 hours\n", "press-to-accept",
			"press_to_accept: yes", "24 hours"},
		{"a menu asked to press a key", "services.yaml",
			"        then_press: \"2\" # a person must hear what option 2 now is\n",
			"        then_press: \"2\"\n    answered_by: person\n    press_to_accept: yes\n", "press-to-accept",
			"press_to_accept: yes", "then_press"},
		{"men led to a line for women", "services.yaml", "    label: advice line\n",
			"    takes_men: no\n    label: advice line\n", "takes-no-men", "", "mens_advice_line, which takes no men"},
		{"put through to a machine", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    answered_by: voicemail\n    hours: Mon-Fri 9am-6pm #", "line-like", "answered_by: voicemail",
			"machine"},
		{"for someone, and not", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    takes_third_parties: no\n    hours: Mon-Fri 9am-6pm #", "line-like", "takes_third_parties: no",
			"third parties"},
		{"texts that may not be sent", "services.yaml", "    takes: texts #",
			"    may_be_texted: no\n    takes: texts #", "line-like", "may_be_texted: no", "takes only texts"},
		{"a deaf person's 24-hour line", "services.yaml", "    label: 24-hour line\n",
			"    takes_relay: no\n    label: 24-hour line\n", "line-like", "takes_relay: no", "Relay UK"},
		{"an interpreter who is not called", "services.yaml", "    label: 24-hour line\n",
			"    takes_interpreters: no\n    label: 24-hour line\n", "line-like", "takes_interpreters: no",
			"interpreters"},
		{"a long word for a quiet line", "words.yaml", "{label}, not answering lately: {numbers}. ",
			"{label} has not been answering when others rang it in the last few days, so try it only after the other one: {numbers}. ",
			"quiet-line", "", "characters"},
		{"a long greeting", "services.yaml", "    hours: Mon-Fri 9am-6pm #",
			"    first_words: Good morning and thank you very much for calling, this is the line for everybody in the whole of the county, please hold\n    hours: Mon-Fri 9am-6pm #",
			"first-words", "Good morning", "at most 100"},
		{"long label", "services.yaml", "label: advice line", "label: the line for men of every age", "label-length",
			"every age", "29 letters"},
		{"long ringing", "services.yaml", "    hours: unknown\n", "    ring_seconds: 60\n    hours: unknown\n",
			"ringing-time", "", "80 seconds"},
		{"town that is not understood", "areas.yaml", "text: Widnes or Runcorn", "text: Zyzzyx Cross or Runcorn",
			"area-towns", "Zyzzyx Cross", "spelling"},
		{"place in two areas", "areas.yaml", "also_called: [halton, halton borough]",
			"also_called: [halton, halton borough, eden valley]", "overlapping-places", "eden valley", "eden valley"},
		{"place that lies elsewhere", "areas.yaml", "also_called: [halton, halton borough]",
			"also_called: [halton, halton borough, kendal]", "overlapping-places", "kendal", "cumbria_south"},
		{"several that is one", "areas.yaml", "  solway coast: [cumbria_north, cumbria_west]",
			"  solway coast: [cumbria_north]", "several-places", "solway coast", "also_called"},
		{"several that are too many", "areas.yaml", "  solway coast: [cumbria_north, cumbria_west]",
			"  solway coast: [cumbria_north, cumbria_west, cumbria_south, halton, warrington]", "several-places",
			"solway coast", "5 areas"},
		{"kept word that is a place", "words.yaml", "  - words: [more, other,", "  - words: [kendal, more, other,",
			"word-is-place", "kendal", "kendal"},
		{"words that look alike", "menus.yaml", "words: [north]", "words: [sough]", "ambiguous-words", "text: Barrow",
			"one letter away"},
		{"choice on one channel", "menus.yaml", "        say: Widnes or Runcorn\n", "", "channels-differ",
			"Widnes or Runcorn", "say"},
		{"character nobody can see", "services.yaml", "    say: the local team\n", "    say: \"the \\0local team\"\n",
			"unseen", "local team", "U+0000"},
		{"step without a call", "menus.yaml", "      - say: your behaviour\n        goes_to: own_behaviour\n", "",
			"reachable-channel", "own_behaviour:", "nothing leads to the step \"own_behaviour\" by call"},
		{"service without a call", "menus.yaml", "[crimestoppers, police_101]", "[crimestoppers]", "reachable-channel",
			"", "police_101 is given by text and never by call"},
		{"keys that change places", "menus.yaml", "      - say: reporting\n        goes_to: no_name\n",
			"      - say: Cumbria\n        goes_to: cumbria\n", "keys-change", "", "just before"},
		{"key written out", "menus.yaml", "{choices}, a person 0. {back}",
			"{choices}, a person 0. Press 1 for men. {back}", "key-in-words", "Press 1 for men", "{choices}"},
		{"no way out", "menus.yaml", "Who is it for? {choices}, 0 24-hour line, 9 back, X leave.",
			"Who is it for? {choices}, 0 24-hour line, 9 back.", "way-out", "Who is it for", "leave"},
		{"no 999", "menus.yaml", "Auto info line. Emergency? Call 999. Reply with your",
			"Auto info line. Reply with your", "emergency-told", "Auto info line. Reply", "999"},
		{"not for a locked screen", "menus.yaml", "Auto info line. Emergency? Call 999. Reply with your",
			"Emergency! Call 999! Auto info line. Reply with your", "lock-screen", "Emergency! Call", "first 40"},
		{"placeholder with nothing to fill it", "menus.yaml", "Reply with your town, or: {choices}. 0 24-hour line",
			"Reply with your town, or: {choices}. {label} 0 24-hour", "stray-placeholder", "{label}", "Here only"},
		{"mentioned without words", "services.yaml", "    mention_text:", "    # mention_text:", "mention-missing",
			"", "mention_text"},
		{"two segments", "menus.yaml", "  bills:\n    kind: say\n", "  bills:\n    kind: say\n    segments: 2\n",
			"segments-allowed", "segments: 2", "2 segments"},
		{"a long way", "menus.yaml", "      - say: Cumbria\n        goes_to: cumbria\n",
			"      - say: Cumbria\n        goes_to: first\n", "route-length", "", "keys"},
		{"an expensive way", "menus.yaml", "  cumbria:\n    kind: menu\n    text: \"Which part? ",
			"  cumbria:\n    kind: menu\n    segments: 2\n    text: \"Which of these is the nearest to where you live, or to where you are tonight? ",
			"route-cost", "", "6 segments back, about 24p"},
		{"allowed and not there", "services.yaml", "    label: advice line\n",
			"    label: advice line\n    allowed_words: [victim]\n    because: it is in its name\n", "allowed-unused",
			"[victim]", "Take it out"},
		{"short watch list", "words.yaml", "watch_words: [abuse, abusive,", "watch_words: [abusive,", "watch-list",
			"watch_words:", "abuse"},
		{"blank too many", "menus.yaml", "We never text first.", "We never  text first.", "double-blank",
			"We never  text", "too many"},
		{"capitals", "menus.yaml", "We never text first.", "We NEVER text first.", "shouting", "NEVER",
			"small letters"},
		{"hard word", "menus.yaml", "We never text first.", "We provide help.", "hard-word", "provide", "give"},
		{"long sentence", "words.yaml", "On a mobile, when asked, press 55. On a landline, stay on the line.",
			"On a mobile if you cannot speak then listen and when you are asked press 55 and on a landline stay on the line.",
			"long-sentence", "On a mobile if", "words long"},
		{"hard to read", "menus.yaml", "say: \"Info line. Emergency, ring 9 9 9. {choices}",
			"say: \"Multilingual telephonic information facility, automatically distributing individual conversational opportunities; universally accessible, unconditionally complimentary. {choices}",
			"reading-age", "Multilingual", "11 at most"},
		{"spoken sign", "menus.yaml", "{choices}, a person 0. {back}", "{choices}, a person and/or a line 0. {back}",
			"spoken-sign", "and/or", "should be said"},
		{"a label that is overheard", "services.yaml", "    say: the Wales line", "    say: the domestic violence line",
			"overheard", "domestic violence", "a call says \"domestic\""},
		{"a name that is overheard", "services.yaml", "    say: the Wales line", "    say: Live Fear Free", "overheard",
			"Live Fear Free", "the own name of live_fear_free"},
		{"a key that is overheard", "menus.yaml", "      - say: other lines\n", "      - say: police\n", "overheard",
			"police", "a call says \"police\""},
		{"a call that is not free", "menus.yaml", "      - say: other lines\n", "      - say: free lines\n",
			"free-on-calls", "free lines", "said to be free"},
		{"a person at once", "menus.yaml", "voice:\n  name: Polly.Amy", "person_after: 2\nvoice:\n  name: Polly.Amy",
			"person-after", "person_after: 2", "from 5 to 120"},
		{"silent calls without a limit", "menus.yaml", "voice:\n  name: Polly.Amy",
			"silent_calls: {connect_per_hour: many, agreed_by: the duty manager, agreed_on: \"2026-11-01\"}\nvoice:\n  name: Polly.Amy",
			"silent-calls", "many", "from 0 to 60"},
		{"voice of another language", "menus.yaml", "  language: en-GB\n", "  language: fr-FR\n", "voice",
			"language: fr-FR",
			"Write language: en-GB. For words in fr-FR, write a voice that speaks it: Polly.Celine,"},
		{"voice that is none", "menus.yaml", "  name: Polly.Amy\n", "  name: Amy\n", "voice", "name: Amy",
			"Write Polly.Amy."},
		{"voice with a slip", "menus.yaml", "  name: Polly.Amy\n", "  name: Poly.Amy\n", "voice", "name: Poly.Amy",
			"Did you mean \"Polly.Amy\"?"},
		{"voice that keeps no pauses", "menus.yaml", "  name: Polly.Amy\n", "  name: Google.en-GB-Chirp3-HD-Kore\n",
			"voice", "Chirp3", "do not keep the pauses"},
		{"voice of the oldest kind", "menus.yaml", "  name: Polly.Amy\n", "  name: alice\n", "voice", "name: alice",
			"For en-GB, write one of: Polly.Amy"},
		{"language that is none", "menus.yaml", "  language: en-GB\n", "  language: English\n", "voice",
			"language: English", "Polly.Amy speaks en-GB: write en-GB."},
		{"translation in another's voice", "languages.yaml", "\nlanguages:\n",
			"\nlanguages:\n" + strings.Replace(second, "pl-PL", "ro-RO", 1), "voice", "ro-RO", "Polly.Carmen"},
		{"districts that are not numbered", "area/districts.txt", "ALL", "a E07000123 Preston\nc E07000118 Chorley\n",
			"area-table", "", "letter must be b"},
		{"pronunciation of nothing", "words.yaml", "  Widnes: Widniss", "  Widness: Widniss", "pronunciation-unused",
			"Widness", "capitals included"},
		{"pronunciation in signs", "words.yaml", "  Widnes: Widniss", "  Widnes: \"wɪdnɪs/\"", "pronunciation",
			"wɪdnɪs", "for a child to read aloud"},
		{"pronunciation of a sign", "words.yaml", "  Widnes: Widniss", "  \"24\": twenty-four", "pronunciation",
			"twenty-four", "of letters only"},
		{"pronunciation as written", "words.yaml", "  Widnes: Widniss", "  Widnes: Widnes", "pronunciation",
			"Widnes: Widnes", "take the line out"},
		{"recording that nobody names", "audio/old.wav", "ALL", string(wav(3)), "recording-unused", "", "old.wav"},
		{"recording of something else", "audio/greeting.wav", "AUDIO", string(tone(30, 0.3)), "recording-differs",
			"", "Listen to it"},
		{"recordings of some words", "audio/greeting.wav", "AUDIO", string(tone(2, 0.3)), "recording-missing", "",
			"Info line"},
		{"recording of old words", "recordings.yaml", "RECORDINGS",
			recordingLines("greeting.wav", "A call for you. To take it, press 2."), "recording-stale", "A call for you",
			"press 1"},
		{"recording that is too quiet", "audio/greeting.wav", "AUDIO", string(tone(2, 0.02)), "recording-sound", "",
			"too quiet"},
		{"recording that is cut off", "audio/greeting.wav", "AUDIO", string(tone(2, 3)), "recording-sound", "",
			"cut off"},
		{"recording of nothing", "audio/greeting.wav", "AUDIO", string(tone(2, 0)), "recording-sound",
			"", "only silence"},
		{"recording that begins late", "audio/greeting.wav", "AUDIO", string(pcm(silence(2), sine(2, 0.3))),
			"recording-sound", "", "begins with 2.0 seconds"},
		{"area without an example", "examples.yaml", "      - they: gretna\n        we: 0800 027 1234\n",
			"      - they: hello\n        we: town\n", "example-missing", "", "scotland"},
		{"language without words", "languages.yaml", "\nlanguages:\n", "\nlanguages:\n" + second, "missing-translation",
			"texts: {}", "are not in this language"},
		{"two languages on one key", "languages.yaml", "\nlanguages:\n",
			"\nlanguages:\n" + second + strings.Replace(second, "yy", "zz", 1), "language-key", "key:", "yy already"},
		{"language on the key of a choice", "languages.yaml", "\nlanguages:\n",
			"\nlanguages:\n" + strings.Replace(second, `key: "8"`, `key: "6"`, 1), "language-key", "key:",
			"the key of a choice of"},
		{"translation without its number", "languages.yaml", "\nlanguages:\n",
			"\nlanguages:\n" + strings.Replace(second, "texts: {}", "texts:\n      messages.give_up.say: Koniec.", 1),
			"translation-placeholder", "Koniec", "{zero}"},
		{"translation of nothing", "languages.yaml", "\nlanguages:\n",
			"\nlanguages:\n" + strings.Replace(second, "texts: {}", "texts:\n      steps.were.text: Gdzie", 1),
			"unknown-translation", "steps.were.text", "steps.where.text"},
		{"text that is not understood", "heard_answers.yaml", "match: [bye, stop texting me",
			"match: [bye, lovely weather, stop texting me", "heard-example", "lovely weather",
			"not understood as leave"},
		{"look-alike that is understood", "heard_answers.yaml", "no_match: [i want to leave him",
			"no_match: [goodbye, i want to leave him", "heard-example", "goodbye", "understood as leave"},
		{"draft that is not whole", "languages.yaml", "languages:\n",
			"languages:\n" + strings.Replace(second,
				"    signed_off_by: the tests\n    signed_off_on: \"2026-11-20\"\n",
				"", 1), "draft", "yy:", "wordings are missing"},
		{"draft with a long text", "languages.yaml", "      steps.about_us.text: \"",
			"      steps.about_us.text: \"Bardzo, bardzo dlugie slowa. ", "draft-segments", "Bardzo", "characters"},
		{"moment that is none", "examples.yaml", "at: \"2026-11-20 14:00\"", "at: yesterday", "example",
			"name: Nobody answers", "2026-11-20 14:00"},
	}
}

// outcome is what a check of a book with a mistake in it comes to.
type outcome struct {
	mistake
	book     fstest.MapFS
	src      *load.Source
	problems []load.Problem
	p        load.Problem // that tells of the mistake
	ok       bool
}

// outcomes are those of all mistakes, worked out once.
var outcomes = sync.OnceValue(func() []outcome {
	out := make([]outcome, len(mistakes()))
	var wg sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, m := range mistakes() {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			book := m.made()
			o := outcome{mistake: m, book: book}
			o.src, o.problems = check.OnRule(book, today, m.rule) // all the rules would take ten minutes
			o.p, o.ok = m.found(book, o.problems)
			out[i] = o
		})
	}
	wg.Wait()
	return out
})

// Each mistake a manager can make is found where it stands, by the rule that
// looks for it, in words that name it.
func TestMistakes(t *testing.T) {
	for _, o := range outcomes() {
		t.Run(o.name, func(t *testing.T) {
			if !o.ok {
				t.Errorf("not found by %q where it is; found:", o.rule)
				for _, p := range o.problems {
					if p.Rule != "number-age" {
						t.Log(p)
					}
				}
			}
			if o.ok && (o.p.Why == "" || o.p.Fix == "") {
				t.Errorf("%s does not say why it matters and how to fix it", o.p)
			}
		})
	}
	broken := map[string]bool{}
	for _, m := range mistakes() {
		broken[m.rule] = true
	}
	for _, r := range check.Rules() {
		if !broken[r.Name] {
			t.Errorf("no test breaks the rule %q (%s)", r.Name, r.Doc)
		}
	}
}

// Several mistakes are told in one go.
func TestAllAtOnce(t *testing.T) {
	book := files(t)
	edit := func(file, find, put string) {
		book[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(book[file].Data), find, put, 1))}
	}
	edit("services.yaml", "01228 633640", "01228 63364")
	edit("services.yaml", "label: advice line", "label: men’s line")
	edit("areas.yaml", "services: [letgo_south]", "services: [letgo_suoth]")
	edit("menus.yaml", "words: [report]", "words: [end]")
	edit("words.yaml", "leave: [x,", "leave: [cancel, x,")
	_, problems := check.Dir(book)
	rules := map[string]bool{}
	for _, p := range problems {
		rules[p.Rule] = true
	}
	for _, want := range []string{"number", "alphabet", "unknown-service", "carrier-word"} {
		if !rules[want] {
			t.Errorf("%s was not told with the others", want)
		}
	}
	if len(problems) < 5 {
		t.Errorf("%d problems told of 5", len(problems))
	}
}

// Whichever line is taken out of a file, every problem that is told has a place in it,
// and no two are told of the same place by the same words.
func TestEveryLineTakenOut(t *testing.T) {
	base, forms := files(t), map[string]int{}
	taken := 0
	for _, name := range load.Files() {
		lines := strings.SplitAfter(string(base[name].Data), "\n")
		for i, line := range lines {
			if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
				continue
			}
			if large := load.HeardFile(name) || name == "languages.yaml"; large && i%389 > 0 {
				continue // thousands of lines of the same form, each a while to compile
			}
			if name == "heard_signs.yaml" && i%(389*7) > 0 {
				continue // tens of thousands, made by a program
			}
			// Lines of one form, as the hours of each service: a few, and then some.
			form := name + ":" + line[:max(0, strings.Index(line, ":"))]
			const few, some = 2, 9
			if forms[form]++; forms[form] > few && forms[form]%some > 0 {
				continue
			}
			taken++
			book := files(t)
			book[name] = &fstest.MapFile{Data: []byte(strings.Join(slices.Delete(slices.Clone(lines), i, i+1), ""))}
			_, problems := load.Dir(book)
			told := map[string]bool{}
			for _, p := range problems {
				if p.Line < 1 || p.Col < 1 || p.What == "" || p.Fix == "" || !strings.HasSuffix(p.File, ".yaml") {
					t.Errorf("%s without line %d (%q): a problem without a place or a fix: %+v", name, i+1, line, p)
				}
				if told[p.String()] {
					t.Errorf("%s without line %d (%q): told twice: %+v", name, i+1, line, p)
				}
				told[p.String()] = true
			}
		}
	}
	if taken < 300 {
		t.Errorf("only %d lines were taken out", taken)
	}
	t.Logf("%d lines taken out", taken)
}

// Loading any file ends, and every problem is somewhere in a
// file of the book.
func FuzzLoad(f *testing.F) {
	base := files(f)
	for i, name := range load.Files() {
		f.Add(i, base[name].Data)
	}
	for _, odd := range []string{"", "schema: 1", "a: &a [*a]", "? [x]: y", "steps: {w: {kind: menu, text: \"{\"}}",
		"services: {a: {numbers: [{number: !!float NaN}]}}", "%", "--- |\n x"} {
		for i := range load.Files() {
			f.Add(i, []byte(odd))
		}
	}
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		names := load.Files()
		name := names[((which%len(names))+len(names))%len(names)]
		book := files(t)
		book[name] = &fstest.MapFile{Data: data}
		src, problems := load.Dir(book)
		for _, p := range problems {
			if shown := src.Show(p); !strings.Contains(shown, p.What) {
				t.Errorf("shown as %q", shown)
			}
			if p.Line < 1 || p.Col < 1 || p.What == "" || p.Fix == "" || !strings.HasSuffix(p.File, ".yaml") {
				t.Errorf("a problem without a place or a fix: %+v", p)
			}
		}
		if src.Book == nil || len(problems) == 0 && src.Broken {
			t.Error("broken, and nothing said")
		}
	})
}

// A paused service is passed over and said so, by text and by call, the book
// stays clean meanwhile, and the service comes back by itself.
func TestPause(t *testing.T) {
	book := files(t)
	services := strings.Replace(string(book["services.yaml"].Data), "      - number: 01229 582386\n",
		"      - number: 01229 582386\n    paused_until: \"2027-01-05\"\n", 1)
	book["services.yaml"] = &fstest.MapFile{Data: []byte(services)}
	src, mistakes := check.Mistakes(book, time.Time{})
	for _, p := range mistakes {
		t.Error(p)
	}
	at := func(s string) time.Time {
		m, err := time.ParseInLocation("2006-01-02 15:04", s, hours.London())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, tt := range []struct{ at, text, say, rung string }{
		{"2027-01-04 14:00", "Emergency: 999. 0300 303 0157: Cumbria line (local team closed to 5 Jan)",
			"the local team is closed until 5 January.", "victim_support_cumbria"},
		{"2027-01-04 20:00", "Emergency: 999. 0808 1689 111: support line (local team closed to 5 Jan)",
			"the local team is closed until 5 January.", "victim_support"},
		{"2027-01-05 00:00", "Emergency: 999. 01229 582386: local team", "Or the local team", "national_helpline"},
	} {
		_, r, err := src.Book.Step(at(tt.at), flows.State{}, flows.TextInput("kendal"))
		if err != nil || !strings.HasPrefix(r.Text, tt.text) {
			t.Errorf("%s: texted %q, %v", tt.at, r.Text, err)
		}
		var s flows.State
		var reply flows.Reply
		said := ""
		for _, in := range []flows.Input{flows.Rang(), flows.Pressed('1'), flows.Pressed('3'), flows.Pressed('1')} {
			if s, reply, err = src.Book.Step(at(tt.at), s, in); err != nil {
				t.Fatal(err)
			}
			said += flows.Spoken(reply.Speech)
		}
		if !strings.Contains(said, tt.say) || reply.Dial == nil || reply.Dial.ID != tt.rung {
			t.Errorf("%s: rang %+v after %q", tt.at, reply.Dial, said)
		}
	}
}

// wav is silence of the given length, as a WAV file: 8000 Hz, mu-law.
func wav(seconds int) []byte {
	const rate = 8000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x07\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = append(b, 1, 0, 8, 0)
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*seconds))
	return append(b, make([]byte, rate*seconds)...)
}

// recordingLines is the list of one recording.
func recordingLines(file, words string) string {
	return "recordings:\n  - file: " + file + "\n    say: " + words
}

// pcm is a WAV file of 16 bits with 8000 samples a second.
func pcm(parts ...[]float64) []byte {
	const rate = 8000
	var sound []byte
	for _, v := range slices.Concat(parts...) {
		sound = binary.LittleEndian.AppendUint16(sound, uint16(int16(min(1, max(-1, v))*math.MaxInt16)))
	}
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	b = append(b, 2, 0, 16, 0)
	b = append(b, "data"...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(sound))), sound...)
}

func silence(seconds float64) []float64 { return make([]float64, int(8000*seconds)) }

func sine(seconds, height float64) []float64 {
	out := silence(seconds)
	for i := range out {
		out[i] = height * math.Sin(2*math.Pi*300*float64(i)/8000)
	}
	return out
}

func tone(seconds, height float64) []byte { return pcm(sine(min(seconds, 19), height)) }

// A recording that can be played is taken, with its length; others are told of.
func TestRecordings(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"good", wav(7), ""}, {"too long", wav(21), "21 seconds long"},
		{"not sound", []byte("hello"), "not a WAV file"},
		{"cut", wav(1)[:40], "no sound"}, {"too large", make([]byte, 2<<20), "bytes"},
		{"MP3 in a WAV",
			[]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x55\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x01\x00\x00\x00x"),
			"neither PCM"},
	} {
		book := files(t)
		book["recordings.yaml"] = &fstest.MapFile{Data: []byte("schema: 1\n" + recordingLines("greeting.wav",
			"Goodbye."))}
		book["audio/greeting.wav"] = &fstest.MapFile{Data: tt.data}
		src, problems := load.Dir(book)
		if tt.says == "" {
			name := src.Book.RecordingOf(flows.Utterance{Words: "goodbye"})
			if len(problems) > 0 || src.Book.Audio[name].Seconds != 7 {
				t.Errorf("%s: %v, %q of %v s", tt.name, problems, name, src.Book.Audio[name].Seconds)
			}
		} else if len(problems) != 1 || !strings.Contains(problems[0].What, tt.says) || problems[0].Rule != "audio" {
			t.Errorf("%s: %v", tt.name, problems)
		}
	}
}
