// Package weather runs the Go package client under the bad weather of m2m up --chaos: runtime and
// client in one process, real HTTP between them, hours by clocks that the tests move. It also runs
// the command with --chaos.
//
// `go test` runs an hour with each of a few seeds; -full runs many hours with more (make chaos). It
// needs Go. The assembly is made of the golden templates of dev and of functions of this machine.
package weather
