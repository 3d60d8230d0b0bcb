package main

import (
	"slices"
	"strings"
	"testing"
)

type leak struct{ what, where string }

// planted is one run of a build with leaks.
type planted struct {
	name  string // which of the leaks in memory, to the program
	short bool
	leaks []leak
}

// leaky are builds with leaks planted in the program's source, of the kinds somebody might write
// without thinking.
var leaky = []struct {
	name    string
	forgets bool
	patches []patch
	runs    []planted
}{
	{"in the log, a name, a label, a count, a URL, a refusal and a trace", true, []patch{
		// A panic is logged whole.
		{"sms/handler.go", readsText, readsText + panicsOnThanks},
		{"sms/handler.go", "	\"time\"\n", "	\"strings\"\n	\"time\"\n"},
		{"internal/twilio/guard.go",
			"		if recover() != nil {\n			g.log.Error(\"panic recovered\", \"endpoint\", endpoint)",
			"		if p := recover(); p != nil {\n" +
				"			g.log.Error(\"panic recovered\", \"endpoint\", endpoint, \"err\", p)"},
		// The number names the conversation.
		{"sms/identity.go", "Conv: i.Keys.HashBy(k, \"conversation\", day, from, m.Line)",
			"Conv: i.Keys.HashBy(k, \"conversation\", day)[:4] + from"},
		// The sender's name is a metric's label.
		{"internal/twilio/webhook.go", "Text: privacy.Hide(f.get(fieldBody)),",
			"Text: privacy.Hide(f.get(fieldBody)), Name: f.get(\"ProfileName\"),"},
		{"internal/webhook/message.go", "	Line string", "	Name string\n	Line string"},
		{"sms/handler.go", readsText, "	h.Count(Outcome(in.Name))\n" + readsText},
		// The keys are counted.
		{"ivr/handler.go", readsKeys, readsKeys +
			"	h.AddCount(\"x\", counters.Kind{Channel: counters.Call, Outcome: counters.Outcome(c.Keys)})\n"},
		// The caller's place rides in a URL.
		{"internal/twilio/webhook.go", "ID: f.get(fieldCall), Caller: sender,",
			"ID: f.get(fieldCall), City: f.get(\"FromCity\"), Caller: sender,"},
		{"internal/webhook/call.go", "	Caller Address\n", "	City   string\n	Caller Address\n"},
		{"ivr/reply.go", "PositionParam + \"=\" + token", "PositionParam + \"=\" + token + \"&city=\" + c.City"},
		// A refusal explains itself.
		{"internal/twilio/guard.go", "		w.WriteHeader(http.StatusForbidden)\n",
			"		w.WriteHeader(http.StatusForbidden)\n" +
				"		_, _ = w.Write([]byte(r.Header.Get(SignatureHeader)))\n"},
		// A span is named after the sender, and the list is not looked at.
		{"internal/twilio/guard.go", "	resp = next(ctx, w)\n",
			"	_, span := otel.Tracer(\"x\").Start(ctx, w.Message.From.Raw.Reveal())\n" +
				"	span.End()\n" +
				"	resp = next(ctx, w)\n"},
		{"internal/twilio/guard.go", "	\"net/http\"\n",
			"	\"net/http\"\n\n	\"go.opentelemetry.io/otel\"\n"},
		{"internal/trace/trace.go", "	return &Tracer{provider: p,",
			"	otel.SetTracerProvider(p)\n	return &Tracer{provider: p,"},
		{"internal/trace/trace.go",
			"	if !slices.Contains(names, Name(one.Name())) {\n		return nil\n	}\n", ""},
	}, []planted{{"all", true, []leak{{"what was written", "the log"}, {"a phone number", "Redis"},
		{"a name", "metrics"}, {"keys pressed", "Redis"}, {"a place", "answers"}, {stranger, "answers"},
		{"a phone number", "traces"}}}}},
	{"in an error, a value, a file and the list to erase", true, []patch{
		// An error quotes the text.
		{"sms/handler.go", "h.Log.Warn(\"the store is unreachable\", \"err\", err)",
			"h.Log.Warn(\"the store is unreachable\", \"err\", m.text)"},
		// The text is kept, in base64, and not sealed.
		{"internal/store/sealed.go", "	return s.keys.Seal(statePurpose, conv, until, state)\n",
			"	return string(state)\n"},
		{"sms/handler.go", "h.commit(ctx, m, session, d.mark, d.answer)\n",
			"h.Sessions.Commit(ctx, m.session, session, d.mark, " +
				"[]byte(base64.StdEncoding.EncodeToString([]byte(m.text))), d.answer.keepTTL)\n"},
		{"sms/handler.go", "	\"context\"\n", "	\"context\"\n	\"encoding/base64\"\n"},
		// A file is written, backwards.
		{"internal/twilio/guard.go", "	signature := r.Header.Get(SignatureHeader)\n",
			"	signature := r.Header.Get(SignatureHeader)\n" +
				"	back := []byte(f.get(\"ForwardedFrom\"))\n" +
				"	slices.Reverse(back)\n" +
				"	if len(back) > 0 {\n" +
				"		_ = os.WriteFile(os.TempDir()+\"/debug\", back, 0o600)\n" +
				"	}\n"},
		{"internal/twilio/guard.go", "	\"net/http\"\n", "	\"net/http\"\n	\"os\"\n	\"slices\"\n"},
		// The number is put on the list to erase.
		{"internal/twilio/records.go",
			"	if !isMessageID(s) && !isCallID(s) {\n		return \"\", false\n	}\n", ""},
		{"internal/twilio/records.go", "	add(fieldLeg, webhook.RecordFinal)\n",
			"	add(fieldFrom, webhook.RecordFinal)\n"},
	}, []planted{{"all", false, []leak{{"what was written", "the log"}, {"what was written", "Redis"},
		{"a landline", "files"}, {"a phone number", "Redis"}}}}},
	// One build with three leaks: each run has one of them.
	{"in memory", true, []patch{
		{"internal/twilio/guard.go", "	signature := r.Header.Get(SignatureHeader)\n",
			"	signature := r.Header.Get(SignatureHeader)\n" +
				"	if planted == \"the last request\" && f.get(\"CallerName\") != \"\" {\n" +
				"		lastForm = f.get(\"CallerName\")\n" +
				"	}\n"},
		{"internal/twilio/guard.go", "// Wrap guards",
			"var planted, lastForm = os.Getenv(\"PLANTED\"), \"\"\n\n// Wrap guards"},
		{"internal/twilio/guard.go", "	\"net/http\"\n", "	\"net/http\"\n	\"os\"\n"},
		{"cmd/gateway/server/wipe.go", "	clear(p)\n",
			"	if planted != \"the read buffer is not wiped\" {\n		clear(p)\n	}\n"},
		{"cmd/gateway/server/wipe.go", wipesQuery,
			"if planted != \"the address of a GET is not wiped\" {\n		" + wipesQuery + "\n	}"},
		{"cmd/gateway/server/wipe.go", "func wipeLast(",
			"var planted = os.Getenv(\"PLANTED\")\n\nfunc wipeLast("},
		{"cmd/gateway/server/wipe.go", "	\"net/http\"\n", "	\"net/http\"\n	\"os\"\n"},
	}, []planted{{"the last request", true, []leak{{"a name", "memory"}}},
		{"the read buffer is not wiped", true, []leak{{"what was written", "memory"}}},
		{"the address of a GET is not wiped", true, []leak{{"what was written", "memory"}}}}},
	{"in memory: a build that does not erase", false, nil,
		[]planted{{"all", true, []leak{{"a phone number", "memory"}, {"what was written", "memory"}}}}},
}

// wipesQuery wipes the address of a GET.
const wipesQuery = "clear(unsafe.Slice(unsafe.StringData(query), len(query)))"

// The same search finds what is leaked when it is.
func TestLeaksAreFound(t *testing.T) {
	for _, tt := range leaky {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			program := build(t, tt.forgets, tt.patches...)
			for _, run := range tt.runs {
				t.Run(run.name, func(t *testing.T) {
					t.Parallel()
					l := begin(t, program, "PLANTED="+run.name)
					l.through(run.short)
					found := l.found()
					for _, leak := range run.leaks {
						if !slices.ContainsFunc(found,
							func(f string) bool { return strings.HasPrefix(f, leak.what+" is in "+leak.where) }) {
							t.Errorf("%s was leaked to %s, and is not found there; found is %q", leak.what,
								leak.where, found)
						}
					}
				})
			}
		})
	}
}
