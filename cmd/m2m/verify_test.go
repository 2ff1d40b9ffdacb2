package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const markedYAML = `name: dev
resourceServers:
  - identifier: test-api
    scopes: {read: Read test data}
clients:
  reader: {scopes: [test-api/read]}
api:
  routes:
    - {path: /orders, methods: [POST, PUT], scopes: [test-api/read], verify: true}
    - {path: "/orders/{id}", methods: [GET], scopes: [test-api/read]}
    - {path: $default, scopes: [test-api/read], verify: true}
`

// TestMarkedRoutes wants the keys of the routes that the environment file lets m2m verify call.
func TestMarkedRoutes(t *testing.T) {
	t.Chdir(t.TempDir())
	for file, content := range map[string]string{
		"cdk.json": `{"app": "true"}`, "lambda/echo/main.go": "package main\n", "environments/dev.yaml": markedYAML,
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := targetOptions{env: "dev"}.marked()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"$default", "POST /orders", "PUT /orders"}, got); diff != "" {
		t.Errorf("marked routes (-want +got):\n%s", diff)
	}
	if got, err := (targetOptions{env: "qa"}).marked(); err == nil || !strings.Contains(err.Error(), `unknown environment "qa"`) {
		t.Errorf("without a file: got %v, error %v", got, err)
	}
	t.Chdir(t.TempDir())
	if got, err := (targetOptions{env: "qa"}).marked(); err != nil || got != nil {
		t.Errorf("without a project: got %v, error %v", got, err)
	}
}
