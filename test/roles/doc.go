// Package roles takes the roles of the functions apart: what each may do, what it really does, and
// what fails without each part. It runs the environments of the golden templates, with the real
// functions, and rotates their secrets.
//
// It does not own whether a role has what it should have: the guards in package test do, which
// compare word for word.
package roles
