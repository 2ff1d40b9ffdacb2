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

const invalidDir = "testdata/invalid"

// TestSchemaInvalidFiles shows what each file of testdata/invalid is told. The table is for
// reading: a message in it has to say the place, what is wrong and the way out.
func TestSchemaInvalidFiles(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join(invalidDir, "*.yaml"))
	if err != nil || len(paths) < 25 {
		t.Fatalf("%d files, %v, want at least 25", len(paths), err)
	}
	var table strings.Builder
	table.WriteString("# Invalid environment files, and what each is told\n\n" +
		"<!-- Generated: go test ./config -run TestSchema -update -->\n\n| file | message |\n| --- | --- |\n")
	for _, path := range paths {
		_, err := config.Load(path, config.Options{LambdaDir: "../lambda"})
		var problems config.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: got %v, want problems", path, err)
			continue
		}
		for _, p := range problems {
			fmt.Fprintf(&table, "| %s | %s |\n", filepath.Base(path), markdownCell(strings.TrimPrefix(p.String(), path+":")))
		}
	}
	golden := filepath.Join(invalidDir, "README.md")
	if config.Update() {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), table.String()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// markdownCell keeps a message from ending its cell.
func markdownCell(message string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(strings.TrimSpace(message))
}
