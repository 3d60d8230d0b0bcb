package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/scaffold"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/internal/hours"
)

const newHelp = `signpost new DIR

Makes a flow book for another county in the folder DIR, out of a few questions: its
parts, their towns, and the service of each. The national lines and the wording are
those of the book that ships. Nothing is sent anywhere; every answer can be changed
in the files afterwards. docs/another-county.md goes through it with Lancashire.

  signpost new lancashire

`

func newBook(args []string, s streams) int {
	fl := newFlags("new", newHelp, s)
	if code, done := parseWords(fl, args, s); done {
		return code
	}
	if fl.NArg() != 1 {
		fmt.Fprintln(s.err, "signpost new: name the folder to make; see signpost new -h")
		return exitMisuse
	}
	fail := func(err error) int {
		fmt.Fprintf(s.err, "signpost new: %v\n", err)
		return exitProblems
	}
	dir := fl.Arg(0)
	if held, err := os.ReadDir(dir); err == nil && len(held) > 0 {
		return fail(fmt.Errorf("%s holds files already: name a new folder", dir))
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail(fmt.Errorf("look into the folder: %w", err))
	}
	d := dialogue{in: bufio.NewScanner(io.LimitReader(s.in, maxAnswers)), out: s.out, echo: !isTerminal(s.in)}
	county, err := d.county()
	if err != nil {
		return fail(err)
	}
	warnings, err := writeBook(dir, county)
	if err != nil {
		return fail(err)
	}
	fmt.Fprintf(s.out, `
%s holds a book without a mistake (signpost check says %d things to look at, among them that
nobody has rung the numbers yet). Next:

  signpost preview -flows %s    see it, text it, ring it, and record who rang which number
  signpost check -flows %s      after every change
  signpost hear -flows %s TEXT          how a place is understood

Then make a postcode table, so that people may send a postcode (docs/another-county.md), and
start the gateway with FLOWS_DIR=%s.
`, dir, warnings, dir, dir, dir, dir)
	return exitOK
}

// draft writes a county's book into a new folder beside or in a place.
func draft(beside string, c scaffold.County) (dir string, err error) {
	files, err := c.Files()
	if err != nil {
		return "", fmt.Errorf("make the book: %w", err)
	}
	if dir, err = os.MkdirTemp(beside, ".signpost-new-"); err != nil {
		return "", fmt.Errorf("make the folder: %w", err)
	}
	for name, data := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = os.WriteFile(to, data, 0o644)
		}
		if err != nil {
			return "", errors.Join(fmt.Errorf("write the book: %w", err), os.RemoveAll(dir))
		}
	}
	return dir, nil
}

// mistake is what would be wrong with a county's book, in words; nil when it is clean.
func mistake(c scaffold.County) error {
	dir, err := draft("", c)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, broken := check.Mistakes(os.DirFS(dir), time.Now()); len(broken) > 0 {
		return fmt.Errorf("%s. %s %s", broken[0].What, broken[0].Why, broken[0].Fix)
	}
	return nil
}

// writeBook writes a book that checks clean, or nothing.
func writeBook(dir string, c scaffold.County) (warnings int, err error) {
	made, err := draft(filepath.Dir(filepath.Clean(dir)), c)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(made)
	_, problems := check.On(os.DirFS(made), time.Now())
	if broken := load.Errors(problems); len(broken) > 0 {
		return 0, fmt.Errorf("these answers make a book with a mistake in it, so nothing was written:\n%s", broken[0])
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) { // an empty one
		return 0, fmt.Errorf("make the folder: %w", err)
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return 0, fmt.Errorf("make the folder: %w", err)
	}
	if err := os.Rename(made, dir); err != nil {
		return 0, fmt.Errorf("put the book in its place: %w", err)
	}
	return len(problems), nil
}

// maxAnswers bounds what is read of all answers together, in bytes.
const maxAnswers = 1 << 20

// dialogue asks for a county.
type dialogue struct {
	in   *bufio.Scanner
	out  io.Writer
	echo bool // answers come from a file: they are shown with their questions
}

var errUnanswered = errors.New("the answers ended before the questions did; nothing was written")

// ask asks until the answer is right.
func (d *dialogue) ask(question string, right func(string) error) (string, error) {
	for {
		fmt.Fprintf(d.out, "%s\n> ", question)
		if !d.in.Scan() {
			fmt.Fprintln(d.out)
			return "", errUnanswered
		}
		answer := strings.Join(strings.Fields(d.in.Text()), " ")
		if d.echo {
			fmt.Fprintln(d.out, answer)
		}
		if err := right(answer); err != nil {
			fmt.Fprintf(d.out, "That cannot be: %v.\n", strings.TrimSuffix(err.Error(), "."))
			continue
		}
		return answer, nil
	}
}

// list is an answer with commas.
func list(s string) (out []string) {
	for one := range strings.SplitSeq(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// again tells what the last answers would make wrong.
func (d *dialogue) again(wrong error) {
	fmt.Fprintf(d.out, "\nThat does not go together: %v\nOnce more, with other words.\n", wrong)
}

func (d *dialogue) county() (c scaffold.County, err error) {
	fmt.Fprintln(d.out, "A flow book for another county, from a few answers. Ctrl-C leaves without writing anything.")
	for len(c.Parts) < scaffold.MaxParts {
		if len(c.Parts) == 0 {
			if c.Name, err = d.ask("\nWhat is it called, as people there write it?", scaffold.Name); err != nil {
				return c, err
			}
			fmt.Fprintf(d.out, "\nNow its parts, 1 to %d: each has a local service of its own.\n", scaffold.MaxParts)
		}
		p, err := d.part(c)
		if err != nil {
			return c, err
		}
		if p.Towns == "" {
			break
		}
		with := c
		with.Parts = append(slices.Clone(c.Parts), p)
		with.Halves = [2]string{"first half", "second half"} // until they are asked for
		if wrong := mistake(with); wrong != nil {
			d.again(wrong)
			continue
		}
		c.Parts = with.Parts
	}
	for {
		if err := d.rest(&c); err != nil {
			return c, err
		}
		wrong := mistake(c)
		if wrong == nil {
			return c, nil
		}
		d.again(wrong)
	}
}

// rest asks what is left when all parts are there.
func (d *dialogue) rest(c *scaffold.County) (err error) {
	if c.Halved() {
		fmt.Fprintln(d.out, "\nThat is more than one menu holds, so they are offered in two halves.")
		for i, half := range c.Menus() {
			var towns []string
			for _, p := range half {
				towns = append(towns, p.Towns)
			}
			if c.Halves[i], err = d.ask(fmt.Sprintf("\nWhat do people call the part with %s?",
				strings.Join(towns, ", ")), scaffold.Half); err != nil {
				return err
			}
		}
	}
	next, err := d.ask("\nWhat next door do people there also write? "+
		"Towns and counties outside it, with commas; or nothing.",
		func(s string) error { return scaffold.Places(list(s)) })
	c.NextDoor = list(next)
	return err
}

func (d *dialogue) part(c scaffold.County) (p scaffold.Part, err error) {
	first := len(c.Parts) == 0
	question := "\nThe first part: its best known towns, as callers will hear them, like: Preston or Chorley"
	if !first {
		question = "\nThe next part: its towns. Nothing when there are no more parts."
	}
	p.Towns, err = d.ask(question, func(s string) error {
		if s == "" && !first {
			return nil
		}
		if err := scaffold.Towns(s); err != nil {
			return err
		}
		return c.RoomFor(s)
	})
	if err != nil || p.Towns == "" {
		return p, err
	}
	var answer string
	if answer, err = d.ask("More of its towns, villages and estates, with commas; or nothing. Leave out what people "+
		"may mean elsewhere.",
		func(s string) error {
			return scaffold.Places(list(s))
		}); err != nil {
		return p, err
	}
	p.Places = list(answer)
	if answer, err = d.ask("Its councils with their ONS codes, with commas, like: Preston E07000123, Chorley "+
		"E07000118. Or nothing.",
		func(s string) error {
			_, err := councils(s)
			return err
		}); err != nil {
		return p, err
	}
	p.Councils, _ = councils(answer) // it was right
	for _, q := range []struct {
		question string
		right    func(string) error
		into     *string
	}{
		{"The local service there: its own name. It is never sent in a text.", scaffold.Facts, &p.Service.Name},
		{"Its number, as it prints it.", func(s string) error { _, err := load.Number(s); return err },
			&p.Service.Number},
		{"Its hours: 24 hours, or like Mon-Fri 9am-5pm; unknown when nobody has confirmed them.",
			func(s string) error { _, err := hours.Parse(s); return err }, &p.Service.Hours},
		{"Where does the number come from?", scaffold.Facts, &p.Service.Source},
	} {
		if *q.into, err = d.ask(q.question, q.right); err != nil {
			return p, err
		}
	}
	return p, nil
}

var council = regexp.MustCompile(`^([A-Za-z][A-Za-z .&()/-]{0,58}[A-Za-z.)]) ([A-Z][0-9]{8})$`)

// councils reads "Preston E07000123, Chorley E07000118".
func councils(s string) (out []scaffold.Council, err error) {
	for _, one := range list(s) {
		m := council.FindStringSubmatch(one)
		if m == nil {
			return nil, fmt.Errorf("%q is not a council's name and code, like Preston E07000123", one)
		}
		out = append(out, scaffold.Council{Name: m[1], Code: m[2]})
	}
	return out, nil
}
