package check

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"signpost/flows/load"
)

// Printer writes what was found.
type Printer func(w io.Writer, src *load.Source, problems []load.Problem) error

// Printers are the ways to print, by name: text for people, json and sarif for
// other tools, github for comments on a change.
func Printers() map[string]Printer {
	return map[string]Printer{"text": printText, "json": printJSON, "sarif": printSARIF, "github": printGitHub}
}

func printText(w io.Writer, src *load.Source, problems []load.Problem) error {
	for _, p := range problems {
		if _, err := fmt.Fprintln(w, src.Show(p)); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		_, err := fmt.Fprintf(w, "\n%d to mend.\n", len(problems))
		return err
	}
	unchecked := 0
	for _, s := range src.Book.Services {
		if s.NotOffered == "" && s.CheckedOn.IsZero() {
			unchecked++
		}
	}
	_, err := fmt.Fprintf(w, "No mistakes: %d services, %d areas, %d steps, %d examples.\n", len(src.Book.Services), len(src.Book.Areas), len(src.Book.Steps), len(src.Examples))
	if err == nil && unchecked > 0 {
		_, err = fmt.Fprintf(w, "%d of the services' numbers have been rung by nobody. Ring them before anybody relies on them.\n", unchecked)
	}
	return err
}

// finding is a problem as other tools read it.
type finding struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	Rule string `json:"rule"`
	What string `json:"what"`
	Why  string `json:"why"`
	Fix  string `json:"fix"`
}

func printJSON(w io.Writer, _ *load.Source, problems []load.Problem) error {
	out := []finding{}
	for _, p := range problems {
		out = append(out, finding{p.File, p.Line, p.Col, p.Rule, p.What, p.Why, p.Fix})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// printSARIF writes the OASIS format that code review tools read (2.1.0).
func printSARIF(w io.Writer, _ *load.Source, problems []load.Problem) error {
	results := []any{}
	for _, p := range problems {
		results = append(results, map[string]any{
			"ruleId": p.Rule, "level": "error", "message": map[string]any{"text": p.What + " " + p.Why + " " + p.Fix},
			"locations": []any{map[string]any{"physicalLocation": map[string]any{
				"artifactLocation": map[string]any{"uri": p.File}, "region": map[string]any{"startLine": p.Line, "startColumn": p.Col},
			}}},
		})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []any{map[string]any{"tool": map[string]any{"driver": map[string]any{"name": "signpost check"}}, "results": results}},
	})
}

// printGitHub writes workflow commands, which become comments on a change.
func printGitHub(w io.Writer, _ *load.Source, problems []load.Problem) error {
	escape := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, p := range problems {
		if _, err := fmt.Fprintf(w, "::error file=%s,line=%d,col=%d,title=%s::%s\n", p.File, p.Line, p.Col, p.Rule, escape.Replace(p.What+" "+p.Why+" "+p.Fix)); err != nil {
			return err
		}
	}
	return nil
}
