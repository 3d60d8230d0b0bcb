package check_test

import (
	"encoding/binary"
	"io/fs"
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
func files(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range load.Files() {
		data, err := fs.ReadFile(book.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}

// Each mistake a manager can make is found where it stands, by the rule that
// looks for it, in words that name it.
func TestMistakes(t *testing.T) {
	tests := []struct {
		name, file, find, put string
		rule                  string
		at                    string // the mistake stands on the line that holds this
		says                  string
	}{
		{"unreadable YAML", "areas.yaml", "schema: 1", "schema: 1\nareas: [", "yaml", "", ""},
		{"empty file", "examples.yaml", "ALL", "# nothing\n", "empty", "", ""},
		{"unknown key", "services.yaml", "    label: local team\n", "    lable: local team\n", "unknown-key", "lable", `"label"`},
		{"missing key", "services.yaml", "    hours: 24 hours\n", "", "missing-key", "name: National Domestic", `"hours"`},
		{"duplicate key", "services.yaml", "    free: yes\n", "    free: yes\n    free: yes\n", "duplicate", "free: yes", "twice"},
		{"nothing written", "services.yaml", "    label: local team\n", "    label:\n", "missing-words", "label:", "nothing is written"},
		{"list for words", "services.yaml", "    label: local team\n", "    label: [a]\n", "shape", "[a]", "list"},
		{"words for a list", "services.yaml", "    for: [me, someone]\n", "    for: me\n", "shape", "for: me", "list"},
		{"unknown person", "services.yaml", "for: [me, someone]", "for: [me, soemone]", "choice", "soemone", `"someone"`},
		{"anchor", "areas.yaml", "name: Halton", "name: &x Halton", "anchor", "&x", "&x"},
		{"bad id", "areas.yaml", "  halton:\n", "  Halton Town:\n", "id", "Halton Town", "Halton Town"},
		{"no area of that name", "areas.yaml", "cheshire: [cheshire_east", "cheshire: [chesire_east", "unknown-area", "chesire_east", `"cheshire_east"`},
		{"no service of that name", "areas.yaml", "services: [letgo_south]", "services: [letgo_suoth]", "unknown-service", "letgo_suoth", `"letgo_south"`},
		{"no step of that name", "menus.yaml", "goes_to: cumbria\n", "goes_to: cumbira\n", "unknown-step", "cumbira", `"cumbria"`},
		{"leads to nothing", "menus.yaml", "        goes_to: who\n", "", "leads-nowhere", "text: other choices", "exactly one"},
		{"too many services", "menus.yaml", "kind: menu\n    text: \"Local", "kind: menu\n    services: area\n    text: \"Local", "stray-services", "services: area", ""},
		{"services step without", "menus.yaml", "    services: [galop]\n", "", "no-service", "kind: services", "lgbt_line"},
		{"missing digit", "services.yaml", "01228 633640", "01228 63364", "number", "01228 63364", "01228 63364"},
		{"letters in a number", "services.yaml", "01228 633640", "01228 633640 ext 4", "number", "ext 4", "digits"},
		{"premium number", "services.yaml", "0300 303 0157", "0900 303 0157", "number-cost", "0900", "premium"},
		{"free or not", "services.yaml", "    free: yes\n", "", "number-cost", "number: 0808 2000 247", "free"},
		{"short number rung", "services.yaml", "    can_connect: no # a short number: the caller dials it themselves\n", "", "number-connect", "116 123", "can_connect"},
		{"no number", "services.yaml", "    numbers:\n      - number: 0808 801 0327\n", "    numbers: []\n", "no-number", "numbers: []", ""},
		{"hours", "services.yaml", "hours: Mon-Fri 9am-6pm #", "hours: Mon-Fri 9-6 #", "hours", "Mon-Fri 9-6", "Mon-Fri"},
		{"exception", "services.yaml", "hours: Mon-Fri 9am-6pm #", "exceptions: {2026-12-24: morning}\n    hours: Mon-Fri 9am-6pm #", "hours", "morning", "2026-12-24"},
		{"ring time", "services.yaml", "    hours: 24 hours\n", "    ring_seconds: 5\n    hours: 24 hours\n", "ring-seconds", "ring_seconds: 5", "10 to 60"},
		{"no recording", "menus.yaml", "  who:\n    kind: menu\n", "  who:\n    kind: menu\n    audio: greeting.wav\n", "audio", "audio: greeting.wav", "cannot be read"},
		{"recording of numbers", "menus.yaml", "    services: area\n", "    services: area\n    audio: x.wav\n", "audio", "audio: x.wav", "services step"},
		{"recording elsewhere", "menus.yaml", "  who:\n    kind: menu\n", "  who:\n    kind: menu\n    audio: ../x.wav\n", "audio", "../x.wav", "WAV"},
		{"date", "services.yaml", "until: \"2026-09-11\"", "until: 11 September", "date", "11 September", "2026-01-31"},
		{"key to press", "services.yaml", `then_press: "2"`, `then_press: "22"`, "then-press", `"22"`, ""},
		{"allowed without a reason", "services.yaml", "    label: men's line\n", "    label: victim line\n    allowed_words: [victim]\n", "allowed-without-reason", "[victim]", ""},
		{"district in two areas", "areas.yaml", "districts: [Halton]", "districts: [Halton, Warrington]", "district-twice", "districts: [Warrington]", "Warrington"},
		{"district in none", "areas.yaml", "districts: [Carlisle, Eden]", "districts: [Carlisle]", "district-missing", "", "Eden"},
		{"choices not said", "menus.yaml", `"Which is nearest? {choices}. Not sure: 0 24-hour line. 9 back, X leave."`, `"Which is nearest? 9 back, X leave."`, "choices-not-said", "Which is nearest? 9", ""},
		{"nothing said", "menus.yaml", "    say: \"{choices} Not sure, press 0.\"\n", "", "silence", "cumbria:", "\"say\""},
		{"nothing texted", "menus.yaml", "    text: \"{choices}. 0 24-hour line, 9 back, X leave.\"\n", "", "silence", "elsewhere:", "\"text\""},
		{"too many choices", "menus.yaml", "      - text: report, not urgent\n", "      - text: one more\n        say: For one more\n        goes_to: where\n      - text: report, not urgent\n", "too-many-choices", "", "5 choices"},
		{"menu without choices", "menus.yaml", "    choices:\n      - text: Wales\n        say: For Wales\n        area: wales\n      - text: anywhere else\n        say: For anywhere else\n        words: [elsewhere, england, other, not sure]\n        area: elsewhere\n", "", "dead-end", "kind: menu", "elsewhere"},
		{"message without its number", "words.yaml", `"{zero}: 24-hour line, free.`, `"24-hour line, free.`, "missing-placeholder", "24-hour line, free.", "{zero}"},
		{"message without a channel", "words.yaml", "    say: \"The 24 hour line is {zero}. Here it is again.\"\n", "    text: \"Here it is again.\"\n", "missing-words", "Here it is again", `"say"`},
		{"unknown placeholder", "menus.yaml", "{choices} To go back", "{choises} To go back", "placeholder", "{choises}", "{choices}"},
		{"open bracket", "menus.yaml", "In an emergency call 999. We", "In an emergency { call 999. We", "placeholder", "emergency {", ""},
		{"curly quote", "services.yaml", "label: men's line", "label: men’s line", "alphabet", "men’s", `"'"`},
		{"watch-word", "services.yaml", "label: men's line", "label: victims line", "watch-word", "victims line", "victim"},
		{"watch-word made by filling in", "words.yaml", "watch_words: [abuse,", "watch_words: [team hours not, abuse,", "watch-word-filled", "", "team hours not"},
		{"watch-word made in the last resort", "words.yaml", "watch_words: [abuse,", "watch_words: [247 24 hour, abuse,", "watch-word-filled", "fallback", "247 24 hour"},
		{"link", "menus.yaml", "We never text first.", "See example.org.uk/help.", "link", "example.org.uk", "example.org"},
		{"address", "services.yaml", "label: men's line", "label: a@example.com", "link", "a@example", "link"},
		{"own name", "services.yaml", "label: men's line", "label: the Men's Advice Line", "service-name", "the Men's Advice Line", "mens_advice_line"},
		{"another's name", "words.yaml", `"{zero}: 24-hour line, free.`, `"{zero}: Samaritans, free.`, "service-name", "Samaritans", "samaritans"},
		{"carrier word as a choice", "menus.yaml", "words: [report]", "words: [report, end]", "carrier-word", "text: report", "end"},
		{"carrier word to leave", "words.yaml", "leave: [x,", "leave: [quit, x,", "carrier-word", "leave:", "quit"},
		{"word for two choices", "menus.yaml", "words: [north]", "words: [west]", "clash", "text: Workington", "west"},
		{"kept word as a choice", "menus.yaml", "words: [north]", "words: [bye]", "clash", "text: Carlisle", "bye"},
		{"number in words", "menus.yaml", "We never text first.", "We never text. 0808 2000 247", "number-in-words", "0808 2000 247", "services.yaml"},
		{"chain without an end", "services.yaml", "    if_no_answer: samaritans\n", "", "chain", "own_behaviour:", "24-hour"},
		{"unreachable step", "menus.yaml", "  bills:\n", "  spare:\n    kind: say\n    text: \"Spare.\"\n\n  bills:\n", "reachable", "spare:", "spare"},
		{"unreachable service", "areas.yaml", "services: [halton_service]", "services: [warrington_service]", "reachable", "halton_service:", "halton_service"},
		{"text too long", "menus.yaml", "Local info line.", "Local info line for everybody here.", "segments", "Local info line for", "characters"},
		{"prompt too long", "menus.yaml", "Local information line.", strings.Repeat("Hello, this is the local information line for everybody. ", 5), "prompt-length", "Hello, this", "seconds"},
		{"greeting too long", "menus.yaml", "Local information line. {choices} For", "Hello and welcome, you are through to the local information line for all of this county and the next one, thank you for ringing us today. {choices} For", "prompt-length", "Hello and welcome", "at most 8"},
		{"example that fails", "examples.yaml", "we: [01229 582386, 0808 2000 247, \"999\"]", "we: 01229 000000", "example", "they: kendal", "01229 582386"},
		{"no examples", "examples.yaml", "ALL", "schema: 1\nexamples: []\n", "example", "", "no examples"},
		{"example of nothing", "examples.yaml", "      - they: rings\n        we: Local", "      - they: sings\n        we: Local", "example", "sings", "rings"},
	}
	var mu sync.Mutex
	found := map[string]bool{}
	t.Run("each", func(t *testing.T) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				book := files(t)
				old := string(book[tt.file].Data)
				broken := strings.Replace(old, tt.find, tt.put, 1)
				if tt.find == "ALL" {
					broken = tt.put
				}
				if broken == old {
					t.Fatalf("%q is not in %s: the test breaks nothing", tt.find, tt.file)
				}
				book[tt.file] = &fstest.MapFile{Data: []byte(broken)}
				_, problems := check.Dir(book)
				if tt.rule == "" {
					if len(problems) == 0 && tt.name != "unreachable step" && tt.name != "nothing said" {
						t.Error("nothing was found")
					}
					return
				}
				for _, p := range problems {
					mu.Lock()
					found[p.Rule] = true
					mu.Unlock()
					elsewhere := tt.rule == "chain" || tt.rule == "reachable" || tt.rule == "watch-word-filled" // told where the loss is, not where the change was
					if p.File != tt.file && !elsewhere {
						continue
					}
					line := ""
					if p.File == tt.file {
						line = strings.Split(broken+"\n", "\n")[p.Line-1]
					}
					if p.Rule != tt.rule || !strings.Contains(p.What+p.Fix, tt.says) {
						continue
					}
					if elsewhere || strings.Contains(line, tt.at) || strings.Contains(tt.at, strings.TrimSpace(line)) {
						if p.Why == "" || p.Fix == "" {
							t.Errorf("%s does not say why it matters and how to mend it", p)
						}
						return
					}
				}
				t.Errorf("not found by %q where it stands; found:", tt.rule)
				for _, p := range problems {
					t.Log(p)
				}
			})
		}
	})
	for _, r := range check.Rules() {
		if !found[r[0]] {
			t.Errorf("no test breaks the rule %q (%s)", r[0], r[1])
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
	edit("services.yaml", "label: men's line", "label: men’s line")
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

// Whatever stands in a file, loading ends, and every problem is somewhere in a
// file of the book.
func FuzzLoad(f *testing.F) {
	base := files(f)
	for i, name := range load.Files() {
		f.Add(i, base[name].Data)
	}
	for _, odd := range []string{"", "schema: 1", "a: &a [*a]", "? [x]: y", "steps: {w: {kind: menu, text: \"{\"}}", "services: {a: {numbers: [{number: !!float NaN}]}}", "%", "--- |\n x"} {
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
	services := strings.Replace(string(book["services.yaml"].Data), "      - number: 01229 582386\n", "      - number: 01229 582386\n    paused_until: \"2027-01-05\"\n", 1)
	book["services.yaml"] = &fstest.MapFile{Data: []byte(services)}
	var kept []string // the shipped examples give the number that is paused
	for one := range strings.SplitSeq(string(book["examples.yaml"].Data), "\n  - name: ") {
		if !strings.Contains(one, "582386") && !strings.Contains(one, "letgo_south") || strings.Contains(one, "schema: 1") {
			kept = append(kept, one)
		}
	}
	book["examples.yaml"] = &fstest.MapFile{Data: []byte(strings.Join(kept, "\n  - name: "))}
	src, problems := check.Dir(book)
	for _, p := range problems {
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
		{"2027-01-04 14:00", "0300 303 0157: county line (local team closed to 5 Jan)", "the local team is closed until 5 January.", "victim_support_cumbria"},
		{"2027-01-04 20:00", "0808 1689 111: support line (local team closed to 5 Jan)", "the local team is closed until 5 January.", "victim_support"},
		{"2027-01-05 00:00", "01229 582386: local team", "", "letgo_south"},
	} {
		_, r, err := src.Book.Step(at(tt.at), flows.State{}, flows.Heard("kendal"))
		if err != nil || !strings.HasPrefix(r.Text, tt.text) {
			t.Errorf("%s: texted %q, %v", tt.at, r.Text, err)
		}
		var s flows.State
		var reply flows.Reply
		said := ""
		for _, in := range []flows.Input{flows.Rang(), flows.Pressed('1'), flows.Pressed('1'), flows.Pressed('3'), flows.Pressed('1')} {
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

// A recording that can be played is taken, with its length; others are told of.
func TestRecordings(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"good", wav(7), ""}, {"too long", wav(21), "21 seconds long"}, {"not sound", []byte("hello"), "not a WAV file"},
		{"cut", wav(1)[:40], "no sound"}, {"too large", make([]byte, 2<<20), "bytes"},
		{"MP3 in a WAV", []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x55\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x01\x00\x00\x00x"), "neither PCM"},
	} {
		book := files(t)
		book["menus.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(book["menus.yaml"].Data), "  who:\n    kind: menu\n", "  who:\n    kind: menu\n    audio: greeting.wav\n", 1))}
		book["audio/greeting.wav"] = &fstest.MapFile{Data: tt.data}
		src, problems := load.Dir(book)
		if tt.says == "" {
			name := src.Book.StepNamed("who").Audio
			if len(problems) > 0 || src.Book.Audio[name].Seconds != 7 {
				t.Errorf("%s: %v, %q of %v s", tt.name, problems, name, src.Book.Audio[name].Seconds)
			}
		} else if len(problems) != 1 || !strings.Contains(problems[0].What, tt.says) || problems[0].Rule != "audio" {
			t.Errorf("%s: %v", tt.name, problems)
		}
	}
}
