package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
)

// TestEndpointIsInTheCommand: an AWS CLI that ignores AWS_ENDPOINT_URL would ask AWS, and read or
// rotate what is deployed, so what is told names the endpoint in the command.
func TestEndpointIsInTheCommand(t *testing.T) {
	t.Parallel()
	printed := walkThrough(&serving.Description{AWSEndpoint: "http://127.0.0.1:4002", Region: "eu-west-1"})
	if want := "aws --endpoint-url http://127.0.0.1:4002 secretsmanager "; !strings.Contains(printed, want) {
		t.Errorf("m2m up prints no command that has %q:\n%s", want, printed)
	}
	up, _, err := (&command{}).tree().Find([]string{"up"})
	if err != nil {
		t.Fatal(err)
	}
	if help := up.Flags().FlagUsages(); strings.Contains(help, "AWS_ENDPOINT_URL") || !strings.Contains(help, "--endpoint-url") {
		t.Errorf("m2m up --help tells of the variable:\n%s", help)
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, page := range append(pages, "../../README.md") {
		if filepath.Base(page) == "parity.md" { // functions have the variable, and an SDK that knows it
			continue
		}
		for paragraph := range strings.SplitSeq(m2mtest.Read(t, page), "\n\n") {
			words := strings.FieldsFunc(paragraph, func(c rune) bool { return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", c) })
			if !slices.Contains(words, "AWS_ENDPOINT_URL") {
				continue
			}
			told++
			if !strings.Contains(paragraph, "--endpoint-url") {
				t.Errorf("%s tells of the variable without saying that --endpoint-url is safe:\n%s", page, paragraph)
			}
		}
	}
	if told == 0 {
		t.Error("nothing says why the variable is not enough: this test looks at nothing")
	}
}
