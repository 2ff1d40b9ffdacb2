package local_test

import (
	"context"
	"testing"

	"cognito-m2m/internal/local"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// start runs the assembly; it is closed when the test ends.
func start(t *testing.T, cfg serving.Config, dir string) (*local.Runtime, *serving.Description) {
	t.Helper()
	cfg.Env = "dev"
	if cfg.Report == nil {
		cfg.Report = &servingtest.Report{T: t}
	}
	if cfg.StateDir == "" {
		cfg.StateDir = t.TempDir()
	}
	runtime, err := local.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runtime.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	description, err := runtime.Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return runtime, description
}

// startFails wants Open or Start to fail, and returns the error.
func startFails(t *testing.T, cfg serving.Config, dir string) error {
	t.Helper()
	cfg.Env, cfg.Report = "dev", &servingtest.Report{T: t}
	runtime, err := local.Open(cfg)
	if err != nil {
		return err
	}
	_, err = runtime.Start(t.Context(), dir)
	if closeErr := runtime.Close(context.Background()); closeErr != nil {
		t.Errorf("closing: %v", closeErr)
	}
	if err == nil {
		t.Fatal("it started")
	}
	return err
}
