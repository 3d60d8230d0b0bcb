package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"signpost/internal/area"
)

const areasHelp = `signpost areas build [-postcodes FILE] [-places FILE] -out DIR
signpost areas fit [-flows DIR] FILE

"build" rebuilds the postcode table of a folder from a download of
Code-Point Open (the zip) or the ONS Postcode Directory (the CSV file), and says
what moved. The folder's districts.txt says which councils lie in which district;
the tables of a flow book are in the folder "area" beside its files. With -places
it makes the place table too, from a CSV file with the columns name, alt_names
(with ; between), district, hint (direct, confirm, ask or out_of_area),
alt_hints, kind and dictionary_word. Before it goes to callers: signpost check,
signpost hear.

  signpost areas build -postcodes codepo_gb.zip -out lancashire/area

"fit" looks for the weights of places (flows/hear/places.go) that suit labelled
texts best. The CSV file has the columns text, area and kind: exact (to be
answered), right-or-ask, ask, or no-area. A wrong area counts 50, a needless
question 1. It prints each weight now and the best, and changes nothing.

  signpost areas fit -flows lancashire texts.csv

`

func areas(args []string, s streams) int {
	fl := newFlags("areas", areasHelp, s)
	if len(args) == 0 {
		fl.Usage()
		return exitMisuse
	}
	postcodes := fl.String("postcodes", "", "the downloaded `file`")
	places := fl.String("places", "", "the `file` of places")
	out := fl.String("out", "", "the `folder` the tables go to")
	dir := fl.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	verb, rest := args[0], args[1:]
	if strings.HasPrefix(verb, "-") {
		rest = args
	}
	if code, done := parseWords(fl, rest, s); done {
		return code
	}
	switch {
	case verb == "build" && *postcodes+*places != "" && *out != "":
		return areasBuild(*postcodes, *places, *out, s)
	case verb == "fit" && fl.NArg() == 1:
		return areasFit(fl.Arg(0), *dir, s)
	}
	fmt.Fprintf(s.err,
		"signpost areas: give \"build\" with -postcodes or -places, and -out, or \"fit\" with a file; see signpost "+
			"areas -h\n")
	return exitMisuse
}

// tablesIn reads the tables in a folder, as they are; those that ship when it has no
// districts.
func tablesIn(dir string) (*area.Gazetteer, error) {
	if _, err := os.Stat(filepath.Join(dir, area.DistrictsFile)); errors.Is(err, os.ErrNotExist) {
		return area.Shipped(), nil
	}
	g, err := area.Read(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("read the tables in %s as they are: %w", dir, err)
	}
	return g, nil
}

// maxDownload is the largest download read: the ONS directory is about 1.5 GB.
const maxDownload = 4 << 30

func areasBuild(postcodes, places, out string, s streams) int {
	fail := func(err error) int {
		fmt.Fprintf(s.err, "signpost areas: %v\n", err)
		return exitProblems
	}
	known, err := tablesIn(out)
	if err != nil {
		return fail(err)
	}
	if postcodes != "" {
		f, err := os.Open(postcodes)
		if err != nil {
			return fail(err)
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			return fail(err)
		}
		if st.Size() > maxDownload {
			return fail(fmt.Errorf("%s is larger than any known download", postcodes))
		}
		table, report,
			err := known.BuildPostcodes(func(each func(area.Row) error) error {
			return area.ReadPostcodes(postcodes, f, st.Size(), each)
		})
		if err != nil {
			return fail(fmt.Errorf("make the postcode table: %w", err))
		}
		if err := os.WriteFile(filepath.Join(out, "postcodes.txt"), table, 0o644); err != nil {
			return fail(err)
		}
		fmt.Fprint(s.out, report)
	}
	if places != "" {
		data, err := os.ReadFile(places)
		if err != nil {
			return fail(err)
		}
		table, err := known.BuildPlaces(bytes.NewReader(data))
		if err != nil {
			return fail(fmt.Errorf("make the place table: %w", err))
		}
		if err := os.WriteFile(filepath.Join(out, "places.txt"), table, 0o644); err != nil {
			return fail(err)
		}
		fmt.Fprintf(s.out, "The place table holds %d names; git diff shows what moved.\n",
			bytes.Count(table, []byte("\n")))
	}
	fmt.Fprintln(s.out,
		"Now look at the difference, check the book (signpost check), and try some places (signpost hear).")
	return exitOK
}
