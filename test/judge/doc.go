// Package judge puts the project before judges that nobody here wrote: cdk-preflight, cfn-lint and
// checkov read the golden templates, zizmor and actionlint the workflows, and schemathesis calls
// `m2m up` by docs/openapi.yaml.
//
// It owns how they are run, pinned (package-lock.json, requirements.txt) and shown to go red, and
// accepted.yaml, the findings that are lived with. Tests that run a judge have the build tag judge
// and are started by `make judge`, which installs the judges into .build/judge; without the tag
// only what needs Go alone is tested.
package judge
