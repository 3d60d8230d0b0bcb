package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"signpost/flows"
	"signpost/internal/area"
)

const areasHelp = `signpost areas find [-flows DIR] TEXT
signpost areas build [-postcodes FILE] [-places FILE] [-words FILE] -out DIR

find shows what is understood of a text, why, and what the texter gets.

build makes the postcode table of a folder anew from a download of
Code-Point Open (the zip) or the ONS Postcode Directory (the CSV file), and says
what moved. The folder's districts.txt says which councils lie in which district;
the tables of a flow book are in the folder "area" beside its files. With -places
it makes the place table too, from a CSV file with the columns name, alt_names
(with ; between), district, hint (direct, confirm, ask or out_of_area),
alt_hints, kind and dictionary_word. With -words it lists the ordinary words of a
dictionary that are one slip from a place, so that they are never taken for one.
Before it goes to callers: signpost check, signpost areas find.

  signpost areas find im near kendal
  signpost areas build -postcodes codepo_gb.zip -out lancashire/area

`

func areas(args []string, s streams) int {
	fl := newFlags("areas", areasHelp, s)
	if len(args) == 0 {
		fl.Usage()
		return exitMisuse
	}
	dir := fl.String("flows", "", "find: the `folder` of the flow book; empty for the one that ships")
	postcodes := fl.String("postcodes", "", "build: the downloaded `file`")
	places := fl.String("places", "", "build: the `file` of places")
	words := fl.String("words", "", "build: a `file` of a language's words, one to a line, like /usr/share/dict/british-english")
	out := fl.String("out", "", "build: the `folder` the tables go to")
	verb, rest := args[0], args[1:]
	if strings.HasPrefix(verb, "-") {
		rest = args
	}
	if code, done := parseWords(fl, rest, s); done {
		return code
	}
	switch {
	case verb == "find" && fl.NArg() > 0:
		return areasFind(*dir, strings.Join(fl.Args(), " "), s)
	case verb == "build" && *postcodes+*places+*words != "" && *out != "":
		return areasBuild(*postcodes, *places, *words, *out, s)
	}
	fmt.Fprintf(s.err, "signpost areas: give \"find\" and a text, or \"build\" with -postcodes, -places or -words, and -out; see signpost areas -h\n")
	return exitMisuse
}

func areasFind(dir, text string, s streams) int {
	src, code := goodBook("areas", dir, s)
	if src == nil {
		return code
	}
	ids, ask, found := src.Book.Find(text)
	fmt.Fprintf(s.out, "understood as: %s", found.How)
	if found.Text != "" {
		fmt.Fprintf(s.out, " (%q)", found.Text)
	}
	fmt.Fprintln(s.out)
	if found.Where != 0 {
		fmt.Fprintf(s.out, "districts:     %s\nareas:         %s\n", src.Book.Districts(found.Where), strings.Join(ids, ", "))
		verdict := "certain"
		if ask || len(ids) > 1 {
			verdict = "to be asked about"
		}
		fmt.Fprintf(s.out, "so:            %s\n", verdict)
	}
	_, reply, err := src.Book.Step(time.Now(), flows.State{}, flows.Heard(text))
	if err != nil {
		fmt.Fprintf(s.err, "signpost areas: %v\n", err)
		return exitProblems
	}
	fmt.Fprintf(s.out, "a first text of this gets: %s\n", reply.Text)
	return exitOK
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

func areasBuild(postcodes, places, words, out string, s streams) int {
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
		table, report, err := known.BuildPostcodes(func(each func(area.Row) error) error { return area.ReadPostcodes(postcodes, f, st.Size(), each) })
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
		fmt.Fprintf(s.out, "The place table holds %d names; git diff shows what moved.\n", bytes.Count(table, []byte("\n")))
	}
	if words != "" {
		if known, err = tablesIn(out); err != nil { // the places may just have changed
			return fail(err)
		}
		data, err := os.ReadFile(words)
		if err != nil {
			return fail(err)
		}
		list := known.OrdinaryWords(strings.Fields(string(data)))
		if err := os.WriteFile(filepath.Join(out, "ordinary.txt"), list, 0o644); err != nil {
			return fail(err)
		}
		fmt.Fprintf(s.out, "%d ordinary words are one slip from a place.\n", bytes.Count(list, []byte("\n")))
	}
	fmt.Fprintln(s.out, "Now look at the difference, check the book (signpost check), and try some places (signpost areas find).")
	return exitOK
}
