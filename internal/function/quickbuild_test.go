package function_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"cognito-m2m/internal/function"
)

// edited is a function that is built again and again.
type edited struct {
	*testing.T

	builds function.SourceBuilds
	cfg    function.PrepareConfig
	folder string // of its source
	output string
}

const editedProgram = `package main

import "strings"

func main() { println(strings.ToUpper("first")) }
`

// newEdited builds one for the first time, from files with these names and contents.
func newEdited(t *testing.T, files map[string]string) *edited {
	t.Helper()
	root := newModule(t, editedProgram)
	e := &edited{T: t, folder: filepath.Join(root, "cmd", "orders"), output: filepath.Join(t.TempDir(), "bootstrap")}
	for name, content := range files {
		e.write(name, content)
	}
	e.cfg = function.PrepareConfig{
		AssetHash: "abc", SourceDir: root,
		AssetDir: buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...),
	}
	if err := e.build(); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *edited) write(name, content string) {
	e.Helper()
	write(e.T, filepath.Join(e.folder, name), content, 0o600)
}

func (e *edited) build() error { return e.builds.Build(e.Context(), e.cfg, e.output) }

func (e *edited) prints() string {
	e.Helper()
	printed, err := exec.CommandContext(e.Context(), e.output).CombinedOutput()
	if err != nil {
		e.Fatal(err)
	}
	return strings.TrimSpace(string(printed))
}

// TestDeclarationsNeedNoGoCommand also wants what the go command would have built, to the last byte
// of every section but for the ids of the build.
func TestDeclarationsNeedNoGoCommand(t *testing.T) {
	e := newEdited(t, nil)
	path := os.Getenv("PATH")
	for _, text := range []string{"second", "third"} {
		e.write("main.go", strings.Replace(editedProgram, "first", text, 1))
		t.Setenv("PATH", "")
		if err := e.build(); err != nil {
			t.Fatal(err)
		}
		if got := e.prints(); got != strings.ToUpper(text) {
			t.Errorf("it prints %q, want %s in capitals", got, text)
		}
		t.Setenv("PATH", path)
		other := filepath.Join(t.TempDir(), "bootstrap")
		if err := new(function.SourceBuilds).Build(t.Context(), e.cfg, other); err != nil {
			t.Fatal(err)
		}
		compareSections(t, e.output, other)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(e.output), "build-*")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func compareSections(t *testing.T, quick, slow string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	got, want := sections(t, quick), sections(t, slow)
	if len(want) < 10 || len(got) != len(want) {
		t.Fatalf("%d sections, want %d", len(got), len(want))
	}
	for name, content := range want {
		if !bytes.Equal(got[name], content) {
			t.Errorf("section %s differs from that of the go command", name)
		}
	}
}

func sections(t *testing.T, program string) map[string][]byte {
	t.Helper()
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	contents := map[string][]byte{}
	for _, section := range file.Sections {
		if section.Type == elf.SHT_NOTE || section.Type == elf.SHT_NOBITS || section.Size == 0 { // a note has the build's id
			continue
		}
		if contents[section.Name], err = section.Data(); err != nil {
			t.Fatal(err)
		}
	}
	return contents
}

// TestOtherChangesNeedTheGoCommand makes each after a build that is remembered, where there is no
// go command: what was remembered does not fit any more.
func TestOtherChangesNeedTheGoCommand(t *testing.T) {
	for name, change := range map[string]func(*edited){
		"an import": func(e *edited) {
			e.write("main.go", strings.NewReplacer("import \"strings\"", "import (\n\t\"os\"\n\t\"strings\"\n)", `"first"`, "os.Args[0]").Replace(editedProgram))
		},
		"a constraint":      func(e *edited) { e.write("other.go", "//go:build ignore\n\npackage main\n") },
		"a directive":       func(e *edited) { e.write("main.go", "//go:debug madvdontneed=0\n"+editedProgram) },
		"a new file":        func(e *edited) { e.write("new.go", "package main\n") },
		"a new file of C":   func(e *edited) { e.write("new.c", "int x;\n") },
		"a changed file":    func(e *edited) { e.write("profile.txt", "changed") },
		"a file that went":  func(e *edited) { e.remove("other.go") },
		"no head any more":  func(e *edited) { e.write("main.go", "pakkage main\n") },
		"nothing remembers": func(e *edited) { e.builds = function.SourceBuilds{} },
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdited(t, map[string]string{"other.go": "package main\n", "profile.txt": ""})
			change(e)
			t.Setenv("PATH", "")
			if err := e.build(); err == nil || !strings.Contains(err.Error(), "needs the go command") {
				t.Errorf("got %v, want an error about the go command", err)
			}
		})
	}
}

func (e *edited) remove(name string) {
	e.Helper()
	if err := os.Remove(filepath.Join(e.folder, name)); err != nil {
		e.Fatal(err)
	}
}

// TestChangedFilesElsewhere has a program of two packages of its module. A file is none of its
// business if it belongs to neither, and to nothing that decides about modules.
func TestChangedFilesElsewhere(t *testing.T) {
	for file, isQuick := range map[string]bool{
		"cmd/orders/main.go":        true,
		"cmd/orders/main_test.go":   true,
		"cmd/orders/below/below.go": false, // may be embedded, or another package
		"shared/shared.go":          false,
		"shared/text/text.txt":      false,
		"shared.yaml":               true,
		"environments/dev.yaml":     true,
		"cmd/other/main.go":         true,
		"go.mod":                    false,
		"go.sum":                    false,
		"../go.work":                false,
		"../elsewhere.go":           false,
	} {
		t.Run(file, func(t *testing.T) {
			e := newShared(t, "")
			e.builds.Changed([]string{filepath.Join(e.cfg.SourceDir, "README.md"), filepath.Join(e.cfg.SourceDir, file)})
			t.Setenv("PATH", "")
			if err := e.build(); (err == nil) != isQuick {
				t.Errorf("after a change of %s, without the go command: %v", file, err)
			}
		})
	}
	t.Run("a module in a folder", func(t *testing.T) {
		e := newShared(t, "\nreplace example.test/other => ./other\n")
		e.builds.Changed([]string{filepath.Join(e.cfg.SourceDir, "other", "other.go")})
		t.Setenv("PATH", "")
		if err := e.build(); err == nil {
			t.Error("a build without the go command after a change of what may be a module of the program")
		}
	})
}

// newShared is a function that imports another package of its module, and whose build is
// remembered.
func newShared(t *testing.T, inGoMod string) *edited {
	t.Helper()
	e := newEdited(t, nil)
	write(t, filepath.Join(e.cfg.SourceDir, "go.mod"), "module example.test/orders\n\ngo 1.26\n"+inGoMod, 0o600)
	write(t, filepath.Join(e.cfg.SourceDir, "shared", "shared.go"), "package shared\n\nconst Name = \"shared\"\n", 0o600)
	e.builds.Changed([]string{filepath.Join(e.cfg.SourceDir, "go.mod")})
	const program = "package main\n\nimport \"example.test/orders/shared\"\n\nfunc main() { println(shared.Name, %) }\n"
	for _, number := range []string{"1", "2"} { // the first one compiles the other package, into a folder that goes
		e.write("main.go", strings.Replace(program, "%", number, 1))
		if err := e.build(); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// TestWhatReadsMoreNeedsTheGoCommand has programs that are not made of Go files alone.
func TestWhatReadsMoreNeedsTheGoCommand(t *testing.T) {
	cases := map[string]map[string]string{
		"embedded": {"text.txt": "text", "embed.go": "package main\n\nimport _ \"embed\"\n\n//go:embed text.txt\nvar text string\n"},
		"assembly": {"empty.s": "\n"},
	}
	for name, files := range cases {
		t.Run(name, func(t *testing.T) {
			e := newEdited(t, files)
			e.write("main.go", strings.Replace(editedProgram, "first", "second", 1))
			t.Setenv("PATH", "")
			if err := e.build(); err == nil || !strings.Contains(err.Error(), "needs the go command") {
				t.Errorf("got %v, want an error about the go command", err)
			}
		})
	}
}

// A mistake is told in the words of the go command, and a build after it is as quick as before.
func TestMistakeBetweenQuickBuilds(t *testing.T) {
	e := newEdited(t, nil)
	e.write("main.go", strings.Replace(editedProgram, `"first"`, "oops", 1))
	if err := e.build(); err == nil || !strings.Contains(err.Error(), "undefined: oops") || !strings.Contains(err.Error(), "# example.test/orders") {
		t.Errorf("got %v, want what the go command says", err)
	}
	e.write("main.go", strings.Replace(editedProgram, "first", "mended", 1))
	t.Setenv("PATH", "")
	if err := e.build(); err != nil {
		t.Fatal(err)
	}
	if got := e.prints(); got != "MENDED" {
		t.Errorf("it prints %q", got)
	}
}

// Paths may have spaces; those with quotes can't be told to the go command.
func TestFoldersOfQuickBuilds(t *testing.T) {
	for folder, isQuick := range map[string]bool{"with spaces": true, "it's": false} {
		e := newEdited(t, nil)
		e.output = filepath.Join(t.TempDir(), folder, "bootstrap")
		e.write("main.go", strings.Replace(editedProgram, "first", "second", 1)) // or it is compiled already
		if err := e.build(); err != nil {
			t.Fatal(err)
		}
		t.Run(folder, func(t *testing.T) {
			t.Setenv("PATH", "")
			if err := e.build(); (err == nil) != isQuick {
				t.Errorf("without the go command: %v", err)
			}
		})
	}
}
