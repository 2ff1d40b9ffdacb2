package template

import "iter"

// Stack is a stack to evaluate.
type Stack struct {
	Name string
	// Account and Region are empty where the stack is not bound to one.
	Account, Region string
	// Body is the decoded template; its numbers are json.Number. It is only read.
	Body map[string]any
	// Paths maps logical ids to construct paths, such as dev/Api/Clients/Reader/AppClient/Resource.
	Paths map[string]string
	// Parameters are the values given to parameters of the template. Others have their defaults.
	Parameters map[string]string
}

// Options are what templates leave open until they are deployed.
type Options struct {
	// AccountID and Region are those of a stack that is not bound to one.
	AccountID, Region string
	// IDs gives the ids AWS would generate. It must be set.
	IDs IDs
	// Types looks a resource type up, and returns nil for one that is not known.
	Types func(typeName string) *Type
}

// Evaluation is what the templates of stacks that are deployed together come to. It is for one goroutine.
type Evaluation struct {
	options  Options
	scopes   []*scope
	exports  map[exportKey]*output
	problems problemList
	depth    int
	left     int // of the work that may be done, see spend
}

// Evaluate takes the templates apart and evaluates conditions and the names of exports. What resources and outputs come
// to is evaluated when it is asked for. Whatever is wrong is in Problems.
func Evaluate(stacks []Stack, options Options) *Evaluation {
	e := &Evaluation{options: options, left: maxWork}
	for _, stack := range stacks {
		e.scopes = append(e.scopes, newScope(e, stack))
	}
	e.indexExports()
	e.readConditions()
	e.checkCycles()
	return e
}

// Resources gives every resource of a known type that its condition includes, in the order of stacks and logical ids. A
// type that is not known is an Unsupported problem.
func (e *Evaluation) Resources() iter.Seq[*Resource] {
	return func(yield func(*Resource) bool) {
		for _, s := range e.scopes {
			for _, r := range ordered(s.resources) {
				if included, ok := r.included(); !included || !ok {
					continue
				}
				if r.typ == nil {
					r.place().ofType(r.typeName).unsupported("the type %s is not simulated, and not known to be without effect", r.typeName)
				} else if !yield(r) {
					return
				}
			}
		}
	}
}

// StackIDs gives the ARN of every stack by its name. One that could not be made is left out, after a problem.
func (e *Evaluation) StackIDs() map[string]string {
	ids := make(map[string]string, len(e.scopes))
	for _, s := range e.scopes {
		if id, ok := s.pseudoParameter(Place{scope: s}, "AWS::StackId"); ok {
			ids[s.Name], _ = id.(string)
		}
	}
	return ids
}

// Problems lists everything that was found until now, in the order of stack, logical id and property. Of more than a
// hundred of a kind the last one says how many there are besides.
func (e *Evaluation) Problems() []Problem { return e.problems.sorted() }
