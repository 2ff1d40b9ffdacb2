package rehearsal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/run"
)

// keepTemplate writes a template into the folder of the state, and returns its name there.
func (s *site) keepTemplate(t *engine.Template) (name string, err error) {
	if t == nil {
		return "", nil
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("encoding the template of stack %s: %w", t.StackName, err)
	}
	sum := sha256.Sum256(raw)
	name = hex.EncodeToString(sum[:])
	file := filepath.Join(s.run.Folder.Templates(), name)
	if _, err := os.Stat(file); err == nil {
		return name, nil
	}
	if err := os.MkdirAll(s.run.Folder.Templates(), 0o700); err != nil {
		return "", &run.StateDirError{Dir: s.run.Folder.Templates(), Err: err}
	}
	return name, run.ReplaceFile(file, raw)
}

// template reads a template that was kept; nil for none.
func (s *site) template(name string) (*engine.Template, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // a stack may have no template yet
	}
	file := filepath.Join(s.run.Folder.Templates(), filepath.Base(name))
	raw, err := run.ReadFile(file)
	if err != nil {
		return nil, &run.StateDirError{Dir: s.run.Folder.Templates(), Err: err}
	}
	t := &engine.Template{}
	if err := json.Unmarshal(raw, t); err != nil {
		return nil, &StacksError{File: file, Reason: "it is not a template: " + err.Error()}
	}
	return t, nil
}

// removeUnusedTemplates removes the templates that no stack has any more.
func (r *Rehearsal) removeUnusedTemplates() error {
	used := map[string]bool{}
	for _, s := range r.sites {
		for _, stack := range s.stacks {
			form, err := stack.form(s)
			if err != nil {
				return err
			}
			used[form.Template] = true
			if form.Operation != nil {
				used[form.Operation.Template] = true
			}
		}
	}
	entries, err := os.ReadDir(r.run.Folder.Templates())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if !used[entry.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(r.run.Folder.Templates(), entry.Name())))
		}
	}
	return err
}
