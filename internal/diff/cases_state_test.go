package diff_test

var policyCases = []ruleCase{
	{
		"a role may do more, in other words for the rest",
		[]edit{api("RolePolicy.PolicyDocument.Statement", `{"Effect": "Allow",
			"Action": ["logs:PutLogEvents", "logs:*", "logs:CreateLogStream", "s3:*"], "Resource": [{"Fn::GetAtt": ["EchoLogs", "Arn"]}]}`)},
		[]string{"policy loosens policy RolePolicy: allows logs:*, s3:* on ${EchoLogs.Arn}"},
	},
	{
		"a statement is for every resource",
		[]edit{api("RolePolicy.PolicyDocument.Statement", `[{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}]`)},
		[]string{
			"policy loosens policy RolePolicy: allows logs:CreateLogStream, logs:PutLogEvents on *",
			"policy tightens policy RolePolicy: no longer allows logs:CreateLogStream, logs:PutLogEvents on ${EchoLogs.Arn}",
		},
	},
	{
		"everything but something is allowed, and something is denied",
		[]edit{
			api("Role.Policies", `[{"PolicyName": "Inline", "PolicyDocument": {"Statement": [
				{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}}]`),
		},
		[]string{
			"policy loosens role Role: allows everything but iam:* on *",
			"policy tightens role Role: denies s3:* on *",
		},
	},
	{
		"a role trusts somebody else",
		[]edit{
			api("Role.AssumeRolePolicyDocument.Statement", `[{"Effect": "Allow", "Action": "sts:AssumeRole",
				"Principal": {"Service": "lambda.amazonaws.com", "AWS": ["111122223333", "444455556666"]}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]`),
			api("Role.ManagedPolicyArns", `["arn:aws:iam::aws:policy/AdministratorAccess"]`),
			api("Role.PermissionsBoundary", `"arn:aws:iam::aws:policy/PowerUserAccess"`),
		},
		[]string{
			"policy loosens role Role: allows sts:AssumeRole to AWS 111122223333, AWS 444455556666, Service lambda.amazonaws.com if {Bool: {aws:SecureTransport: true}}",
			"role-policies loosens role Role: managed policies: added arn:aws:iam::aws:policy/AdministratorAccess",
			"permissions-boundary changes role Role: has another permissions boundary: (not set) -> arn:aws:iam::aws:policy/PowerUserAccess",
			"policy tightens role Role: no longer allows sts:AssumeRole to Service lambda.amazonaws.com",
		},
	},
	{
		"a policy is given to another role",
		[]edit{api("RolePolicy.Roles", `[{"Ref": "Role"}, "other"]`)},
		[]string{"policy-roles loosens policy RolePolicy: roles that have it: added other"},
	},
	{
		"a permission is added",
		[]edit{api("Everybody", `{"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunctionUrl",
			"FunctionName": {"Ref": "Echo"}, "Principal": "*", "FunctionUrlAuthType": "NONE"}}`)},
		[]string{"policy loosens permission Everybody: allows lambda:InvokeFunctionUrl on ${Echo} to * if {FunctionUrlAuthType: NONE}"},
	},
	{
		"somebody else may read a secret",
		[]edit{
			api("ReaderPolicy.ResourcePolicy.Statement", `[{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
				"Principal": {"AWS": ["arn:aws:iam::111122223333:role/partner", "arn:aws:iam::111122223333:role/other"]}, "Resource": {"Ref": "ReaderSecret"}}]`),
			api("ReaderPolicy.BlockPublicPolicy", `false`),
		},
		[]string{
			"policy loosens resource policy ReaderPolicy: allows secretsmanager:GetSecretValue on ${ReaderSecret} to AWS arn:aws:iam::111122223333:role/other",
			"public-policy loosens resource policy ReaderPolicy: a public policy is refused: true -> false",
		},
	},
	{
		"the key's policy can't be read",
		[]edit{api("Key.KeyPolicy", `{"Fn::If": ["IsProd", {}, {}]}`)},
		[]string{
			"policy changes KMS key Key: policy If [IsProd, {}, {}]",
			"policy tightens KMS key Key: no longer allows kms:* on * to AWS arn:aws:iam::${AWS::AccountId}:root",
		},
	},
	{
		"a policy as text",
		[]edit{api("Logs", `{"Type": "AWS::Logs::ResourcePolicy", "Properties": {"PolicyName": "x",
			"PolicyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"logs:*\", \"Principal\": \"*\", \"Resource\": \"*\"}]}"}}`)},
		[]string{"policy loosens resource policy Logs: allows logs:* on * to *"},
	},
	{
		"a foreign identity provider serves more callers",
		[]edit{api("Provider.ClientIdList", `["one", "two"]`)},
		[]string{"provider-audience loosens identity provider https://issuer.example: audiences: added two"},
	},
}

var protectionCases = []ruleCase{
	{
		"a deletion policy is weakened",
		[]edit{identity("/Resources/UserPool/DeletionPolicy", `"Delete"`), api("/Resources/EchoLogs/UpdateReplacePolicy", "")},
		[]string{
			"deletion-policy loosens log group EchoLogs: less protected: UpdateReplacePolicy Retain -> (not set)",
			"deletion-policy loosens user pool Identity/UserPool: less protected: DeletionPolicy RetainExceptOnCreate -> Delete",
		},
	},
	{
		"a deletion policy is added",
		[]edit{api("/Resources/ReaderSecret/DeletionPolicy", `"Retain"`)},
		[]string{"deletion-policy tightens secret Api/Clients/Reader/Secret: better protected: DeletionPolicy Delete -> Retain"},
	},
	{
		"the user pool loses its protection",
		[]edit{
			identity("UserPool.DeletionProtection", ""),
			identity("UserPool.AdminCreateUserConfig.AllowAdminCreateUserOnly", `false`),
			identity("UserPool.LambdaConfig", `{"PreTokenGeneration": "arn"}`),
			manifest("/artifacts/Identity/properties/terminationProtection", `false`),
		},
		[]string{
			"deletion-protection loosens user pool Identity/UserPool: deletion protection: ACTIVE -> INACTIVE",
			"sign-up loosens user pool Identity/UserPool: only administrators create users: true -> false",
			"termination-protection loosens stack m2m-*-Identity: termination protection is taken away",
			"triggers changes user pool Identity/UserPool: other triggers run, and those can change tokens: (not set) -> {PreTokenGeneration: arn}",
		},
	},
	{
		"a log group keeps less, a key is gone sooner and stays the same",
		[]edit{
			api("EchoLogs.RetentionInDays", `7`),
			api("EchoLogs.KmsKeyId", `{"Ref": "Key"}`),
			api("Key.PendingWindowInDays", `7`),
			api("Key.EnableKeyRotation", `false`),
		},
		[]string{
			"log-retention loosens log group EchoLogs: days of retention: 30 -> 7",
			"key-waiting-period loosens KMS key Key: days until a deleted key is gone: 30 -> 7",
			"key-rotation loosens KMS key Key: the key is rotated: true -> false",
			"log-key changes log group EchoLogs: is encrypted with another key: (not set) -> ${Key}",
		},
	},
	{
		"a log group keeps everything",
		[]edit{api("EchoLogs.RetentionInDays", "")},
		[]string{"log-retention tightens log group EchoLogs: days of retention: 30 -> for ever"},
	},
	{
		"a secret is rotated less often, by another function and with another key",
		[]edit{
			api("ReaderRotation.RotationRules", `{"ScheduleExpression": "rate(60 days)"}`),
			api("ReaderRotation.RotationLambdaARN", `"arn"`),
			api("ReaderSecret.KmsKeyId", ""),
		},
		[]string{
			"rotation-interval loosens rotation schedule Api/Clients/Reader/Rotation: interval: 30 days -> rate(60 days)",
			"secret-key changes secret Api/Clients/Reader/Secret: is encrypted with another key: ${Key.Arn} -> (not set)",
			"rotation-function changes rotation schedule Api/Clients/Reader/Rotation: is rotated by another function: ${Echo.Arn} -> arn",
		},
	},
	{
		"a secret is rotated by a calendar",
		[]edit{api("ReaderRotation.RotationRules", `{"ScheduleExpression": "cron(0 8 1 * ? *)"}`)},
		[]string{"rotation-interval changes rotation schedule Api/Clients/Reader/Rotation: interval: 30 days -> cron(0 8 1 * ? *)"},
	},
	{
		"the same interval in other words",
		[]edit{api("ReaderRotation.RotationRules", `{"ScheduleExpression": "rate(720 hours)"}`)},
		nil,
	},
	{
		"what protects is removed",
		[]edit{api("ReaderRotation", ""), api("Alarm", ""), api("Errors", ""), api("Firewall", "")},
		[]string{
			"rotation-removed loosens rotation schedule Api/Clients/Reader/Rotation: removed: the secret is no longer rotated",
			"alarm-removed loosens alarm Alarm: removed: it no longer notifies anyone",
			"firewall-removed loosens web ACL association Firewall: removed: the web ACL no longer protects it",
			"metric-removed loosens metric filter Errors: removed: what it counted in the logs is no longer seen",
		},
	},
	{
		"a function runs with another role",
		[]edit{api("Echo.Role", `"arn:aws:iam::111122223333:role/other"`)},
		[]string{"function-role changes function Echo: runs with another role: ${Role.Arn} -> arn:aws:iam::111122223333:role/other"},
	},
}

var replacementCases = []ruleCase{
	{
		"another domain prefix",
		[]edit{identity("Domain.Domain", `"m2m-production"`)},
		[]string{"stateful replaces user pool domain Identity/Domain: replaced (Domain changes, which CloudFormation can't do in place): the token endpoint's address stops working; the old one is deleted"},
	},
	{
		"what a template writes over a secret's value",
		[]edit{api("ReaderSecret.SecretString", `"{\"client_id\": \"x\"}"`)},
		[]string{"secret-value replaces secret Api/Clients/Reader/Secret: its value is overwritten (SecretString changes), whatever a rotation has put there"},
	},
	{
		"with the API goes everything in it",
		[]edit{api("HttpApi.ProtocolType", `"WEBSOCKET"`)},
		[]string{"stateful replaces HTTP API m2m-prod-Api: replaced (ProtocolType changes, which CloudFormation can't do in place): its URL stops working; the old one is deleted"},
	},
	{
		"for CloudFormation, an API under another logical id is removed",
		[]edit{replace(`"HttpApi"`, `"OtherApi"`)},
		[]string{
			"policy loosens permission EchoPermission: allows lambda:InvokeFunction on ${Echo.Arn} to apigateway.amazonaws.com if…",
			"mapping-target changes API mapping Mapping: the custom domain leads to another API: ${HttpApi} -> ${OtherApi}",
			"address changes stack m2m-*-Api: the address for callers changes (output ApiUrl): ${HttpApi.ApiEndpoint} -> ${OtherApi.ApiEndpoint}",
			"policy tightens permission EchoPermission: no longer allows lambda:InvokeFunction on ${Echo.Arn} to apigateway.amazonaws.com if…",
			"stateful replaces HTTP API m2m-prod-Api: replaced (its logical id changes): its URL stops working; the old one stays, in no stack (DeletionPolicy Retain)",
		},
	},
	{
		"a log group gets another name, and the old one stays",
		[]edit{api("EchoLogs.LogGroupName", `"/aws/lambda/echo"`)},
		[]string{"stateful replaces log group EchoLogs: replaced (LogGroupName changes, which CloudFormation can't do in place): its log events are not kept; the old one stays, in no stack (UpdateReplacePolicy Retain)"},
	},
	{
		"a key is removed, and stays",
		[]edit{api("Key", "")},
		[]string{
			"policy tightens KMS key Key: no longer allows kms:* on * to AWS arn:aws:iam::${AWS::AccountId}:root",
			"stateful removes KMS key Key: removed: what it encrypted can't be read without it; the old one stays, in no stack (DeletionPolicy Retain)",
		},
	},
	{
		"a stack goes to another Region",
		[]edit{manifest("/artifacts/Identity/environment", `"aws://unknown-account/us-east-1"`)},
		[]string{"stack-moved replaces stack m2m-*-Identity: goes to another place (Region eu-west-1 -> us-east-1): everything in it is new there, and the old stack stays behind"},
	},
	{
		"a Region that becomes known may be the same",
		[]edit{manifest("/artifacts/Identity/environment", `"aws://111122223333/eu-west-1"`)},
		nil,
	},
	{
		"with the user pool goes every client",
		[]edit{
			identity("NewPool", `{"Type": "AWS::Cognito::UserPool", "Properties": {"DeletionProtection": "ACTIVE"}}`),
			identity("UserPool", ""),
			identity("Domain.UserPoolId", `{"Ref": "NewPool"}`),
			identity("TestAPI.UserPoolId", `{"Ref": "NewPool"}`),
			identity("/Outputs/ExportsPool/Value", `{"Ref": "NewPool"}`),
		},
		[]string{
			"stateful replaces app client reader: replaced (UserPoolId refers to user pool NewPool, which is new): the partner…",
			"stateful replaces app client writer: replaced (UserPoolId refers to user pool NewPool, which is new): the partner…",
			"stateful replaces user pool domain Identity/Domain: replaced (UserPoolId changes, which CloudFormation can't do in place): the token…",
			"stateful removes user pool Identity/UserPool: removed: every client…",
		},
	},
	{
		"a client is moved to another stack, with its secret and schedule",
		moveReader(`["test-api/read"]`),
		[]string{
			"audience tightens authorizer Jwt: no longer accepts tokens of app client reader",
			"policy tightens resource policy ReaderPolicy: no longer allows secretsmanager:GetSecretValue on ${ReaderSecret} to AWS …",
			"client-moved replaces app client reader: moves from stack Api to stack Identity, which replaces it: the partner needs a new client id …",
		},
	},
	{
		"a client is moved to another stack, and may ask for more there",
		moveReader(`["test-api/read", "test-api/write"]`),
		[]string{
			"client-added loosens app client reader: added, may ask for test-api/read, test-api/write",
			"audience tightens authorizer Jwt: no longer accepts tokens of app client reader",
			"policy tightens resource policy ReaderPolicy: no longer allows secretsmanager:GetSecretValue on ${ReaderSecret} to AWS …",
			"client-moved replaces app client reader: moves from stack Api to stack Identity, which replaces it: the partner needs a new client id …",
		},
	},
	{
		"a stack is removed with what is in it",
		[]edit{manifest("/artifacts/Identity", "")},
		[]string{
			"scopes-removed tightens resource server test-api: removed: tokens…",
			"stateful removes user pool Identity/UserPool: removed: every client gets a new id and secret…",
			"stateful removes user pool domain Identity/Domain: removed: the token endpoint's address…",
		},
	},
}

// moveReader takes a client with its secret and schedule out of one stack and puts it into another.
func moveReader(scopes string) []edit {
	return []edit{
		api("Reader", ""), api("ReaderSecret", ""), api("ReaderRotation", ""), api("ReaderPolicy", ""),
		api("Jwt.JwtConfiguration.Audience", `[{"Ref": "Writer"}]`),
		identity("Moved", `{"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ClientName": "reader", "AllowedOAuthScopes": `+scopes+`}}`),
		identity("MovedSecret", `{"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "m2m/prod/reader"}}`),
		identity("MovedRotation", `{"Type": "AWS::SecretsManager::RotationSchedule", "Properties": {"SecretId": {"Ref": "MovedSecret"}}}`),
	}
}
