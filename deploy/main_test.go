package deploy_test

import (
	"fmt"
	"os"
	"testing"
)

// removeAtEnd are folders that several tests use.
var removeAtEnd []string

// The tests read the project from its root.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	for _, dir := range removeAtEnd {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}
