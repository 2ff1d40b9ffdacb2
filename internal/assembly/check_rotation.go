package assembly

import (
	"regexp"
	"slices"
	"strings"
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
	return slices.ContainsFunc(b.model.Permissions, func(p Permission) bool {
		return p.FunctionARN == s.FunctionARN && p.Qualifier == s.Qualifier &&
			p.Principal == rotationPrincipal && slices.Contains([]string{"lambda:InvokeFunction", "lambda:*"}, p.Action) &&
			(p.SourceAccount == "" || p.SourceAccount == b.model.AccountID) &&
			(p.SourceARN == "" || b.evaluation.spend(p.Resource, len(p.SourceARN)*len(s.SecretARN)) && matchARN(p.SourceARN, s.SecretARN))
	})
}

// matchARN lets * stand for any text and ? for one character.
func matchARN(pattern, arn string) bool {
	expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	matcher, err := regexp.Compile("^" + expression + "$") // fails for text that is not UTF-8, which no ARN is
	return err == nil && matcher.MatchString(arn)
}
