package assembly

import (
	"maps"

	"cognito-m2m/internal/assembly/template"
)

// Stage is one CDK stage: the stacks that are deployed together, in the order of their names.
type Stage struct {
	// Name is the stage's path of construct ids: dev, or outer/inner for a stage inside a stage.
	Name string

	stacks []*stack
	assets map[string]asset // by object key, the S3Key of a function's code
	// folder finds code that was uploaded on its own; nil in a stage of an assembly.
	folder func(bucket, key string) (Asset, error)
}

// codeAt is what lies at an S3Bucket and S3Key.
func (s *Stage) codeAt(bucket, key string) (asset, bool) {
	if s.folder == nil || key == "" {
		found, ok := s.assets[key]
		return found, ok
	}
	found, err := s.folder(bucket, key)
	return asset{hash: found.Hash, dir: found.Dir, size: found.Size, zipped: true, fault: err}, true
}

// stack is one aws:cloudformation:stack artifact and the files that belong to it.
type stack struct {
	template.Stack

	tags map[string]string

	terminationProtection bool

	deployRole, lookupRole string // ARNs as the manifest has them
}

// asset is one entry of an asset manifest.
type asset struct {
	hash   string
	dir    string // the file system path of the source
	size   int64  // of the archive that was uploaded
	zipped bool   // the source is a directory that gets zipped, as a function's code is
	fault  error  // why the source can't be used
}

// Template is one stack as it was synthesized, with nothing resolved.
type Template struct {
	StackName string
	// Account and Region are empty where the stack is not bound to one.
	Account, Region string
	// TerminationProtection is what the manifest asks CloudFormation to do, for the stack as a
	// whole.
	TerminationProtection bool
	// DeployRole and LookupRole are the ARNs of the roles with which the CDK CLI deploys the stack
	// and looks at it. In them ${AWS::Partition} and ${AWS::AccountId} may stand for what is not
	// known before. Empty: the CLI takes no role.
	DeployRole, LookupRole string
	// Body is the decoded template; its numbers are json.Number. It is shared with the stage:
	// callers only read it.
	Body map[string]any
	// Paths maps logical ids to construct paths, such as dev/Api/Clients/Reader/AppClient/Resource.
	Paths map[string]string
}

// Templates lists the stage's stacks in the order of their names, for readers that look at
// declarations and not at what they resolve to.
func (s *Stage) Templates() []Template {
	templates := make([]Template, len(s.stacks))
	for i, stack := range s.stacks {
		templates[i] = Template{
			StackName:             stack.Name,
			Account:               stack.Account,
			Region:                stack.Region,
			TerminationProtection: stack.terminationProtection,
			DeployRole:            stack.deployRole,
			LookupRole:            stack.lookupRole,
			Body:                  stack.Body,
			Paths:                 maps.Clone(stack.Paths),
		}
	}
	return templates
}
