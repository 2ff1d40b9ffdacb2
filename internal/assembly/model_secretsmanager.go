package assembly

// Secret is an AWS::SecretsManager::Secret.
type Secret struct {
	Resource

	ARN          string
	Name         string
	Description  string
	KMSKeyID     string            // empty: the key that AWS manages
	SecretString *string           // the first value, as it stands in the template; nil if the secret starts without one
	Tags         map[string]string // empty if there are none
}

// RotationSchedule is an AWS::SecretsManager::RotationSchedule.
type RotationSchedule struct {
	Resource

	SecretARN                 string
	FunctionARN               string // without qualifier
	Qualifier                 string // the alias or version in the RotationLambdaARN, if there is one
	AutomaticallyAfterDays    int    // 0 if ScheduleExpression says when, or nothing does
	ScheduleExpression        string
	Duration                  string // of the window for a rotation: 3h; empty leaves it to AWS
	RotateImmediatelyOnUpdate bool   // also when the schedule is created; true if the template leaves it out
}
