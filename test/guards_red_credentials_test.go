package test

import (
	"slices"
	"strings"
)

// drop removes a resource of the Api stack.
func drop(kind, part string) func(stage) {
	return func(s stage) {
		for id := range s.stacks["Api"].resources(kind) {
			if strings.Contains(id, part) {
				delete(s.stacks["Api"].section("Resources"), id)
			}
		}
	}
}

// renamed gives a resource of the Api stack another logical id.
func renamed(kind, part, name string) func(stage) {
	return func(s stage) {
		resource := first(s.stacks["Api"], kind, part)
		drop(kind, part)(s)
		s.stacks["Api"].section("Resources")[name] = resource
	}
}

// rotationStatement sets one key of the statement that allows an action to the rotation function.
func rotationStatement(action, key string, value any) func(stage) {
	return func(s stage) {
		document := properties(first(s.stacks["Api"], "AWS::IAM::Policy", "Rotation"))["PolicyDocument"]
		for _, statement := range at(document, "Statement").([]any) {
			if actions, _ := at(statement, "Action").([]any); slices.Contains(actions, any(action)) {
				statement.(map[string]any)[key] = value
				return
			}
		}
		panic("no statement allows " + action)
	}
}

// without takes an element out of the first schedule's DependsOn.
func without(part string) func(stage) {
	return func(s stage) {
		schedule := first(s.stacks["Api"], "AWS::SecretsManager::RotationSchedule", "Reader")
		schedule["DependsOn"] = slices.DeleteFunc(schedule["DependsOn"].([]any), func(id any) bool {
			return strings.Contains(id.(string), part)
		})
	}
}

// resource sets an attribute of a resource itself, beside its properties.
func resource(kind, part, attribute string, value any) func(stage) {
	return func(s stage) { first(s.stacks["Api"], kind, part)[attribute] = value }
}

const (
	secretKind   = "AWS::SecretsManager::Secret"
	scheduleKind = "AWS::SecretsManager::RotationSchedule"
	alarmKind    = "AWS::CloudWatch::Alarm"
)

// credentialBreakages are grouped by guard, like breakages.
var credentialBreakages = map[string][]breakage{
	"every client has one secret, still to be filled": {
		{"no secret", drop(secretKind, "Reader")},
		{"a second one", foreign(secretKind, map[string]any{"Name": "m2m/dev/reader", "SecretString": "{}"})},
		{"one of nobody's", foreign(secretKind, map[string]any{"Name": "m2m/dev/extra", "SecretString": "{}"})},
		{"another name", api(secretKind, "Reader", "Name", "m2m/reader")},
		{"another environment's name", api(secretKind, "Reader", "Name", "m2m/prod/reader")},
		{"a value", api(secretKind, "Reader", "SecretString", `{"client_secret":"x"}`)},
		{"nearly the placeholder", api(secretKind, "Reader", "SecretString", "{ }")},
		{"no value", api(secretKind, "Reader", "SecretString", nil)},
		{"a value from elsewhere", api(secretKind, "Reader", "SecretString", map[string]any{"Ref": "Parameter"})},
		{"a generated value", api(secretKind, "Reader", "GenerateSecretString", map[string]any{})},
		{"a replica", api(secretKind, "Reader", "ReplicaRegions", []any{map[string]any{"Region": "eu-west-1"}})},
		{"no tag", api(secretKind, "Reader", "Tags", nil)},
		{"another key", api(secretKind, "Reader", "Tags", []any{map[string]any{"Key": "client-id", "Value": map[string]any{"Ref": "ClientsReaderAppClientBA99DBD4"}}})},
		{"another client's id", api(secretKind, "Reader", "Tags", []any{map[string]any{"Key": "m2m:client-id", "Value": map[string]any{"Ref": "ClientsWriterAppClient2B1D73DD"}}})},
		{"a fixed id", api(secretKind, "Reader", "Tags", []any{map[string]any{"Key": "m2m:client-id", "Value": "reader"}})},
		{"a secret that stays", resource(secretKind, "Reader", "DeletionPolicy", "Retain")},
		{"a secret that stays when replaced", resource(secretKind, "Reader", "UpdateReplacePolicy", "Retain")},
	},
	"every secret is rotated, at once and on time": {
		{"no schedule", drop(scheduleKind, "Reader")},
		{"two schedules", func(s stage) { foreign(scheduleKind, properties(first(s.stacks["Api"], scheduleKind, "Reader")))(s) }},
		{"other days", api(scheduleKind, "Reader", "RotationRules", map[string]any{"AutomaticallyAfterDays": 31})},
		{"an expression", api(scheduleKind, "Reader", "RotationRules", map[string]any{"ScheduleExpression": "rate(30 days)"})},
		{"not at once", api(scheduleKind, "Reader", "RotateImmediatelyOnUpdate", false)},
		{"at once left out", api(scheduleKind, "Reader", "RotateImmediatelyOnUpdate", nil)},
		{"another function", api(scheduleKind, "Reader", "RotationLambdaARN", map[string]any{"Fn::GetAtt": []any{"FunctionsEchoHandler0BB05B78", "Arn"}})},
		{"a function of elsewhere", api(scheduleKind, "Reader", "RotationLambdaARN", "arn:aws:lambda:x")},
		{"a hosted function", api(scheduleKind, "Reader", "HostedRotationLambda", map[string]any{})},
		{"a secret of elsewhere", api(scheduleKind, "Reader", "SecretId", "m2m/dev/reader")},
		{"too early for the permission", without("Permission")},
		{"too early for the policy", without("Policy")},
		{"no permission", drop("AWS::Lambda::Permission", "Rotation")},
	},
	"a client's secret comes and goes with the client": {
		{"a secret elsewhere", renamed(secretKind, "Reader", "SecretsReader0123ABCD")},
		{"a schedule elsewhere", renamed(scheduleKind, "Reader", "RotationReader0123ABCD")},
		{"two secrets exchanged", func(s stage) {
			reader, writer := first(s.stacks["Api"], secretKind, "Reader"), first(s.stacks["Api"], secretKind, "Writer")
			reader["Properties"], writer["Properties"] = writer["Properties"], reader["Properties"]
		}},
		{"two schedules exchanged", func(s stage) {
			reader, writer := first(s.stacks["Api"], scheduleKind, "Reader"), first(s.stacks["Api"], scheduleKind, "Writer")
			reader["Properties"], writer["Properties"] = writer["Properties"], reader["Properties"]
		}},
	},
	"the rotation function knows its pool": {
		{"no environment", api("AWS::Lambda::Function", "Rotation", "Environment", nil)},
		{"another pool", api("AWS::Lambda::Function", "Rotation", "Environment", map[string]any{"Variables": map[string]any{"USER_POOL_ID": "x"}})},
		{"a token endpoint of its own", func(s stage) {
			variables := at(properties(first(s.stacks["Api"], "AWS::Lambda::Function", "Rotation")), "Environment", "Variables").(map[string]any)
			variables["TOKEN_ENDPOINT"] = "http://localhost"
		}},
		{"too little time", api("AWS::Lambda::Function", "Rotation", "Timeout", 3.0)},
		{"reserved concurrency", api("AWS::Lambda::Function", "Rotation", "ReservedConcurrentExecutions", 2)},
	},
	"Secrets Manager alone may start a rotation": {
		{"any account", api("AWS::Lambda::Permission", "Rotation", "SourceAccount", nil)},
		{"any secret", api("AWS::Lambda::Permission", "Rotation", "SourceArn", nil)},
		{"every environment's secrets", api("AWS::Lambda::Permission", "Rotation", "SourceArn", "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:m2m/*")},
		{"anybody", api("AWS::Lambda::Permission", "Rotation", "Principal", "*")},
		{"every action", api("AWS::Lambda::Permission", "Rotation", "Action", "lambda:*")},
		{"no permission", drop("AWS::Lambda::Permission", "Rotation")},
		{"an API too", func(s stage) {
			function := properties(first(s.stacks["Api"], "AWS::Lambda::Permission", "Rotation"))["FunctionName"]
			foreign("AWS::Lambda::Permission", map[string]any{"FunctionName": function, "Principal": "apigateway.amazonaws.com"})(s)
		}},
	},
	"nobody but the configured readers may read": {
		{"a policy that is not configured", foreign("AWS::SecretsManager::ResourcePolicy", map[string]any{
			"SecretId": map[string]any{"Ref": "ClientsReaderSecret9A3CE006"}, "BlockPublicPolicy": true,
			"ResourcePolicy": map[string]any{"Statement": []any{}},
		})},
	},
	"a customer key encrypts every secret, or none": {
		{"a key that is not configured", foreign("AWS::KMS::Key", map[string]any{"EnableKeyRotation": true})},
		{"a key of elsewhere", api(secretKind, "Reader", "KmsKeyId", "alias/other")},
	},
	"a failed rotation raises an alarm": {
		{"no alarm", drop(alarmKind, "RotationFailures")},
		{"another function's errors", api(alarmKind, "RotationFailures", "Dimensions", []any{map[string]any{"Name": "FunctionName", "Value": map[string]any{"Ref": "FunctionsEchoHandler0BB05B78"}}})},
		{"everybody's errors", api(alarmKind, "RotationFailures", "Dimensions", nil)},
		{"another metric", api(alarmKind, "RotationFailures", "MetricName", "Throttles")},
		{"from the second failure on", api(alarmKind, "RotationFailures", "Threshold", 1)},
		{"silence is a failure", api(alarmKind, "RotationFailures", "TreatMissingData", "breaching")},
		{"no word of what to do", api(alarmKind, "RotationFailures", "AlarmDescription", "Rotation failed.")},
	},
}

// ofReaders changes the statement of the writer's resource policy.
func ofReaders(key string, value any) func(stage) {
	return func(s stage) {
		policy := properties(first(s.stacks["Api"], "AWS::SecretsManager::ResourcePolicy", "Writer"))["ResourcePolicy"]
		at(policy, "Statement").([]any)[0].(map[string]any)[key] = value
	}
}

// ofKey changes a statement of the key's policy: 0 is the account's, 1 the readers'.
func ofKey(i int, key string, value any) func(stage) {
	return func(s stage) {
		policy := properties(first(s.stacks["Api"], "AWS::KMS::Key", ""))["KeyPolicy"]
		at(policy, "Statement").([]any)[i].(map[string]any)[key] = value
	}
}

// readerBreakages break copies of partners.
var readerBreakages = map[string][]breakage{
	"nobody but the configured readers may read": {
		{"no policy", drop("AWS::SecretsManager::ResourcePolicy", "Writer")},
		{"everybody", ofReaders("Principal", "*")},
		{"everybody in lists", ofReaders("Principal", map[string]any{"AWS": []any{"*"}})},
		{"one role more", ofReaders("Principal", map[string]any{"AWS": []any{
			"arn:aws:iam::109876543210:role/audit", "arn:aws:iam::210987654321:role/jobs/writer", "arn:aws:iam::210987654321:role/other",
		}})},
		{"a service too", ofReaders("Principal", map[string]any{
			"AWS":     []any{"arn:aws:iam::109876543210:role/audit", "arn:aws:iam::210987654321:role/jobs/writer"},
			"Service": "lambda.amazonaws.com",
		})},
		{"another condition", ofReaders("Condition", map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}})},
		{"whole accounts", ofReaders("Condition", nil)},
		{"a pattern of roles", ofReaders("Condition", map[string]any{"ArnLike": map[string]any{"aws:PrincipalArn": []any{
			"arn:aws:iam::109876543210:role/audit", "arn:aws:iam::210987654321:role/jobs/*",
		}}})},
		{"roles that must be there", ofReaders("Principal", map[string]any{"AWS": []any{
			"arn:aws:iam::109876543210:role/audit", "arn:aws:iam::210987654321:role/jobs/writer",
		}})},
		{"an action more", ofReaders("Action", []any{"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"})},
		{"every secret", ofReaders("Resource", "*")},
		{"another effect", ofReaders("Effect", "Deny")},
		{"public", api("AWS::SecretsManager::ResourcePolicy", "Writer", "BlockPublicPolicy", false)},
		{"another client's secret", api("AWS::SecretsManager::ResourcePolicy", "Writer", "SecretId", map[string]any{"Ref": "ClientsReaderSecret9A3CE006"})},
	},
	"a customer key encrypts every secret, or none": {
		{"no key", drop("AWS::KMS::Key", "")},
		{"a secret without", api(secretKind, "Reader", "KmsKeyId", nil)},
		{"a key that never changes", api("AWS::KMS::Key", "", "EnableKeyRotation", false)},
		{"a key that lingers", api("AWS::KMS::Key", "", "PendingWindowInDays", 30.0)},
		{"a key that stays", resource("AWS::KMS::Key", "", "DeletionPolicy", "Retain")},
		{"readers past Secrets Manager", ofKey(1, "Condition", map[string]any{})},
		{"readers that encrypt", ofKey(1, "Action", "kms:*")},
		{"everybody reads", ofKey(1, "Principal", map[string]any{"AWS": "*"})},
		{"another account manages", ofKey(0, "Principal", map[string]any{"AWS": "arn:aws:iam::210987654321:root"})},
	},
	"roles may do what their function is for, no more": {
		{"every key", rotationStatement("kms:Decrypt", "Resource", "*")},
		{"a key past Secrets Manager", rotationStatement("kms:Decrypt", "Condition", map[string]any{})},
		{"every action on the key", rotationStatement("kms:Decrypt", "Action", "kms:*")},
	},
}
