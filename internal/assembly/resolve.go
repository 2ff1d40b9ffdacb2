package assembly

import "maps"

// Options left empty have these values.
//
// Parity: Assembly: account and Region of an unbound stack
const (
	defaultAccountID = "123456789012"
	defaultRegion    = "us-east-1"
)

// Options are what a template leaves open until it is deployed.
type Options struct {
	// AccountID stands for the AWS account in a stack that is not bound to one: 123456789012 if empty.
	AccountID string
	// Region is that of a stack that is not bound to one: us-east-1 if empty.
	Region string
	// IDs gives the ids AWS would generate. It must be set.
	IDs IDs
	// Accepts reports whether resources of a type that is not known are left out of the run, with stand-ins for what
	// Ref and Fn::GetAtt give. Nil accepts none.
	Accepts func(typeName string) bool
}

// Resolve turns the stage into a model. It looks at everything, so the problems are all there are, in the order of stack,
// logical id and property; of more than a hundred of a kind the last one says how many there are besides. With problems
// the model holds what could be read; after Invalid ones it is not fit to be run.
//
// A template that takes more work than those of a real system do is Invalid, and is not looked at to its end.
//
// Resolve keeps nothing: the same stage, options and ids give the same model and problems.
func (s *Stage) Resolve(options Options) (*Model, []Problem) {
	e, model := s.resolve(options)
	return model, e.problems.sorted()
}

func (s *Stage) resolve(options Options) (*evaluation, *Model) {
	if options.AccountID == "" {
		options.AccountID = defaultAccountID
	}
	if options.Region == "" {
		options.Region = defaultRegion
	}
	e := &evaluation{options: options, assets: s.assets, left: maxWork}
	for _, st := range s.stacks {
		e.scopes = append(e.scopes, newScope(e, st))
	}
	e.indexExports()
	e.readConditions()
	e.checkCycles()

	b := &builder{model: &Model{}, evaluation: e}
	e.readResources(b)
	e.readStacks(b.model)
	e.readOutputValues(b.model)
	b.build()
	b.check()
	return e, b.model
}

// readResources reads every resource that its condition includes.
func (e *evaluation) readResources(b *builder) {
	for _, s := range e.scopes {
		for _, r := range ordered(s.resources) {
			if included, ok := r.included(); !included || !ok {
				continue
			}
			switch {
			case r.kind == nil:
				r.place().ofType(r.typeName).unsupported("the type %s is not simulated, and not known to be without effect", r.typeName)
			case r.kind.read == nil:
				b.model.NotSimulated = append(b.model.NotSimulated, r.source())
			default:
				e.locate(b.model, r)
				r.kind.read(b, r, r.readAll())
			}
		}
	}
}

func (e *evaluation) readStacks(m *Model) {
	for _, s := range e.scopes {
		root := place{scope: s}
		id, ok := s.pseudoParameter(root, "AWS::StackId")
		if !ok {
			continue
		}
		info := Stack{Name: s.name, Tags: map[string]string{}, TerminationProtection: s.terminationProtection}
		info.ID, _ = id.(string)
		info.Description, _ = s.template["Description"].(string)
		maps.Copy(info.Tags, s.tags)
		m.Stacks = append(m.Stacks, info)
	}
}

// locate puts the Region and account into the model.
//
// Parity: Assembly: one Region and account per run
func (e *evaluation) locate(m *Model, r *resource) {
	if m.Region == "" {
		m.Region, m.AccountID = r.scope.region, r.scope.account
	}
	if m.Region != r.scope.region || m.AccountID != r.scope.account {
		r.place().invalid("the resource is in account %s and Region %s, and others of the stage in %s and %s; one run has one of each",
			r.scope.account, r.scope.region, m.AccountID, m.Region)
	}
}
