package assembly

import (
	"cmp"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly/template"
)

// The account and, if Options has none, the Region of a stack that is not bound to one. In a run
// that stacks are deployed into they are those of the run's access key.
//
// Parity: Assembly: account and Region of an unbound stack
const (
	DefaultAccountID = "123456789012"
	DefaultRegion    = "us-east-1"
)

// Options are what a template leaves open until it is deployed.
type Options struct {
	// Region is that of a stack that is not bound to one: us-east-1 if empty.
	Region string
	// IDs gives the ids AWS would generate. It must be set.
	IDs IDs
	// Accepts reports whether resources of a type that is not known are left out of the run, with
	// stand-ins for what Ref and Fn::GetAtt give. Nil accepts none.
	Accepts func(typeName string) bool
}

// Resolve turns the stage into a model. It looks at everything, so the problems are all there are,
// in the order of stack, logical id and property; of more than a hundred of a kind the last one
// says how many there are besides. With problems the model holds what could be read; after Invalid
// ones it is not fit to be run.
//
// A template that takes more work than those of a real system do is Invalid, and is not looked at
// to its end.
//
// Resolve keeps nothing: the same stage, options and ids give the same model and problems.
func (s *Stage) Resolve(options Options) (*Model, []Problem) {
	b := s.resolve(options)
	return b.model, b.evaluation.Problems()
}

// Evaluated is what Evaluate gives.
type Evaluated struct {
	*Model

	// Of the one stack, in the order of logical ids.
	Resources  []Described
	Parameters map[string]string // those that have a value, with their defaults
	Imports    []string          // names of exports, sorted

	Problems []Problem // of all stacks
}

// Described is a resource with the values of all its properties.
type Described = template.Described

// Evaluate is Resolve, and describes one of the stacks as CloudFormation sees it.
func (s *Stage) Evaluate(options Options, stackName string) Evaluated {
	b := s.resolve(options)
	e := Evaluated{Model: b.model, Parameters: b.evaluation.ParametersOf(stackName)}
	for r := range b.evaluation.Resources() {
		if r.Source().Stack == stackName {
			e.Resources = append(e.Resources, r.Describe())
		}
	}
	e.Imports = b.evaluation.ImportsOf(stackName)
	e.Problems = b.evaluation.Problems()
	return e
}

func (s *Stage) resolve(options Options) *builder {
	stacks := make([]template.Stack, len(s.stacks))
	for i, stack := range s.stacks {
		stacks[i] = stack.Stack
	}
	b := &builder{model: &Model{}, codeAt: s.codeAt, evaluation: template.Evaluate(stacks, template.Options{
		AccountID: DefaultAccountID,
		Region:    cmp.Or(options.Region, DefaultRegion),
		IDs:       options.IDs,
		Types:     options.typeNamed,
		Read:      Simulated,
	})}
	b.readResources()
	b.readStacks(s.stacks)
	b.model.Outputs = b.evaluation.Outputs()
	b.nameSecrets()
	b.nameSecretsOfPolicies()
	b.attachParts()
	b.check()
	return b
}

// typeNamed returns nil for a type that is neither known nor accepted.
func (o Options) typeNamed(name string) *template.Type {
	if t := typeNamed(name); t != nil {
		return t
	}
	if o.Accepts != nil && o.Accepts(name) {
		return acceptedType(name)
	}
	return nil
}

func (b *builder) readResources() {
	b.makeRoom()
	for r := range b.evaluation.Resources() {
		source := r.Source()
		simulated, ok := simulatedTypes[source.Type]
		if !ok {
			b.model.NotSimulated = append(b.model.NotSimulated, source)
			continue
		}
		if !simulated.anywhere {
			b.locate(r)
		}
		simulated.read(b, r, r.Values())
	}
}

// makeRoom is for what there can be many of.
func (b *builder) makeRoom() {
	m, many := b.model, b.evaluation.Types()
	m.UserPoolClients = slices.Grow(m.UserPoolClients, many["AWS::Cognito::UserPoolClient"])
	m.Secrets = slices.Grow(m.Secrets, many["AWS::SecretsManager::Secret"])
	m.RotationSchedules = slices.Grow(m.RotationSchedules, many["AWS::SecretsManager::RotationSchedule"])
}

func (b *builder) readStacks(stacks []*stack) {
	ids := b.evaluation.StackIDs()
	for i, s := range stacks {
		if ids[i] == "" {
			continue
		}
		info := Stack{Name: s.Name, ID: ids[i], Tags: map[string]string{}, TerminationProtection: s.terminationProtection}
		info.Description, _ = s.Body["Description"].(string)
		maps.Copy(info.Tags, s.tags)
		b.model.Stacks = append(b.model.Stacks, info)
	}
}

// locate puts the Region and account into the model.
//
// Parity: Assembly: one Region and account per run
func (b *builder) locate(r *template.Resource) {
	m, at := b.model, r.Location()
	if m.Region == "" {
		m.Region, m.AccountID = at.Region, at.AccountID
	}
	if m.Region != at.Region || m.AccountID != at.AccountID {
		b.cannot(r.Source(), "", "the resource is in account %s and Region %s, and others of the stage in %s and %s; one run has one of each",
			at.AccountID, at.Region, m.AccountID, m.Region)
	}
}

// check finds what a deployment would fail on and what only shows when resources are seen together.
// References that could not be resolved are empty by now and were reported, so the checks pass over
// them.
func (b *builder) check() {
	b.checkDomains()
	b.checkClients()
	b.checkFunctions()
	b.checkSecrets()
	b.checkRotations()
	b.checkPolicies()
	for i := range b.model.APIs {
		b.checkAPI(&b.model.APIs[i])
	}
}
