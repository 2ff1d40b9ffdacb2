// Package judge puts the project before judges that nobody here wrote: cdk-preflight, cfn-lint and
// checkov read the golden templates, zizmor and actionlint the workflows, schemathesis calls `m2m
// up` as it is described, openapi-spec-validator reads what `m2m openapi` prints, and oapi-codegen
// makes a client of it.
//
// It owns how they are run, pinned (package-lock.json, requirements.txt) and shown to go red, and
// accepted.yaml, the findings that are lived with. Tests that run a judge have the build tag judge
// and are started by `make judge`, which installs the judges into .build/judge; without the tag
// only what needs Go alone is tested.
package judge
