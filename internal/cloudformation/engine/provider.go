package engine

import "context"

// Provider knows templates and makes resources real. The local runtime is one. The engine decides
// what is done in which order; the provider does one step at a time, and each is durable when it
// returns. Several stacks may call it at once, one stack never does, and no lock of the engine is
// held.
type Provider interface {
	// Evaluate works out what a template comes to beside the stacks that are there, and changes
	// nothing. A resource that the stack has already and keeps has the same PhysicalID as before; a
	// new or replaced one has a new id, and the same at each Evaluate of the same operation. It
	// fails with an error that CloudFormation words (a *Refusal) for a template that CloudFormation
	// itself refuses; what only a service refuses is the Fault of its resource. An operation may be
	// evaluated without ever being done: then it has no End. The ids of one that is Begun are
	// durable when Evaluate returns, for they are the targets of its steps after a crash, too.
	Evaluate(ctx context.Context, operation Operation) (*Evaluated, error)
	// Apply does one step, and everything that serves callers follows it before Apply returns;
	// requests under way end as they began. An error is the reason with which the step fails, and
	// the resource is then as before; a *Failure says if it is not. A step that has been done
	// already succeeds, and so does the deletion of what is not there: after a crash the engine
	// repeats the last one.
	Apply(ctx context.Context, operation Operation, step Step) error
	// End says that the operation is over: what it has not kept is forgotten. kept is the template
	// that the stack has from now on, nil for a stack that is gone. Of a stack whose creation or
	// deletion failed, it is the template of which resources may be left. It may come twice.
	End(ctx context.Context, operation Operation, kept *Template) error
}

// Actual is a Provider that also knows how a resource really is, for the detection of drift.
type Actual interface {
	// Properties are those of the resource as it is, at least those that the template has and that
	// can be read. known is false if nothing can be said, exists is false if it was deleted.
	Properties(ctx context.Context, template *Template, resource Resource) (properties map[string]any, exists, known bool)
}

// Operation is what is being done to one stack.
type Operation struct {
	ID     string    // unique in the run
	Before *Template // what the stack has; nil for a new stack
	Next   *Template // what it is to become; nil for a deletion
	Begun  bool      // it is being done, and not only looked at
}

// Template is a template with everything that it is evaluated by.
type Template struct {
	StackName         string
	StackID           string // the ARN
	AccountID, Region string
	Text              string            // as it was uploaded; Body decodes it
	Parameters        map[string]string // those that were given; defaults are the template's
	// Stored are the values of the parameters that name one of the Parameter Store.
	Stored map[string]string `json:",omitempty"`
	Tags   map[string]string
}

// Evaluated is a template with every value resolved.
type Evaluated struct {
	Description string
	Parameters  map[string]string // defaults filled in
	Resources   map[string]Resource
	Outputs     []Output
	Imports     []string // the names of exports that it uses
	// Fault is why CloudFormation takes the template and then stops before the first resource, such
	// as "[Error] /Outputs/A/Value/Fn::GetAtt: ..."; "" if it does not.
	Fault string
}

// Resource is a resource of a template whose condition includes it.
type Resource struct {
	LogicalID, Type string
	PhysicalID      string // what Ref gives
	// Generation is another one if the resource is replaced. What Ref gives can stay.
	Generation string
	Properties map[string]any
	// Attributes are what Fn::GetAtt gives: all that the templates of the operation refer to.
	Attributes map[string]string
	DependsOn  []string // logical ids that it refers to, or names in DependsOn
	// DeletionPolicy and UpdateReplacePolicy are as in the template, "" where it leaves them out.
	DeletionPolicy, UpdateReplacePolicy string
	Fault                               string // why its service refuses it; "" if it does not
	// Unresolved is why its properties can't be worked out before another stack has changed: "No
	// export named x found"; "" if they can.
	Unresolved string
	// Hidden are the properties that answers do not show: a NoEcho parameter is in them. The engine
	// knows which.
	Hidden []string `json:",omitempty"`
}

// is says that two are the same thing, and not one in place of the other. A provider without
// generations tells by the ids.
func (r *Resource) is(other *Resource) bool {
	if r.Generation != "" || other.Generation != "" {
		return r.Generation == other.Generation
	}
	return r.PhysicalID == other.PhysicalID
}

// Output is one output of a stack.
type Output struct{ Key, Value, Description, ExportName string }

// Step is one thing that is done to one resource.
type Step struct {
	Action Action
	// Resource is as it is from now on: the one that is created or updated, or the one deleted.
	Resource Resource
	// Rollback says that the resource is on its way back to what the operation found, or is one
	// that the operation has made and that goes again.
	Rollback bool
}

// Action is what a Step does.
type Action string

// The actions. A replacement is a Create under a new PhysicalID, and a Delete of the old one in the
// clean-up. A rollback is an Update to the old one, and a Delete of the new one.
const (
	Create Action = "Create"
	Update Action = "Update"
	Delete Action = "Delete"
	// Retain is for a resource that its stack gives up and does not delete, by a policy.
	Retain Action = "Retain"
)

// Refusal is an error in AWS's words, with its code.
type Refusal struct{ Code, Message string }

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// Failure is an error of Apply after which a resource that could not be created is there
// nevertheless.
type Failure struct{ Reason string }

func (f *Failure) Error() string { return f.Reason }
