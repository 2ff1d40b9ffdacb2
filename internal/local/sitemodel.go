package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/local/partial"
	"cognito-m2m/internal/local/state"
	"cognito-m2m/internal/run"
	"cognito-m2m/naming"
)

// there is the model of the resources that are there now, in the version that each one has.
func (s *site) there() (*assembly.Model, error) {
	if s.base == nil {
		kept := map[string]*engine.Template{}
		for name, stack := range s.stacks {
			if stack.kept != nil {
				kept[name] = stack.kept
			}
		}
		base, err := s.evaluate(kept, s.state.CandidateAt(s.place), "")
		if err != nil {
			return nil, err
		}
		s.base = base
	}
	return s.merged(), nil
}

// merged is like there, and needs base.
func (s *site) merged() *assembly.Model {
	var portions []partial.Portion
	of := func(stack string, there map[string]bool) func(assembly.Resource) bool {
		return func(at assembly.Resource) bool { return at.Stack == stack && there[at.LogicalID] }
	}
	for _, name := range slices.Sorted(maps.Keys(s.stacks)) {
		stack := s.stacks[name]
		portions = append(portions, partial.Portion{Model: s.base.Model, Has: of(name, stack.there)})
		if stack.operation != nil && stack.operation.model != nil {
			portions = append(portions, partial.Portion{Model: stack.operation.model.Model, Has: of(name, stack.operation.there)})
		}
	}
	m := partial.Merged(portions)
	for _, stack := range s.stacks {
		stack.leftovers.AddTo(m)
		s.addCode(m, stack.leftovers)
	}
	for i := range m.UserPoolClients {
		s.addChange(&m.UserPoolClients[i])
	}
	m.AccountID, m.Region = s.place.AccountID, s.place.Region
	return m
}

// addCode gives functions the code that they were given beside their templates.
func (s *site) addCode(m *assembly.Model, leftovers partial.Leftovers) {
	for i := range m.Functions {
		at, given := leftovers.Code[m.Functions[i].ARN]
		if !given {
			continue
		}
		if asset, err := s.uploads.code(at.Bucket, at.Key); err == nil {
			m.Functions[i].Asset = &asset
		}
	}
}

// addChange has an app client as it was changed beside its template.
func (s *site) addChange(client *assembly.UserPoolClient) {
	changed, ok := s.changed(client.ID)
	if !ok {
		return
	}
	client.Name = changed.Name
	client.AllowedOAuthFlows, client.AllowedOAuthScopes = changed.AllowedOAuthFlows, changed.AllowedOAuthScopes
	client.AllowedOAuthFlowsUserPoolClient = changed.AllowedOAuthFlowsUserPoolClient
	client.AccessTokenValidity = changed.AccessTokenValidity
}

// Keys implements vault.
func (s *site) Keys(pool assembly.UserPool) (*cognito.Keys, error) {
	return s.idsOf(pool.Stack).Keys(pool)
}

// ClientSecrets implements vault.
func (s *site) ClientSecrets(client assembly.UserPoolClient, now time.Time) ([]cognito.ClientSecret, error) {
	return s.idsOf(client.Stack).ClientSecrets(client, now)
}

// idsOf has the secrets and keys of a stack's resources.
func (s *site) idsOf(stack string) *state.Candidate {
	if known := s.stacks[stack]; known != nil && known.operation != nil && known.operation.ids != nil {
		return known.operation.ids
	}
	return s.state.CandidateAt(s.place)
}

// resume serves what the state has, after a start.
func (s *site) resume() error {
	for name, stack := range s.stacks {
		if stack.operation == nil {
			continue
		}
		op := engine.Operation{ID: stack.operation.id, Before: stack.kept, Next: stack.operation.next}
		if op.Before == nil && op.Next == nil {
			return fmt.Errorf("%s has an operation on the stack %s without a template", s.state.File(), name)
		}
		if _, err := s.begin(op); err != nil {
			return err
		}
	}
	model, err := s.there()
	if err != nil {
		return err
	}
	return s.serve(model, func() error { return nil })
}

// read is a stack as the state has it.
func (s *site) read(kept state.Stack) (stack *deployedStack, err error) {
	stack = &deployedStack{there: setOf(kept.There)}
	if len(kept.Leftovers) > 0 {
		if err := json.Unmarshal(kept.Leftovers, &stack.leftovers); err != nil {
			return nil, fmt.Errorf("reading what is left over of a stack in %s: %w", s.state.File(), err)
		}
	}
	if stack.kept, err = s.template(kept.Template); err != nil || kept.Operation == nil {
		return stack, err
	}
	next, err := s.template(kept.Operation.Template)
	stack.operation = &operation{id: kept.Operation.ID, next: next, there: setOf(kept.Operation.There)}
	return stack, err
}

func setOf(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

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
	file := filepath.Join(s.folder.Templates(), name)
	if _, err := os.Stat(file); err == nil {
		return name, nil
	}
	if err := os.MkdirAll(s.folder.Templates(), 0o700); err != nil {
		return "", &run.StateDirError{Dir: s.folder.Templates(), Err: err}
	}
	return name, run.ReplaceFile(file, raw)
}

// template reads a template that was kept; nil for none.
func (s *site) template(name string) (*engine.Template, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // a stack may have no template yet
	}
	raw, err := run.ReadFile(filepath.Join(s.folder.Templates(), filepath.Base(name)))
	if err != nil {
		return nil, &run.StateDirError{Dir: s.folder.Templates(), Err: err}
	}
	t := &engine.Template{}
	if err := json.Unmarshal(raw, t); err != nil {
		return nil, fmt.Errorf("reading the template %s: %w", name, err)
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
	entries, err := os.ReadDir(r.folder.Templates())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if !used[entry.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(r.folder.Templates(), entry.Name())))
		}
	}
	return err
}

// environment is the name that an environment goes by: that in the names of its stacks.
func (served *servedResources) environment() string {
	stack := served.api.Stack
	if stack == "" {
		stack = served.pool.Stack
	}
	if env, _, ok := naming.ParseStack(stack); ok {
		return env
	}
	return stack
}

// variablesOf are the variables that a function has in this run alone. A
// variable whose function is not in this environment belongs to another one.
func (s *site) variablesOf(view *servedResources, declared assembly.Function) map[string]string {
	read, err := s.readVariables()
	if err != nil {
		s.cfg.Report.Warn(err.Error())
	}
	variables := map[string]string{}
	for _, variable := range read {
		if f, err := view.functionNamed(variable.function); err == nil && f.ARN == declared.ARN {
			variables[variable.name] = variable.value
		}
	}
	return variables
}

// accepts reports whether the user does without a type here.
func (h *host) accepts(typeName string) bool {
	accepted, err := h.acceptedTypes()
	if err != nil {
		h.cfg.Report.Warn(err.Error())
	}
	return accepted.has(typeName) || h.cfg.Lenient
}
