package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"signpost/internal/area"
)

// areaDir is the folder, beside a book's files, of its own table of districts and
// where postcodes and places are. A book without it has the one that ships.
const areaDir = "area"

// gazetteer reads the book's own tables, if it has them, and gives the names of the
// districts its areas may have.
func (b *builder) gazetteer(hash io.Writer) []string {
	b.districts = area.Shipped()
	dir, err := fs.Sub(b.fsys, areaDir)
	if err != nil {
		return b.districts.Names()
	}
	own := false
	for _, name := range area.Files() {
		_, err := fs.Stat(dir, name)
		own = own || !errors.Is(err, fs.ErrNotExist)
	}
	if !own {
		return b.districts.Names()
	}
	g, err := area.Read(dir)
	if err != nil {
		b.strange = true
		pos := Pos{areaDir + "/" + area.DistrictsFile, 1, 1}
		var m *area.Mistake
		if errors.As(err, &m) {
			pos, err = Pos{areaDir + "/" + m.File, max(m.Line, 1), 1}, m.Err
		}
		b.shapeProblem(pos, "area-table", "this cannot be read: "+err.Error(),
			"Put the line back as it was; \"signpost areas build\" makes these tables, and their first lines tell "+
				"their form.")
		return nil
	}
	for _, name := range area.Files() {
		if data, err := fs.ReadFile(dir, name); err == nil {
			fmt.Fprintf(hash, "%s %d\n", name, len(data))
			_, _ = hash.Write(data)
		}
	}
	b.districts, b.src.Book.Gazetteer = g, g
	return g.Names()
}
