package preview

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/load"
	"signpost/internal/hours"
)

// newServicePage is the form that adds a service and gives it to an area.
func (s *Server) newServicePage(v Verdict, _ *http.Request) (*formPage, bool) {
	areas := []formChoice{{"", "Choose"}}
	for _, a := range v.Source.Book.Areas {
		areas = append(areas, formChoice{a.ID, a.Name})
	}
	return &formPage{Title: "Add a service", At: "/new/service", Back: "/directory", BackTo: "the directory",
		Here:  "/directory",
		About: "You need its number, where the number is printed, and its hours. Ring it if you can.",
		Groups: []formGroup{
			{Fields: []*formField{
				{Name: "name", Label: "What the service calls itself", Help: "Callers never see this.", Most: 100,
					Need: true},
				{Name: "label", Label: "What a text calls it",
					Help: "Choose discreet words. Somebody else may read them.", Value: "local team", Most: 40,
					Need: true},
				{Name: "say", Label: "What a call calls it",
					Help: "It goes in the middle of a sentence, like: the local team.", Value: "the local team",
					Most: 60, Need: true},
				{Name: "number", Label: "Telephone number", Kind: "tel", Most: 30, Need: true},
				{Name: "free", Label: "It is a freephone number (0800 or 0808)", Kind: "tick"},
				{Name: "hours", Label: "Hours",
					Help:  "Write 24 hours, unknown, or hours like: Mon-Fri 9am-6pm, Sat 10am-1pm. Never guess.",
					Value: "unknown", Most: 100, Need: true},
			}},
			{Legend: "Who it is for", Fields: []*formField{
				{Name: "me", Label: "People who are harmed", Kind: "tick", Value: "yes"},
				{Name: "someone", Label: "People who are worried about somebody else", Kind: "tick"},
			}},
			{Legend: "Where it is given", Fields: []*formField{
				{Name: "area", Label: "Its area", Kind: "choose", Choices: areas, Need: true},
				{Name: "place", Label: "Where in the area's list", Kind: "choose",
					Choices: []formChoice{{"last", "behind the services it has"}, {"first", "before them"}},
					Value:   "last"},
				{Name: "then", Label: "Which service comes next if nobody answers", Kind: "choose",
					Choices: serviceChoices(v.Source.Book, "Choose"),
					Help:    "The last one in a row must be open 24 hours.", Need: true},
			}},
			{Legend: "Where the number comes from", Fields: []*formField{
				{Name: "source", Label: "Who prints it", Help: "The service's own page, say.", Most: 120, Need: true},
				{Name: "source_date", Label: "The day you looked at it", Kind: "date",
					Value: hours.Day(s.Now()).Format(time.DateOnly), Need: true},
				{Name: "rung_by", Label: "Your role, if you rang the number today", Help: "A role, never a name.",
					Most: longestRole},
				{Name: "unrung_because", Label: "If nobody has rung it: why callers get it anyway, and who decided",
					Help: "Until somebody rings it, every text that gives it gives the 24-hour number, too.",
					Most: 120},
			}},
		}}, true
}

// serviceID is a short name for a service, made of its name, that no other has.
func serviceID(book *flows.Book, name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	const most = 30
	id := strings.Trim(b.String()[:min(b.Len(), most)], "_")
	if id == "" {
		id = "service"
	}
	for n := 2; ; n++ {
		if book.Service(id) == nil && book.StepNamed(id) == nil && book.Area(id) == nil {
			return id
		}
		id = strings.TrimRight(id, "_0123456789") + fmt.Sprint("_", n)
	}
}

// serviceLine is the line of the directory that each answer becomes, by the name of its field.
var serviceLine = map[string]string{"name": "name", "label": "label", "say": "say",
	"number": "numbers.0.number", "hours": "hours", "then": "if_no_answer", "source": "source",
	"source_date": "source_date", "rung_by": "checked_by", "unrung_because": "unrung_because"}

func (s *Server) newServiceWork(v Verdict, f *formPage) proposal {
	p := f.proposal(v, f.get("name"))
	number := f.get("number")
	if plainly := load.Plainly(number); plainly != "" && strings.Trim(number, "0123456789 ") != "" {
		number = plainly // the country's prefix, dots, brackets
	}
	if !load.Dialable(number) {
		return p.refuseAt("number", "This is not a telephone number that can be rung.")
	}
	var who []string
	for _, person := range []string{"me", "someone"} {
		if f.get(person) != "" {
			who = append(who, person)
		}
	}
	area, role := v.Source.Book.Area(f.get("area")), f.get("rung_by")
	switch {
	case len(who) == 0:
		return p.refuseAt("me", "Choose who it is for.")
	case area == nil:
		return p.refuseAt("area", "Choose its area.")
	case role == "" && f.get("unrung_because") == "":
		return p.refuseAt("rung_by", "Ring the number and write your role, or write why it must go out before that.")
	}
	id := serviceID(v.Source.Book, f.get("name"))
	for name, line := range serviceLine {
		f.field(name).File, f.field(name).Path = directoryFile, "services."+id+"."+line
	}
	if err := load.Role(role); role != "" && err != nil {
		return p.refuseAt("rung_by", sentence(err))
	}
	block, err := serviceBlock(id, s.serviceLines(f, number, who))
	if err != nil {
		return p.refuse(sentence(err))
	}
	data, err := edit.Insert(v.Source, directoryFile, "services", block)
	if err != nil {
		return p.refuse(sentence(err))
	}
	gets := append(slices.Clone(area.Services), id)
	if f.get("place") == "first" {
		gets = append([]string{id}, area.Services...)
	}
	areas, err := edit.List(v.Source, areasFile, "areas."+area.ID+".services", gets)
	if err != nil {
		return p.refuseAt("area", sentence(err))
	}
	return s.weigh(v, p, map[string][]byte{directoryFile: data, areasFile: areas})
}

// serviceLines are the lines of a new service, in the order that the directory has them in.
func (s *Server) serviceLines(f *formPage, number string, who []string) []edit.Named {
	lines := []edit.Named{{Name: "name", Words: f.get("name")}, {Name: "label", Words: f.get("label")},
		{Name: "say", Words: f.get("say")}, {Name: "numbers", Words: number},
		{Name: "for", Words: strings.Join(who, ", ")}, {Name: "hours", Words: f.get("hours")}}
	if f.get("free") != "" {
		lines = append(lines, edit.Named{Name: "free", Words: "yes"})
	}
	lines = append(lines, edit.Named{Name: "if_no_answer", Words: f.get("then")},
		edit.Named{Name: "source", Words: f.get("source")},
		edit.Named{Name: "source_date", Words: f.get("source_date")})
	if role := f.get("rung_by"); role != "" {
		return append(lines, edit.Named{Name: "checked_on", Words: hours.Day(s.Now()).Format(time.DateOnly)},
			edit.Named{Name: "checked_by", Words: role})
	}
	return append(lines, edit.Named{Name: "checked_on", Words: "never"},
		edit.Named{Name: "unrung_because", Words: f.get("unrung_because")})
}

// serviceBlock writes the lines of a service as a flow file has them.
func serviceBlock(id string, lines []edit.Named) (string, error) {
	var block strings.Builder
	fmt.Fprintf(&block, "\n  %s:\n", id)
	for _, l := range lines {
		switch l.Name {
		case "numbers":
			fmt.Fprintf(&block, "    numbers:\n      - number: %s\n", l.Words)
			continue
		case "for":
			fmt.Fprintf(&block, "    for: [%s]\n", l.Words)
			continue
		}
		words, err := edit.Quoted(l.Words)
		if err != nil {
			return "", err
		}
		if l.Name == "if_no_answer" {
			words = l.Words // a short name, which has an underscore
		}
		fmt.Fprintf(&block, "    %s: %s\n", l.Name, words)
	}
	return block.String(), nil
}
