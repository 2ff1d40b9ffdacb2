package assembly

import "fmt"

// Model is one stage with every value resolved. Everything in it is in the order of stack name and logical id.
type Model struct {
	// Region and AccountID are those of the stacks that hold simulated resources.
	Region    string
	AccountID string

	Stacks []Stack

	UserPools         []UserPool
	ResourceServers   []ResourceServer
	UserPoolClients   []UserPoolClient
	UserPoolDomains   []UserPoolDomain
	Functions         []Function
	Permissions       []Permission
	APIs              []API
	Secrets           []Secret
	RotationSchedules []RotationSchedule
	Outputs           []Output

	// NotSimulated are the resources that are known and play no part in a local run.
	NotSimulated []Resource
}

// Resource says where in the assembly something comes from.
type Resource struct {
	Stack     string // the stack's name: m2m-dev-Api
	LogicalID string
	Path      string // the construct path: dev/Api/Echo/Resource; empty if the assembly does not say
	Type      string // the CloudFormation type: AWS::Lambda::Function
}

// problem is an Invalid problem of the resource that only shows beside other resources.
func (r Resource) problem(property, format string, args ...any) Problem {
	return Problem{
		Stack: r.Stack, LogicalID: r.LogicalID, Path: r.Path,
		Property: property, Message: fmt.Sprintf(format, args...),
	}
}

// Stack is a stack as CloudFormation describes it. Its outputs are those of the Model that name it.
type Stack struct {
	Name        string
	ID          string // the ARN, as AWS::StackId gives it
	Description string
	Tags        map[string]string // empty if there are none

	TerminationProtection bool
}

// Output is a stack output.
type Output struct {
	Stack       string
	Key         string
	Value       string
	Description string
	ExportName  string // empty if the output is not exported
}

// builder collects the model while resources are read in any order.
type builder struct {
	model *Model
	// attachments put the parts of an API into the one their ApiId names, once all APIs are there.
	attachments []attachment
	evaluation  *evaluation
}

type attachment struct {
	part  Resource
	apiID string
	to    func(api *API)
}

// attach puts a part of an API into it later. An ApiId that could not be resolved is empty and was reported.
func (b *builder) attach(part Resource, apiID string, to func(api *API)) {
	if apiID != "" {
		b.attachments = append(b.attachments, attachment{part, apiID, to})
	}
}

func (b *builder) build() {
	b.nameSecrets()
	apis := map[string]*API{}
	for i := range b.model.APIs {
		apis[b.model.APIs[i].ID] = &b.model.APIs[i]
	}
	for _, a := range b.attachments {
		api, ok := apis[a.apiID]
		if !ok {
			b.fail(a.part, "ApiId", "the stage has no HTTP API with the id %q", a.apiID)
			continue
		}
		a.to(api)
	}
}
