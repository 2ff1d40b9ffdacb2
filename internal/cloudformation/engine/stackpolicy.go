package engine

import (
	"context"
	"errors"
	"slices"

	"cognito-m2m/internal/cloudformation/stackpolicy"
)

// PolicyInput is a stack's policy in a request: its text, or where that is. Neither is none.
type PolicyInput struct{ Body, URL string }

// policy is the text of a policy that is one, "" for none.
func (e *Engine) policy(ctx context.Context, input PolicyInput) (text string, err error) {
	switch {
	case input.Body != "" && input.URL != "":
		return "", invalid("You cannot specify both StackPolicyURL and StackPolicyBody")
	case input.URL != "":
		if text, err = e.object(ctx, input.URL); err != nil {
			return "", err
		}
	default:
		text = input.Body
	}
	if text == "" {
		return "", nil
	}
	if _, err := stackpolicy.Parse(text); err != nil {
		return "", invalid("%s", err.Error())
	}
	return text, nil
}

// SetStackPolicy gives a stack a policy. It has no other effect on an update that is under way.
func (e *Engine) SetStackPolicy(ctx context.Context, in Place, name string, input PolicyInput) error {
	text, err := e.policy(ctx, input)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.find(in, name)
	switch {
	case s == nil || s.Deleted():
		return ErrNoStack
	case text == "":
		return invalid("SetStackPolicy needs a StackPolicyBody or a StackPolicyURL")
	}
	return e.unsaved(e.try(s, func() { s.Policy = text }))
}

// CurrentPolicy is the text of the policy that counts: while an update with one of its own is under
// way, that one. It is "" for none.
func (s *Stack) CurrentPolicy() string {
	if s.Operation != nil && s.Operation.PolicyDuring != "" {
		return s.Operation.PolicyDuring
	}
	return s.Policy
}

// checkPolicy fails an update that changes what the policy protects, before anything is changed.
//
// Parity: CloudFormation: when a stack policy is asked
func (e *Engine) checkPolicy(s *Stack, o *operation) {
	if o.Kind != update || o.Policy == "" {
		return
	}
	policy, err := stackpolicy.Parse(o.Policy)
	if err != nil {
		policy = &stackpolicy.Policy{}
	}
	ids := slices.Concat(order(o.Targets), order(s.Resources))
	for _, id := range ids {
		current, target := s.Resources[id], o.Targets[id]
		action := stackpolicy.Modify
		switch {
		case !current.made():
			continue
		case target == nil:
			action = stackpolicy.Delete
		case !current.is(&target.Resource):
			action = stackpolicy.Replace
		case same(current.Properties, target.Properties):
			continue
		}
		reason := policy.Denies(action, id, current.Type)
		if reason == "" {
			continue
		}
		o.Touched = append(o.Touched, id)
		e.show(s, current, updateFailed, reason)
		o.Failed = append(o.Failed, failed{id, "update"})
		e.turnBack(s, o)
		return
	}
}

// object reads what is at an address.
func (e *Engine) object(ctx context.Context, url string) (string, error) {
	if e.config.Object == nil {
		return "", invalid("TemplateURL must be a supported URL.")
	}
	content, err := e.config.Object(ctx, url)
	if _, refused := errors.AsType[*Refusal](err); refused {
		return "", err
	}
	if err != nil {
		return "", invalid("S3 error: %s", err.Error())
	}
	return string(content), nil
}
