package sms_test

import (
	"slices"
	"strings"
	"testing"

	"signpost/flows/testbook"
	"signpost/internal/testkit"
)

// Words that only weigh for despair say nothing new in a conversation. They get an answer all the same, also
// where too much of the conversation has moved nothing.
func TestWordsOfDespairAreNeverSilent(t *testing.T) {
	const danger, call = "press 55", "999"
	b, r := testbook.Load(t), testkit.StartRedis(t)
	for _, tt := range []struct {
		before []string
		want   string
	}{
		{append([]string{"he has a knife"}, slices.Repeat([]string{"please help me"}, 8)...), danger},
		{append([]string{"he has a knife"}, slices.Repeat([]string{"please help me"}, 30)...), danger},
		{append([]string{"penwick"}, slices.Repeat([]string{"is it free"}, 8)...), call},
		{append([]string{"penwick"}, slices.Repeat([]string{"xyzzy"}, 8)...), call},
		{slices.Repeat([]string{"xyzzy"}, 8), call},
		{[]string{"thank you"}, "116 123"},
	} {
		for _, text := range []string{"ive decided. its calmer now ive decided. thanks for being there",
			"no town matters. none of it matters", "just need someone to talk me out of it"} {
			c := newChannel(t, r, b)
			for _, before := range tt.before {
				c.text(t, mobile, before)
			}
			for i := range 3 {
				if got := c.text(t, mobile, text); !strings.Contains(got, tt.want) {
					t.Errorf("after %d texts, from %q on, %q is answered %q the %d. time", len(tt.before), tt.before[0], text,
						got, i+1)
				}
			}
		}
	}
}
