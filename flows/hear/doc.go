// Package hear turns what somebody texted into a [Reading]: a set of facts, each
// with the words it rests on.
//
//	ear, mistakes := hear.Compile(hear.Spec{Lists: lists, Words: words})
//	reading := ear.Hear("im in crewe hes got a knife", places)
//
// It listens for phrases of plain words from the flow book, in any language. For what
// no phrase says, it adds up the weights of words. Compile builds one automaton of all
// phrases; Hear reads a text once, in time that grows with its length, without
// backtracking and in bounded memory. The package is pure and keeps nothing: a reading holds positions in the
// text and must not be logged.
//
// It never decides what to answer: that is the engine's part.
package hear
