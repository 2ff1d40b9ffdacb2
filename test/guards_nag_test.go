package test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"cognito-m2m/config"
	"cognito-m2m/stacks"
)

// acknowledgement accepts what a rule of cdk-nag finds on some constructs. It stands here and not
// in stacks, so that templates carry no metadata of a linter.
type acknowledgement struct {
	rule   string
	env    string         // the one environment it is about; "": all
	path   *regexp.Regexp // of the construct, without the environment
	reason string
}

var acknowledged = []acknowledgement{
	{
		rule: "AwsSolutions-COG1", path: regexp.MustCompile(`^Identity/UserPool/Resource$`),
		reason: "The pool has no users and nobody can sign up, so no password is ever set.",
	},
	{
		rule: "AwsSolutions-COG2", path: regexp.MustCompile(`^Identity/UserPool/Resource$`),
		reason: "MFA is for users. The only grant is client credentials, which has none.",
	},
	{
		rule: "AwsSolutions-COG3", path: regexp.MustCompile(`^Identity/UserPool/Resource$`),
		reason: "Threat protection judges the sign-ins of users, of which there are none, and raises the price of the pool.",
	},
	{
		rule: "AwsSolutions-IAM5", env: "many", path: regexp.MustCompile(`^Api/Rotation/SecretsPolicy/Resource$`),
		reason: "The ARNs of a thousand secrets do not fit into a role's policies. The condition admits those that this function rotates.",
	},
	{
		rule: "AwsSolutions-IAM5", env: "maximal", path: regexp.MustCompile(`^Api/(Functions|Rotation)/\w+/Role/DefaultPolicy/Resource$`),
		reason: "The file has tracing: true, and X-Ray has no resources that a policy could name. A guard holds the statement word for word.",
	},
}

// nagLine is a line of the report that cdk-nag writes for each stack.
type nagLine struct {
	Rule       string `json:"ruleId"`
	Path       string `json:"resourceId"`
	Compliance string `json:"compliance"`
	Info       string `json:"ruleInfo"`
}

func TestNag(t *testing.T) {
	lines := nagReport(t)
	for _, finding := range unacknowledged(lines, acknowledged) {
		t.Error(finding)
	}
	for _, a := range acknowledged {
		if !slices.ContainsFunc(lines, a.covers) {
			t.Errorf("the acknowledgement of %s on %s is of nothing: remove it", a.rule, a.path)
		}
	}
	t.Run("goes red", func(t *testing.T) { nagGoesRed(t, lines) })
}

// nagGoesRed shows that the report is more than an empty one: each acknowledgement is needed, and
// rules about what this project is for have run.
func nagGoesRed(t *testing.T, lines []nagLine) {
	t.Helper()
	for i, a := range acknowledged {
		others := slices.Delete(slices.Clone(acknowledged), i, i+1)
		if len(unacknowledged(lines, others)) == 0 {
			t.Errorf("nothing is found without the acknowledgement of %s", a.rule)
		}
	}
	for rule, path := range map[string]string{
		"AwsSolutions-SMG4":  "many/Clients-jobs/Clients/Nightly/Secret",
		"AwsSolutions-IAM5":  "prod/Api/Rotation/Rotate/Role/DefaultPolicy/Resource",
		"AwsSolutions-APIG4": "staging/Api/Routes/ANY  test_jwt",
		"AwsSolutions-KMS5":  "maximal/Api/LogsKey/Resource",
		"AwsSolutions-SNS3":  "maximal/Api/Monitoring/Topic/Resource",
	} {
		if !slices.ContainsFunc(lines, func(l nagLine) bool { return l.Rule == rule && l.Path == path && l.Compliance == "Compliant" }) {
			t.Errorf("%s has not passed %s", path, rule)
		}
	}
	broken := nagLine{Rule: "AwsSolutions-SMG4", Path: "dev/Api/Clients/Reader/Secret", Compliance: "Non-Compliant"}
	unknown := nagLine{Rule: "AwsSolutions-IAM5", Path: "dev/Identity/UserPool/Resource", Compliance: "UNKNOWN"}
	if found := unacknowledged([]nagLine{broken, unknown}, acknowledged); len(found) != 2 {
		t.Errorf("found %v, want a secret without rotation and a rule that could not be checked", found)
	}
}

// covers reports whether a line is a finding that is acknowledged here.
func (a acknowledgement) covers(l nagLine) bool {
	env, path, _ := strings.Cut(l.Path, "/")
	return (a.env == "" || a.env == env) && l.Compliance != "Compliant" && l.Rule == a.rule && a.path.MatchString(path)
}

// unacknowledged are the findings, and the rules that could not be checked, that no acknowledgement
// covers.
func unacknowledged(lines []nagLine, accepted []acknowledgement) (findings []string) {
	for _, l := range lines {
		if l.Compliance != "Compliant" && !slices.ContainsFunc(accepted, func(a acknowledgement) bool { return a.covers(l) }) {
			findings = append(findings, fmt.Sprintf("%s: %s %s: %s", l.Path, l.Rule, l.Compliance, l.Info))
		}
	}
	return findings
}

// nagReport is what the AwsSolutions pack says of every environment, of the fixtures, and of one
// with a customer key and readers.
func nagReport(t *testing.T) (lines []nagLine) {
	t.Helper()
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	source := newSource(t)
	if err := source.lay("orders"); err != nil {
		t.Fatal(err)
	}
	fixed, err := fixtureEnvironments(source)
	if err != nil {
		t.Fatal(err)
	}
	environments = append(append(environments, fixed...), source.load(t, partners))
	dir := t.TempDir()
	if err := recovered(func() error { return synthWithNag(dir, string(source), environments) }); err != nil {
		t.Fatal(err)
	}
	for _, env := range environments {
		stacks := []string{"Identity", "Api"}
		for _, group := range env.Groups {
			stacks = append(stacks, "Clients-"+group.Name)
		}
		for _, stack := range stacks {
			var report struct{ Lines []nagLine }
			file := fmt.Sprintf("AwsSolutions-m2m-%s-%s-NagReport.json", env.Name, stack)
			if _, err := readJSON(filepath.Join(dir, file), &report); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, report.Lines...)
		}
	}
	return lines
}

// synthWithNag adds the pack to each stage: aspects of an app stop at its stages. It also writes
// every finding as an annotation, which must not end the synth, since the report is judged here.
func synthWithNag(dir, source string, environments []*config.Environment) error {
	context, err := cdkContext()
	if err != nil {
		return err
	}
	maps.Copy(context, map[string]any{
		"@aws-cdk/core:annotationsInValidationReport": false,
		"aws:cdk:bundling-stacks":                     []any{}, // no code is looked at
	})
	app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(dir)})
	pack := cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
		ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
	})
	for _, env := range environments {
		stage := stacks.AddEnvironment(app, env, stacks.Source{Dir: source})
		awscdk.Aspects_Of(stage).Add(pack, nil)
	}
	app.Synth(nil)
	return nil
}
