// Package docs holds pages and pictures under docs/ against what is deployed: the golden templates,
// which package test keeps equal to those that are synthesized.
package docs

import (
	"encoding/json"
	"flag"
	"path/filepath"
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
