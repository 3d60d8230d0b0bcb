package load_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"signpost/flows/load"
	"signpost/flows/testbook"
)

// What a manager types is understood, or explained with the line to write, where it
// stands.
func TestWhatManagersType(t *testing.T) {
	const hours, number, paused = "    hours: Mon-Fri 9am-6pm #", "      - number: 0161 496 0009\n",
		"    hours: Mon-Fri 9am-6pm #"
	for _, tt := range []struct {
		name, find, put string
		rule, fix       string // none: it is understood
	}{
		{"9-5", hours, "    hours: 9-5 #", "hours", "hours: Mon-Fri 9am-5pm"},
		{"days and 9-5", hours, "    hours: Mon-Fri 9-5 #", "hours", "hours: Mon-Fri 9am-5pm"},
		{"to", hours, "    hours: Mon to Fri 9am to 6pm #", "", ""},
		{"24-hour clock", hours, "    hours: Mon-Fri 9:00-17:00 #", "", ""},
		{"24/7", hours, "    hours: 24/7 #", "", ""},
		{"weekdays", hours, "    hours: weekdays 9am-5pm #", "", ""},
		{"weekdays alone", hours, "    hours: weekdays #", "hours", "hours: Mon-Fri 9am-5pm"},
		{"times first", hours, "    hours: 9am-5pm Mon-Fri #", "", ""},
		{"a break at noon", hours, "    hours: Mon-Fri 9am-12.30pm, 1.30pm-5pm #", "", ""},
		{"past midnight", hours, "    hours: Fri-Mon 6pm-2am #", "hours",
			"hours: Fri-Mon 6pm-midnight, Sat-Tue midnight-2am"},
		{"bank holidays, too", hours, "    hours: Mon-Fri 9am-5pm (closed bank holidays) #", "hours",
			"hours: Mon-Fri 9am-5pm"},
		{"office hours", hours, "    hours: office hours #", "hours", "hours: Mon-Fri 9am-5pm"},
		{"nobody knows", hours, "    hours: don't know #", "hours", "hours: unknown"},
		{"closed", hours, "    hours: closed #", "hours", "paused_until"},
		{"British date", paused, "    paused_until: 12/09/2026\n" + paused, "date", "2026-09-12"},
		{"date in words", paused, "    paused_until: 12th September 2026\n" + paused, "date", "2026-09-12"},
		{"single day", paused, "    exceptions: {24/12/2026: closed}\n" + paused, "hours", "2026-12-24: closed"},
		{"+44", number, "      - number: +44 161 496 0009\n", "", ""},
		{"+44 (0)", number, "      - number: +44 (0)161 496 0009\n", "number", "number: 0161 496 0009"},
		{"dots", number, "      - number: 0161.496.0009\n", "number", "number: 0161 496 0009"},
		{"brackets", number, "      - number: (0161) 496 0009\n", "number", "number: 0161 496 0009"},
		{"letter O", number, "      - number: O161 496 0009\n", "number", "the digit 0"},
		{"yes", "    free: yes\n", "    free: Yes\n", "", ""},
		{"YES", "    free: yes\n", "    free: YES\n", "", ""},
		{"true", "    free: yes\n", "    free: true\n", "", ""},
		{"curly quotes", "    label: advice line\n", "    label: “advice line”\n", "quotes", `"advice line"`},
		{"#", "    label: local team\n", "    label: local team #1\n", "hash", `"local team #1"`},
		{"# with a space is a comment", "    label: local team\n", "    label: local team # the old one\n", "", ""},
		{"anchor", "    label: local team\n", "    label: &team local team\n", "anchor", "Take it out"},
		{"alias", "    label: local team\n    say: the local team\n", "    label: &team local team\n    say: *team\n",
			"anchor", "local team"},
		{"merge marks", "    label: local team\n",
			"<<<<<<< HEAD\n    label: local team\n=======\n    label: town team\n>>>>>>> theirs\n", "conflict",
			"Keep the right lines"},
		{"two documents", "  # --- Dalshire", "---\n  # --- Dalshire", "documents", "Take this line out"},
		{"Latin-1", "name: Men's Advice Line", "name: M\xe9n's Advice Line", "encoding", "UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := testbook.Edited(t, "services.yaml", tt.find, tt.put)
			_, problems := load.Dir(files)
			if tt.rule == "" {
				for _, p := range problems {
					t.Errorf("not understood: %s", p)
				}
				return
			}
			above, _, _ := bytes.Cut(files["services.yaml"].Data, []byte(tt.put))
			line := 1 + bytes.Count(above, []byte("\n"))
			for _, p := range problems {
				if p.Rule == tt.rule && strings.Contains(p.Fix, tt.fix) && p.File == "services.yaml" &&
					p.Line >= line && p.Line <= line+strings.Count(tt.put, "\n") {
					return
				}
			}
			t.Errorf("not explained by %q with %q at line %d: %v", tt.rule, tt.fix, line, problems)
		})
	}
}

// However an editor of Windows saves a file, it is read, or the way it was saved is
// named.
func TestHowEditorsSave(t *testing.T) {
	services, err := fs.ReadFile(testbook.Files(), "services.yaml")
	if err != nil {
		t.Fatal(err)
	}
	utf16 := []byte{0xff, 0xfe}
	for _, c := range string(services) {
		utf16 = append(utf16, byte(c), byte(c>>8))
	}
	for name, tt := range map[string]struct {
		data []byte
		rule string
	}{
		"CRLF":       {bytes.ReplaceAll(services, []byte("\n"), []byte("\r\n")), ""},
		"BOM":        {append([]byte("\ufeff"), services...), ""},
		"CRLF, BOM":  {append([]byte("\ufeff"), bytes.ReplaceAll(services, []byte("\n"), []byte("\r\n"))...), ""},
		"no end":     {bytes.TrimRight(services, "\n"), ""},
		"UTF-16":     {utf16, "encoding"},
		"UTF-16, BE": {append([]byte{0xfe, 0xff}, 0, 's'), "encoding"},
		"begins ---": {append([]byte("---\n"), services...), ""},
	} {
		files := testbook.Copy()
		files["services.yaml"] = &fstest.MapFile{Data: tt.data}
		src, problems := load.Dir(files)
		switch {
		case tt.rule == "" && len(problems) > 0:
			t.Errorf("%s: %v", name, problems[0])
		case tt.rule == "" && src.Book.Service("fell_team_west").Label != "local team":
			t.Errorf("%s: the label is %q", name, src.Book.Service("fell_team_west").Label)
		case tt.rule != "" && (len(problems) == 0 || problems[0].Rule != tt.rule ||
			!strings.Contains(problems[0].Fix, "UTF-8")):
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// A file under another name is named, and so are copies that nobody reads.
func TestOtherNames(t *testing.T) {
	for other, says := range map[string]string{"services.yml": "Rename services.yml to services.yaml",
		"services.yaml.txt": "Rename services.yaml.txt", "Services.yaml": "Rename Services.yaml"} {
		files := testbook.Copy()
		files[other] = files["services.yaml"]
		delete(files, "services.yaml")
		_, problems := load.Dir(files)
		if len(problems) == 0 || !strings.Contains(problems[0].Fix, says) {
			t.Errorf("%s: %v", other, problems)
		}
	}
	files := testbook.Copy()
	copies := map[string]string{
		"services-LAPTOP-AB12.yaml":                       "services.yaml",
		"services (Jo's conflicted copy 2026-11-20).yaml": "services.yaml", "services (1).yaml": "services.yaml",
		"areas - Copy.yaml": "areas.yaml", "Copy of menus.yaml": "menus.yaml", "services.yml": "services.yaml",
		"words.conflict.yaml": "words.yaml",
	}
	watched := load.NewWatcher(files)
	now := time.Now()
	before, same := load.Fingerprint(files), watched.Fingerprint(now)
	for name := range copies {
		files[name] = &fstest.MapFile{Data: []byte("schema: 1\n")}
	}
	for _, other := range []string{"servicesplan.yaml", "notes.txt", "services.docx", "~$services.yaml",
		".services.yaml"} {
		files[other] = &fstest.MapFile{Data: []byte("x")}
	}
	src, problems := load.Dir(files)
	if len(problems) > 0 || len(src.Copies) != len(copies) {
		t.Errorf("%v, %v", src.Copies, problems)
	}
	for _, c := range src.Copies {
		if copies[c.Name] != c.Of {
			t.Errorf("%+v, want of %q", c, copies[c.Name])
		}
	}
	if load.Fingerprint(files) == before || watched.Fingerprint(now) == same {
		t.Error("copies come without the folder looking changed")
	}
}
