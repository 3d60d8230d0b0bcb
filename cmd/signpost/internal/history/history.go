// Package history keeps a flow book in a git repository: what was published, by whom, and
// the drafts, each a branch with a folder of its own. It runs the git program, so that
// history, authorship and comparison are those that any other tool of git shows.
package history

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"signpost/flows/saved"
)

// Limits of what git is asked.
const (
	gitTime = 30 * time.Second
	maxList = 500 // publications that are listed
)

// Repo is the repository in a folder.
type Repo struct {
	dir string // holds book.git and drafts
	git string // the program
	now func() time.Time
}

// Person is who a commit is by.
type Person struct{ ID, Name string }

// Publication is one book that was published.
type Publication struct {
	Commit   string
	Serial   uint64
	At       time.Time
	By       string
	Title    string
	Approved string // who approved it; empty: nobody
	Alone    string // why it was published without approval
	Rollback uint64 // the serial number of the older book that it brings back
}

// main is the branch of what was published.
const mainBranch = "refs/heads/main"

// Open opens the repository in a folder, or makes one whose first publication is a book.
func Open(dir string, first fs.FS, now func() time.Time) (*Repo, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, errors.New("the git program is missing; install git")
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("find the folder of the desk: %w", err)
	}
	r := &Repo{dir: dir, git: program, now: now}
	if err := os.MkdirAll(filepath.Join(dir, "drafts"), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the drafts: %w", err)
	}
	if _, err := os.Stat(filepath.Join(r.bare(), "HEAD")); errors.Is(err, fs.ErrNotExist) {
		if _, err := r.run(dir, Person{}, nil, "init", "--quiet", "--bare", "--initial-branch=main",
			"book.git"); err != nil {
			return nil, err
		}
	}
	if _, err := r.rev(mainBranch); err == nil {
		return r, nil
	}
	return r, r.begin(first)
}

// begin makes the first publication.
func (r *Repo) begin(first fs.FS) error {
	b, err := saved.Take(first)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(r.dir, "first-")
	if err != nil {
		return fmt.Errorf("make the first publication: %w", err)
	}
	defer os.RemoveAll(work)
	if err := b.CopyTo(work); err != nil {
		return err
	}
	who := Person{"desk", "The desk"}
	if _, err := r.run(work, who, nil, "--git-dir="+r.bare(), "--work-tree="+work, "add", "--all", "."); err != nil {
		return err
	}
	tree, err := r.run(work, who, nil, "--git-dir="+r.bare(), "write-tree")
	if err != nil {
		return err
	}
	_, err = r.put(tree, who, Publication{Serial: 1, Title: "The book as the desk began"}, "", "")
	return err
}

func (r *Repo) bare() string { return filepath.Join(r.dir, "book.git") }

// Dir is the folder of a draft.
func (r *Repo) Dir(id string) string { return filepath.Join(r.dir, "drafts", id) }

// run runs git. Nothing of the machine's own settings, and no hook, has a say.
func (r *Repo) run(dir string, who Person, in []byte, args ...string) (string, error) {
	out, err := r.raw(dir, who, in, args...)
	return strings.TrimSpace(string(out)), err
}

func (r *Repo) raw(dir string, who Person, in []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitTime)
	defer cancel()
	safe := []string{"-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.fsmonitor=false", "-c",
		"commit.gpgsign=false", "-c", "gc.auto=0", "-c", "protocol.allow=never", "-c", "core.quotePath=false"}
	cmd := exec.CommandContext(ctx, r.git, append(safe, args...)...) // #nosec G204 -- it runs git, with words of ours
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	at := r.now().UTC().Format(time.RFC3339)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + r.dir, "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=" + line(who.Name), "GIT_AUTHOR_EMAIL=" + who.ID + mail,
		"GIT_COMMITTER_NAME=" + line(who.Name), "GIT_COMMITTER_EMAIL=" + who.ID + mail,
		"GIT_AUTHOR_DATE=" + at, "GIT_COMMITTER_DATE=" + at}
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s",
			slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })[0], err,
			line(wrong.String()))
	}
	return out, nil
}

// mail is the end of what git takes for an address. It is none.
const mail = "@desk.invalid"

// line is words on one line, short enough for a commit.
func line(words string) string {
	const most = 300
	words = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == '<' || r == '>' {
			return ' '
		}
		return r
	}, words)), " ")
	return words[:min(len(words), most)]
}

func (r *Repo) rev(name string) (string, error) {
	return r.run(r.bare(), Person{}, nil, "rev-parse", "--verify", "--quiet", name+"^{commit}")
}

func branch(id string) string { return "refs/heads/draft/" + id }

// Published is the newest publication.
func (r *Repo) Published() (Publication, error) {
	all, err := r.Publications()
	if err == nil && len(all) == 0 {
		err = errors.New("nothing was published")
	}
	if err != nil {
		return Publication{}, err
	}
	return all[0], nil
}

// Publications are the newest ones, the last first.
func (r *Repo) Publications() (out []Publication, err error) {
	text, err := r.run(r.bare(), Person{}, nil, "log", "--first-parent", "-n", strconv.Itoa(maxList),
		"--format=%H%x1f%aI%x1f%an%x1f%B%x1e", mainBranch)
	if err != nil {
		return nil, err
	}
	for record := range strings.SplitSeq(text, "\x1e") {
		f := strings.Split(strings.TrimSpace(record), "\x1f")
		if len(f) != 4 {
			continue
		}
		p := Publication{Commit: f[0], By: f[2]}
		if p.At, err = time.Parse(time.RFC3339, f[1]); err != nil {
			return nil, fmt.Errorf("read the history: %w", err)
		}
		first := true
		for text := range strings.Lines(f[3]) {
			text = strings.TrimSpace(text)
			name, value, _ := strings.Cut(text, ": ")
			switch {
			case first:
				p.Title, first = text, false
			case name == "Serial":
				p.Serial, _ = strconv.ParseUint(value, 10, 64) // 0 is refused by those who read it
			case name == "Approved-by":
				p.Approved = value
			case name == "Alone-because":
				p.Alone = value
			case name == "Brings-back":
				p.Rollback, _ = strconv.ParseUint(value, 10, 64)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// put makes a tree the newest publication, if old is still the newest.
func (r *Repo) put(tree string, who Person, p Publication, old, draft string) (string, error) {
	words := line(p.Title) + "\n\nSerial: " + strconv.FormatUint(p.Serial, 10) + "\n"
	for _, t := range [][2]string{{"Approved-by", line(p.Approved)}, {"Alone-because", line(p.Alone)}} {
		if t[1] != "" {
			words += t[0] + ": " + t[1] + "\n"
		}
	}
	if p.Rollback > 0 {
		words += "Brings-back: " + strconv.FormatUint(p.Rollback, 10) + "\n"
	}
	args := []string{"commit-tree", tree}
	for _, parent := range []string{old, draft} {
		if parent != "" {
			args = append(args, "-p", parent)
		}
	}
	commit, err := r.run(r.bare(), who, []byte(words), args...)
	if err != nil {
		return "", err
	}
	if old == "" {
		old = strings.Repeat("0", 40)
	}
	_, err = r.run(r.bare(), who, nil, "update-ref", mainBranch, commit, old)
	return commit, err
}

// Publish makes what a draft holds at a commit the newest publication. It fails when the
// draft is not based on the newest one.
func (r *Repo) Publish(commit string, who Person, p Publication) (Publication, error) {
	last, err := r.Published()
	if err != nil {
		return p, err
	}
	if base, err := r.run(r.bare(), who, nil, "merge-base", mainBranch, commit); err != nil || base != last.Commit {
		return p, ErrBehind
	}
	p.Serial = last.Serial + 1
	p.Commit, err = r.put(commit+"^{tree}", who, p, last.Commit, commit)
	return p, err
}

// ErrBehind means that something else was published since a draft began.
var ErrBehind = errors.New("something else was published since this draft began: bring the draft up to date")

// Rollback publishes an older book again, with a new serial number.
func (r *Repo) Rollback(serial uint64, who Person) (Publication, error) {
	all, err := r.Publications()
	if err != nil {
		return Publication{}, err
	}
	at := slices.IndexFunc(all, func(p Publication) bool { return p.Serial == serial })
	if at <= 0 {
		return Publication{}, fmt.Errorf("number %d is not an older publication", serial)
	}
	p := Publication{Serial: all[0].Serial + 1, Rollback: serial,
		Title: fmt.Sprintf("Go back to publication %d: %s", serial, all[at].Title)}
	p.Commit, err = r.put(all[at].Commit+"^{tree}", who, p, all[0].Commit, "")
	return p, err
}

// Files are the files of the book at a commit.
func (r *Repo) Files(commit string) (fs.FS, error) {
	data, err := r.raw(r.bare(), Person{}, nil, "archive", "--format=zip", "-0", commit)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("read a book of the history: %w", err)
	}
	return z, nil
}

// id is what a draft may be called.
var isID = regexp.MustCompile(`^[0-9a-f]{12}$`)

// NewDraft makes a draft of the newest publication.
func (r *Repo) NewDraft(id string) error {
	if !isID.MatchString(id) {
		return errors.New("not a valid draft name")
	}
	_, err := r.run(r.bare(), Person{}, nil, "worktree", "add", "--quiet", "-b", "draft/"+id, r.Dir(id), mainBranch)
	return err
}

// Remove takes a draft and its folder away. Its commits stay for as long as a publication
// holds them.
func (r *Repo) Remove(id string) error {
	_, err := r.run(r.bare(), Person{}, nil, "worktree", "remove", "--force", r.Dir(id))
	if err == nil {
		_, err = r.run(r.bare(), Person{}, nil, "branch", "--quiet", "-D", "draft/"+id)
	}
	return err
}

// Commit is the newest commit of a draft.
func (r *Repo) Commit(id string) (string, error) { return r.rev(branch(id)) }

// Save commits what is in the folder of a draft. changed lists the files; none: nothing did.
func (r *Repo) Save(id string, who Person, words string) (changed []string, err error) {
	dir := r.Dir(id)
	if _, err = r.run(dir, who, nil, "add", "--all", "."); err != nil {
		return nil, err
	}
	text, err := r.run(dir, who, nil, "diff", "--cached", "--name-only")
	if err != nil || text == "" {
		return nil, err
	}
	_, err = r.run(dir, who, []byte(line(words)+"\n"), "commit", "--quiet", "--no-verify", "--file=-")
	return strings.Fields(text), err
}

// Base is the publication that a draft is based on, as a commit.
func (r *Repo) Base(id string) (string, error) {
	return r.run(r.bare(), Person{}, nil, "merge-base", mainBranch, branch(id))
}

// Authors are the ids of everybody who has changed a draft since its base.
func (r *Repo) Authors(id string) ([]string, error) {
	text, err := r.run(r.bare(), Person{}, nil, "log", "--format=%ae", mainBranch+".."+branch(id))
	if err != nil {
		return nil, err
	}
	var out []string
	for address := range strings.FieldsSeq(text) {
		if who := strings.TrimSuffix(address, mail); !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out, nil
}

// Adopt writes the files of a merge into a draft, whose base is from then on a publication.
func (r *Repo) Adopt(id string, files map[string][]byte, published string, who Person) error {
	dir := r.Dir(id)
	if _, err := r.run(dir, who, nil, "rm", "--quiet", "-r", "--ignore-unmatch", "."); err != nil {
		return err
	}
	for name, data := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(to), 0o700)
		if err == nil {
			err = os.WriteFile(to, data, 0o600)
		}
		if err != nil {
			return fmt.Errorf("write the files of the merge: %w", err)
		}
	}
	if _, err := r.run(dir, who, nil, "add", "--all", "."); err != nil {
		return err
	}
	tree, err := r.run(dir, who, nil, "write-tree")
	if err != nil {
		return err
	}
	old, err := r.Commit(id)
	if err != nil {
		return err
	}
	commit, err := r.run(dir, who, []byte("Bring the draft up to date\n"), "commit-tree", tree, "-p", old,
		"-p", published)
	if err == nil {
		_, err = r.run(dir, who, nil, "update-ref", branch(id), commit, old)
	}
	return err
}
