package check

import "signpost/flows/load"

var unusedRecordings = rule{
	name: "recording-unused", doc: "every recording is played somewhere", severity: advice,
	run: func(p *pass) {
		for _, name := range p.Unused {
			p.report(load.Pos{File: "menus.yaml", Line: 1, Col: 1}, "no step plays the recording audio/"+name, "Callers hear the synthetic voice where somebody meant them to hear this.", "Name it in a step with audio: "+name+", or take the file away.")
		}
	},
}
