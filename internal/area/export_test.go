package area

import "io/fs"

// ReadTables reads the shipped tables anew, for the benchmark.
func ReadTables() error {
	dir, err := fs.Sub(tables, "tables")
	if err != nil {
		return err
	}
	_, err = Read(dir)
	return err
}
