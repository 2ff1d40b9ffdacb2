package test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretsInFiles searches everything that CDK wrote, but for the functions' binaries: manifests,
// metadata, tree, reports.
func secretsInFiles(dir string) (findings []string, searched int, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "bootstrap" {
			return err
		}
		raw, err := os.ReadFile(path)
		searched++
		if match := secretShapes.Find(raw); match != nil {
			findings = append(findings, fmt.Sprintf("%s holds something of the shape of a credential, %d characters long", path, len(match)))
		}
		return err
	})
	return findings, searched, err
}

func TestNoSecretInTheAssembly(t *testing.T) {
	everyStage(t)
	findings, searched, err := secretsInFiles(scratch)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings {
		t.Error(finding)
	}
	if searched < 10 {
		t.Errorf("only %d files were searched", searched)
	}
}

// TestMetadata holds the files beside the templates to what is read of them: see "CDK records of a
// construct which resource it is, and no more" in docs/decisions.md.
func TestMetadata(t *testing.T) {
	everyStage(t)
	files, err := filepath.Glob(filepath.Join(scratch, "cdk.out", "*", "*.metadata.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no metadata: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var recorded map[string][]struct{ Type string }
		if err := json.Unmarshal(raw, &recorded); err != nil {
			t.Fatal(err)
		}
		for path, entries := range recorded {
			for _, entry := range entries {
				if entry.Type != "aws:cdk:logicalId" && entry.Type != "aws:cdk:templateFile" {
					t.Errorf("%s: %s has %s", filepath.Base(file), path, entry.Type)
				}
			}
		}
	}
}

func TestSecretInTheAssemblyGoesRed(t *testing.T) {
	for name, planted := range map[string]string{
		"an app client's secret": strings.Repeat("0123456789abcdefghijklmnopqrstuv", 2)[:52],
		"a token":                "eyJhbGciOiJSUzI1NiJ9.e30.",
		"an access key":          "AKIA" + strings.Repeat("A", 16),
		"a private key":          "-----BEGIN PRIVATE KEY-----",
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "assembly-dev", "manifest.json"), []byte(`{"x": "`+planted+`"}`))
		if findings, _, err := secretsInFiles(dir); err != nil || len(findings) != 1 {
			t.Errorf("%s: findings %v, %v", name, findings, err)
		}
	}
}
