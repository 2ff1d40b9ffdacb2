// Package processgroup ends a command together with what it started.
//
// It owns the process group of a command, and how that group is asked to end, waited for and
// killed. It does not own what commands are run.
package processgroup
