package server_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has more tests run side by side than there are processors: those that say so wait for
// an interval of the gateway, and use little. -parallel says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
