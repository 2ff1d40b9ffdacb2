// Package docs holds pages and pictures under docs/ against what is deployed: the golden templates,
// which package test keeps equal to those that are synthesized.
package docs

import (
	"encoding/json"
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

const root = "../.."

var update = flag.Bool("update", false, "draw the pictures again")

// golden are the properties of prod's resources of a type in the Api stack.
func golden(t *testing.T, kind string) (properties []map[string]any) {
	t.Helper()
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	file := filepath.Join(root, "test", "testdata", "golden", "prod", "Api.template.json")
	if err := json.Unmarshal([]byte(m2mtest.Read(t, file)), &template); err != nil {
		t.Fatal(err)
	}
	for _, resource := range template.Resources {
		if resource.Type == kind {
			properties = append(properties, resource.Properties)
		}
	}
	if len(properties) == 0 {
		t.Fatalf("prod has no %s", kind)
	}
	return properties
}

// joined is a Fn::Join with an empty delimiter as one text, with "..." for what CloudFormation
// fills in.
func joined(t *testing.T, value any) string {
	t.Helper()
	object, _ := value.(map[string]any)
	arguments, _ := object["Fn::Join"].([]any)
	if len(arguments) != 2 || arguments[0] != "" {
		t.Fatalf("want a Fn::Join, got %.200v", value)
	}
	parts, _ := arguments[1].([]any)
	var text strings.Builder
	for _, part := range parts {
		literal, ok := part.(string)
		if !ok {
			literal = "..."
		}
		text.WriteString(literal)
	}
	return text.String()
}
