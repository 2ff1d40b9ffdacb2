// Package soak runs the m2m command under load and with faults: many calls, functions that
// misbehave, processes killed from outside, a state that can't be written. Every count is bounded,
// so that it stops by itself.
//
// `go test` runs small counts; -full runs the large ones and -speed prints tables of how fast the
// project is beside what the machine can do and, with -before, beside an earlier commit
// (docs/speed.md). It needs Go. Except for the speed of synths, it needs neither Node nor a synth:
// the assembly is the one that internal/assembly keeps for its tests, with functions of this
// machine.
package soak
