package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/config"
)

// FuzzLoad holds Load to its promise for any bytes: an environment or problems, every problem on
// one line and inside the file, never a panic.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		valid, "", "\ufeff", "---\n---\n", "*a", "&a [*a]", "a: &a {<<: *a}", "? [a]\n: b", "!!str : a", "<<: [", "a: |\n b", "a: >",
		"%YAML 1.2\n---\na", "clients: {<<: &c {r: {<<: *c}}}", "\t", "\x00", "\xff\xfe", "name: \"\\ud800\"",
		"api: {routes: [~, [], {}, {path: '/{'}, &r {path: $default}, *r]}", "resourceServers: [{identifier: /, scopes: {/: x}}]",
		strings.Repeat("[", 300), strings.Repeat("- ", 300), "1: 2\ntrue: false\n~: ~\n[]: {}",
		"api: {throttle: {rate: 0x7fffffffffffffff, burst: 18446744073709551615}}",
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, "dev.yaml")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		environment, err := config.Load(path, config.Options{LambdaDir: "../lambda"})
		if err == nil {
			if environment.Name != "dev" || len(environment.Clients) == 0 || len(environment.API.Routes) == 0 {
				t.Fatalf("accepted %+v", environment)
			}
			return
		}
		var problems config.Problems
		if !errors.As(err, &problems) || len(problems) == 0 || environment != nil {
			t.Fatalf("error %T %v, environment %v", err, err, environment)
		}
		for _, p := range problems {
			if line := p.String(); strings.ContainsAny(line, "\n\r") || p.Line > len(content)+1 || p.File != path {
				t.Errorf("problem %q", line)
			}
		}
	})
}
