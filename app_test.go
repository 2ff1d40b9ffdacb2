package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/config"
)

func TestNarrow(t *testing.T) {
	all := []*config.Environment{{Name: "dev"}, {Name: "prod"}}
	if got, err := narrow(all, nil); err != nil || len(got) != 2 {
		t.Errorf("without the context key: %v, %v", got, err)
	}
	if got, err := narrow(all, "prod"); err != nil || len(got) != 1 || got[0].Name != "prod" {
		t.Errorf("prod: %v, %v", got, err)
	}
	for _, name := range []any{"qa", "", 5.0, true} {
		if got, err := narrow(all, name); err == nil || !strings.Contains(err.Error(), "dev, prod") {
			t.Errorf("%v: %v, %v", name, got, err)
		}
	}
}

// TestBadFilesAreToldBeforeAnyCDKCall runs without Node: nothing of CDK can be
// what finds the mistakes.
func TestBadFilesAreToldBeforeAnyCDKCall(t *testing.T) {
	root := t.TempDir()
	t.Setenv("PATH", root)
	if err := os.Mkdir(filepath.Join(root, "environments"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(root, "environments", name+".yaml"), []byte("nome: "+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := run(root)
	if err == nil || !strings.Contains(err.Error(), "a.yaml:1:1") || !strings.Contains(err.Error(), "b.yaml:1:1") {
		t.Errorf("got %v", err)
	}
}
