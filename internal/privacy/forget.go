//go:build goexperiment.runtimesecret

package privacy

import "runtime/secret"

// Forgets reports whether [Forget] wipes. It does in a build with
// GOEXPERIMENT=runtimesecret, as make build makes it, on linux/amd64 or linux/arm64.
const Forgets = true

// Forget runs f and wipes what it leaves in memory: registers and stack at
// once, the heap as soon as the garbage collector finds it unreachable (see
// runtime/secret). What f gives its caller and goroutines it starts are not
// covered.
func Forget(f func()) { secret.Do(f) }
