package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// valid is a file without problems. Cases change one part of it.
const valid = `name: dev
region: ap-northeast-1
identity:
  domain: {prefix: ""}
  deletionProtection: false
resourceServers:
  - identifier: test-api
    scopes:
      read: Read test data
      write: Write test data
clients:
  reader: {scopes: [test-api/read]}
  writer: {scopes: [test-api/write]}
api:
  routes:
    - {path: /test_jwt, methods: [ANY], scopes: []}
    - {path: /test_jwt/read, methods: [GET], scopes: [test-api/read], function: echo}
  throttle: {rate: 100, burst: 200}
`

// project lays out a folder environments with the given files beside a folder lambda with the
// functions echo and rotate, and a folder notes that is no function.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("lambda/echo/main.go", "package main\n")
	write("lambda/rotate/main.go", "package main\n")
	write("lambda/notes/README.md", "no function\n")
	if err := os.Mkdir(filepath.Join(root, "environments"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		write("environments/"+name, content)
	}
	return root
}

// load loads content as environments/dev.yaml and returns the lines of its error, with paths below
// the project.
func load(t *testing.T, name, content string) (*config.Environment, []string) {
	t.Helper()
	root := project(t, map[string]string{name: content})
	environment, err := config.Load(filepath.Join(root, "environments", name), config.Options{})
	return environment, lines(t, root, err)
}

func lines(t *testing.T, root string, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("error is %T %v, want Problems", err, err)
	}
	return strings.Split(strings.ReplaceAll(err.Error(), root+string(filepath.Separator), ""), "\n")
}

// edit replaces the one occurrence of old in the valid file.
func edit(t *testing.T, old, replacement string) string {
	t.Helper()
	if strings.Count(valid, old) != 1 {
		t.Fatalf("the valid file has %q %d times, want once", old, strings.Count(valid, old))
	}
	return strings.Replace(valid, old, replacement, 1)
}

type faulty struct {
	old, new string // one edit of the valid file; old "": the whole file
	want     string // every line that is reported, without the file's name
}

// reject checks that each file is refused with exactly the wanted lines.
func reject(t *testing.T, cases map[string]faulty) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := c.new
			if c.old != "" {
				content = edit(t, c.old, c.new)
			}
			_, got := load(t, "dev.yaml", content)
			for i, line := range got {
				got[i] = strings.TrimPrefix(line, "environments/dev.yaml:")
			}
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// repeat joins n filled-in copies of a pattern with one %d.
func repeat(n int, pattern, separator string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(pattern, i)
	}
	return strings.Join(parts, separator)
}
