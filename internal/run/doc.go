// Package run is the state folder of a run, .m2m/<env>, and how others find the run that uses it.
//
// It owns what the folder is made of, the lock that lets only one run use it, the check that no one
// else could have changed what is in it, and run.json, which says where the run is reached. It does
// not own what a run keeps in state.json, nor anything that a run serves: a command that only looks
// for a run needs no runtime.
package run
