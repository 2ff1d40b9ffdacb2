package rehearsal

import (
	"context"
	"errors"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/secretsmanager"
)

// refuses is the error of a service that refuses a step only when it comes.
//
// Parity: Runtime: when a service refuses
func (s *site) refuses(ctx context.Context, stack *deployedStack, step engine.Step) error {
	switch {
	case step.Action == engine.Delete && step.Resource.Type == "AWS::Cognito::UserPool" && s.isThere(stack, step) &&
		step.Resource.Properties["DeletionProtection"] == "ACTIVE":
		return errors.New(cognito.ProtectedPool) //nolint:staticcheck // AWS's words
	case step.Resource.Type == "AWS::Lambda::Function" && step.Action != engine.Delete && step.Action != engine.Retain && !step.Rollback:
		return s.prepareOf(ctx, stack, step.Resource.LogicalID)
	case step.Resource.Type == "AWS::Cognito::UserPoolDomain" && step.Action == engine.Create && !step.Rollback:
		return s.secondDomain(stack, step.Resource.LogicalID)
	case step.Resource.Type == "AWS::SecretsManager::RotationSchedule" && (step.Action == engine.Create || step.Action == engine.Update) && !step.Rollback:
		return s.mayRotate(stack, step.Resource.LogicalID)
	}
	return nil
}

// mayRotate wants the permission to be there by which Secrets Manager invokes the function.
func (s *site) mayRotate(stack *deployedStack, logicalID string) error {
	there, err := s.there()
	if err != nil {
		return err
	}
	for _, schedule := range stack.operation.model.RotationSchedules {
		if schedule.LogicalID != logicalID || schedule.Stack != stack.name() {
			continue
		}
		source := lambdapolicy.Source{Principal: lambdapolicy.SecretsManager, ARN: schedule.SecretARN, Account: s.place.AccountID}
		if !slices.ContainsFunc(there.Permissions, func(p assembly.Permission) bool {
			return p.FunctionARN == schedule.FunctionARN && p.Qualifier == schedule.Qualifier && p.Allows(source)
		}) {
			return secretsmanager.ErrNotInvocable
		}
	}
	return nil
}

// secondDomain refuses a domain of a pool that has one: a pool can have one of Cognito's own, and
// one custom domain.
//
// Source: [O] aws-cdk #10062.
func (s *site) secondDomain(stack *deployedStack, logicalID string) error {
	there, err := s.there()
	if err != nil {
		return err
	}
	for _, made := range stack.operation.model.UserPoolDomains {
		if made.LogicalID != logicalID || made.Stack != stack.name() {
			continue
		}
		for _, other := range there.UserPoolDomains {
			if other.UserPoolID == made.UserPoolID && other.Custom() == made.Custom() && other.Domain != made.Domain {
				return errors.New("User pool already has a domain configured.") //nolint:staticcheck // AWS's words
			}
		}
	}
	return nil
}

// isThere reports whether the resource that a deletion is about is there.
func (s *site) isThere(stack *deployedStack, step engine.Step) bool {
	return stack.side(step)[step.Resource.LogicalID]
}

// prepareOf makes the code of a function ready for this machine, if it is called here.
func (s *site) prepareOf(ctx context.Context, stack *deployedStack, logicalID string) error {
	model := stack.operation.model
	for _, declared := range model.Functions {
		if declared.LogicalID != logicalID || declared.Stack != stack.operation.next.StackName {
			continue
		}
		if _, arns := callerOf(views(model.Model), declared); len(arns) > 0 {
			_, err := s.bootstrapOf(ctx, declared)
			return err
		}
	}
	return nil
}
