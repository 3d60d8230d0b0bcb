// Reword changes the wording of every text of the shipped flow book, in a copy of the
// repository, and runs the tests there. A test that fails holds a phrase of the book,
// which a manager may change at any time. Run it from the top: make reword.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// books are the files that hold what the book says, and the examples of it, which its
// author changes with it.
var books = []string{"flows/book/words.yaml", "flows/book/menus.yaml", "flows/book/areas.yaml",
	"flows/book/services.yaml", "flows/book/examples.yaml"}

// other words that say the same and are no longer, since many texts have no room.
var other = strings.NewReplacer(
	"Emergency?", "Need help?", "Emergency:", "Need help:", "n an emergency", "f it is urgent",
	"Call 999", "Ring 999", "call 999", "ring 999", "Ring 9 9 9", "Call 9 9 9", "ring 9 9 9", "call 9 9 9",
	"Sorry", "Pardon", "No answer?", "Not there?", "Engaged?", "Busy?",
	"Reply with", "Send us", "Auto info line", "Auto fact line", "Can't speak", "Can't talk",
	"There was", "We got", "To talk", "To speak", "that key", "this key",
)

var (
	// said is a text or a prompt, in a line of its own or in braces.
	said = regexp.MustCompile(`((?:^|[\s{])(?:text|say|label|mention_text|mention_say): *)` +
		`("[^"]*"|[^"{},\n#][^{},\n#]*)`)
	// expected is what an example looks for, or a whole answer that it keeps.
	expected = regexp.MustCompile(`^(\s+(?:we|never|all): *)(.*)$`)
	word     = regexp.MustCompile(`\{[a-z_]+\}|[\pL'-]+`)
	// filledIn is what a whole answer holds that is no word of the book, as it comes out.
	filledIn = strings.NewReplacer("Open 24 Hours", "Open 24 hours")
)

func main() {
	keep := flag.String("keep", "", "an empty folder to make the copy in, and to leave it there")
	flag.Parse()
	if err := run(*keep, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "reword:", err)
		os.Exit(1)
	}
}

// run runs go test with these arguments in a copy with other words.
func run(dir string, tests []string) error {
	if dir == "" {
		made, err := os.MkdirTemp("", "reword")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = made
	}
	if err := copied(dir); err != nil {
		return err
	}
	for _, name := range books {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(reworded(string(text))), 0o600); err != nil {
			return err
		}
	}
	me := []string{"-c", "user.name=reword", "-c", "user.email=reword@localhost", "-c", "commit.gpgsign=false"}
	for _, args := range [][]string{
		{"git", "init", "--quiet"}, // some tests ask git for the files
		{"git", "add", "--all", "--force"},
		slices.Concat([]string{"git"}, me, []string{"commit", "--quiet", "--no-verify",
			"--message=The book, reworded"}),
		{"go", "run", "./cmd/signpost", "check", "-flows", "flows/book"}, // what is reworded is still a good book
		append([]string{"go", "test", "-timeout", "40m"}, tests...),
	} {
		c := exec.Command(args[0], args[1:]...) // #nosec G204 -- the arguments are from the Makefile
		c.Dir, c.Stdout, c.Stderr = dir, os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("with the book reworded, %s: %w", strings.Join(args, " "), err)
		}
	}
	return nil
}

// copied puts what git tracks into a folder, and has git track it there: some tests ask git
// for their files.
func copied(dir string) error {
	out, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	for name := range strings.SplitSeq(strings.Trim(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, info.Mode().Perm()); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "--all"}} {
		c := exec.Command("git", args...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}

// reworded changes every text of a file.
func reworded(file string) string {
	lines := strings.SplitAfter(file, "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		line = said.ReplaceAllStringFunc(line, func(s string) string {
			m := said.FindStringSubmatch(s)
			return m[1] + otherwise(m[2])
		})
		if m := expected.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			line = m[1] + filledIn.Replace(otherwise(m[2])) + "\n"
		}
		lines[i] = line
	}
	return strings.Join(lines, "")
}

// otherwise says something in other words, and begins every word with a capital letter,
// so that no phrase of two words is left as it was.
func otherwise(s string) string {
	return word.ReplaceAllStringFunc(other.Replace(s), func(w string) string {
		if w[0] == '{' {
			return w
		}
		r := []rune(w)
		r[0] = unicode.ToUpper(r[0])
		return string(r)
	})
}
