package preview

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"signpost/cmd/signpost/internal/edit"
	"signpost/flows"
	"signpost/flows/load"
)

// areaRow is an area as the list of places shows it.
type areaRow struct {
	*flows.Area
	Gets  []string // its services, by their names
	Names []string
}

func (s *Server) placesPage(w http.ResponseWriter, _ *http.Request) {
	v := s.Verdict()
	body := struct {
		Areas   []areaRow
		Several []load.Several
		Name    func(string) string
	}{Several: v.Source.Several, Name: func(id string) string {
		if a := v.Source.Book.Area(id); a != nil {
			return a.Name
		}
		return id
	}}
	for i := range v.Source.Book.Areas {
		a := &v.Source.Book.Areas[i]
		row := areaRow{Area: a, Names: ownNames(v, a)}
		for _, id := range a.Services {
			if svc := v.Source.Book.Service(id); svc != nil {
				row.Gets = append(row.Gets, svc.Name)
			}
		}
		body.Areas = append(body.Areas, row)
	}
	s.show(w, http.StatusOK, "places.html", page{Title: "Places", Here: "/places", Body: body})
}

// ownNames are the names of an area alone, without those that cover several.
func ownNames(v Verdict, a *flows.Area) (out []string) {
	for _, name := range a.Names {
		if !slices.ContainsFunc(v.Source.Several, func(s load.Several) bool { return s.Name == name }) {
			out = append(out, name)
		}
	}
	return out
}

// serviceChoices are the services that callers can be given, to choose from.
func serviceChoices(book *flows.Book, none string) []formChoice {
	out := []formChoice{{"", none}}
	for i := range book.Services {
		if svc := &book.Services[i]; svc.NotOffered == "" {
			out = append(out, formChoice{svc.ID, svc.Name})
		}
	}
	return out
}

// moreServices is how many services an area's form has room for beyond those it has.
const moreServices = 2

// areaPage is the form of an area: its services in their order, and its names.
func (s *Server) areaPage(v Verdict, r *http.Request) (*formPage, bool) {
	a := v.Source.Book.Area(r.PathValue("id"))
	if a == nil {
		return nil, false
	}
	at := "areas." + a.ID + "."
	f := &formPage{Title: a.Name, At: "/places/" + a.ID, Back: "/places", BackTo: "all places", Here: "/places"}
	services := formGroup{Legend: "Its services, in the order that callers get them",
		Help: "The first is given first. After the last, callers get what takes over when nobody answers."}
	for i := range len(a.Services) + moreServices {
		one := &formField{Name: fmt.Sprint("service", i), Label: fmt.Sprint("Service ", i+1), Kind: "choose",
			Choices: serviceChoices(v.Source.Book, "none"), File: areasFile, Path: at + "services"}
		if i < len(a.Services) {
			one.Value = a.Services[i]
		}
		services.Fields = append(services.Fields, one)
	}
	f.Groups = []formGroup{services, {Fields: []*formField{
		{Name: "names", Label: "Towns and other names that people write for it", Kind: "long",
			Value: strings.Join(ownNames(v, a), "\n"),
			Help:  "One to a line, in small letters. Most towns are known already: text one to the phone first.",
			File:  areasFile, Path: at + "also_called"},
		{Name: "text", Label: "How a text offers it", Value: a.Text, Help: "By its towns.", Most: 60, Need: true,
			File: areasFile, Path: at + "text"},
		{Name: "say", Label: "How a call offers it", Value: a.Say, Most: 100, Need: true, File: areasFile,
			Path: at + "say"},
	}}}
	return f, true
}

func (s *Server) areaWork(v Verdict, f *formPage) proposal {
	id := strings.TrimPrefix(f.At, "/places/")
	p, a, at := f.proposal(v, f.Title), v.Source.Book.Area(id), "areas."+id+"."
	var wanted []edit.Change
	for name, was := range map[string]string{"text": a.Text, "say": a.Say} {
		if f.get(name) != was {
			wanted = append(wanted, edit.Change{Path: at + name, Words: f.get(name)})
		}
	}
	var services []string
	for i := range len(a.Services) + moreServices {
		if svc := f.get(fmt.Sprint("service", i)); svc != "" {
			if slices.Contains(services, svc) {
				return p.refuseAt(fmt.Sprint("service", i), "This service is in the list twice.")
			}
			services = append(services, svc)
		}
	}
	if len(services) == 0 {
		return p.refuseAt("service0", "An area needs a service: choose one.")
	}
	files := map[string][]byte{}
	data, err := edit.Set(v.Source, areasFile, wanted)
	if err == nil && !slices.Equal(services, a.Services) {
		data, err = s.listIn(data, at+"services", services)
	}
	names := few(strings.ToLower(f.get("names")))
	if err == nil && !slices.Equal(names, ownNames(v, a)) {
		data, err = s.listIn(data, at+"also_called", names)
	}
	if err != nil {
		return p.refuse(sentence(err))
	}
	files[areasFile] = data
	return s.weigh(v, p, files)
}

// listIn puts other words into a list of the areas' file as it would be.
func (s *Server) listIn(data []byte, path string, words []string) ([]byte, error) {
	src, _ := load.Dir(load.Overlay{FS: s.dir, Files: map[string][]byte{areasFile: data}})
	return edit.List(src, areasFile, path, words)
}

// townPage is the form that adds a town, or another name of one.
func (s *Server) townPage(v Verdict, _ *http.Request) (*formPage, bool) {
	areas := []formChoice{{"", "Choose"}}
	for _, a := range v.Source.Book.Areas {
		areas = append(areas, formChoice{a.ID, a.Name})
	}
	also := slices.Clone(areas)
	also[0].Words = "no: in one area alone"
	return &formPage{Title: "Add a town or a name", At: "/new/town", Back: "/places", BackTo: "all places",
		Here:  "/places",
		About: "Text the name to the phone first. If the right number comes back, you are done.",
		Groups: []formGroup{{Fields: []*formField{
			{Name: "name", Label: "The name, as people write it", Most: maxPlace, Need: true},
			{Name: "area", Label: "Its area", Kind: "choose", Choices: areas, Need: true},
			{Name: "other", Label: "Is it in a second area, too?", Kind: "choose", Choices: also,
				Help: "Then Signpost asks which one is meant."},
		}}}}, true
}

func (s *Server) townWork(v Verdict, f *formPage) proposal {
	name, id, other := strings.ToLower(strings.Join(strings.Fields(f.get("name")), " ")), f.get("area"), f.get("other")
	area := v.Source.Book.Area(id)
	if area == nil {
		return f.proposal(v, f.Title).refuseAt("area", "Choose the area that the place is in.")
	}
	p := f.proposal(v, "the name “"+name+"”")
	if other == "" || other == id {
		if slices.Contains(area.Names, name) {
			return p.refuseAt("name", "The area has this name already.")
		}
		f.field("name").File, f.field("name").Path = areasFile, "areas."+id+".also_called"
		data, err := edit.Append(v.Source, areasFile, edit.Entry{Path: "areas." + id + ".also_called", Words: name,
			After: "districts"})
		if err != nil {
			return p.refuse(sentence(err))
		}
		return s.understoodAs(v, s.weigh(v, p, map[string][]byte{areasFile: data}), name, area.Name)
	}
	if v.Source.Book.Area(other) == nil {
		return p.refuseAt("other", "Choose the second area.")
	}
	written, err := edit.Quoted(name)
	if err != nil {
		return p.refuseAt("name", sentence(err))
	}
	line := fmt.Sprintf("  %s: [%s, %s]\n", written, id, other)
	data, err := edit.Insert(v.Source, areasFile, "several", line)
	if !v.Source.Has(areasFile, "several#name") {
		data, err = append(slices.Clone(v.Source.File(areasFile)), "\nseveral:\n"+line...), nil
	}
	if err != nil {
		return p.refuse(sentence(err))
	}
	f.field("name").File, f.field("name").Path = areasFile, "several."+name
	return s.understoodAs(v, s.weigh(v, p, map[string][]byte{areasFile: data}), name, area.Name)
}

// understoodAs adds to a proposal how the name of a place comes to be understood.
func (s *Server) understoodAs(v Verdict, p proposal, text, area string) proposal {
	return s.rehearsed(v, p, text, func(after *reading) (bool, string) {
		if slices.Contains(after.areaNames, area) {
			return true, "It is understood as being in: " + after.Areas + "."
		}
		return false, "It would still not be understood as being in " + area + "."
	})
}
