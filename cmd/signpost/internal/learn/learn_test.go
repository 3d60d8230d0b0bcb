package learn_test

import (
	"fmt"
	"reflect"
	"testing"

	"signpost/cmd/signpost/internal/learn"
	"signpost/flows/hear"
)

// texts are some of which those with "knife" are about danger, unless "butter" is there.
func texts() (out []learn.Text) {
	signs := func(words ...string) (s []hear.Sign) {
		for _, w := range words {
			s = append(s, hear.Sign{First: w})
		}
		return s
	}
	for i := range 200 {
		filler := fmt.Sprint("word", i%7)
		t := learn.Text{Known: hear.Of(hear.Danger), Signs: signs(filler, "the")}
		switch i % 4 {
		case 0:
			t.Signs, t.Is = append(t.Signs, signs("knife")...), hear.Of(hear.Danger)
		case 1:
			t.Signs = append(t.Signs, signs("knife", "butter")...)
		}
		out = append(out, t)
	}
	return out
}

func TestFit(t *testing.T) {
	options := learn.Options{Fewest: 2, Penalty: 0.5, Smallest: 0.01,
		False: map[hear.Kind]learn.Shares{hear.Danger: {Others: 0.01, None: 0.01}}}
	scales, reports := learn.Fit(texts(), options)
	if len(scales) != 1 || len(reports) != 1 {
		t.Fatalf("%d scales, %d reports", len(scales), len(reports))
	}
	s, r := scales[0], reports[0]
	if r.Kind != hear.Danger || r.Texts != 50 || r.Heard != 1 || r.Wrong != 0 {
		t.Errorf("%+v", r)
	}
	knife, butter := s.Adds[hear.Sign{First: "knife"}], s.Adds[hear.Sign{First: "butter"}]
	if knife <= 0 || butter >= 0 || knife < s.Enough || knife+butter >= s.Enough {
		t.Errorf("knife adds %.2f, butter %.2f, enough is %.2f", knife, butter, s.Enough)
	}
	if again, _ := learn.Fit(texts(), options); !reflect.DeepEqual(again, scales) {
		t.Error("the same texts give other scales")
	}
}

// A phrase of the same kind says nothing of what no phrase knows.
func TestFitLeavesItsOwnPhrasesOut(t *testing.T) {
	all := texts()
	for i := range all {
		if all[i].Is.Has(hear.Danger) {
			all[i].Signs = append(all[i].Signs, hear.FactSign(hear.Danger))
		}
	}
	scales, _ := learn.Fit(all, learn.Options{Fewest: 2, Penalty: 0.5, Smallest: 0.01,
		False: map[hear.Kind]learn.Shares{hear.Danger: {Others: 0.01, None: 0.01}}})
	if adds, ok := scales[0].Adds[hear.FactSign(hear.Danger)]; ok {
		t.Errorf("a phrase adds %.2f", adds)
	}
}
