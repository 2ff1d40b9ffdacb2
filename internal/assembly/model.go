package assembly

import "cognito-m2m/internal/assembly/template"

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

// Resource says where in the assembly something of the model comes from.
type Resource = template.Source

// Stack is a stack as CloudFormation describes it. Its outputs are those of the Model that name it.
type Stack struct {
	Name        string
	ID          string // the ARN, as AWS::StackId gives it
	Description string
	Tags        map[string]string // empty if there are none

	TerminationProtection bool
}

// Output is a stack output.
type Output = template.Output
