package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signpost/internal/hours"
	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/testkit"
)

// The command reads what a gateway counted from its Redis and prints it three
// ways; what is wrong with a command line is said.
func TestReport(t *testing.T) {
	redis := testkit.StartRedis(t)
	secret := strings.Repeat("5a", 32)
	key, err := privacy.ParseSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := privacy.NewKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(store.Options{URL: redis.URL(), Keys: keys, Wait: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	t.Setenv("PRIVACY_KEY", secret)
	lastMonth := hours.Day(time.Now())
	lastMonth = lastMonth.AddDate(0, -1, 1-lastMonth.Day())
	for d := range 20 {
		if err := kept.PutCounts(context.Background(), lastMonth.AddDate(0, 0, d), "one",
			map[string]int{"text|||begun": 6, "text|cumbria_south|letgo_south|given": 5}); err != nil {
			t.Fatal(err)
		}
	}
	if err := kept.PutCounts(context.Background(), hours.Day(time.Now()), "one",
		map[string]int{"call|||begun": 12}); err != nil {
		t.Fatal(err)
	}
	down := func(string, store.Line) store.Line { return store.Line{Noted: hours.Day(time.Now()), Unanswered: 3} }
	if _, err := kept.KeepLines(context.Background(), time.Now(), []string{"letgo_west"}, down); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	day := lastMonth.Format(time.DateOnly)
	today := hours.Day(time.Now()).Format(time.DateOnly)
	for _, tt := range []struct {
		redis, args string
		code        int
		want        []string
	}{
		{redis.URL(), "", exitOK, []string{"Texts            120",
			"LetGo South                         100      100      [c]", "cannot say",
			"Nobody answers these lines now, at the last three attempts or more: LetGo West. Ring them."}},
		{redis.URL(), "-format csv", exitOK, []string{"South Cumbria (LetGo South),LetGo South,By text,100"}},
		{redis.URL(), "-format html -out " + file, exitOK, nil},
		{redis.URL(), "-from " + day + " -to " + day, exitOK, []string{"Texts            [c]"}},
		{redis.URL(), "-from " + today, exitProblems, []string{"is over yet"}},
		{redis.URL(), "-from 1.10.2026", exitMisuse, []string{"written like 2026-10-31"}},
		{redis.URL(), "-from 2026-10-02 -to 2026-10-01", exitMisuse, []string{"before the first"}},
		{redis.URL(), "-from 2016-10-02 -to 2026-10-01", exitMisuse, []string{"three years"}},
		{redis.URL(), "-format pdf", exitMisuse, []string{"text, csv or html"}},
		{redis.URL(), "-flows nowhere", exitMisuse, []string{"no folder"}},
		{redis.URL(), "-out " + t.TempDir(), exitProblems, []string{"write the report"}},
		{redis.URL(), "-h", exitOK, []string{"Any days"}},
		{"", "", exitMisuse, []string{"REDIS_URL", "in its own process"}},
		{"embedded", "", exitMisuse, []string{"REDIS_URL"}},
		{"http://x", "", exitMisuse, []string{"REDIS_URL"}},
		{"redis://127.0.0.1:1", "", exitProblems, []string{"read the state of the lines"}},
	} {
		t.Setenv("REDIS_URL", tt.redis)
		var out bytes.Buffer
		if code := run(append([]string{"report"}, strings.Fields(tt.args)...), nil, &out, &out); code != tt.code {
			t.Errorf("report %s: ended with %d: %s", tt.args, code, out.String())
		}
		for _, w := range tt.want {
			if !strings.Contains(strings.Join(strings.Fields(out.String()), " "),
				strings.Join(strings.Fields(w), " ")) {
				t.Errorf("report %s does not say %q:\n%s", tt.args, w, out.String())
			}
		}
	}
	t.Setenv("REDIS_URL", redis.URL())
	for _, secret := range []string{"", strings.Repeat("a5", 32)} {
		t.Setenv("PRIVACY_KEY", secret)
		var out bytes.Buffer
		if code := run([]string{"report"}, nil, &out, &out); code == exitOK ||
			!strings.Contains(out.String(), "PRIVACY_KEY") {
			t.Errorf("with another key, or none: %d, %s", code, out.String())
		}
	}
	if page, err := os.ReadFile(file); err != nil || !bytes.Contains(page, []byte("<svg")) {
		t.Errorf("the page: %v", err)
	}
}
