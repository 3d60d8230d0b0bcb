//go:build !goexperiment.runtimesecret

package privacy

// Forgets reports whether [Forget] wipes. It does in a build by make build.
const Forgets = false

// Forget runs f. In this build nothing wipes what it leaves in memory before
// that memory is used again.
func Forget(f func()) { f() }
