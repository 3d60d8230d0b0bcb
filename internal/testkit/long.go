package testkit

import "testing"

// Long skips a test that takes many seconds of processor time where only the short tests run (go test -short, as make
// test does). make test-long runs it.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("make test-long runs it")
	}
}
