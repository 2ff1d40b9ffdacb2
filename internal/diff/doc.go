// Package diff says what a change of the templates does to a deployed system: it compares two cloud
// assemblies that `cdk synth` wrote, without AWS.
//
// It owns what a difference means: which changes make CloudFormation replace a resource and all
// that refers to it, the rules that tell a change of security from any other, and the report as
// text, Markdown and JSON. It does not own which values differ (package change below it does), the
// table of properties that replace a resource (package replacement) and the reading of assemblies
// (package assembly).
//
// Each file uses only those before it: report, typeinfo, outcome, replacement, rule, settings,
// allowlists, watched, rules_route, rules_client, rules_function, rules_policy, rules_stage,
// rules_secret, rules_kept, rules_state, rules_address, rules_stack, rules, finding, compare, text,
// markdown.
//
// Sources: "Update requires" in the CloudFormation resource reference, as CDK's service
// specification has it; and docs/aws-behaviour.md, sections 3, 4 and 8.
package diff
