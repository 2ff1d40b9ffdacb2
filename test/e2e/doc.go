// Package e2e runs the m2m command as a user would: a real synth, real child processes, real HTTP,
// and the published OAuth client. It needs Go and Node, takes any free ports, and leaves nothing
// running.
package e2e
