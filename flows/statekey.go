package flows

// StateKeys makes keys of states. A state has eleven strings, and a map with states as keys hashes
// all of them each time; most are empty. Several goroutines may not share one.
type StateKeys struct {
	asked map[asked]uint32 // numbered from 1
}

// asked is what a state asks about.
type asked struct{ areas, names [4]string }

// StateKey is the key of a state in a map. Keys of the same [StateKeys] are equal where their states are.
type StateKey struct {
	step, area, half string
	asked            uint32 // 0: nothing
	small            smallFields
}

// smallFields are the fields of a state without a string.
type smallFields struct {
	who                                                                  Person
	need                                                                 Need
	urgent                                                               Urgency
	lang, at, helplineAt, helplineIs, line, misses, silences, idle, said uint8
	stay, unnamed, spelt, aside                                          bool
}

// Key is the key of a state.
func (k *StateKeys) Key(s *State) StateKey {
	return StateKey{step: s.Step, area: s.Area, half: s.Half, asked: k.askedBy(s),
		small: smallFields{who: s.Who, need: s.Need, urgent: s.Urgent, lang: s.Lang, at: s.At,
			helplineAt: s.HelplineAt, helplineIs: s.HelplineIs, line: s.Line, misses: s.Misses,
			silences: s.Silences, idle: s.Idle, stay: s.Stay, unnamed: s.Unnamed, spelt: s.Spelt, said: s.Said, aside: s.Aside}}
}

// askedBy is the number of what a state asks about.
func (k *StateKeys) askedBy(s *State) uint32 {
	nothing := true
	for i := range s.Ask {
		nothing = nothing && s.Ask[i] == "" && s.AskNames[i] == ""
	}
	if nothing {
		return 0
	}
	of := asked{s.Ask, s.AskNames}
	n, ok := k.asked[of]
	if !ok {
		if k.asked == nil {
			k.asked = map[asked]uint32{}
		}
		n = uint32(len(k.asked) + 1)
		k.asked[of] = n
	}
	return n
}
