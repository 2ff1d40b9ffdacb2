package assembly_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// written puts an assembly on disk and returns its folder.
func written(t *testing.T, files fs.FS) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

const (
	templateFile = "assembly-dev/App.template.json"
	emptyStack   = `{"Resources": {}}`
)

// replaced takes a file of the assembly away and makes another thing in its place.
func replaced(t *testing.T, dir, name string, make func(path string) error) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := make(path); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyRegularFilesInsideTheAssembly(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "outside.json")
	if err := os.WriteFile(outside, []byte(emptyStack), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(to string) func(string) error { return func(path string) error { return os.Symlink(to, path) } }
	for name, test := range map[string]struct {
		make func(path string) error
		want string
	}{
		"FIFO":            {fifoWith(emptyStack), templateFile + " is not a regular file"},
		"directory":       {func(path string) error { return os.Mkdir(path, 0o700) }, templateFile + " is not a regular file"},
		"device":          {link("/dev/null"), templateFile + " can't be read: path escapes"},
		"link out":        {link(outside), templateFile + " can't be read: path escapes"},
		"link up and out": {link("../../" + filepath.Base(filepath.Dir(outside)) + "/outside.json"), templateFile},
		"link to nowhere": {link("nowhere.json"), templateFile + " is missing from the assembly"},
		"link to itself":  {link("App.template.json"), templateFile + " can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := written(t, synthesized(map[string]string{"App": emptyStack}))
			replaced(t, dir, templateFile, test.make)
			_, err := assembly.Load(dir)
			wantErrorWith(t, err, "template of stack App", test.want)
		})
	}
}

// fifoWith makes a FIFO with a writer, so that whoever opens it gets a content.
func fifoWith(content string) func(path string) error {
	return func(path string) error {
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			return err
		}
		writer, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		_, err = writer.WriteString(content)
		return err
	}
}

// A link that stays inside is as good as what it leads to, and the folder itself may be reached
// through one.
func TestLinksInsideTheAssembly(t *testing.T) {
	t.Parallel()
	dir := written(t, synthesized(map[string]string{"App": emptyStack}))
	replaced(t, dir, templateFile, func(path string) error {
		if err := os.WriteFile(filepath.Join(dir, "shared.json"), []byte(emptyStack), 0o600); err != nil {
			return err
		}
		return os.Symlink("../shared.json", path)
	})
	through := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, through); err != nil {
		t.Fatal(err)
	}
	if _, err := assembly.Load(through); err != nil {
		t.Error(err)
	}
}

func TestFilesAreOfALimitedSize(t *testing.T) {
	t.Parallel()
	large := func(size int) string { return `{"Resources": {}, "Description": "` + strings.Repeat("x", size) + `"}` }
	many := map[string]string{}
	for i := range 101 {
		many[fmt.Sprintf("Stack%d", i)] = emptyStack
	}
	crowd := make([]string, 501)
	for i := range crowd {
		crowd[i] = fmt.Sprintf(`"R%d": {"Type": "AWS::SNS::Topic"}`, i)
	}
	for name, test := range map[string]struct {
		templates map[string]string
		want      string
	}{
		"a template": {map[string]string{"App": large(1 << 20)}, "App.template.json has more than 1048576 bytes"},
		"nesting":    {map[string]string{"App": `{"Resources": ` + strings.Repeat(`{"a":`, 600) + `1` + strings.Repeat(`}`, 601)}, "template of stack App: values are nested more than 500 deep"},
		"stacks":     {many, "stage dev has more than 100 stacks"},
		"resources":  {map[string]string{"App": `{"Resources": {` + strings.Join(crowd, ", ") + `}}`}, "501 resources, and CloudFormation takes 500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := assembly.LoadFS(synthesized(test.templates), "cdk.out")
			wantErrorWith(t, err, test.want)
		})
	}
}

// A manifest may name one file any number of times.
func TestAllFilesTogetherAreOfALimitedSize(t *testing.T) {
	t.Parallel()
	files := synthesized(map[string]string{"App": emptyStack})
	dir := written(t, files)
	stages := make([]string, 70)
	for i := range stages {
		stages[i] = fmt.Sprintf(`"s%d": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev", "displayName": "s%d"}}`, i, i)
	}
	for name, content := range map[string]string{
		"manifest.json": `{"artifacts": {` + strings.Join(stages, ", ") + `}}`,
		templateFile:    `{"Resources": {}, "Description": "` + strings.Repeat("x", 1_000_000) + `"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := assembly.Load(dir)
	wantErrorWith(t, err, "the files of the assembly have more than 67108864 bytes in all")
}

func TestAssetsLieInsideTheAssembly(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "bootstrap"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		replace string
		make    func(path string) error
		want    string
	}{
		"program is a FIFO":      {"asset.a1/bootstrap", fifoWith("#!/bin/sh\n"), "the asset's program asset.a1/bootstrap is not a regular file"},
		"program is a link out":  {"asset.a1/bootstrap", func(path string) error { return os.Symlink(filepath.Join(outside, "bootstrap"), path) }, "the asset's program asset.a1/bootstrap can't be read: path escapes"},
		"program is a directory": {"asset.a1/bootstrap", func(path string) error { return os.Mkdir(path, 0o700) }, "the asset's program asset.a1/bootstrap is not a regular file"},
		"folder is a link out": {"asset.a1/bootstrap", func(path string) error {
			if err := os.Remove(filepath.Dir(path)); err != nil {
				return err
			}
			return os.Symlink(outside, filepath.Dir(path))
		}, "the asset asset.a1 can't be read: path escapes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := written(t, synthesized(map[string]string{"App": patched(t, nil)}))
			replaced(t, dir, test.replace, test.make)
			loaded, err := assembly.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			stage, err := loaded.Stage("dev")
			if err != nil {
				t.Fatal(err)
			}
			_, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
			templatetest.WantProblem(t, problems, "Echo", "Code.S3Key", test.want)
		})
	}
}
