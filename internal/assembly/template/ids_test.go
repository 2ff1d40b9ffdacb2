package template_test

import (
	"errors"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// recordedIDs remembers what was asked for, by logical id.
type recordedIDs map[string]template.Key

func (r recordedIDs) ID(key template.Key) (string, error) {
	r[key.LogicalID] = key
	return templatetest.IDs{}.ID(key)
}

func TestKey(t *testing.T) {
	t.Parallel()
	ids := recordedIDs{}
	_, problems := resolveWith(t, map[string]string{"App": `{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool"}}, "Outputs": {"O": {"Value": {"Ref": "AWS::StackId"}}, "P": {"Value": {"Ref": "Pool"}}}}`}, ids)
	templatetest.WantNoProblems(t, problems)
	pool := ids["Pool"]
	if pool.Stack != "App" || pool.Type != "AWS::Cognito::UserPool" || pool.Region != "eu-west-1" || len(pool.Fingerprint) != 16 {
		t.Errorf("pool: %+v", pool)
	}
	if want := (template.Key{Stack: "App", Type: template.StackType, Region: "eu-west-1"}); ids[""] != want {
		t.Errorf("stack: got %+v, want %+v", ids[""], want)
	}
}

func TestGeneratedNames(t *testing.T) {
	t.Parallel()
	for name, logicalID := range map[string]string{"short": "Echo", "cut to fit": strings.Repeat("Long", 30)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, problems := resolveOne(t, `{"Resources": {"`+logicalID+`": {"Type": "AWS::Lambda::Function", "Properties": {
				"Role": "r"}}}, "Outputs": {"Out": {"Value": {"Ref": "`+logicalID+`"}}}}`)
			templatetest.WantNoProblems(t, problems)
			got := output(t, m, "Out")
			parts := strings.Split(got, "-")
			if len(got) > 64 || len(parts) != 3 || parts[0] != "App" || !strings.HasPrefix(logicalID, parts[1]) || len(parts[2]) != 12 {
				t.Errorf("name is %q (%d characters)", got, len(got))
			}
		})
	}
}

type noIDs struct{}

func (noIDs) ID(template.Key) (string, error) { return "", errors.New("state is read-only") }

func TestIDsThatFail(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ids  template.IDs
		want string
	}{
		"error":   {noIDs{}, "generating an id: state is read-only"},
		"not set": {nil, "Options.IDs is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveWith(t, map[string]string{"App": `{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool"}},
				"Outputs": {"Out": {"Value": {"Ref": "Pool"}}}}`}, test.ids)
			templatetest.WantProblem(t, problems, "Pool", "", test.want)
		})
	}
}
