// Package version gives the version of this program.
package version

import (
	"runtime/debug"
	"strings"
)

// Number is the version of the program. CHANGELOG.md says what is new in it.
const Number = "0.1.0"

// Revision is the commit it was built of, shortened, with "+" if the files were
// changed; "unknown" outside a checkout.
func Revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	const short = 12
	revision, changed := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(short, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return revision + changed
}

// Line is a sentence for people: the program, its version, the commit, its day, and Go's
// version.
func Line(program string) string {
	day, goVersion := "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.time" {
				day, _, _ = strings.Cut(s.Value, "T")
			}
		}
	}
	return strings.Join(strings.Fields(program+" "+Number+" "+Revision()+" "+day+" "+goVersion), " ")
}
