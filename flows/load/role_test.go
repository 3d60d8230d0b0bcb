package load_test

import (
	"testing"

	"signpost/flows/load"
)

func TestRole(t *testing.T) {
	for _, good := range []string{"service manager", "Duty Manager", "manager", "IDVA", "safeguarding lead",
		"the manager", "admin/duty worker", "head of services", "volunteers"} {
		if err := load.Role(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "x", "me", "Jane", "Jane Smith", "Jane Smith, manager", "service manager (Dave)",
		"Mrs Khan, trustee", "asdf", "12", "somebody"} {
		if load.Role(bad) == nil {
			t.Errorf("%q is taken for a role", bad)
		}
	}
}
