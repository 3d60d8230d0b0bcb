package testkit

import "time"

// Pause passes the time between two looks at something that a test awaits. Looking all the time would take
// the processor from what is awaited, and from every other test.
func Pause() { time.Sleep(10 * time.Millisecond) }
