// Package m2mtest is what tests of several packages share: a buffer and a clock that goroutines may
// use at once, files in and out, and the command m2m as a process, from its build to Ctrl-C.
//
// It does not own what belongs to one package: a running environment is in
// internal/reach/reachtest, AWS's APIs on a listener are in internal/awsapi/awsapitest. It imports
// nothing of ours, so that every test may import it; only tests do.
package m2mtest
