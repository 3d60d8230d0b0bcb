package check

import (
	"fmt"
	"strings"

	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/wav"
)

const recordingsFile = "recordings.yaml"

// RecordingRules are the rules about recordings, by name.
var RecordingRules = []string{"audio", unusedRecordings.name, missingRecordings.name, staleRecordings.name,
	recordingsDiffer.name, recordingSound.name}

var unusedRecordings = rule{
	name: "recording-unused", doc: "every recording is named with its words", severity: advice,
	run: func(p *pass) {
		for _, name := range p.Unused {
			p.report(p.Pos(recordingsFile, "recordings"), "no line names the recording audio/"+name,
				"Callers hear the synthetic voice where somebody meant them to hear this.",
				"If it has a name that signpost record gives, run signpost record add. Otherwise name it here with "+
					"the words it says, or take the file away.")
		}
	},
}

var missingRecordings = rule{
	name: "recording-missing", doc: "once there are recordings, everything a call says has one", severity: advice,
	walks: true,
	run: func(p *pass) {
		if len(p.Recorded) == 0 {
			return
		}
		missing := map[uint8][]string{}
		for _, s := range p.stretches() {
			if p.book.In(s.Lang).Recorded[flows.SpokenKey(s.Words)] == "" && len(p.book.In(s.Lang).Recorded) > 0 {
				missing[s.Lang] = append(missing[s.Lang], fmt.Sprintf("%q", shortened(s.Words)))
			}
		}
		for lang := range uint8(len(p.book.Languages) + 1) {
			if words := missing[lang]; len(words) > 0 {
				p.report(p.Pos(recordingsFile, "recordings"),
					fmt.Sprintf("%d stretches of words have no recording: %s", len(words), load.Few(words)),
					"Callers hear two voices in one call.",
					"Record the others, too: the page Recordings shows the words to read aloud, and so does signpost "+
						"record.")
			}
		}
	},
}

var staleRecordings = rule{
	name: "recording-stale", doc: "every recording says words that a call says", severity: advice, walks: true,
	run: func(p *pass) {
		for _, r := range p.Recorded {
			lang, served := p.languageNumber(r.Language)
			if !served {
				continue // an unsigned translation
			}
			if _, ok := find(p.stretches(), lang, r.Words); ok {
				continue
			}
			fix := "Take these lines and the file away."
			if near := nearest(p.stretches(), lang, r.Words); near != "" {
				fix = fmt.Sprintf("If the words have changed, record them again: %q. Otherwise take these lines and "+
					"the file away.",
					near)
			}
			p.report(p.Pos(recordingsFile, r.Path+".say"),
				"no call says exactly these words, so audio/"+r.File+" is never played",
				"Callers hear the synthetic voice there.", fix)
		}
	},
}

var recordingsDiffer = rule{
	name: "recording-differs", doc: "a recording is about as long as its words take to say", severity: advice,
	run: func(p *pass) {
		for _, r := range p.Recorded {
			const far, slack = 2.0, 1.0 // a word or two is soon said twice as slowly
			said := flows.Seconds([]flows.Utterance{{Words: r.Words}})
			sound := r.Sound.Seconds - r.Sound.Before - r.Sound.After
			if sound > far*said+slack || far*sound+slack < said {
				p.report(p.Pos(recordingsFile, r.Path+".file"),
					fmt.Sprintf("the recording takes %.0f seconds; its words take about %.0f", sound, said),
					"It may be another recording, or an old one that offers other keys.",
					"Listen to it beside the words under say, and make them the same.")
			}
		}
	},
}

// What a recording should sound like: telephones carry little, and callers may listen on
// a bad line in a low voice's distance from somebody else.
const (
	tooQuiet   = -30   // decibels below the loudest there can be, as package wav has it
	tooClipped = 0.001 // of the samples
	quietStart = 0.6   // seconds
	quietEnd   = 1.5
)

var recordingSound = rule{
	name: "recording-sound", doc: "a recording is loud enough, is not cut off, and begins and ends with little silence",
	severity: advice,
	run: func(p *pass) {
		for _, r := range p.Recorded {
			report := func(what, why, fix string) {
				p.report(p.Pos(recordingsFile, r.Path+".file"), "audio/"+r.File+" "+what, why, fix)
			}
			const unheard = "On a bad line callers would not understand it."
			switch s := r.Sound; {
			case s.Level == wav.Silent:
				report("holds only silence", "Callers would think that the line is dead.",
					"Look whether the microphone was on, and record it again.")
				continue
			case s.Level < tooQuiet:
				report(fmt.Sprintf("is too quiet: %.0f decibels, where %d is the least", s.Level, tooQuiet), unheard,
					"Speak closer to the microphone, or make it louder in the program you recorded it with "+
						"(\"normalise\").")
			case s.Clipped > tooClipped:
				report(fmt.Sprintf("is too loud: %.1f%% of it is cut off", 100*s.Clipped), "It crackles. "+unheard,
					"Turn the microphone down, or go a hand's breadth away from it, and record it again.")
			}
			if r.Sound.Before > quietStart {
				report(fmt.Sprintf("begins with %.1f seconds of silence", r.Sound.Before),
					"Callers would think that the line is dead.", "Cut the silence off.")
			}
			if r.Sound.After > quietEnd {
				report(fmt.Sprintf("ends with %.1f seconds of silence", r.Sound.After),
					"Callers wait for what comes next, and some hang up.", "Cut the silence off.")
			}
		}
	},
}

// stretches are those of the book, worked out once.
func (p *pass) stretches() []Stretch {
	if p.spoken == nil {
		p.spoken = Stretches(p.book)
	}
	return p.spoken
}

// languageNumber is a language as a state has it; false for an unsigned translation.
func (p *pass) languageNumber(id string) (uint8, bool) {
	if id == "" {
		return 0, true
	}
	for i := range p.book.Languages {
		if p.book.Languages[i].ID == id {
			return uint8(i + 1), true
		}
	}
	return 0, false
}

// nearest is the stretch that shares most of its words with some words; empty when none
// shares half.
func nearest(all []Stretch, lang uint8, words string) (near string) {
	most := 0.5
	mine := map[string]bool{}
	for _, w := range strings.Fields(flows.SpokenKey(words)) {
		mine[w] = true
	}
	for _, s := range all {
		theirs := strings.Fields(flows.SpokenKey(s.Words))
		shared := 0.0
		for _, w := range theirs {
			if mine[w] {
				shared++
			}
		}
		if share := shared / float64(max(len(theirs), len(mine))); s.Lang == lang && share > most {
			most, near = share, s.Words
		}
	}
	return near
}

// shortened is the beginning of some words.
func shortened(words string) string {
	const most = 40
	if len(words) <= most {
		return words
	}
	cut := strings.LastIndexByte(words[:most], ' ')
	return words[:max(cut, 1)] + " ..."
}
