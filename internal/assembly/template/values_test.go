package template_test

import (
	"testing"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// TestValuesAsJSON: they are objects, as in the fingerprints by which a resource is found again.
func TestValuesAsJSON(t *testing.T) {
	t.Parallel()
	found, problems := resolveOne(t, `{"Resources": {"Echo": {"Type": "AWS::Lambda::Function", "Properties": {"Role": "r",
		"Environment": {"Variables": {"B": "<2>", "A": 1}}, "Code": {"ZipFile": "x", "S3Key": "k"}}}}}`)
	templatetest.WantNoProblems(t, problems)
	if got, want := template.JSON(found.Values["Echo"]), `{"Code":{"S3Key":"k"},"Environment":{"Variables":{"A":"1","B":"<2>"}}}`; got != want {
		t.Errorf("the values are %s, want %s", got, want)
	}
}
