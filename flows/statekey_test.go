package flows_test

import (
	"reflect"
	"testing"

	"signpost/flows"
)

// States that differ in any field have different keys, and equal states have the same.
func TestStateKeys(t *testing.T) {
	var keys flows.StateKeys
	states := []flows.State{{}}
	add := func(change func(reflect.Value)) {
		var s flows.State
		change(reflect.ValueOf(&s).Elem())
		states = append(states, s)
	}
	for i := range reflect.TypeFor[flows.State]().NumField() {
		switch field := reflect.TypeFor[flows.State]().Field(i).Type; field.Kind() {
		case reflect.Array:
			for k := range field.Len() {
				add(func(s reflect.Value) { s.Field(i).Index(k).SetString("kendal") })
			}
		case reflect.String:
			add(func(s reflect.Value) { s.Field(i).SetString("kendal") })
		case reflect.Bool:
			add(func(s reflect.Value) { s.Field(i).SetBool(true) })
		default:
			add(func(s reflect.Value) { s.Field(i).SetUint(1) })
		}
	}
	for i := range states {
		for k := range states {
			if same := keys.Key(&states[i]) == keys.Key(&states[k]); same != (i == k) {
				t.Errorf("%+v and %+v have the same key: %v", states[i], states[k], same)
			}
		}
	}
}
