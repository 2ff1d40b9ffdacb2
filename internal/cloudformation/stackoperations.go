package cloudformation

import (
	"cognito-m2m/internal/cloudformation/engine"
)

type stackIDResult struct {
	StackID string `xml:"StackId"`
}

// nothing is the result of an operation that has none.
type nothing struct{}

func (r request) createStack() (any, error) {
	id, err := r.Engine.CreateStack(r.ctx, r.in, inputOf(r.form))
	return stackIDResult{id}, err
}

func (r request) updateStack() (any, error) {
	id, err := r.Engine.UpdateStack(r.ctx, r.in, inputOf(r.form))
	return stackIDResult{id}, err
}

func (r request) deleteStack() (any, error) {
	return nothing{}, r.Engine.DeleteStack(r.in, engine.DeleteInput{
		StackName: r.form.Get("StackName"), Retain: texts(r.form, "RetainResources"), Token: r.form.Get("ClientRequestToken"),
	})
}

func (r request) updateTerminationProtection() (any, error) {
	id, err := r.Engine.UpdateTerminationProtection(r.in, r.form.Get("StackName"), flag(r.form, "EnableTerminationProtection"))
	return stackIDResult{id}, err
}

func (r request) cancelUpdateStack() (any, error) {
	return nothing{}, r.Engine.CancelUpdateStack(r.in, r.form.Get("StackName"), r.form.Get("ClientRequestToken"))
}

func (r request) rollbackStack() (any, error) {
	id, err := r.Engine.RollbackStack(r.in, r.form.Get("StackName"), flag(r.form, "RetainExceptOnCreate"), r.form.Get("ClientRequestToken"))
	return stackIDResult{id}, err
}

func (r request) continueUpdateRollback() (any, error) {
	return nothing{}, r.Engine.ContinueUpdateRollback(r.in, engine.ContinueInput{
		StackName: r.form.Get("StackName"), Skip: texts(r.form, "ResourcesToSkip"), Force: flag(r.form, "ForceRollback"),
		Token: r.form.Get("ClientRequestToken"),
	})
}

func (r request) setStackPolicy() (any, error) {
	return nothing{}, r.Engine.SetStackPolicy(r.ctx, r.in, r.form.Get("StackName"), policyOf(r.form, "StackPolicy"))
}

type getStackPolicyResult struct {
	Body string `xml:"StackPolicyBody,omitempty"`
}

func (r request) getStackPolicy() (any, error) {
	result := &getStackPolicyResult{}
	err := r.view(func(s *engine.Stack) { result.Body = s.CurrentPolicy() })
	return result, err
}
