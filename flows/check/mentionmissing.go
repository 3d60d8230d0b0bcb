package check

import "fmt"

var mentionMissing = rule{
	name: "mention-missing", doc: "a service that is mentioned in passing has words for that", severity: advice,
	run: func(p *pass) {
		for _, s := range p.book.Steps {
			for i, id := range s.Also {
				svc := p.book.Service(id)
				if svc == nil {
					continue
				}
				for channel, missing := range map[string]bool{"mention_text": s.Text != "" &&
					svc.MentionText == "", "mention_say": s.Say != "" && svc.MentionSay == ""} {
					if missing {
						p.report(p.Pos("menus.yaml", fmt.Sprintf("steps.%s.also.%d", s.ID, i)),
							fmt.Sprintf("%s has no %s", id, channel), "It is named here, and nobody learns of it.",
							"Add "+channel+": ... to the service.")
					}
				}
			}
		}
	},
}
