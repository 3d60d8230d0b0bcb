package simulate

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/internal/testkit"
)

// A planted bug is a change to our own source that the simulation must notice. All of them
// are built into one test binary, by the compiler's overlay: nothing on disk is touched, and
// each sleeps until it is named.
type bug struct {
	name  string
	what  string // what goes wrong, for docs/simulation.md
	patch []patch
	world plan
}

// patch puts text in place of some that is there once. An empty old adds to the end.
type patch struct{ file, old, put string }

const (
	session  = "internal/store/session.go"
	handler  = "sms/handler.go"
	identity = "sms/identity.go"
	text     = "internal/admit/text.go"
	limits   = "internal/admit/limits.go"
	gateway  = "cmd/gateway/server/books.go"
)

// busy is a world of a morning in which many people write.
func busy(seed uint64, strikes ...string) plan {
	return plan{seed: seed, from: begins.AddDate(0, 6, 4).Add(7 * time.Hour), lasts: 5 * time.Hour, daily: 600,
		faults: true, strikes: strikes, every: 40 * time.Minute}
}

// crowded is a world of an afternoon in which one person after the other writes.
func crowded(seed uint64, every time.Duration, strikes ...string) plan {
	return plan{seed: seed, from: begins.AddDate(0, 6, 4).Add(14 * time.Hour), lasts: 150 * time.Minute, daily: 1500,
		faults: true, strikes: strikes, every: every}
}

// repeated is a crowded one in which the provider sends every other text again, while Redis is
// mostly unreachable.
func repeated(seed uint64, strikes ...string) plan {
	p := crowded(seed, 3*time.Minute, strikes...)
	p.repeats = 2
	return p
}

// calmly is one without faults of its own.
func calmly(seed uint64) plan { return busy(seed, "none") }

// limited is one in which more is written than an hour may cost.
func limited(seed uint64) plan {
	p := calmly(seed)
	p.limit = "1"
	return p
}

var bugs = []bug{
	{"mark written before commit", "the mark of a message is stored before it is certain that its step is taken",
		[]patch{
			{session, "	res, err := commit.Run(",
				"	script := commit\n" +
					"	if planted.Is(\"mark written before commit\") {\n" +
					"		script = redis.NewScript(\"" +
					"local now = redis.call('GET', KEYS[1]) or '' " +
					"local mark = redis.call('HGET', KEYS[2], ARGV[6]) " +
					"if ARGV[6] ~= '' and mark then return {'repeat', mark, now} end " +
					"redis.call('HSET', KEYS[2], ARGV[6], ARGV[4]) " +
					"redis.call('PEXPIRE', KEYS[2], ARGV[5]) " +
					"local marks = tostring(redis.call('HLEN', KEYS[2])) " +
					"if now ~= ARGV[1] then return {'moved', now, marks} end " +
					"if ARGV[2] == '' then redis.call('DEL', KEYS[1]) " +
					"elseif ARGV[3] == '0' then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') " +
					"else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) " +
					"end return {'done', ''}\")\n" +
					"	}\n" +
					"	res, err := script.Run("},
		}, crowded(1, 4*time.Minute, "Redis is slow")},
	{"no mark", "a message leaves no mark, so that its repeat takes another step", []patch{
		{session, "marksFor.Milliseconds(), key.Msg, cmp.Or(from.marks, \"0\")).StringSlice()",
			"marksFor.Milliseconds(), planted.Or(\"no mark\", \"\", key.Msg), " +
				"cmp.Or(from.marks, \"0\")).StringSlice()"},
	}, calmly(1)},
	{"mark gone too soon", "the mark of a message is kept for two seconds", []patch{
		{session, "	marksFor := blurred(at, at.Add(max(s.ttl, markTTL)))",
			"	marksFor := blurred(at, at.Add(max(s.ttl, markTTL)))\n" +
				"	if planted.Is(\"mark gone too soon\") {\n" +
				"		marksFor = 2 * time.Second\n" +
				"	}"},
	}, calmly(1)},
	{"lost update", "a text that comes while another moves the conversation is answered, and its step lost", []patch{
		{session, "	switch res[0] {\n	case \"done\":",
			"	if planted.Is(\"lost update\") && res[0] == \"moved\" {\n" +
				"		return Session{}, true, nil\n" +
				"	}\n" +
				"	switch res[0] {\n" +
				"	case \"done\":"},
	}, crowded(1, 4*time.Minute, "Redis is slow")},
	{"conversation kept too long", "a conversation is kept for three times as long", []patch{
		{session, "	ttl := blurred(at, until).Milliseconds()",
			"	if planted.Is(\"conversation kept too long\") {\n" +
				"		until = until.Add(2 * s.ttl)\n" +
				"	}\n" +
				"	ttl := blurred(at, until).Milliseconds()"},
	}, calmly(1)},
	{"lost cookie", "no answer gives the provider a cookie", []patch{
		{handler, "	return webhook.TextReply{Text: a.text, Cookie: h.Identity.seal(m, next, mark.Minute)}",
			"	if planted.Is(\"lost cookie\") {\n" +
				"		return webhook.TextReply{Text: a.text}\n" +
				"	}\n" +
				"	return webhook.TextReply{Text: a.text, Cookie: h.Identity.seal(m, next, mark.Minute)}"},
	}, busy(1, "Redis cannot be reached", "Redis hangs")},
	{"cookie without its text", "a cookie does not tell the text that it came with the answer to", []patch{
		{"sms/cookie.go", "	if c.last == nil {\n",
			"	if c.last == nil || planted.Is(\"cookie without its text\") {\n"},
	}, crowded(1, 3*time.Minute, "Redis cannot be reached")},
	{"an earlier text that comes again moves",
		"a text that comes again after later ones is taken as a new one while Redis is unreachable", []patch{
			{handler, "	if passed && session.Repeat == nil {",
				"	if passed && session.Repeat == nil && !planted.Is(\"an earlier text that comes again moves\") {"},
		}, repeated(1, "Redis cannot be reached", "Redis hangs")},
	{"day boundary", "a conversation of yesterday is not found after midnight", []patch{
		{identity, "before.YearDay() != now.YearDay() {",
			"before.YearDay() != now.YearDay() && !planted.Is(\"day boundary\") {"},
	}, plan{seed: 1, from: begins.Add(23*time.Hour + 40*time.Minute), lasts: 40 * time.Minute, daily: 3000,
		faults: true, strikes: []string{"none"}, every: time.Hour}},
	{"older key not tried", "a conversation named by the key before is not found after a rotation", []patch{
		{identity, "		for k := range i.Keys.Keys() {",
			"		for k := range planted.Int(\"older key not tried\", 1, i.Keys.Keys()) {"},
	}, busy(1, "the key is rotated")},
	{"limiter key", "the limit of one sender is the limit of all", []patch{
		{identity, "i.Keys.Hash(\"sender\", days[0], from)",
			"i.Keys.Hash(\"sender\", days[0], planted.Or(\"limiter key\", \"\", from))"},
	}, crowded(1, time.Hour, "none")},
	{"number in a key", "the name of a conversation holds the sender's number", []patch{
		{identity, "			if m.ID != \"\" {\n",
			"			if planted.Is(\"number in a key\") {\n" +
				"				key.Conv = day + from\n" +
				"			}\n" +
				"			if m.ID != \"\" {\n"},
	}, calmly(1)},
	{"words in the log", "a failed save is logged with what somebody wrote", []patch{
		{handler, "			h.Log.Warn(\"a conversation was not saved\", \"err\", err)",
			"			h.Log.Warn(\"a conversation was not saved\", \"err\", err, " +
				"\"at\", planted.Or(\"words in the log\", m.text, \"\"))"},
	}, crowded(1, 4*time.Minute, "answers of Redis get lost")},
	{"double spend", "a repeat is charged like a first answer", []patch{
		{handler, "	if !repeat && reply.Text != \"\" {",
			"	if (!repeat || planted.Is(\"double spend\")) && reply.Text != \"\" {"},
	}, calmly(1)},
	{"slow store", "a text waits for Redis for five seconds", []patch{
		{handler, "	ctx, cancel := context.WithTimeout(ctx, storeTime)",
			"	ctx, cancel := context.WithTimeout(ctx, planted.Time(\"slow store\", 5*time.Second, storeTime))"},
		{"internal/store/store.go",
			"u.PoolTimeout = dialTimeout, opTimeout, opTimeout, opTimeout",
			"u.PoolTimeout = dialTimeout, planted.Time(\"slow store\", 5*time.Second, opTimeout), " +
				"opTimeout, opTimeout"},
	}, busy(1, "Redis hangs")},
	{"danger in maintenance", "maintenance answers danger, too", []patch{
		{text, "	case d.urgent && d.noBook:",
			"	case d.urgent && (d.noBook || planted.Is(\"danger in maintenance\") && d.maintenance):"},
	}, busy(1, "maintenance")},
	{"danger limited", "one answer to danger an hour", []patch{
		{limits, "	free = min(free, urgentTexts-1)",
			"	free = planted.Int(\"danger limited\", 0, min(free, urgentTexts-1))"},
		{limits, "{rateUrgent, urgentTexts - free, time.Duration(urgentTexts-free) * urgentBack}",
			"{rateUrgent, planted.Int(\"danger limited\", 1, urgentTexts-free), " +
				"planted.Time(\"danger limited\", limitPeriod, time.Duration(urgentTexts-free) * urgentBack)}"},
	}, calmly(1)},
	{"eraser lease", "a record is given to several workers", []patch{
		{"internal/store/erasures.go", "now.UnixMilli(), now.Add(held).UnixMilli()",
			"now.UnixMilli(), now.Add(planted.Time(\"eraser lease\", 0, held)).UnixMilli()"},
	}, calmly(1)},
	{"record dropped", "a record that is still in use is taken off the list", []patch{
		{"internal/eraser/eraser.go", "	case err == nil:\n		e.done(ctx, job, Deleted)",
			"	case err == nil, planted.Is(\"record dropped\") && errors.Is(err, twilio.ErrNotFinal):\n" +
				"		e.done(ctx, job, Deleted)"},
	}, calmly(1)},
	{"stale book", "a new flow book is not used", []patch{
		{gateway, "	g.books.Store(g.newBookState(b, old.current, fromDir))",
			"	if planted.Is(\"stale book\") {\n" +
				"		b = old.current\n" +
				"	}\n" +
				"	g.books.Store(g.newBookState(b, old.current, fromDir))"},
	}, busy(1, "the flow book changes")},
	{"book before forgotten", "a repeat is answered by the new book, though the old one answered first", []patch{
		{"cmd/gateway/server/gateway.go", "	if version != 0 && s.previous != nil && s.previous.Version == version {",
			"	if version != 0 && s.previous != nil && s.previous.Version == version && " +
				"!planted.Is(\"book before forgotten\") {"},
	}, crowded(1, 20*time.Second, "the flow book changes")},
	{"London's clock", "hours are judged by universal time", []patch{
		{"internal/hours/hours.go", "	local := t.In(London())\n	if len(h.days) > 0 {",
			"	local := t.In(London())\n" +
				"	if planted.Is(\"London's clock\") {\n" +
				"		local = t.UTC()\n" +
				"	}\n" +
				"	if len(h.days) > 0 {"},
	}, busy(1, "the flow book changes")},
	{"another area", "Crewe gets the number of Chester", []patch{
		{"flows/step.go", "	s.Area = areaID\n",
			"	s.Area = areaID\n" +
				"	if planted.Is(\"another area\") && areaID == \"cheshire_east\" {\n" +
				"		s.Area = \"cheshire_west\"\n" +
				"	}\n"},
	}, calmly(1)},
	{"budget without an end", "what an hour has cost limits no answer", []patch{
		{"internal/budget/budget.go", "func (m *Meter) Level(k Kind) Level {\n	if m.Limit <= 0 {",
			"func (m *Meter) Level(k Kind) Level {\n	if m.Limit <= 0 || planted.Is(\"budget without an end\") {"},
	}, limited(1)},
	{"state in clear", "Redis holds a conversation unsealed", []patch{
		{"internal/store/sealed.go", "	if len(state) == 0 {\n		return \"\"\n	}\n",
			"	if len(state) == 0 {\n" +
				"		return \"\"\n" +
				"	}\n" +
				"	if planted.Is(\"state in clear\") {\n" +
				"		return string(state)\n" +
				"	}\n"},
	}, calmly(1)},
	{"behaviour forgotten with Redis", "a conversation about one's own behaviour is another once Redis has lost it",
		[]patch{
			{handler, "	case session.Unknown() && ownBehaviour(book, c.state):",
				"	case session.Unknown() && ownBehaviour(book, c.state) && " +
					"!planted.Is(\"behaviour forgotten with Redis\"):"},
		}, crowded(1, 3*time.Minute, "Redis is emptied")},
	{"way out of behaviour", "a second text leads from one's own behaviour to the services for the people harmed",
		[]patch{
			{"flows/answer.go", "	if s.Who == Behaviour {\n		return t.answerBehaviour(s, c)\n",
				"	if planted.Is(\"way out of behaviour\") && s.Who == Behaviour {\n" +
					"		s.Who = Me\n" +
					"	}\n" +
					"	if s.Who == Behaviour {\n" +
					"		return t.answerBehaviour(s, c)\n"},
		}, calmly(1)},
}

const plantedPackage = `// Package planted says which planted bug is awake.
package planted

import "time"

// Bug is its name; empty: none.
var Bug string

// Is reports whether a bug is awake.
func Is(name string) bool { return Bug == name }

// Or, Int and Time give the first value while a bug is awake, and the second otherwise.
func Or(name, bad, good string) string {
	if Bug == name {
		return bad
	}
	return good
}

func Int(name string, bad, good int) int {
	if Bug == name {
		return bad
	}
	return good
}

func Time(name string, bad, good time.Duration) time.Duration {
	if Bug == name {
		return bad
	}
	return good
}
`

// overlay writes the patched sources to a folder, and the list of them for the compiler.
func overlay(t *testing.T, root, dir string) string {
	t.Helper()
	changed := map[string]string{}
	for _, b := range bugs {
		for _, p := range b.patch {
			path := filepath.Join(root, p.file)
			src, ok := changed[path]
			if !ok {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				src = strings.Replace(string(data), "import (\n", "import (\n	\"signpost/internal/planted\"\n", 1)
			}
			if strings.Count(src, p.old) != 1 {
				t.Fatalf("%s: %q is %d times in %s: the patch no longer fits", b.name, p.old,
					strings.Count(src, p.old), p.file)
			}
			changed[path] = strings.Replace(src, p.old, p.put, 1)
		}
	}
	replace := map[string]string{}
	put := func(path, src string) {
		file := filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(path, root), string(filepath.Separator), "_"))
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = file
	}
	for path, src := range changed {
		put(path, src)
	}
	put(filepath.Join(root, "internal/planted/planted.go"), plantedPackage)
	list, err := json.Marshal(struct{ Replace map[string]string }{replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

var (
	update = flag.Bool("update", false, "write the table of docs/simulation.md")
	plant  = flag.Bool("plant", false,
		"play the world of each planted bug without it to its end, not only until the bug was found")
	onlyBug = flag.String("bug", "", "plant only this bug")
)

// Each planted bug is found, in a world that without it breaks no rule.
func TestPlanted(t *testing.T) {
	testkit.Long(t) // it builds the gateway anew, and plays a world for each bug
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "planted.test")
	build := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-tags", "planted", "-overlay",
		overlay(t, root, dir), "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build with planted bugs: %v\n%s", err, out)
	}
	run := exec.Command(program, "-test.run", "^TestEachBug$", "-test.v", "-test.timeout", "60m", "-bug", *onlyBug,
		fmt.Sprintf("-plant=%v", *plant))
	out, err := run.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("not every planted bug was found: %v", err)
	}
}

// docs/simulation.md lists the planted bugs with their seeds.
func TestSimulationPaper(t *testing.T) {
	const paper = "../../../../docs/simulation.md"
	text, err := os.ReadFile(paper)
	if err != nil {
		t.Fatal(err)
	}
	const begins = "| planted bug |"
	before, _, there := strings.Cut(string(text), begins)
	if !there {
		t.Fatalf("%s has no table that begins with %q", paper, begins)
	}
	var table strings.Builder
	table.WriteString(before + begins + " what goes wrong | seed | the world |\n| --- | --- | --- | --- |\n")
	for _, b := range bugs {
		world := b.world.lasts.String() + ", " + strings.Join(b.world.strikes, "; ")
		if slices.Equal(b.world.strikes, []string{"none"}) {
			world = b.world.lasts.String() + ", no faults but the provider's"
		}
		fmt.Fprintf(&table, "| %s | %s | %d | %s |\n", b.name, b.what, b.world.seed,
			strings.ReplaceAll(world, "0m0s", ""))
	}
	if *update {
		if err := os.WriteFile(paper, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table.String() != string(text) {
		t.Errorf("the table of %s is not what the planted bugs are: "+
			"go test ./cmd/gateway/internal/simulate -run TestSimulationPaper -update", paper)
	}
}
