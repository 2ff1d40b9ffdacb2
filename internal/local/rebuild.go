package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
)

// building is functions that are being built from their source, for a change of these files.
type building struct {
	files  []string
	owners []assembly.Function
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // set before ended is closed
}

// Foresee begins to build what Rebuild of these files will serve, because compiler and linker take
// longer than it takes to know that the files do not change once more. If they do, the caller tells
// of them again, and what was begun is dropped. It changes nothing that is served.
func (r *Runtime) Foresee(files []string) {
	r.dropBuilding()
	r.sources.Changed(files)
	owners := r.ownersOf(files)
	if len(owners) == 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &building{files: files, owners: owners, cancel: cancel, ended: make(chan struct{})}
	r.building = b
	go func() {
		defer close(b.ended)
		for _, declared := range owners {
			if b.err = r.build(ctx, declared); b.err != nil {
				return
			}
		}
	}()
}

// dropBuilding ends what Foresee began, if no Rebuild has taken it.
func (r *Runtime) dropBuilding() {
	if r.building != nil {
		r.building.cancel()
		<-r.building.ended
		r.building = nil
	}
}

// Rebuild builds the functions that the changed files belong to from their source as it is now, and
// serves them instead of those that are served. That takes a second where a synth takes several.
// The assembly that is served stays, and is older than these functions until the next Apply. files
// are absolute; if one of them belongs to no function, whatever it changes is left to Apply, and so
// is the rest.
func (r *Runtime) Rebuild(ctx context.Context, files []string) (Changes, error) {
	if r.building == nil || !slices.Equal(r.building.files, files) {
		r.Foresee(files)
	}
	if r.building == nil {
		return Changes{}, nil
	}
	programs, changes, err := r.built(ctx)
	if err != nil || changes.None() {
		return Changes{}, err
	}
	next := &deployment{
		dir: r.serving.dir, env: r.serving.env, ids: r.serving.ids, programs: programs,
		rebuilt:   append(slices.Clone(r.serving.rebuilt), changes.Changed...),
		variables: r.serving.variables,
	}
	if err := r.replace(ctx, next); err != nil {
		return Changes{}, err
	}
	return changes, r.run.Settle(ctx, r.serving.secrets)
}

// built waits for what is being built, and puts what differs from the programs that run in its
// place. It returns the programs of all functions, none if nothing differs.
func (r *Runtime) built(ctx context.Context) (all programs, changes Changes, err error) {
	defer r.dropBuilding()
	if err := r.awaitBuilding(ctx); err != nil {
		return programs{}, Changes{}, err
	}
	newer := map[string]string{}
	for _, declared := range r.building.owners {
		bootstrap := r.run.Folder.Bootstrap(declared.LogicalID)
		same, err := function.SameProgram(beside(bootstrap), r.serving.programs.bootstraps[declared.ARN])
		if err != nil {
			return programs{}, Changes{}, fmt.Errorf("comparing what was built: %w", err)
		}
		if same {
			continue
		}
		changes.Changed = append(changes.Changed, nameOf(declared))
		if err := os.Rename(beside(bootstrap), bootstrap); err != nil { // a process that runs the old one is not disturbed
			return programs{}, Changes{}, fmt.Errorf("keeping what was built: %w", err)
		}
		newer[declared.ARN] = bootstrap
	}
	if len(newer) == 0 {
		return programs{}, Changes{}, nil
	}
	all, err = r.serving.programs.with(newer)
	return all, changes, err
}

func (r *Runtime) awaitBuilding(ctx context.Context) error {
	var names []string
	for _, declared := range r.building.owners {
		names = append(names, nameOf(declared))
	}
	defer r.run.Report.Step("building " + strings.Join(names, ", "))()
	select {
	case <-r.building.ended:
		return r.building.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// beside is where a program is built that is not served yet.
func beside(bootstrap string) string { return bootstrap + "-next" }

func (r *Runtime) build(ctx context.Context, declared assembly.Function) error {
	if err := r.sources.Build(ctx, r.run.PrepareConfig(declared), beside(r.run.Folder.Bootstrap(declared.LogicalID))); err != nil {
		return fmt.Errorf("function %s: %w", declared.LogicalID, err)
	}
	return nil
}

// ownersOf are the functions whose programs the files can change; none if a file belongs to no
// function.
func (r *Runtime) ownersOf(files []string) (owners []assembly.Function) {
	owned := map[string]bool{}
	for _, declared := range r.serving.env.Functions() {
		folder, err := function.SourceFolder(r.run.PrepareConfig(declared))
		if err != nil {
			continue // it can't be built from source
		}
		matters := false
		for _, file := range files {
			if strings.HasPrefix(file, folder+string(filepath.Separator)) {
				owned[file] = true
				matters = matters || function.Matters(folder, file)
			}
		}
		if matters {
			owners = append(owners, declared)
		}
	}
	if len(owned) < len(files) {
		return nil
	}
	return owners
}
