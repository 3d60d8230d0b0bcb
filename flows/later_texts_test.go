package flows_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"signpost/flows"
	"signpost/flows/hear"
)

// laterText is a labelled later text.
type laterText struct {
	text             string
	labels, doubtful []string
}

// labelled reports a text that says one of some things.
func (l *laterText) labelled(kinds ...hear.Kind) bool {
	return slices.ContainsFunc(kinds, func(k hear.Kind) bool { return slices.Contains(l.labels, k.String()) })
}

// may is labelled for a text of which the labels are in doubt, too.
func (l *laterText) may(kinds ...hear.Kind) bool {
	return l.labelled(kinds...) ||
		slices.ContainsFunc(kinds, func(k hear.Kind) bool { return slices.Contains(l.doubtful, k.String()) })
}

func laterTexts(t *testing.T, file string) (out []laterText) {
	t.Helper()
	f, err := os.Open("testdata/understanding/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows[1:] {
		for label := range strings.SplitSeq(r[1]+"|"+r[2], "|") {
			if _, ok := hear.KindNamed(label); !ok && label != "" && label != "none" {
				t.Fatalf("%s: row %d: no such label: %s", file, i+2, label)
			}
		}
		out = append(out, laterText{r[0], strings.Split(r[1], "|"), strings.Split(r[2], "|")})
	}
	return out
}

// laterTally counts how later texts are answered.
type laterTally struct {
	urgent, missed int // texts about danger or despair, and those without an answer to it
	calm, alarms   int // other texts, and those with such an answer
	needs, right   int // texts that say a need, and those that get its line
	needless       int // texts that get a line for a need, and say none
}

// tallied answers each text of a list after a first one. It logs what is not understood, unless the list judges.
func tallied(t *testing.T, b *flows.Book, first string, list []laterText, judges bool) (n laterTally) {
	t.Helper()
	urgent := []hear.Kind{hear.Danger, hear.Injury, hear.Despair, hear.Taken}
	lines := []hear.Kind{hear.Child, hear.Man, hear.LGBT, hear.Sexual, hear.Honour, hear.Older, hear.ChildConcern,
		hear.TextOnly, hear.Deaf}
	start, _ := says(t, b, flows.State{}, first)
	for i := range list {
		l := &list[i]
		s, r := says(t, b, start, l.text)
		line := slices.IndexFunc(lines, func(k hear.Kind) bool { return b.Needs[k] != "" && b.Needs[k] == s.Step })
		emergency, wrong := r[0].Emergency, ""
		switch {
		case l.labelled(urgent...):
			n.urgent++
			if !emergency {
				n.missed++
				wrong = "no answer to danger"
			}
		case l.may(urgent...):
		case emergency:
			n.calm++
			n.alarms++
			wrong = "an alarm"
		case l.labelled(lines...):
			n.calm++
			n.needs++
			if line >= 0 && l.may(lines[line]) {
				n.right++
			}
		default:
			n.calm++
			if line >= 0 && !l.may(lines...) && !l.may(hear.Other) {
				n.needless++
				wrong = "the line for " + lines[line].String()
			}
		}
		if wrong != "" && !judges {
			t.Logf("%s, then %q: %s", first, l.text, wrong)
		}
	}
	return n
}

// Later texts are understood: after the first question, and after a number. The weights from which a guess counts were
// chosen on later.csv, and all of it was read. later_judging.csv was never looked at.
func TestLaterTextsAreUnderstood(t *testing.T) {
	b := shipped(t)
	for _, set := range []struct {
		file                            string
		judges                          bool
		mostMissed, mostAlarms          float64 // shares
		fewestRight                     float64
		mostNeedless, fewest, fewestAll int
	}{
		{"later.csv", false, 0.2, 0.035, 0.6, 40, 200, 3_000},
		{"later_judging.csv", true, 0.23, 0.02, 0.8, 4, 10, 400},
	} {
		list := laterTexts(t, set.file)
		for _, first := range []string{"help", "kendal"} {
			n := tallied(t, b, first, list, set.judges)
			t.Logf("%s after %q: %+v", set.file, first, n)
			share := func(of, all int) float64 { return float64(of) / float64(max(all, 1)) }
			if len(list) < set.fewestAll || n.urgent < set.fewest || n.needs < set.fewest ||
				share(n.missed, n.urgent) > set.mostMissed || share(n.alarms, n.calm) > set.mostAlarms ||
				share(n.right, n.needs) < set.fewestRight || n.needless > set.mostNeedless {
				t.Errorf("%s after %q: a limit is exceeded, see the log", set.file, first)
			}
		}
	}
}
