package preview

import (
	"fmt"
	"net/http"
	"strings"

	"signpost/flows"
)

// serviceLive tries the form of a service while it is filled in.
func (s *Server) serviceLive(w http.ResponseWriter, r *http.Request) {
	v, svc := s.formOf(w, r)
	if svc == nil {
		return
	}
	p, f := s.proposed(v, svc, r.Form), servicePage(svc, r)
	f.judge(p)
	answerLive(w, f, p)
}

// servicePage is the form of a service as far as it is needed to say which field is wrong:
// the fields, and where their answers stand.
func servicePage(svc *flows.Service, r *http.Request) *formPage {
	at := "services." + svc.ID + "."
	paths := map[string]string{"label": "label", "say": "say", "hours": "hours", "bank_holidays": "bank_holidays", "paused_until": "paused_until", "rung_by": "checked_by", "unrung_because": "unrung_because"}
	for i := range svc.Lines {
		paths[fmt.Sprint("number", i)] = fmt.Sprintf("numbers.%d.number", i)
	}
	for name := range r.Form {
		if n, ok := strings.CutPrefix(name, "day"); ok && len(r.Form.Get(name)) > 0 {
			paths["day"+n] = "exceptions." + r.Form.Get(name)
		}
	}
	var fields []*formField
	for name, path := range paths {
		fields = append(fields, &formField{Name: name, File: directoryFile, Path: at + path})
	}
	return &formPage{Groups: []formGroup{{Fields: fields}}}
}
