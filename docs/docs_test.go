package docs_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signpost/cmd/gateway/server"
	"signpost/config"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/version"
	"signpost/ivr"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/privacy from the program")

// defaults is the configuration of a gateway that is told only what it must be.
func defaults(t *testing.T) config.Config {
	t.Helper()
	c, err := config.Parse(map[string]string{"PUBLIC_URL": "https://sms.example.org",
		"TWILIO_ACCOUNT_SID": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "TWILIO_AUTH_TOKEN": "x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// words is a length of time as papers have it.
func words(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{30 * day, "month"}, {day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / u.of; d >= u.of && (d%u.of == 0 || u.of == 30*day && n > 3) {
			if d%u.of > 0 {
				n++ // no shorter than it is
			}
			if n == 1 {
				return "1 " + u.name
			}
			return fmt.Sprint(int(n), " ", u.name, "s")
		}
	}
	return d.String()
}

func table(head []string, rows [][]string) string {
	b := "| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat(" --- |", len(head)) + "\n"
	for _, r := range rows {
		b += "| " + strings.Join(r, " | ") + " |\n"
	}
	return b
}

// blocks are the parts of the privacy paper that the program itself says.
func blocks(t *testing.T) map[string]string {
	c := defaults(t)
	var redis [][]string
	for _, k := range store.Everything(store.Lifetimes{Session: c.SessionTTL, EraseGiveUp: c.EraseGiveUp}) {
		long := "at most " + words(k.For)
		if k.Until != "" {
			long += "; " + k.Until
		}
		redis = append(redis, []string{"`" + k.Shown + "`", k.Holds, long, k.Why})
	}
	inGateway := [][]string{
		{"a webhook's fields: numbers, words, keys, the place a network guesses", "memory",
			"while it is answered; wiped within about " + words(2*server.WipeEvery) +
				" after (a build by `make build`, on Linux), with the connection's read buffer",
			"nobody: no core file can be taken, no debugger but root's attached"},
		{"where a call has got to", "the address of the call's next step, sealed (AES-GCM) to that call",
			"it opens for at most " + words(ivr.TokenLife+time.Hour), "the provider, as letters it cannot read"},
		{"where a text conversation has got to, and keyed hashes of the ids of its last five texts",
			"a cookie that the provider keeps for the two numbers and gives back, sealed (AES-GCM) to them. It is " +
				"used when Redis is unreachable, or was meanwhile, and for a text that comes twice",
			"it opens for at most " + words(c.SessionTTL) + "; the provider keeps it up to 4 hours",
			"the provider, as letters it cannot read"},
		{"senders who have used up their allowance, as keyed hashes", "memory",
			"until some of it is back, at most an hour; ten thousand at most", "nobody"},
		{"how often each sender has texted, up to ten, as keyed hashes", "memory", "the hour; twenty thousand at most",
			"nobody"},
		{"when an answer past the limits was last sent, by a hash of sender and answer that only this process can make",
			"memory", "the hour; fifty thousand at most", "nobody"},
		{"senders of other countries who were given the 24-hour number only, as keyed hashes", "memory",
			"an hour; fifty thousand at most", "nobody"},
		{"how often each caller has rung, as keyed hashes", "memory", "the hour; twenty thousand at most", "nobody"},
		{"which webhooks of calls came, as keyed hashes of their signatures", "memory",
			"the hour and the next; a hundred thousand at most", "nobody"},
		{"when a webhook was last refused, a fault answered, or a reply blocked", "memory", "half an hour",
			"the operator, on /readyz"},
		{"ids of records to erase", "memory", "until Redis has them, under a second", "nobody"},
		{"counts of the day, and who was counted, as hashes with a seed of the process", "memory",
			"the day; the counts sealed in Redis every 15 minutes", "nobody"},
		{"how calls to each service's line ended, and complaints about it: days and numbers", "memory",
			"a minute, then in Redis", "nobody"},
		{"anything on disk",
			"nowhere, if swap is off as deploy.md has it; what an operator's own tools write, is theirs: the log " +
				"without people, metrics in Prometheus",
			"as they are set up", "the operator"},
	}
	provider := [][]string{
		{"a text that came in, with its pictures", words(c.EraseAfter) + " after it was answered",
			"it is asked for again, less and less often, for  " + words(c.EraseGiveUp) +
				"; its words are emptied meanwhile"},
		{"our reply",
			words(c.EraseAfter) +
				" after it was delivered, failed, or was called undeliverable; half an hour after it was sent, where " +
				"the network never says more",
			"the same"},
		{"a call", words(c.EraseAfter) + " after it ends (half an hour after it began, where the end is not reported)",
			"it is asked for again until it is final"},
		{"each line a caller was put through to", words(c.EraseAfter) + " after that line's own end", "the same"},
		{"what a lost report or a crash left behind",
			"every hour, if `ERASE_LINES` names our own numbers: all that is older than an hour", "the next hour"},
	}
	var metrics [][]string
	for _, m := range server.Metrics() {
		labels := "none"
		if m.Labels != "" {
			labels = strings.ReplaceAll(m.Labels, ",", ", ")
		}
		metrics = append(metrics, []string{"`" + m.Name + "`", labels, m.Help})
	}
	return map[string]string{
		"redis":    table([]string{"key", "holds", "how long", "why"}, redis),
		"gateway":  table([]string{"what", "where", "how long", "who could see it"}, inGateway),
		"log":      "`" + strings.Join(server.LogFields(), "`, `") + "`\n",
		"metrics":  table([]string{"metric", "labels", "what it is"}, metrics),
		"provider": table([]string{"record", "deleted", "if that is refused"}, provider),
	}
}

// The tables of the privacy paper are what the program itself says. Run with
// -update to make them anew.
func TestPrivacyPaper(t *testing.T) {
	const path = "docs/privacy/README.md"
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fresh := string(doc)
	for name, block := range blocks(t) {
		re := regexp.MustCompile(`(?s)(<!-- begin: ` + name + ` -->\n).*?(<!-- end: ` + name + ` -->)`)
		if !re.MatchString(fresh) {
			t.Fatalf("%s has no place for %q", path, name)
		}
		fresh = re.ReplaceAllStringFunc(fresh, func(old string) string {
			m := re.FindStringSubmatch(old)
			return m[1] + block + m[2]
		})
	}
	if *update {
		if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if fresh != string(doc) {
		t.Errorf("%s does not say what the program does; run: go test ./docs -run TestPrivacyPaper -update", path)
	}
	if !privacy.Forgets && os.Getenv("GOEXPERIMENT") == "runtimesecret" {
		t.Error("this build should wipe memory and does not")
	}
}

// Every variable that can be set is in the operator's guide.
func TestOperatorGuide(t *testing.T) {
	guide, err := os.ReadFile("docs/operator.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range config.Variables() {
		if !strings.Contains(string(guide), "`"+v+"`") {
			t.Errorf("docs/operator.md does not tell of %s", v)
		}
	}
}

// What a paper says there is, there is: every test, command, file and variable
// that the privacy papers name.
func TestPrivacyPapersNames(t *testing.T) {
	known := strings.Join(config.Variables(), " ") + " "
	for _, doc := range []string{"README.md", "dpia.md", "threats.md"} {
		b, err := os.ReadFile("docs/privacy/" + doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range regexp.MustCompile("`([A-Z]{3,}_[A-Z_]+)[^`]*`").FindAllStringSubmatch(string(b), -1) {
			if !strings.Contains(known, v[1]+" ") {
				t.Errorf("%s names the variable %s, which there is not", doc, v[1])
			}
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(string(b), -1) {
			if strings.HasPrefix(link[1], "http") {
				continue
			}
			if _, err := os.Stat("docs/privacy/" + link[1]); err != nil {
				t.Errorf("%s leads to %s, which there is not", doc, link[1])
			}
		}
		for _, name := range regexp.MustCompile(`Test[A-Z][A-Za-z]+`).FindAllString(string(b), -1) {
			if !hasTest(t, name) {
				t.Errorf("%s names %s, which there is not", doc, name)
			}
		}
	}
}

func hasTest(t *testing.T, name string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || found || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		found = strings.Contains(string(b), "func "+name+"(")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The newest section of the changelog is about the version that -version reports.
func TestChangelogNamesTheVersion(t *testing.T) {
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	_, newest, _ := strings.Cut(string(text), "\n## ")
	if got, _, _ := strings.Cut(newest, " "); got != version.Number {
		t.Errorf("the newest section is about %q, and the program is %s", got, version.Number)
	}
}

// Every link in every paper leads somewhere, and every path, command, flag and target that a
// paper names is there.
func TestPapersHoldTogether(t *testing.T) {
	list, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.Command("go", "run", "./cmd/signpost", "help").Output()
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile(`(?m)^#+ (.*)$`)
	anchors := func(file string) map[string]bool {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil
		}
		out := map[string]bool{}
		for _, h := range heading.FindAllStringSubmatch(string(text), -1) {
			a := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(h[1]), "")
			out[strings.ReplaceAll(a, " ", "-")] = true
		}
		return out
	}
	ours := regexp.MustCompile("`((?:\\.ci|\\.github|cmd|config|deploy|docs|flows|internal|ivr|sms)/[^` ]+)")
	links := 0
	for _, file := range strings.Fields(string(list)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(string(text), -1) {
			if strings.HasPrefix(m[1], "http") {
				continue
			}
			links++
			path, anchor, _ := strings.Cut(m[1], "#")
			to := filepath.Join(filepath.Dir(file), path)
			if path == "" {
				to = file
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s leads to %s, which there is not", file, m[1])
			} else if anchor != "" && !anchors(to)[anchor] {
				t.Errorf("%s leads to %s, where there is no such heading", file, m[1])
			}
		}
		for _, m := range regexp.MustCompile("(?:`|\\./cmd/|^|\n)signpost ([a-z]+)").FindAllStringSubmatch(string(text),
			-1) {
			if !regexp.MustCompile(`(?m)^  `+m[1]+` `).Match(help) && m[1] != "gateway" && m[1] != "version" {
				t.Errorf("%s names signpost %s, which there is not", file, m[1])
			}
		}
		for _, m := range ours.FindAllStringSubmatch(string(text), -1) {
			// The change log names what was there once.
			if at, err := filepath.Glob(m[1]); (err != nil || len(at) == 0) && file != "CHANGELOG.md" {
				t.Errorf("%s names %s, which is not in the repository", file, m[1])
			}
		}
		for _, m := range regexp.MustCompile("`make ([a-z-]+)").FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(makefile), "\n"+m[1]+":") {
				t.Errorf("%s names make %s, which there is not", file, m[1])
			}
		}
	}
	if links < 30 {
		t.Errorf("only %d links were followed", links)
	}
}
