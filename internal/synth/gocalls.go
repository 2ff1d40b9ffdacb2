package synth

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cognito-m2m/internal/gobuild"
)

// buildVariables decide which files the go command reads for a build.
var buildVariables = append(gobuild.Variables(), "GO111MODULE", "GOENV", "GOFLAGS", "GOMODCACHE", "GOPATH", "GOTOOLCHAIN", "GOWORK")

// goCall is one run of the go command.
type goCall struct {
	dir  string
	env  []string
	args []string
}

// goCalls notes how a synth runs the go command: for the app, and for each function. It can't be
// known otherwise: how a function is built is between the stacks and CDK.
type goCalls struct{ dir string }

// newGoCalls makes, in dir, a folder for the beginning of PATH. The go in it writes down how it was
// called, and then runs the real one.
func newGoCalls(dir string) (goCalls, error) {
	program, err := exec.LookPath("go")
	if err != nil {
		return goCalls{}, ErrNoGo
	}
	calls := goCalls{dir: filepath.Join(dir, "go")}
	if err := os.MkdirAll(filepath.Join(calls.dir, "calls"), 0o700); err != nil {
		return goCalls{}, fmt.Errorf("making a temporary folder: %w", err)
	}
	script := fmt.Sprintf(`#!/bin/sh
printf '%%s\0' "$PWD" "$%s" "$#" "$@" >> %s/$$
exec %s "$@"
`, strings.Join(buildVariables, `" "$`), quoted(filepath.Join(calls.dir, "calls")), quoted(program))
	if err := os.WriteFile(filepath.Join(calls.dir, "go"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		return goCalls{}, fmt.Errorf("writing down runs of go: %w", err)
	}
	return calls, nil
}

// quoted is text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// path is a PATH with the noting go in it.
func (c goCalls) path() string { return c.dir + string(os.PathListSeparator) + os.Getenv("PATH") }

// compilations are the runs of go that compiled something, each once, without the known ones.
func (c goCalls) compilations(known []goCall) (found []goCall, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("reading how go was run: %w", err)
		}
	}()
	files, err := filepath.Glob(filepath.Join(c.dir, "calls", "*"))
	if err != nil {
		return nil, err
	}
	once := map[string]bool{}
	for _, call := range known {
		once[call.key()] = true
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for fields := strings.Split(string(raw), "\x00"); len(fields) > len(buildVariables)+1; {
			var call goCall
			call, fields = nextCall(fields)
			if call.compiles() && !once[call.key()] {
				once[call.key()] = true
				found = append(found, call)
			}
		}
	}
	return found, nil
}

func nextCall(fields []string) (call goCall, rest []string) {
	call.dir, fields = fields[0], fields[1:]
	for i, name := range buildVariables {
		if fields[i] != "" {
			call.env = append(call.env, name+"="+fields[i])
		}
	}
	count, err := strconv.Atoi(fields[len(buildVariables)])
	fields = fields[len(buildVariables)+1:]
	if err != nil || count > len(fields) {
		return goCall{}, nil
	}
	call.args = fields[:count]
	return call, fields[count:]
}

func (c goCall) key() string { return fmt.Sprintf("%q", c) }

func (c goCall) compiles() bool {
	return len(c.args) > 0 && slices.Contains([]string{"build", "run", "install"}, c.args[0])
}

// flags of the go command that stand alone; every other one takes a value.
var aloneFlags = []string{"a", "n", "v", "x", "i", "race", "msan", "asan", "cover", "work", "linkshared", "modcacherw", "trimpath", "buildvcs", "json"}

// flagsAndPackages are the flags that matter to `go list`, and the packages.
func (c goCall) flagsAndPackages() (flags, packages []string) {
	args := c.args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-" {
		name, _, joined := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
		size := 1
		if !joined && !slices.Contains(aloneFlags, name) {
			size = min(2, len(args))
		}
		if !slices.Contains([]string{"o", "exec", "json", "x", "n", "a", "v", "work"}, name) {
			flags = append(flags, args[:size]...)
		}
		args = args[size:]
	}
	if c.args[0] == "run" && len(args) > 0 { // what follows the package, or its files, is for the program
		end := 1
		for strings.HasSuffix(args[0], ".go") && end < len(args) && strings.HasSuffix(args[end], ".go") {
			end++
		}
		args = args[:end]
	}
	return flags, args
}
