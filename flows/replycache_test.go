package flows_test

import (
	"reflect"
	"testing"

	"signpost/flows"
	"signpost/flows/book"
	"signpost/flows/check"
	"signpost/flows/load"
	"signpost/flows/testbook"
)

// A book with a reply cache answers as the book does: in every state that keys, silence, the ends of
// lines and some texts lead to, at two moments, on calls that may be connected and on others.
func TestReplyCache(t *testing.T) {
	shipped, problems := load.Dir(book.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	quiet := map[string]bool{}
	for i := range shipped.Book.Services {
		quiet[shipped.Book.Services[i].ID] = i%2 == 0
	}
	womens := shipped.Book.As(func(s *flows.Service) {
		if !s.Hours.IsAlways() {
			s.Takes.Men = flows.No
		}
	})
	for _, b := range []*flows.Book{testbook.Load(t), womens, shipped.Book.WithNotAnswering(quiet)} {
		var calls, texts []flows.Input
		for _, key := range []byte(flows.Keys) {
			calls = append(calls, flows.Pressed(key), flows.Pressed(key).WithoutTransfer())
		}
		calls = append(calls, flows.Rang(), flows.Silence(), flows.SilenceConnects())
		for _, leg := range check.Legs {
			calls = append(calls, flows.LegEnded(leg))
		}
		for _, text := range []string{"0", "1", "2", "3", "9", "riverton", "kendal", "newton", "xyzzy plugh",
			"help he has a knife", "no answer", "i am deaf", "gay man"} {
			texts = append(texts, b.PreclassifiedText(text))
		}
		for _, now := range check.Moments(b)[:2] {
			cached := b.WithReplyCache(now)
			for _, inputs := range [][]flows.Input{calls, texts} {
				seen := map[flows.State]bool{{}: true}
				for queue := []flows.State{{}}; len(queue) > 0; queue = queue[1:] {
					for _, in := range inputs {
						state, reply, err := b.Step(now, queue[0], in)
						state2, reply2, err2 := cached.Step(now, queue[0], in)
						if err != nil || err2 != nil || state != state2 ||
							!reflect.DeepEqual(normal(reply), normal(reply2)) {
							t.Fatalf("from %+v, %+v leads to %+v, %+v; cached, to %+v, %+v (%v, %v)", queue[0],
								in, state, reply, state2, reply2, err, err2)
						}
						state = state.Position()
						if !reply.Ended && !seen[state] {
							seen[state] = true
							queue = append(queue, state)
						}
					}
				}
				if len(seen) < 20 {
					t.Errorf("only %d states were come to", len(seen))
				}
			}
		}
	}
}

// normal has no words where nothing is said.
func normal(r flows.Reply) flows.Reply {
	if len(r.Speech) == 0 {
		r.Speech = nil
	}
	return r
}
