// Package flows is the flow book and the engine that follows it.
//
// A [Book] is what a service manager writes: services, areas, menus and words.
// [Book.Step] is the engine. Given the time, where a conversation has got to
// and what the person just did, it says where the conversation goes next and
// what they are told:
//
//	next, reply, err := book.Step(now, state, flows.TextInput("kendal"))
//
// The same values always give the same answer. Nothing here reads a clock, a
// file, the network or a random source, and nothing is kept between calls, so
// every state a book can reach can be walked and proved; package check does so.
//
// The engine owns repair: what was not understood, silence, back, repeat,
// leave, thanks, the way to the 24-hour line and the way to 999. A book may
// reword these, not remove them.
//
// # Errors
//
// Step fails only when state names a step or a language that the book does not
// have. This happens when a book is replaced mid-conversation. The error wraps
// [ErrNoSuchStep]; step again from the zero State. What the person wrote is never
// part of an error.
package flows
