package assembly

import (
	"slices"

	"cognito-m2m/internal/lambdapolicy"
)

// nameSecrets completes the schedules whose SecretId is a secret's name.
func (b *builder) nameSecrets() {
	for i := range b.model.RotationSchedules {
		schedule := &b.model.RotationSchedules[i]
		for _, secret := range b.model.Secrets {
			if secret.Name == schedule.SecretARN {
				schedule.SecretARN = secret.ARN
			}
		}
	}
}

func (b *builder) checkSecrets() {
	names := owners{}
	for _, s := range b.model.Secrets {
		if other, taken := names.claim(s.Name, s.Resource); taken {
			b.fail(s.Resource, "Name", "the secret %q already exists, as %s", s.Name, other)
		}
	}
}

func (b *builder) checkRotations() {
	rotated := owners{}
	for _, s := range b.model.RotationSchedules {
		isSecret := func(secret Secret) bool { return secret.ARN == s.SecretARN }
		if s.SecretARN != "" && !slices.ContainsFunc(b.model.Secrets, isSecret) {
			b.fail(s.Resource, "SecretId", "the stage has no secret %s", s.SecretARN)
		}
		if other, taken := rotated.claim(s.SecretARN, s.Resource); taken {
			b.fail(s.Resource, "SecretId", "the secret already has a rotation schedule, %s", other)
		}
		if s.AutomaticallyAfterDays > 0 && s.ScheduleExpression != "" {
			b.fail(s.Resource, "RotationRules", "either AutomaticallyAfterDays or ScheduleExpression, not both")
		}
		if b.checkFunction(s.Resource, "RotationLambdaARN", s.FunctionARN) && !b.mayRotate(s) {
			b.fail(s.Resource, "RotationLambdaARN",
				"Secrets Manager cannot invoke the function: no AWS::Lambda::Permission lets %s do it for this secret", rotationPrincipal)
		}
	}
}

const rotationPrincipal = "secretsmanager.amazonaws.com"

// mayRotate reports whether the function's policy lets Secrets Manager invoke it for the secret.
//
// Parity: Assembly: permission of a rotation
func (b *builder) mayRotate(s RotationSchedule) bool {
	source := lambdapolicy.Source{Principal: rotationPrincipal, ARN: s.SecretARN, Account: b.model.AccountID}
	return slices.ContainsFunc(b.model.Permissions, func(p Permission) bool {
		return p.FunctionARN == s.FunctionARN && p.Qualifier == s.Qualifier &&
			b.evaluation.spend(p.Resource, len(p.SourceARN)*len(s.SecretARN)) && p.statement().Allows(source)
	})
}

func (p Permission) statement() lambdapolicy.Statement {
	return lambdapolicy.Statement{
		Principal: p.Principal, Action: p.Action, SourceARN: p.SourceARN, SourceAccount: p.SourceAccount,
	}
}
