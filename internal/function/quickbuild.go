package function

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"cognito-m2m/internal/gobuild"
)

// SourceBuilds builds functions from their source as it is now, again and again. To find out that
// only the program's own package has changed takes the go command longer than to compile it, and
// nearly as long as to link it. So SourceBuilds remembers how the go command ran compiler and
// linker, and runs them itself where nothing but what that package's files declare can have
// changed. If that fails, for whatever reason, the go command builds. The zero value remembers
// nothing. It must not be used by two goroutines at once.
type SourceBuilds struct {
	kept map[string]*toolRuns // by the file that the program becomes
}

// Changed forgets what a change of these files can have made outdated. It must be told of every
// change, in absolute paths, before the next Build.
func (b *SourceBuilds) Changed(files []string) {
	maps.DeleteFunc(b.kept, func(_ string, runs *toolRuns) bool {
		return slices.ContainsFunc(files, runs.isOutdatedBy)
	})
}

// remember keeps how the program in the file output was built, if that can be done again.
func (b *SourceBuilds) remember(output string, runs *toolRuns) {
	if b.kept == nil {
		b.kept = map[string]*toolRuns{}
	}
	delete(b.kept, output)
	if runs != nil {
		b.kept[output] = runs
	}
}

// toolRuns are the two runs of Go's tools that make a program whose other packages have been
// compiled before.
type toolRuns struct {
	origin    *build
	sources   map[string]string // as sourcesOf
	work      string            // the folder that the tools worked in; it is gone
	compiling toolRun
	linking   toolRun
}

// toolRun is one run of a tool.
type toolRun struct {
	folder    string
	variables []string
	args      []string
	config    string // what the file says that -importcfg names: where the other packages are
}

// recording is how the go command runs its tools so that a recorder sees it. It leaves alone what
// it does not know: the tools' runs that tell their versions, and those for other packages.
type recording struct{ folder string }

// recorder runs a tool, and notes how if it makes the program or its own package.
const recorder = `tool=${1##*/}
case "$tool $2" in
*' -V=full') ;;
compile* | link*)
	if [ "$TOOLEXEC_IMPORTPATH" = "$M2M_PROGRAM" ]; then
		printf '%s\0' "$PWD" VARIABLES "$@" >"$M2M_TOOL_RUNS/$tool"
		for arg; do
			if [ "$before" = -importcfg ]; then cp "$arg" "$M2M_TOOL_RUNS/$tool.importcfg"; fi
			before=$arg
		done
	fi
	;;
esac
exec "$@"
`

// toolVariables are those that the go command sets for its tools.
func toolVariables() []string { return append(gobuild.Variables(), "GOROOT") }

// newRecording prepares one in a new folder.
func newRecording(folder string) (recording, error) {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return recording{}, fmt.Errorf("making build folder: %w", err)
	}
	var variables strings.Builder
	for _, name := range toolVariables() {
		fmt.Fprintf(&variables, `"%s=$%s" `, name, name)
	}
	r := recording{folder}
	if err := os.WriteFile(r.recorder(), []byte(strings.Replace(recorder, "VARIABLES ", variables.String(), 1)), 0o600); err != nil {
		return recording{}, fmt.Errorf("making build folder: %w", err)
	}
	return r, nil
}

func (r recording) recorder() string { return filepath.Join(r.folder, "recorder.sh") }

// recipe adds the recorder to a build of the program. A folder that can't be quoted has none.
func (r recording) recipe(origin *build) recipe {
	if strings.ContainsAny(r.folder, `'"`) {
		return recipe{}
	}
	return recipe{
		flags: []string{"-toolexec=/bin/sh '" + r.recorder() + "'"},
		env:   []string{"M2M_PROGRAM=" + origin.packagePath, "M2M_TOOL_RUNS=" + r.folder},
	}
}

// runs are those that were recorded, nil if one was not, as of a package that had been compiled
// before.
func (r recording) runs(origin *build, sources map[string]string) *toolRuns {
	compiling, compiled := r.run("compile")
	linking, linked := r.run("link")
	if !compiled || !linked || sources == nil {
		return nil
	}
	return &toolRuns{origin: origin, sources: sources, work: filepath.Dir(compiling.value("-o")), compiling: compiling, linking: linking}
}

// isOutdatedBy reports whether the program may have other packages now that a file has changed, or
// others than those that were compiled. Of its own package the file does not decide: see sourcesOf.
func (t *toolRuns) isOutdatedBy(file string) bool {
	inModule, err := filepath.Rel(t.origin.moduleRoot, file)
	if err != nil || strings.HasPrefix(inModule, "..") || t.origin.hasModulesInFolders() || slices.Contains(moduleFiles, filepath.Base(file)) {
		return true
	}
	for folder := path.Dir(filepath.ToSlash(inModule)); ; folder = path.Dir(folder) { // a package may embed what lies below
		imported := path.Join(t.origin.modulePath, folder)
		if strings.Contains("\n"+t.linking.config, "\npackagefile "+imported+"=") {
			return imported != t.origin.packagePath || filepath.Dir(file) != t.origin.folder()
		}
		if folder == "." {
			return false
		}
	}
}

// moduleFiles decide which modules a program is made of.
var moduleFiles = []string{"go.mod", "go.sum", "go.work", "go.work.sum"}

// hasModulesInFolders reports whether the source of another module may lie in a folder in which
// someone works.
func (b *build) hasModulesInFolders() bool {
	content, err := os.ReadFile(filepath.Join(b.moduleRoot, "go.mod"))
	if err != nil || b.inWorkspace {
		return true
	}
	module, err := modfile.Parse("go.mod", content, nil)
	if err != nil {
		return true
	}
	_, err = os.Stat(filepath.Join(b.moduleRoot, "vendor"))
	return err == nil || slices.ContainsFunc(module.Replace, func(r *modfile.Replace) bool { return r.New.Version == "" })
}

// run reads a recorded run.
func (r recording) run(tool string) (run toolRun, there bool) {
	recorded, err := os.ReadFile(filepath.Join(r.folder, tool))
	config, configErr := os.ReadFile(filepath.Join(r.folder, tool+".importcfg"))
	fields := strings.Split(strings.TrimSuffix(string(recorded), "\x00"), "\x00")
	args := 1 + len(toolVariables())
	if err != nil || configErr != nil || len(fields) <= args {
		return toolRun{}, false
	}
	return toolRun{folder: fields[0], variables: fields[1:args], args: fields[args:], config: string(config)}, true
}

// value is that of a flag, which is an argument of its own.
func (t toolRun) value(flag string) string {
	at := slices.Index(t.args, flag)
	if at < 0 || at+1 == len(t.args) {
		return ""
	}
	return t.args[at+1]
}

// fit reports whether nothing but what the package's files declare can have changed since.
func (t *toolRuns) fit(sources map[string]string) bool {
	return t != nil && maps.Equal(t.sources, sources)
}

// build runs the tools again, in the folder scratch, for the program as its source is now.
func (t *toolRuns) build(ctx context.Context, scratch, output string) error {
	work := filepath.Join(scratch, "work")
	if err := os.MkdirAll(filepath.Join(work, "exe"), 0o700); err != nil {
		return err
	}
	var linking toolRun
	for _, run := range []toolRun{t.compiling, t.linking} {
		run.args = slices.Clone(run.args)
		for i := range run.args {
			run.args[i] = strings.ReplaceAll(run.args[i], t.work, work)
		}
		run.config = strings.ReplaceAll(run.config, t.work, work)
		if err := run.repeat(ctx); err != nil {
			return err
		}
		linking = run
	}
	return os.Rename(linking.value("-o"), output)
}

func (t toolRun) repeat(ctx context.Context) error {
	if err := os.WriteFile(t.value("-importcfg"), []byte(t.config), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, t.args[0], t.args[1:]...) //nolint:gosec // as the go command has run it
	cmd.Dir = t.folder
	cmd.Env = slices.Concat(gobuild.InHurry(cmd.Environ()), cmd.Environ(), t.variables)
	return runWithAll(cmd)
}

// sourcesOf are the files in a package's folder by name, with what decides which of them are
// compiled, and how: of a Go file the head, of others the version. It is nil if the folder can't be
// read. Imports need no look: the compiler knows no package but those that were imported before.
func sourcesOf(folder string) map[string]string {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	sources := map[string]string{}
	for _, file := range files {
		name := file.Name()
		if file.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, ".") { // as for the go command
			continue
		}
		decides := versionOf
		if filepath.Ext(name) == ".go" {
			decides = headOf
		}
		if sources[name], err = decides(filepath.Join(folder, name)); err != nil {
			return nil
		}
	}
	return sources
}

// headOf is a Go file up to its package clause, where constraints and directives stand.
func headOf(file string) (string, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, source, parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	return string(source[:files.PositionFor(parsed.Name.End(), false).Offset]), nil
}

func versionOf(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano()), nil
}
