package diff

import "cognito-m2m/internal/diff/change"

// Report is what differs between two cloud assemblies. Everything in it is sorted, so equal input
// gives equal output; its JSON keys are stable.
type Report struct {
	// Findings are what a reviewer has to see: first what concerns security, then what is replaced
	// or removed.
	Findings []Finding `json:"findings"`
	// Environments are those of either assembly, narrowed by Options.Environment.
	Environments []Environment `json:"environments"`
}

// Finding is one thing that matters, in every environment in which it happens.
type Finding struct {
	Rule         string   `json:"rule"`
	Effect       Effect   `json:"effect"`
	Environments []string `json:"environments"`
	// Subject is the resource as a person calls it: route GET /orders, app client reader.
	Subject string `json:"subject"`
	Message string `json:"message"`
}

// Effect says what a finding does.
type Effect string

// The effects, in the order in which findings are shown.
const (
	Loosens  Effect = "loosens"  // more is allowed, or less is protected or recorded
	Changes  Effect = "changes"  // other than before; the template does not say whether it is more or less
	Tightens Effect = "tightens" // less is allowed: a caller that relied on it is refused
	Replaces Effect = "replaces" // something stateful is made anew, with another id, address or content
	Removes  Effect = "removes"  // something stateful is no longer in the template
)

// effects gives each effect its place in a report.
var effects = map[Effect]int{Loosens: 0, Changes: 1, Tightens: 2, Replaces: 3, Removes: 4}

// Stateful reports whether the finding is about a resource that holds what a new one would not:
// ids, secrets, addresses or data.
func (e Effect) Stateful() bool { return e == Replaces || e == Removes }

// What CloudFormation makes of a changed resource; the other kinds are package change's.
const (
	Replaced   change.Kind = "replaced"
	MayReplace change.Kind = "mayReplace" // changed, in a type about which m2m can't tell whether it is replaced
)

// Environment is one CDK stage. Stacks are listed only where both assemblies have it.
type Environment struct {
	Name   string      `json:"name"`
	Change change.Kind `json:"change"`
	Stacks []Stack     `json:"stacks"`
}

// Stack is one stack of an environment; one without a difference has no resources and no elements.
type Stack struct {
	Name      string           `json:"name"`
	Change    change.Kind      `json:"change"`
	Resources []Resource       `json:"resources"`
	Elements  []change.Element `json:"elements"`
}

// Resource is a resource that differs.
type Resource struct {
	LogicalID string `json:"logicalId"`
	// WasLogicalID is set for a resource that goes on under another logical id.
	WasLogicalID string `json:"wasLogicalId,omitempty"`
	Type         string `json:"type"`
	// Path is the construct path inside the environment, the logical id if there is none.
	Path   string      `json:"path"`
	Change change.Kind `json:"change"`
	// Reason says why the resource is replaced.
	Reason string `json:"reason,omitempty"`
	// AssetChanged is true if the code or another asset differs. Its hash is left out of
	// Differences.
	AssetChanged bool                `json:"assetChanged,omitempty"`
	Differences  []change.Difference `json:"differences"`
}

// Equal reports whether there is no difference at all.
func (r *Report) Equal() bool {
	for _, e := range r.Environments {
		if e.Change != change.Same {
			return false
		}
	}
	return len(r.Findings) == 0
}

// Stateful lists the findings that replace or remove something stateful.
func (r *Report) Stateful() []Finding { return r.filter(Effect.Stateful) }

// Security lists the other findings.
func (r *Report) Security() []Finding {
	return r.filter(func(e Effect) bool { return !e.Stateful() })
}

func (r *Report) filter(wanted func(Effect) bool) []Finding {
	var found []Finding
	for _, f := range r.Findings {
		if wanted(f.Effect) {
			found = append(found, f)
		}
	}
	return found
}
