package assembly

import "maps"

// Template is one stack as it was synthesized, with nothing resolved.
type Template struct {
	StackName string
	// Account and Region are empty where the stack is not bound to one.
	Account, Region string
	// TerminationProtection is what the manifest asks CloudFormation to do, for the stack as a whole.
	TerminationProtection bool
	// DeployRole and LookupRole are the ARNs of the roles with which the CDK CLI deploys the stack and looks at it. In them
	// ${AWS::Partition} and ${AWS::AccountId} may stand for what is not known before. Empty: the CLI takes no role.
	DeployRole, LookupRole string
	// Body is the decoded template; its numbers are json.Number. It is shared with the stage: callers only read it.
	Body map[string]any
	// Paths maps logical ids to construct paths, such as dev/Api/Clients/Reader/AppClient/Resource.
	Paths map[string]string
}

// Templates lists the stage's stacks in the order of their names, for readers that look at declarations and not at
// what they resolve to.
func (s *Stage) Templates() []Template {
	templates := make([]Template, len(s.stacks))
	for i, stack := range s.stacks {
		templates[i] = Template{
			StackName:             stack.name,
			Account:               stack.account,
			Region:                stack.region,
			TerminationProtection: stack.terminationProtection,
			DeployRole:            stack.deployRole,
			LookupRole:            stack.lookupRole,
			Body:                  stack.template,
			Paths:                 maps.Clone(stack.paths),
		}
	}
	return templates
}
