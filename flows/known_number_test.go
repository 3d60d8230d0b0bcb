package flows_test

import "testing"

// A complaint that names the place whose number was given gets the next number. Another place gets its own.
func TestComplaintNamesThePlace(t *testing.T) {
	next := []string{"victim_support_cumbria", "Emergency: 999"}
	checkFollows(t, shipped(t), []follows{
		{"kendal|tried kendal no answer", next, []string{"letgo_south"}},
		{"kendal|no one picked up at kendal", next, []string{"letgo_south"}},
		{"kendal|kendal one is engaged", []string{"Engaged"}, []string{"letgo_south"}},
		{"crewe|crewe didnt answer|crewe number is dead", []string{"national_helpline"}, []string{"cheshire_east_hub"}},
		{"kendal|they didnt answer im in crewe", []string{"cheshire_east_hub"}, []string{"letgo_south"}},
		{"they didnt answer im in crewe", []string{"cheshire_east_hub"}, nil},
		{"im 12|crewe|crewe didnt answer", []string{"childline"}, []string{"cheshire_east_hub"}},
		{"i hit my wife|crewe didnt answer", []string{"respect"}, []string{"cheshire_east_hub"}},
		{"hes hitting me in crewe|crewe didnt answer", []string{"999", "cheshire_east_hub"}, nil},
	})
}

// A call for help, or a greeting, after a number gives it again. Help again and again leads to the 24-hour number.
func TestHelpKeepsTheNumber(t *testing.T) {
	checkFollows(t, shipped(t), []follows{
		{"kendal|help", []string{"letgo_south"}, nil},
		{"crewe|help me|help", []string{"cheshire_east_hub"}, nil},
		{"kendal|hello", []string{"letgo_south"}, nil},
		{"kendal|hi x", []string{"letgo_south"}, nil},
		{"im 12|hi", []string{"childline"}, nil},
		{"help", []string{"Reply with your town"}, []string{"national_helpline"}},
		{"help|help", []string{"999", "national_helpline", "town"}, []string{"not clear"}},
		{"help|help|help", []string{"999", "national_helpline"}, nil},
		{"hi|hi|hi", []string{"999", "national_helpline"}, nil},
		{"he has a knife|help", []string{"55"}, nil},
		{"kendal|start", []string{"Reply with your town"}, []string{"letgo_south"}},
		{"kendal|menu", []string{"Reply with your town"}, []string{"letgo_south"}},
	})
}

// A place that is known is not asked for again.
func TestKnownPlaceIsNotAskedAgain(t *testing.T) {
	checkFollows(t, shipped(t), []follows{
		{"worried about my friend|crewe|her husband hits her", []string{"cheshire_east_hub"}, nil},
		{"worried about my friend|crewe|0|her husband hits her", []string{"cheshire_east_hub"}, nil},
		{"worried about my friend|crewe|a friend", []string{"cheshire_east_hub"}, nil},
		{"kendal|its for me", []string{"letgo_south"}, nil},
		{"kendal|its for my sister", []string{"their town"}, []string{"letgo_south"}},
		{"cheshire|the first|no the third", []string{"3 Widnes or Runcorn"}, []string{"cheshire_east_hub"}},
		{"cheshire|the first|no the third|3", []string{"halton_service"}, nil},
	})
}

// Not sure where a friend lives is answered with the 24-hour line.
func TestNotSureWhereTheyLive(t *testing.T) {
	checkFollows(t, shipped(t), []follows{
		{"friend|not sure", []string{"999", "national_helpline"}, []string{"Wales"}},
		{"friend|dont know", []string{"999", "national_helpline"}, []string{"Wales"}},
		{"friend|somewhere else", []string{"Wales"}, nil},
	})
}
