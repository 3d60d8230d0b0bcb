package check

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"signpost/flows/load"
)

// Printer writes what was found. dir is the book's folder, for tools that show what
// was found beside the files; empty when it is not known.
type Printer func(w io.Writer, src *load.Source, problems []load.Problem, dir string) error

// Printers are the ways to print, by name: text for people, json and sarif for
// other tools, github for comments on a change.
func Printers() map[string]Printer {
	return map[string]Printer{"text": printText, "json": printJSON, "sarif": printSARIF, "github": printGitHub}
}

// fewShown is how many findings of one rule of advice are shown in full.
const fewShown = 2

func printText(w io.Writer, src *load.Source, problems []load.Problem, _ string) error {
	var b strings.Builder
	more := map[string][]string{} // of advice that has been shown often enough
	all, seen := map[string]int{}, map[string]int{}
	for _, p := range problems {
		all[p.Rule]++
	}
	// What must be fixed is not buried under advice.
	few := func(rule string) int {
		if len(load.Errors(problems)) > 0 && all[rule] > fewShown {
			return 0
		}
		return fewShown
	}
	for _, p := range append(load.Errors(problems), load.Warnings(problems)...) {
		if seen[p.Rule]++; p.Severity == load.Warning && seen[p.Rule] > few(p.Rule) {
			more[p.Rule] = append(more[p.Rule], fmt.Sprintf("%s:%d", p.File, p.Line))
			continue
		}
		fmt.Fprintln(&b, src.Show(p))
	}
	for _, rule := range slices.Sorted(maps.Keys(more)) {
		if few(rule) == 0 {
			fmt.Fprintf(&b, "%s of [%s], at %s\n", plural(len(more[rule]), "warning"), rule,
				strings.Join(more[rule], ", "))
			continue
		}
		fmt.Fprintf(&b, "and %d more of [%s], at %s\n", len(more[rule]), rule, strings.Join(more[rule], ", "))
	}
	errors := len(load.Errors(problems))
	if len(problems) > 0 {
		b.WriteString("\n")
	}
	switch {
	case errors > 0:
		fmt.Fprintf(&b, "%s, %s.\n", plural(errors, "error"), plural(len(problems)-errors, "warning"))
	default:
		fmt.Fprintf(&b, "No mistakes, %s: %s.\n", plural(len(problems), "warning"), Summary(src))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Summary is a book in one line.
func Summary(src *load.Source) string {
	b := src.Book
	return fmt.Sprintf("%d services, %d areas, %d steps, %d examples", len(b.Services), len(b.Areas), len(b.Steps),
		len(src.Examples))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// finding is a problem as other tools read it.
type finding struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Col      int    `json:"col"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	What     string `json:"what"`
	Why      string `json:"why"`
	Fix      string `json:"fix"`
	Fixable  bool   `json:"fixable"` // by signpost check -fix
}

func printJSON(w io.Writer, _ *load.Source, problems []load.Problem, _ string) error {
	out := []finding{}
	for _, p := range problems {
		out = append(out, finding{p.File, p.Line, p.Col, p.Severity.String(), p.Rule, p.What, p.Why, p.Fix,
			p.Edit != load.Edit{}})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// printSARIF writes the OASIS format that code review tools read (2.1.0).
func printSARIF(w io.Writer, src *load.Source, problems []load.Problem, dir string) error {
	results, described := []any{}, []any{}
	for _, r := range Rules() {
		described = append(described, map[string]any{"id": r.Name, "shortDescription": map[string]any{"text": r.Doc},
			"defaultConfiguration": map[string]any{"level": r.Severity.String()}})
	}
	for _, p := range problems {
		where := map[string]any{"uri": path.Join(dir, p.File)}
		result := map[string]any{
			"ruleId": p.Rule, "level": p.Severity.String(),
			"message": map[string]any{"text": p.What + ". " + p.Why + " " + p.Fix},
			"locations": []any{map[string]any{"physicalLocation": map[string]any{
				"artifactLocation": where, "region": map[string]any{"startLine": p.Line,
					"startColumn": src.Letters(p.Pos)},
			}}},
		}
		if e := p.Edit; e != (load.Edit{}) {
			result["fixes"] = []any{map[string]any{"description": map[string]any{"text": p.Fix},
				"artifactChanges": []any{map[string]any{
					"artifactLocation": where, "replacements": []any{map[string]any{
						"deletedRegion":   map[string]any{"byteOffset": e.From, "byteLength": e.To - e.From},
						"insertedContent": map[string]any{"text": e.Put},
					}},
				}}}}
		}
		results = append(results, result)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []any{map[string]any{"columnKind": "unicodeCodePoints",
			"tool":    map[string]any{"driver": map[string]any{"name": "signpost check", "rules": described}},
			"results": results}},
	})
}

// printGitHub writes workflow commands, which become comments on a change.
func printGitHub(w io.Writer, src *load.Source, problems []load.Problem, dir string) error {
	escape := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, p := range problems {
		if _, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", p.Severity, path.Join(dir, p.File),
			p.Line, src.Letters(p.Pos), p.Rule, escape.Replace(p.What+". "+p.Why+" "+p.Fix)); err != nil {
			return err
		}
	}
	return nil
}
