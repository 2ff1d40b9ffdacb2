// Package test synthesizes the environments of this repository once and holds what must be true of
// the result. Its files are in groups, by the beginning of their names:
//
//   - synth: how everything else gets a template and reads it
//   - golden: the templates as they are committed, and the logical ids that stay
//   - guards: what holds in every template; guards_red breaks it to see them go red
//   - edits: what an edit of an environment file does to what is deployed
//   - keys: what each key of an environment file changes
//   - variant: environments that this repository does not have
//   - delivery: the roles that deployments take
//
// It is the only test package that imports awscdk, because one jsii kernel per test binary is slow
// enough; the runtime behind it is not safe for parallel use, so no test here calls t.Parallel.
// What does without awscdk stands elsewhere: in the packages below this one, and beside the code.
package test
