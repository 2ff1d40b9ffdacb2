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
	if got, err := narrow(all, "environments", nil); err != nil || len(got) != 2 {
		t.Errorf("without the context key: %v, %v", got, err)
	}
	if got, err := narrow(all, "environments", "prod"); err != nil || len(got) != 1 || got[0].Name != "prod" {
		t.Errorf("prod: %v, %v", got, err)
	}
	if got, err := narrow(all, "environments", "pr-1"); err != nil || len(got) != 1 || got[0].Name != "pr-1" || !got[0].Disposable {
		t.Errorf("pr-1: %v, %v", got, err)
	}
	for _, name := range []any{"qa", "", 5.0, true, "pr-", "../environments/dev"} {
		if got, err := narrow(all, "environments", name); err == nil || !strings.Contains(err.Error(), "unknown environment") {
			t.Errorf("%v: %v, %v", name, got, err)
		}
	}
}

func TestExpire(t *testing.T) {
	disposable := &config.Environment{Name: "pr-1", Disposable: true}
	if err := expire([]*config.Environment{disposable}, "2026-12-31"); err != nil || disposable.Expires != "2026-12-31" {
		t.Errorf("got %q, %v", disposable.Expires, err)
	}
	for _, day := range []any{"tomorrow", "2026-02-30", "", true} {
		if err := expire([]*config.Environment{disposable}, day); err == nil || !strings.Contains(err.Error(), "is not a day") {
			t.Errorf("%v: %v", day, err)
		}
	}
	if err := expire([]*config.Environment{{Name: "dev"}}, "2026-12-31"); err == nil || !strings.Contains(err.Error(), "not a disposable environment") {
		t.Errorf("dev: %v", err)
	}
	if err := expire([]*config.Environment{{Name: "dev"}}, nil); err != nil {
		t.Error(err)
	}
}

// TestBadFilesAreToldBeforeAnyCDKCall runs without Node: nothing of CDK can be what finds the
// mistakes.
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
