package synth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// readsOf is what all these runs together read.
func readsOf(ctx context.Context, calls []goCall) (found reads, err error) {
	each, err := readsOfEach(ctx, calls)
	return mergedReads(each), err
}

func mergedReads(each []reads) (all reads) {
	for _, read := range each {
		all = all.merged(read)
	}
	return all
}

func readsOfEach(ctx context.Context, calls []goCall) (each []reads, err error) {
	each = make([]reads, len(calls))
	var asking errgroup.Group // each waits for go, which keeps one processor busy
	for i, call := range calls {
		asking.Go(func() (err error) {
			each[i], err = call.reads(ctx)
			return err
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	return each, nil
}

// goPackage is what `go list` says of one package.
type goPackage struct {
	Dir           string
	Standard      bool
	EmbedFiles    []string
	EmbedPatterns []string
	Module        *struct {
		GoMod   string
		Version string
		Main    bool
		Replace *struct{ Version string }
	}
}

// isFixed reports whether the package never changes: it is Go's own, or of a version of a module,
// which go.sum holds by its hash.
func (p goPackage) isFixed() bool {
	if p.Standard || p.Module == nil {
		return p.Standard
	}
	if p.Module.Replace != nil {
		return p.Module.Replace.Version != ""
	}
	return !p.Module.Main && p.Module.Version != ""
}

// reads is what the go command reads for this call: the folders of all packages that can change,
// what they embed, and the files that choose the modules.
func (c goCall) reads(ctx context.Context) (reads, error) {
	flags, packages := c.flagsAndPackages()
	at, rest := flagC(flags)
	list := slices.Concat([]string{"list"}, at, []string{"-deps", "-e", "-json=Dir,Standard,EmbedFiles,EmbedPatterns,Module"}, rest, packages)
	output, err := c.run(ctx, list)
	if err != nil {
		return reads{}, err
	}
	var found reads
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return reads{}, fmt.Errorf("decoding what go list says: %w", err)
		}
		if !p.isFixed() && p.Dir != "" {
			found = found.merged(p.reads())
		}
	}
	workspace, err := c.run(ctx, append([]string{"env"}, append(at, "GOWORK")...))
	if err != nil {
		return reads{}, err
	}
	if file := string(bytes.TrimSpace(workspace)); file != "" && file != "off" {
		found.Files = append(found.Files, file, strings.TrimSuffix(file, ".work")+".work.sum")
	}
	found.Files = append(found.Files, c.filesOf(flags)...)
	return found.merged(reads{}), nil
}

func (c goCall) run(ctx context.Context, args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // as the synth called it
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), c.env...)
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking go what it reads (go %s): %w", strings.Join(args, " "), err)
	}
	return output, nil
}

// flagC takes out the flag that has to be the first one.
func flagC(flags []string) (at, rest []string) {
	switch {
	case len(flags) > 1 && (flags[0] == "-C" || flags[0] == "--C"):
		return flags[:2], flags[2:]
	case len(flags) > 0 && strings.HasPrefix(strings.TrimLeft(flags[0], "-"), "C="):
		return flags[:1], flags[1:]
	}
	return nil, flags
}

// filesOf are the files that flags name: another go.mod, an overlay.
func (c goCall) filesOf(flags []string) (files []string) {
	for _, variable := range c.env {
		if value, ok := strings.CutPrefix(variable, "GOFLAGS="); ok {
			flags = append(strings.Fields(value), flags...)
		}
	}
	for i, flag := range flags {
		name, value, joined := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		if name != "modfile" && name != "overlay" {
			continue
		}
		if !joined && i+1 < len(flags) {
			value = flags[i+1]
		}
		if !filepath.IsAbs(value) {
			value = filepath.Join(c.dir, value)
		}
		files = append(files, value, strings.TrimSuffix(value, ".mod")+".sum")
	}
	return files
}

func (p goPackage) reads() reads {
	found := reads{Folders: []string{p.Dir}}
	if p.Module != nil && p.Module.GoMod != "" {
		found.Files = append(found.Files, p.Module.GoMod, strings.TrimSuffix(p.Module.GoMod, ".mod")+".sum")
	}
	for _, file := range p.EmbedFiles {
		found.Files = append(found.Files, filepath.Join(p.Dir, file))
	}
	for _, pattern := range p.EmbedPatterns { // for files that are not there yet
		folder := filepath.Join(p.Dir, fixedPart(strings.TrimPrefix(pattern, "all:")))
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			folder = filepath.Dir(folder)
		}
		if folder != p.Dir {
			found.Trees = append(found.Trees, folder)
		}
	}
	return found
}

// fixedPart is the part of a pattern before its first wildcard.
func fixedPart(pattern string) string {
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 {
		return pattern[:i]
	}
	return pattern
}
