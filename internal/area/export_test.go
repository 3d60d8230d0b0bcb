package area

// ReadTables reads the shipped tables anew, for the benchmark.
func ReadTables() error {
	t, err := parseTables(postcodesTxt, placesTxt, ordinaryTxt)
	if err != nil {
		return err
	}
	t.closedUp()
	return nil
}
