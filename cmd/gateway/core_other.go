//go:build !linux

package main

// noCore does nothing here: turn core files off where the program runs.
func noCore() {}
