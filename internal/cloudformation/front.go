package cloudformation

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"cognito-m2m/internal/cloudformation/engine"
)

// Front answers for the stacks of an engine. It is safe for concurrent use.
type Front struct {
	// Engine has the stacks.
	Engine *engine.Engine
	// Place is the account and Region of the request with this context.
	Place func(ctx context.Context) engine.Place
}

// request is one call on its way to the engine.
type request struct {
	*Front
	ctx  context.Context
	in   engine.Place
	form url.Values
}

// operation is one of the API's, with the parameters that it takes here.
type operation struct {
	run     func(request) (any, error)
	changes bool // a stack
	takes   string
}

// stackInput are the parameters that CreateStack, UpdateStack and CreateChangeSet have in common.
const stackInput = "StackName TemplateBody TemplateURL Parameters Capabilities Tags RoleARN NotificationARNs RetainExceptOnCreate DisableRollback DeploymentConfig ResourceTypes "

// operations are those that work on an engine.
var operations = map[string]operation{
	"CancelUpdateStack":                 {request.cancelUpdateStack, true, "StackName ClientRequestToken"},
	"ContinueUpdateRollback":            {request.continueUpdateRollback, true, "StackName RoleARN ResourcesToSkip ForceRollback ClientRequestToken"},
	"CreateChangeSet":                   {request.createChangeSet, true, stackInput + "ChangeSetName ChangeSetType ClientToken Description UsePreviousTemplate IncludeNestedStacks ImportExistingResources OnStackFailure ResourcesToImport"},
	"CreateStack":                       {request.createStack, true, stackInput + "ClientRequestToken OnFailure EnableTerminationProtection StackPolicyBody StackPolicyURL"},
	"DeleteChangeSet":                   {request.deleteChangeSet, true, "ChangeSetName StackName"},
	"DeleteStack":                       {request.deleteStack, true, "StackName RetainResources RoleARN ClientRequestToken DeploymentConfig"},
	"DescribeChangeSet":                 {request.describeChangeSet, false, "ChangeSetName StackName IncludePropertyValues NextToken"},
	"DescribeEvents":                    {request.describeEvents, false, "ChangeSetName StackName OperationId Filters NextToken"},
	"DescribeStackDriftDetectionStatus": {request.describeStackDriftDetectionStatus, false, "StackDriftDetectionId"},
	"DescribeStackEvents":               {request.describeStackEvents, false, "StackName NextToken"},
	"DescribeStackResource":             {request.describeStackResource, false, "StackName LogicalResourceId"},
	"DescribeStackResourceDrifts":       {request.describeStackResourceDrifts, false, "StackName StackResourceDriftStatusFilters MaxResults NextToken"},
	"DescribeStackResources":            {request.describeStackResources, false, "StackName LogicalResourceId PhysicalResourceId"},
	"DescribeStacks":                    {request.describeStacks, false, "StackName NextToken"},
	"DetectStackDrift":                  {request.detectStackDrift, true, "StackName LogicalResourceIds"},
	"ExecuteChangeSet":                  {request.executeChangeSet, true, "ChangeSetName StackName ClientRequestToken DisableRollback RetainExceptOnCreate"},
	"GetStackPolicy":                    {request.getStackPolicy, false, "StackName"},
	"GetTemplate":                       {request.getTemplate, false, "StackName ChangeSetName TemplateStage"},
	"GetTemplateSummary":                {request.getTemplateSummary, false, "StackName TemplateBody TemplateURL TemplateSummaryConfig"},
	"ListChangeSets":                    {request.listChangeSets, false, "StackName NextToken"},
	"ListExports":                       {request.listExports, false, "NextToken"},
	"ListHookResults":                   {request.listHookResults, false, "TargetType TargetId NextToken"},
	"ListImports":                       {request.listImports, false, "ExportName NextToken"},
	"ListStackResources":                {request.listStackResources, false, "StackName NextToken"},
	"ListStacks":                        {request.listStacks, false, "StackStatusFilter NextToken"},
	"RollbackStack":                     {request.rollbackStack, true, "StackName RoleARN RetainExceptOnCreate ClientRequestToken"},
	"SetStackPolicy":                    {request.setStackPolicy, true, "StackName StackPolicyBody StackPolicyURL"},
	"UpdateStack":                       {request.updateStack, true, stackInput + "ClientRequestToken UsePreviousTemplate StackPolicyBody StackPolicyURL StackPolicyDuringUpdateBody StackPolicyDuringUpdateURL"},
	"UpdateTerminationProtection":       {request.updateTerminationProtection, true, "StackName EnableTerminationProtection"},
	"ValidateTemplate":                  {request.validateTemplate, false, "TemplateBody TemplateURL"},
}

// Call runs an operation of the CloudFormation API on the parameters of its form. Output marshals
// to the XML of the operation's result. The error is an *Error, or a
// *requester.DeniedError.
func (f *Front) Call(ctx context.Context, name string, form url.Values) (output any, err error) {
	operation, ok := operations[name]
	if !ok {
		return nil, unknownOperation(name, slices.Sorted(maps.Keys(operations)))
	}
	if err := permit(ctx, name, form); err != nil {
		return nil, err
	}
	if err := operation.check(name, form); err != nil {
		return nil, err
	}
	output, err = operation.run(request{f, ctx, f.Place(ctx), form})
	return output, refusal(err, form.Get("StackName"), form.Get("ChangeSetName"))
}

// check refuses parameters that would be ignored.
//
// Parity: CloudFormation: parameters that are not simulated
func (o operation) check(name string, form url.Values) error {
	for _, key := range slices.Sorted(maps.Keys(form)) {
		parameter, _, _ := strings.Cut(key, ".")
		if parameter == "Action" || parameter == "Version" || slices.Contains(strings.Fields(o.takes), parameter) {
			continue
		}
		return invalid("The parameter %s of %s is not simulated.", parameter, name)
	}
	if err := checkTags(objects(form, "Tags")); err != nil {
		return err
	}
	if mode := form.Get("DeploymentConfig.Mode"); mode != "" && mode != "STANDARD" {
		return invalid("DeploymentConfig.Mode %s is not simulated: STANDARD is.", mode)
	}
	return nil
}

// followsAssembly refuses to change the stacks of an assembly.
func followsAssembly(name string) *Error {
	return invalid("%s: this run follows an assembly; start `m2m up --empty` to deploy into it", name)
}
