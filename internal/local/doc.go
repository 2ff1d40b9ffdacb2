// Package local is the run that follows an assembly (m2m up): a cloud assembly in, running
// listeners out, until another assembly takes its place, and a Close that leaves nothing behind.
//
// It owns the listeners of the one environment, and how one deployment takes the place of another
// without refusing a request. What an assembly says is package assembly's, and how that is served
// is package serving's. The run that stacks are deployed into is package rehearsal's.
//
// The order in which to read it: runtime; deployment, one assembly as it is served, with functions,
// awsapi and unsupported; apply and changes, the next assembly; rebuild, a
// function that is newer than its assembly.
package local
