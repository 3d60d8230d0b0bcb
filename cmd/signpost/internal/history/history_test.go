package history_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"signpost/cmd/signpost/internal/history"
	"signpost/cmd/signpost/internal/merge"
)

const services = `# The directory.
services:
  # In the north.
  north:
    name: North
    numbers:
      - number: 01228 633640
    hours: unknown

  south:
    name: South
    numbers:
      - number: 01229 582386
    hours: unknown
`

func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "services.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func edited(before, after string) string {
	at := len(services)
	for i := range services {
		if len(services)-i >= len(before) && services[i:i+len(before)] == before {
			at = i
			break
		}
	}
	return services[:at] + after + services[at+len(before):]
}

func open(t *testing.T) *history.Repo {
	t.Helper()
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	r, err := history.Open(t.TempDir(), fstest.MapFS{"services.yaml": {Data: []byte(services)}},
		func() time.Time { now = now.Add(time.Minute); return now })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Two drafts change different facts and are published one after the other; then the book
// goes back. Every publication has a higher number, and says who did what.
func TestDraftsAndPublications(t *testing.T) {
	r := open(t)
	jo, ann := history.Person{ID: "jo", Name: "Jo\nBlogs"}, history.Person{ID: "ann", Name: "Ann"}
	one, two := "000000000001", "000000000002"
	for _, id := range []string{one, two} {
		if err := r.NewDraft(id); err != nil {
			t.Fatal(err)
		}
	}
	if changed, err := r.Save(one, jo, "nothing"); err != nil || changed != nil {
		t.Errorf("nothing was changed: %v, %v", changed, err)
	}
	write(t, r.Dir(one), edited("01228 633640", "01228 111111"))
	if changed, err := r.Save(one, jo, "a number"); err != nil || !slices.Equal(changed, []string{"services.yaml"}) {
		t.Errorf("%v, %v", changed, err)
	}
	write(t, r.Dir(two), edited("name: South", "name: South Team"))
	if _, err := r.Save(two, ann, "a name"); err != nil {
		t.Fatal(err)
	}
	if who, err := r.Authors(one); err != nil || !slices.Equal(who, []string{"jo"}) {
		t.Errorf("the authors are %v, %v", who, err)
	}
	publish := func(id string, who history.Person, p history.Publication) error {
		commit, err := r.Commit(id)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Publish(commit, who, p)
		return err
	}
	if err := publish(one, ann, history.Publication{Title: "New number", Approved: "Ann"}); err != nil {
		t.Fatal(err)
	}
	if err := publish(two, ann, history.Publication{Title: "Name"}); !errors.Is(err, history.ErrBehind) {
		t.Errorf("a draft of an older book is published: %v", err)
	}
	base, _ := r.Base(two)
	mine, _ := r.Commit(two)
	last, err := r.Published()
	if err != nil {
		t.Fatal(err)
	}
	var books []fs.FS
	for _, commit := range []string{base, last.Commit, mine} {
		files, err := r.Files(commit)
		if err != nil {
			t.Fatal(err)
		}
		books = append(books, files)
	}
	files, conflicts, err := merge.Books(books[0], books[1], books[2], nil)
	if err != nil || len(conflicts) > 0 {
		t.Fatalf("%v, %v", conflicts, err)
	}
	if err := r.Adopt(two, files, last.Commit, ann); err != nil {
		t.Fatal(err)
	}
	if err := publish(two, ann, history.Publication{Title: "Name", Alone: "the line is closed"}); err != nil {
		t.Fatal(err)
	}
	if p, err := r.Rollback(1, jo); err != nil || p.Serial != 4 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, serial := range []uint64{0, 4, 9} {
		if _, err := r.Rollback(serial, jo); err == nil {
			t.Errorf("back to %d", serial)
		}
	}
	all, err := r.Publications()
	if err != nil || len(all) != 4 {
		t.Fatalf("%d publications, %v", len(all), err)
	}
	if all[0].Rollback != 1 || all[0].By != "Jo Blogs" || all[1].Alone != "the line is closed" ||
		all[2].Approved != "Ann" || all[2].Title != "New number" || all[3].Serial != 1 {
		t.Errorf("%+v", all)
	}
	for i, want := range []string{services, "both", edited("01228 633640", "01228 111111"), services} {
		files, err := r.Files(all[i].Commit)
		if err != nil {
			t.Fatal(err)
		}
		got, err := fs.ReadFile(files, "services.yaml")
		if err != nil || want != "both" && string(got) != want {
			t.Errorf("publication %d holds\n%s%v", all[i].Serial, got, err)
		}
	}
	if err := r.Remove(one); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(r.Dir(one)); err == nil {
		t.Error("the folder of a draft that was removed is still there")
	}
	if err := r.NewDraft("../x"); err == nil {
		t.Error("a draft outside the folder")
	}
}
