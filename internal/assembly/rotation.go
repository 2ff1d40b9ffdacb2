package assembly

import (
	"slices"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/lambdapolicy"
	"cognito-m2m/internal/secretlimits"
)

var rotationSchedule = template.Type{
	Properties: template.Properties{
		"SecretId":          template.Text().Must(),
		"RotationLambdaARN": template.Text().NeededBy(template.Unknown),
		"RotationRules": template.Object(template.Properties{
			"AutomaticallyAfterDays": template.Whole(1, secretlimits.MaxRotationDays),
			"ScheduleExpression":     template.Text().Like(`^(cron|rate)\(.+\)$`),
			"Duration":               template.Text().Like(`^[0-9]{1,2}h$`),
		}),
		"RotateImmediatelyOnUpdate": template.Flag(),

		"HostedRotationLambda":           template.NotSimulated("rotation by a function of AWS's own is not simulated"),
		"ExternalSecretRotationMetadata": template.NotSimulated("rotation by others than a function is not simulated"),
		"ExternalSecretRotationRoleArn":  template.NotSimulated("rotation by others than a function is not simulated"),
	},
	Ref:        template.ValueOf("SecretId"),
	Attributes: map[string]template.Attribute{"Id": template.ValueOf("SecretId")},
}

func readRotationSchedule(b *builder, r *template.Resource, v template.Values) {
	rules := v.Object("RotationRules")
	s := RotationSchedule{
		Resource:                  r.Source(),
		SecretARN:                 v.Text("SecretId"),
		AutomaticallyAfterDays:    rules.Whole("AutomaticallyAfterDays", 0),
		ScheduleExpression:        rules.Text("ScheduleExpression"),
		Duration:                  rules.Text("Duration"),
		RotateImmediatelyOnUpdate: true,
	}
	s.FunctionARN, s.Qualifier = cutQualifier(v.Text("RotationLambdaARN"))
	if immediately, given := v.Any("RotateImmediatelyOnUpdate").(bool); given {
		s.RotateImmediatelyOnUpdate = immediately
	}
	b.model.RotationSchedules = append(b.model.RotationSchedules, s)
}

// nameSecrets completes the schedules whose SecretId is a secret's name.
func (b *builder) nameSecrets() {
	arns := b.secretsByName()
	for i := range b.model.RotationSchedules {
		schedule := &b.model.RotationSchedules[i]
		if arn, isName := arns[schedule.SecretARN]; isName {
			schedule.SecretARN = arn
		}
	}
}

func (b *builder) checkRotations() {
	rotated, secrets := make(owners, len(b.model.RotationSchedules)), make(map[string]bool, len(b.model.Secrets))
	for _, secret := range b.model.Secrets {
		secrets[secret.ARN] = true
	}
	for _, s := range b.model.RotationSchedules {
		if s.SecretARN != "" && !secrets[s.SecretARN] {
			b.cannot(s.Resource, "SecretId", "the stage has no secret %s", s.SecretARN)
		}
		if other, taken := rotated.claim(s.SecretARN, s.Resource); taken {
			b.fail(s.Resource, "SecretId", "the secret already has a rotation schedule, %s", other)
		}
		if s.AutomaticallyAfterDays > 0 && s.ScheduleExpression != "" {
			b.fail(s.Resource, "RotationRules", "either AutomaticallyAfterDays or ScheduleExpression, not both")
		}
		if b.checkFunction(s.Resource, "RotationLambdaARN", s.FunctionARN) && !b.mayRotate(s) {
			b.fail(s.Resource, "RotationLambdaARN",
				"Secrets Manager cannot invoke the function: no AWS::Lambda::Permission lets %s do it for this secret", lambdapolicy.SecretsManager)
		}
	}
}

// mayRotate reports whether the function's policy lets Secrets Manager invoke it for the secret.
//
// Parity: Assembly: permission of a rotation
func (b *builder) mayRotate(s RotationSchedule) bool {
	source := lambdapolicy.Source{Principal: lambdapolicy.SecretsManager, ARN: s.SecretARN, Account: b.model.AccountID}
	return slices.ContainsFunc(b.model.Permissions, func(p Permission) bool {
		return p.FunctionARN == s.FunctionARN && p.Qualifier == s.Qualifier &&
			b.evaluation.Spend(p.Resource, p.Work(source)) && p.Allows(source)
	})
}
