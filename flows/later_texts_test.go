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

func laterTexts(t *testing.T) (out []laterText) {
	t.Helper()
	f, err := os.Open("testdata/understanding/later.csv")
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
				t.Fatalf("row %d: no such label: %s", i+2, label)
			}
		}
		out = append(out, laterText{r[0], strings.Split(r[1], "|"), strings.Split(r[2], "|")})
	}
	return out
}

// Later texts are understood: after the first question, and after a number. The set does not judge: the weights
// from which a guess counts were chosen on it.
func TestLaterTextsAreUnderstood(t *testing.T) {
	b := shipped(t)
	urgent := []hear.Kind{hear.Danger, hear.Injury, hear.Despair, hear.Taken}
	lines := []hear.Kind{hear.Child, hear.Man, hear.LGBT, hear.Sexual, hear.Honour, hear.Older, hear.ChildConcern,
		hear.TextOnly, hear.Deaf}
	given := func(s flows.State, k hear.Kind) bool { return b.Needs[k] != "" && b.Needs[k] == s.Step }
	list := laterTexts(t)
	for _, first := range []string{"help", "kendal"} {
		start, _ := says(t, b, flows.State{}, first)
		var missed, alarms, calm, pressing, wrong, right, need int
		for i := range list {
			l := &list[i]
			s, r := says(t, b, start, l.text)
			switch emergency := r[0].Emergency; {
			case l.labelled(urgent...):
				pressing++
				if !emergency {
					missed++
					t.Logf("%s, then no answer to %v: %q", first, l.labels, l.text)
				}
				continue
			case l.may(urgent...):
				continue
			default:
				calm++
				if emergency {
					alarms++
					t.Logf("%s, then an alarm: %q", first, l.text)
					continue
				}
			}
			line := slices.IndexFunc(lines, func(k hear.Kind) bool { return given(s, k) })
			switch {
			case l.labelled(lines...):
				need++
				if line >= 0 && l.may(lines[line]) {
					right++
				}
			case line >= 0 && !l.may(lines...) && !l.may(hear.Other):
				wrong++
				t.Logf("%s, then the line for %v: %q", first, lines[line], l.text)
			}
		}
		t.Logf("%s: of %d urgent texts %d are missed, of %d others %d get an alarm", first, pressing,
			missed, calm, alarms)
		t.Logf("%s: of %d needs %d get their line; %d get one without a need", first, need, right, wrong)
		const mostMissed, mostAlarms, fewestRight, mostWrong, fewest = 0.2, 0.035, 0.6, 40, 200
		if pressing < fewest || need < fewest || float64(missed) > mostMissed*float64(pressing) ||
			float64(alarms) > mostAlarms*float64(calm) ||
			float64(right) < fewestRight*float64(need) || wrong > mostWrong {
			t.Errorf("after %q: a limit is exceeded, see the log", first)
		}
	}
}
