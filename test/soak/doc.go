// Package soak runs the m2m command under load and with faults: many calls, functions that
// misbehave, processes killed from outside, a state that can't be written. Every count is bounded,
// so that it stops by itself.
//
// `go test` runs small counts; -full runs the large ones and -speed prints a table of how fast the
// runtime is beside what the machine can do. It needs Go, and neither Node nor a synth: the
// assembly is the one that internal/assembly keeps for its tests, with functions of this machine.
package soak
