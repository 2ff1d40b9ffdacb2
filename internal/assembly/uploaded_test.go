package assembly_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// uploaded are the dev environment's templates as the CDK CLI uploads them.
func uploaded(t *testing.T) []assembly.Uploaded {
	t.Helper()
	var stacks []assembly.Uploaded
	for _, name := range []string{"Identity", "Api"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "test", "testdata", "golden", "dev", name+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&body); err != nil {
			t.Fatal(err)
		}
		stacks = append(stacks, assembly.Uploaded{
			Name: "m2m-dev-" + name, AccountID: "111122223333", Region: "ap-northeast-1",
			Body: body,
			Tags: map[string]string{"team": "m2m"},
		})
	}
	return stacks
}

// TestUploadedTemplates: no assembly is needed, functions' code is found by bucket and key, and a
// stack is described with the values of all its properties.
func TestUploadedTemplates(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	stage, err := assembly.StageOf(uploaded(t), func(bucket, key string) (assembly.Asset, error) {
		asked[bucket] = true
		return assembly.Asset{Hash: key, Dir: "/code"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := stage.Evaluate(assembly.Options{IDs: templatetest.IDs{}}, "m2m-dev-Api")
	for _, problem := range got.Problems {
		t.Error(problem)
	}
	if want := []string{"cdk-hnb659fds-assets-111122223333-ap-northeast-1"}; !slices.Equal(slices.Collect(maps.Keys(asked)), want) {
		t.Errorf("asked for code in %v, want %v", asked, want)
	}
	if len(got.Imports) == 0 || got.AccountID != "111122223333" || got.Region != "ap-northeast-1" {
		t.Errorf("imports %q, account %s, Region %s", got.Imports, got.AccountID, got.Region)
	}
	for _, r := range got.Resources {
		if r.Generation == "" || r.Reference == "" {
			t.Errorf("%s has no generation or reference: %+v", r.LogicalID, r)
		}
		for _, name := range r.DependsOn {
			if !slices.ContainsFunc(got.Resources, func(other assembly.Described) bool { return other.LogicalID == name }) {
				t.Errorf("%s depends on %s, which is no resource", r.LogicalID, name)
			}
		}
	}
	route := slices.IndexFunc(got.Resources, func(r assembly.Described) bool { return r.Type == "AWS::ApiGatewayV2::Route" })
	if key, _ := got.Resources[route].Properties["RouteKey"].(string); !strings.HasPrefix(key, "ANY /") {
		t.Errorf("the properties of a route are %v", got.Resources[route].Properties)
	}
	if len(got.Functions) == 0 || got.Functions[0].Asset == nil || got.Functions[0].Asset.Dir != "/code" {
		t.Errorf("functions %+v", got.Functions)
	}
}

// TestUploadedCodeThatIsMissing is a problem of its function.
func TestUploadedCodeThatIsMissing(t *testing.T) {
	t.Parallel()
	stage, err := assembly.StageOf(uploaded(t), func(string, string) (assembly.Asset, error) {
		return assembly.Asset{}, errors.New("it was never uploaded")
	})
	if err != nil {
		t.Fatal(err)
	}
	_, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	if len(problems) != 2 {
		t.Errorf("%d problems, want one for each function", len(problems))
	}
	for _, problem := range problems {
		if problem.Property != "Code.S3Key" || problem.Message != "it was never uploaded" {
			t.Error(problem)
		}
	}
}
