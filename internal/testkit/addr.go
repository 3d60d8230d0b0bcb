package testkit

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// FreeAddr is an address that a program can be told to listen on, and to listen on
// again. It is below the ports that systems give to connections that go out (from 32768
// on Linux): any of those could take it meanwhile.
func FreeAddr(t testing.TB) string {
	t.Helper()
	const lowest, highest, tries = 12_000, 32_000, 100
	for range tries {
		port := lowest + rand.IntN(highest-lowest) // #nosec G404 -- it is no secret
		if free(port) {
			return fmt.Sprintf("127.0.0.1:%d", port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

func free(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err == nil {
		l.Close()
	}
	return err == nil
}
