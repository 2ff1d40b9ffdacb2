package assembly

// secret: a value that CloudFormation generates would be another one in every run and is nobody's to read.
var secret = resourceType{
	properties: properties{
		"Name":         text().like(`^[A-Za-z0-9/_+=.@-]{1,512}$`),
		"Description":  text(),
		"KmsKeyId":     text(),
		"SecretString": text(),
		"Tags":         listOf(object(properties{"Key": text().must(), "Value": text().must().orEmpty()})).atMost(50),

		"GenerateSecretString": unsupported("generated values are not simulated; give a SecretString"),
		"ReplicaRegions":       unsupported("replicas in other Regions are not simulated"),
		"Type":                 unsupported("secrets that others than AWS manage are not simulated"),
	},
	ref:        secretARN,
	attributes: map[string]attribute{"Id": secretARN},
	read:       readSecret,
}

// secretName is the Name, or what CloudFormation makes of the logical id if the template leaves it out.
//
// Parity: Assembly: generated names
func secretName(at place, r *resource) (any, bool) {
	if name, ok := r.text("Name"); name != "" || !ok {
		return name, ok
	}
	id, ok := r.id(at)
	return r.logicalID + "-" + id, ok
}

// secretARN ends with six characters that Secrets Manager adds to the name, here the first of the generated id.
func secretARN(at place, r *resource) (any, bool) {
	const added = 6
	id, okID := r.id(at)
	name, okName := textOf(secretName, at, r)
	return r.scope.arn("secretsmanager", "secret:"+name+"-"+cut(id, added)), okID && okName
}

func readSecret(b *builder, r *resource, v values) {
	name, _ := textOf(secretName, r.place(), r)
	s := Secret{
		Resource:     r.source(),
		ARN:          r.reference(),
		Name:         name,
		Description:  v.text("Description"),
		KMSKeyID:     v.text("KmsKeyId"),
		SecretString: v.optionalText("SecretString"),
		Tags:         map[string]string{},
	}
	if s.SecretString != nil && len(*s.SecretString) > longestSecret {
		b.fail(s.Resource, "SecretString", "the value takes %d bytes, and Secrets Manager allows %d", len(*s.SecretString), longestSecret)
	}
	for _, tag := range v.objects("Tags") {
		s.Tags[tag.text("Key")] = tag.text("Value")
	}
	b.model.Secrets = append(b.model.Secrets, s)
}

const (
	longestSecret   = 65536 // bytes
	longestRotation = 1000  // days
)

var rotationSchedule = resourceType{
	properties: properties{
		"SecretId":          text().must(),
		"RotationLambdaARN": text().must(),
		"RotationRules": object(properties{
			"AutomaticallyAfterDays": whole(1, longestRotation),
			"ScheduleExpression":     text().like(`^(cron|rate)\(.+\)$`),
			"Duration":               text().like(`^[0-9]{1,2}h$`),
		}),
		"RotateImmediatelyOnUpdate": flag(),

		"HostedRotationLambda":           unsupported("rotation by a function of AWS's own is not simulated"),
		"ExternalSecretRotationMetadata": unsupported("rotation by others than a function is not simulated"),
		"ExternalSecretRotationRoleArn":  unsupported("rotation by others than a function is not simulated"),
	},
	ref:        valueOf("SecretId"),
	attributes: map[string]attribute{"Id": valueOf("SecretId")},
	read:       readRotationSchedule,
}

func readRotationSchedule(b *builder, r *resource, v values) {
	rules := v.object("RotationRules")
	s := RotationSchedule{
		Resource:                  r.source(),
		SecretARN:                 v.text("SecretId"),
		AutomaticallyAfterDays:    rules.whole("AutomaticallyAfterDays", 0),
		ScheduleExpression:        rules.text("ScheduleExpression"),
		Duration:                  rules.text("Duration"),
		RotateImmediatelyOnUpdate: true,
	}
	s.FunctionARN, s.Qualifier = cutQualifier(v.text("RotationLambdaARN"))
	if immediately, given := v["RotateImmediatelyOnUpdate"].(bool); given {
		s.RotateImmediatelyOnUpdate = immediately
	}
	b.model.RotationSchedules = append(b.model.RotationSchedules, s)
}
