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
	return nothing{}, r.Engine.CancelUpdateStack(r.in, r.form.Get("StackName"))
}

func (r request) rollbackStack() (any, error) {
	id, err := r.Engine.RollbackStack(r.in, r.form.Get("StackName"), flag(r.form, "RetainExceptOnCreate"), r.form.Get("ClientRequestToken"))
	return stackIDResult{id}, err
}

func (r request) continueUpdateRollback() (any, error) {
	skip := texts(r.form, "ResourcesToSkip")
	return nothing{}, r.Engine.ContinueUpdateRollback(r.in, r.form.Get("StackName"), skip, r.form.Get("ClientRequestToken"))
}
