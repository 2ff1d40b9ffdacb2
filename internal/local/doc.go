// Package local is the composition root of the local runtime: a cloud assembly in, running
// listeners out, and a Close that leaves nothing behind.
//
// It owns the listeners, and how the parts meet: assembly gives the typed model, cognito and
// gateway serve it, function runs the compiled code. What each of them does is theirs. What
// survives a restart is package state's, and the folder that it lies in is package run's. It never
// imports stacks or config and never reads environments/: it knows the system only through the
// assembly, which is what makes a local run evidence about the thing that gets deployed.
package local
