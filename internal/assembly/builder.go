package assembly

import (
	"fmt"

	"cognito-m2m/internal/assembly/template"
)

// builder collects the model while resources are read in any order.
type builder struct {
	model *Model
	// attachments put the parts of an API into the one their ApiId names, once all APIs are there.
	attachments []attachment
	evaluation  *template.Evaluation
	codeAt      func(bucket, key string) (asset, bool)
}

type attachment struct {
	part  Resource
	apiID string
	to    func(api *API)
}

// attach puts a part of an API into it later. An ApiId that could not be resolved is empty and was
// reported.
func (b *builder) attach(part Resource, apiID string, to func(api *API)) {
	if apiID != "" {
		b.attachments = append(b.attachments, attachment{part, apiID, to})
	}
}

// attachParts puts each part into the API that its ApiId names.
func (b *builder) attachParts() {
	apis := map[string]*API{}
	for i := range b.model.APIs {
		apis[b.model.APIs[i].ID] = &b.model.APIs[i]
	}
	for _, a := range b.attachments {
		api, ok := apis[a.apiID]
		if !ok {
			b.cannot(a.part, "ApiId", "the stage has no HTTP API with the id %q", a.apiID)
			continue
		}
		a.to(api)
	}
}

// fail reports what the service of the resource refuses.
func (b *builder) fail(r Resource, property, format string, args ...any) {
	b.evaluation.Report(r, Problem{
		Kind: Invalid, Property: property, Message: fmt.Sprintf(format, args...), RefusedBy: template.ServiceOf(r.Type),
	})
}

// cannot reports what a run can't do, whatever AWS makes of it.
func (b *builder) cannot(r Resource, property, format string, args ...any) {
	b.evaluation.Report(r, Problem{Kind: Invalid, Property: property, Message: fmt.Sprintf(format, args...), RefusedBy: template.LocalRuntime})
}

// unsupported reports what a run may do without.
func (b *builder) unsupported(r Resource, property, reason string) {
	b.evaluation.Report(r, Problem{Kind: Unsupported, Property: property, Message: reason, RefusedBy: template.LocalRuntime})
}

// owners are the logical ids of the resources that were first to have a name.
type owners map[string]string

// claim gives a name to a resource, and returns who has it already. No resource has the empty name:
// that one could not be read, which has been reported.
func (o owners) claim(name string, r Resource) (other string, taken bool) {
	if other, taken = o[name]; !taken && name != "" {
		o[name] = r.LogicalID
	}
	return other, taken
}
