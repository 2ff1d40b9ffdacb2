// Package diff says what a change of the templates does to a deployed system: it compares two cloud assemblies that
// `cdk synth` wrote, without AWS.
//
// It owns the rules that tell a security change from any other (Rules), the knowledge which property changes make
// CloudFormation replace a resource, and the report as text, Markdown and JSON. It does not own the reading of
// assemblies (internal/assembly does) and resolves nothing: a value is compared as it is declared, so a change of a
// parameter's value shows as a change of the parameter alone.
//
// Sources: "Update requires" in the CloudFormation resource reference, as CDK's service specification has it; and
// docs/aws-behaviour.md, sections 3, 4 and 8.
package diff
