package function

import (
	"debug/buildinfo"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"golang.org/x/mod/module"

	"cognito-m2m/internal/gobuild"
)

// build is how a Go program was built, as far as the program itself says.
type build struct {
	packagePath string
	modulePath  string
	moduleRoot  string            // the folder with the module's source, set by locate
	settings    map[string]string // the recorded flags ("-tags") and variables ("GOARCH")
	strip       string            // the linker flags for what has been left out of the file
	pins        string            // the linker flags for the ids in the file
	inWorkspace bool              // a go.work chose modules of the program
}

// readBuild reads the build information of the Go program at path.
func readBuild(path string) (*build, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("bootstrap %s can't run on %s/%s and is not a Go program that could be built for it (%w): "+
			"run it on the architecture that the function has in the template", path, runtime.GOOS, runtime.GOARCH, err)
	}
	if info.Main.Path == "" || info.Path == "command-line-arguments" {
		return nil, fmt.Errorf("bootstrap %s was built from single files: build it as a package of a module, "+
			"so that it can be built for %s/%s as well", path, runtime.GOOS, runtime.GOARCH)
	}
	b := &build{packagePath: info.Path, modulePath: info.Main.Path, settings: map[string]string{}}
	for _, setting := range info.Settings {
		b.settings[setting.Key] = setting.Value
	}
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("bootstrap %s: %w", path, err)
	}
	for _, dependency := range info.Deps { // one that go.mod replaces by a folder says so
		b.inWorkspace = b.inWorkspace || dependency.Version == "(devel)" && dependency.Replace == nil
	}
	if err := b.readELF(path); err != nil {
		return nil, fmt.Errorf("reading bootstrap %s: %w", path, err)
	}
	return b, nil
}

// What build information says goes into the command line and the variables of the go command, some
// of which name programs that it runs. So nothing is taken over but what a build of the same
// program needs, and that only in the form it has there.
var (
	buildVariables = gobuild.Variables()
	plainSetting   = regexp.MustCompile(`^[A-Za-z0-9.,_-]*$`)
	plainFlags     = regexp.MustCompile(`^ *((-s|-w|-X[ =][A-Za-z0-9./_-]+=[A-Za-z0-9.:/+_-]*|-buildid=[A-Za-z0-9./_-]*)( +|$))*$`)
)

// check refuses build information whose settings are not of that form.
func (b *build) check() error {
	if err := module.CheckImportPath(b.packagePath); err != nil || b.packagePath != b.modulePath && !strings.HasPrefix(b.packagePath, b.modulePath+"/") {
		return fmt.Errorf("its package path %q is not one of its module %q", b.packagePath, b.modulePath)
	}
	for _, name := range append([]string{"-tags"}, buildVariables...) {
		if value := b.settings[name]; !plainSetting.MatchString(value) {
			return fmt.Errorf("its build setting %s is %q, which Go never writes", name, value)
		}
	}
	return nil
}

// platform names what the program was built for, such as "linux/arm64".
func (b *build) platform() string {
	return b.settings["GOOS"] + "/" + b.settings["GOARCH"]
}

// native is how to build the program for this machine: as `go build` and `go run` build everything
// else here, so that what is compiled for them is not compiled once more.
//
// Parity: Function program: built here with this machine's settings
func (b *build) native() recipe {
	return recipe{
		flags: append(b.tags(), "-buildvcs=false", "-ldflags=-s -w"),
		env:   []string{"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH},
	}
}

// asOnLambda builds the program for this machine from the same files of each package as the asset,
// with cgo or without.
func (b *build) asOnLambda() recipe {
	how := b.native()
	how.env = append(how.env, "CGO_ENABLED="+b.settings["CGO_ENABLED"])
	return how
}

// original is how to build the program again so that an unchanged source gives the same bytes.
func (b *build) original() (recipe, error) {
	ldflags, recorded := b.settings["-ldflags"] // they are part of the program then, and must not be touched
	if !recorded {
		ldflags = b.strip + b.pins
	} else if !plainFlags.MatchString(ldflags) {
		return recipe{}, fmt.Errorf("the source can't be compared: the bootstrap was built with -ldflags %q, "+
			"and only -s, -w, -X and -buildid without quotes are used again", ldflags)
	}
	flags := append(b.tags(), "-ldflags="+ldflags)
	if b.settings["-trimpath"] == "true" {
		flags = append(flags, "-trimpath")
	}
	if b.settings["vcs"] == "" {
		flags = append(flags, "-buildvcs=false")
	} else {
		flags = append(flags, "-buildvcs=auto")
	}
	var env []string
	for _, name := range buildVariables {
		if value, recorded := b.settings[name]; recorded {
			env = append(env, name+"="+value)
		}
	}
	return recipe{flags: flags, env: env}, nil
}

// workspace is the variable for a go.work, which the program must not be built with if it was built
// without.
func (b *build) workspace() []string {
	if b.inWorkspace {
		return nil
	}
	return []string{"GOWORK=off"}
}

func (b *build) tags() []string {
	if tags := b.settings["-tags"]; tags != "" {
		return []string{"-tags=" + tags}
	}
	return nil
}
