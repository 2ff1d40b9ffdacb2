package test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// with is the variant with one part replaced.
func with(t *testing.T, yaml, old, replacement string) string {
	t.Helper()
	if strings.Count(yaml, old) != 1 {
		t.Fatalf("the file has %q %d times, want once", old, strings.Count(yaml, old))
	}
	return strings.Replace(yaml, old, replacement, 1)
}

// keyed is a key of the environment file, an edit of the variant that writes it, and everything
// that is another one then.
type keyed struct {
	key      string
	old, new string
	want     []string
}

const (
	tokenDomain = `customDomain: {name: auth.example.com, certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1", hostedZoneId: Z1, hostedZoneName: example.com}`
	apiDomain   = `customDomain: {name: api.example.com, certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1", hostedZoneId: Z1, hostedZoneName: example.com`
)

// TestEachKeyChangesWhatItSays writes one key at a time, and wants the templates to change as
// listed and nowhere else. What an edit of names and lists does is in TestGoldenEdits.
func TestEachKeyChangesWhatItSays(t *testing.T) {
	before := look(t, variant).stage
	for _, c := range keyTable {
		t.Run(c.key, func(t *testing.T) {
			after := look(t, with(t, variant, c.old, c.new)).stage
			got := changesOf(before, after)
			for i, line := range got {
				got[i] = strings.ReplaceAll(line, before.poolID(), "<pool>")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryKeyIsShown wants each key of the schema in the table, but for those that name things and
// those that hold others.
func TestEveryKeyIsShown(t *testing.T) {
	required, optional := schemaKeys(t)
	all := append(required, optional...)
	for _, key := range all {
		holdsOthers := slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, key+".") })
		shown := slices.ContainsFunc(keyTable, func(c keyed) bool {
			return c.key == key || strings.HasPrefix(key, c.key+".")
		})
		if !holdsOthers && !shown && !slices.Contains(shownElsewhere, key) {
			t.Errorf("no case shows what %s changes", key)
		}
	}
}

// shownElsewhere are keys whose edits are in TestGoldenEdits or in a test of their own.
var shownElsewhere = []string{
	"name", "match", // TestDisposableEnvironment
	"identity.removing", // TestRemovingProduction
	"resourceServers.identifier", "resourceServers.scopes", "clients.scopes", "clients.secretReaders",
	"api.routes.path", "api.routes.methods", "api.routes.scopes", "api.routes.function",
}

var keyTable = slices.Concat(monitoringKeys, manyKeys, []keyed{
	{
		key: "region", old: "region: eu-west-1", new: "region: eu-west-2",
		want: []string{
			"Api FunctionsEchoHandler0BB05B78.Code.S3Bucket.Fn::Sub = cdk-hnb659fds-assets-${AWS::AccountId}-eu-west-2",
			"Api FunctionsEchoHandlerHttpApiBA4A182F.SourceArn = arn:aws:execute-api:eu-west-2:${AWS::AccountId}:${HttpApiF5A9A8A7}/*/*",
			"Api HttpApiJwt21C2E32E.JwtConfiguration.Issuer = https://cognito-idp.eu-west-2.amazonaws.com/<pool>",
			"Api Outputs.Issuer.Value = https://cognito-idp.eu-west-2.amazonaws.com/<pool>",
			"Api RotationPermission963C9499.SourceArn = arn:aws:secretsmanager:eu-west-2:${AWS::AccountId}:secret:m2m/dev/*",
			"Api RotationRotateHandlerC187A964.Code.S3Bucket.Fn::Sub = cdk-hnb659fds-assets-${AWS::AccountId}-eu-west-2",
			"Api RotationRotateRoleDefaultPolicyDD215CBB.PolicyDocument.Statement[2].Resource = arn:aws:cognito-idp:eu-west-2:${AWS::AccountId}:userpool/<pool>",
			"Identity Outputs.TokenEndpoint.Value = https://${UserPoolDomainD0EA232A}.auth.eu-west-2.amazoncognito.com/oauth2/token",
		},
	},
	{
		key: "region", old: "region: eu-west-1", new: "region: us-gov-west-1",
		want: []string{
			"Api FunctionsEchoHandler0BB05B78.Code.S3Bucket.Fn::Sub = cdk-hnb659fds-assets-${AWS::AccountId}-us-gov-west-1",
			"Api FunctionsEchoHandlerHttpApiBA4A182F.SourceArn = arn:aws-us-gov:execute-api:us-gov-west-1:${AWS::AccountId}:${HttpApiF5A9A8A7}/*/*",
			"Api HttpApiJwt21C2E32E.JwtConfiguration.Issuer = https://cognito-idp.us-gov-west-1.amazonaws.com/<pool>",
			"Api Outputs.Issuer.Value = https://cognito-idp.us-gov-west-1.amazonaws.com/<pool>",
			"Api RotationPermission963C9499.SourceArn = arn:aws-us-gov:secretsmanager:us-gov-west-1:${AWS::AccountId}:secret:m2m/dev/*",
			"Api RotationRotateHandlerC187A964.Code.S3Bucket.Fn::Sub = cdk-hnb659fds-assets-${AWS::AccountId}-us-gov-west-1",
			"Api RotationRotateRoleDefaultPolicyDD215CBB.PolicyDocument.Statement[2].Resource = arn:aws-us-gov:cognito-idp:us-gov-west-1:${AWS::AccountId}:userpool/<pool>",
			"Identity Outputs.TokenEndpoint.Value = https://${UserPoolDomainD0EA232A}.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token",
		},
	},
	{
		key: "account", old: "region: eu-west-1", new: "region: eu-west-1\naccount: \"123456789012\"",
		want: []string{
			"Api FunctionsEchoHandler0BB05B78.Code.S3Bucket = cdk-hnb659fds-assets-123456789012-eu-west-1",
			"Api FunctionsEchoHandlerHttpApiBA4A182F.SourceArn = arn:aws:execute-api:eu-west-1:123456789012:${HttpApiF5A9A8A7}/*/*",
			"Api RotationPermission963C9499.SourceAccount = 123456789012",
			"Api RotationPermission963C9499.SourceArn = arn:aws:secretsmanager:eu-west-1:123456789012:secret:m2m/dev/*",
			"Api RotationRotateHandlerC187A964.Code.S3Bucket = cdk-hnb659fds-assets-123456789012-eu-west-1",
			"Api RotationRotateRoleDefaultPolicyDD215CBB.PolicyDocument.Statement[2].Resource = arn:aws:cognito-idp:eu-west-1:123456789012:userpool/<pool>",
		},
	},
	{
		key: "tags", old: "region: eu-west-1", new: "region: eu-west-1\ntags: {Team: orders}",
		want: []string{
			`Api stack.tags = {"Team":"orders"}`,
			`Identity stack.tags = {"Team":"orders"}`,
		},
	},
	{
		key: "identity.domain.prefix", old: "{deletion", new: "{domain: {prefix: acme}, deletion",
		want: []string{
			"Identity UserPoolDomainD0EA232A.Domain = acme",
		},
	},
	{
		key: "identity.domain.customDomain", old: "{deletion", new: "{domain: {" + tokenDomain + "}, deletion",
		want: []string{
			"Identity + CustomDomainRecord1588ACED (AWS::Route53::RecordSet)",
			"Identity + UserPoolCustomDomainC8F5B565 (AWS::Cognito::UserPoolDomain)",
			`Identity Mappings = {"AWSCloudFrontPartitionHostedZoneIdMap":{"aws":{"zoneId":"Z2FDTNDATAQYW2"},"aws-cn":{"zoneId":"Z3RFFRIM2A3IF5"}}}`,
			"Identity Outputs.TokenEndpoint.Value = https://${UserPoolCustomDomainC8F5B565}/oauth2/token",
		},
	},
	{
		key: "identity.featurePlan", old: "{deletion", new: "{featurePlan: LITE, deletion",
		want: []string{
			"Identity UserPool6BA7E5F2.UserPoolTier = LITE",
		},
	},
	{
		key: "identity.issuerType", old: "{deletion", new: "{issuerType: UPDATED, deletion",
		want: []string{
			"Api HttpApiJwt21C2E32E.JwtConfiguration.Issuer = https://issuer-cognito-idp.eu-west-1.amazonaws.com/<pool>",
			"Api Outputs.Issuer.Value = https://issuer-cognito-idp.eu-west-1.amazonaws.com/<pool>",
			`Identity UserPool6BA7E5F2.IssuerConfiguration.Type = UPDATED`,
		},
	},
	{
		key: "identity.deletionProtection", old: "deletionProtection: false", new: "deletionProtection: true",
		want: []string{
			"Api AccessLogs8B620ECA.DeletionPolicy = RetainExceptOnCreate",
			"Api AccessLogs8B620ECA.UpdateReplacePolicy = Retain",
			"Api FunctionsEchoLogsA3AD9876.DeletionPolicy = RetainExceptOnCreate",
			"Api FunctionsEchoLogsA3AD9876.UpdateReplacePolicy = Retain",
			"Api RotationRotateLogsCD7516E3.DeletionPolicy = RetainExceptOnCreate",
			"Api RotationRotateLogsCD7516E3.UpdateReplacePolicy = Retain",
			"Api stack.terminationProtection = true",
			"Identity UserPool6BA7E5F2.DeletionPolicy = Retain",
			"Identity UserPool6BA7E5F2.DeletionProtection = ACTIVE",
			"Identity UserPool6BA7E5F2.UpdateReplacePolicy = Retain",
			"Identity stack.terminationProtection = true",
		},
	},
	{
		key: "clients.accessTokenValidity", old: "accessTokenValidity: 30m", new: "accessTokenValidity: 45m",
		want: []string{
			"Api ClientsWriterAppClient2B1D73DD.AccessTokenValidity = 45",
		},
	},
	{
		key: "clients.rotation.everyDays", old: "accessTokenValidity: 30m", new: "accessTokenValidity: 30m, rotation: {everyDays: 7}",
		want: []string{
			"Api ClientsWriterRotation76AB2D60.RotationRules.AutomaticallyAfterDays = 7",
		},
	},
	{
		key: "secrets.customerKey", old: "\napi:", new: "\nsecrets: {customerKey: true}\napi:",
		want: []string{
			"Api + SecretsKey317DCF94 (AWS::KMS::Key)",
			"Api ClientsReaderSecret9A3CE006.KmsKeyId = ${SecretsKey317DCF94.Arn}",
			"Api ClientsWriterSecretFFD2464F.KmsKeyId = ${SecretsKey317DCF94.Arn}",
			`Api RotationRotateRoleDefaultPolicyDD215CBB.PolicyDocument.Statement = [{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow","Resource":{"Fn::GetAtt":["RotationRotateLogsCD7516E3","Arn"]}},{"Action":["secretsmanager:DescribeSecret","secretsmanager:GetSecretValue","secretsmanager:PutSecretValue","secretsmanager:UpdateSecretVersionStage"],"Effect":"Allow","Resource":[{"Ref":"ClientsReaderSecret9A3CE006"},{"Ref":"ClientsWriterSecretFFD2464F"}]},{"Action":["cognito-idp:AddUserPoolClientSecret","cognito-idp:DeleteUserPoolClientSecret","cognito-idp:DescribeUserPool","cognito-idp:DescribeUserPoolClient","cognito-idp:ListUserPoolClientSecrets"],"Effect":"Allow","Resource":{"Fn::Join":["",["arn:aws:cognito-idp:eu-west-1:",{"Ref":"AWS::AccountId"},":userpool/",{"Fn::ImportValue":"m2m-dev-Identity:ExportsOutputRefUserPool6BA7E5F296FD7236"}]]}},{"Action":["kms:Decrypt","kms:GenerateDataKey"],"Condition":{"StringEquals":{"kms:ViaService":"secretsmanager.eu-west-1.amazonaws.com"}},"Effect":"Allow","Resource":{"Fn::GetAtt":["SecretsKey317DCF94","Arn"]}}]`,
		},
	},
	{
		key: "secrets.graceHours", old: "\napi:", new: "\nsecrets: {graceHours: 0}\napi:",
		want: []string{
			`Api RotationRotateHandlerC187A964.Environment.Variables.GRACE_HOURS = 0`,
		},
	},
	{
		key: "api.customDomain", old: "\n  routes:", new: "\n  " + apiDomain + "}\n  routes:",
		want: []string{
			"Api + CustomDomainDomainNameC0B410E5 (AWS::ApiGatewayV2::DomainName)",
			"Api + CustomDomainMappingC40EAE06 (AWS::ApiGatewayV2::ApiMapping)",
			"Api + CustomDomainRecord1588ACED (AWS::Route53::RecordSet)",
			"Api HttpApiF5A9A8A7.DisableExecuteApiEndpoint = true",
			"Api Outputs.ApiUrl.Value = https://api.example.com",
		},
	},
	{
		key: "api.customDomain.keepDefaultEndpoint", old: "\n  routes:", new: "\n  " + apiDomain + ", keepDefaultEndpoint: true}\n  routes:",
		want: []string{
			"Api + CustomDomainDomainNameC0B410E5 (AWS::ApiGatewayV2::DomainName)",
			"Api + CustomDomainMappingC40EAE06 (AWS::ApiGatewayV2::ApiMapping)",
			"Api + CustomDomainRecord1588ACED (AWS::Route53::RecordSet)",
			"Api Outputs.ApiUrl.Value = https://api.example.com",
		},
	},
	{
		key: "api.cors", old: "\n  routes:", new: "\n  cors: {allowOrigins: [\"https://app.example.com\"], maxAge: 10m}\n  routes:",
		want: []string{
			`Api HttpApiF5A9A8A7.CorsConfiguration = {"AllowCredentials":false,"AllowHeaders":["authorization","content-type"],"AllowMethods":["DELETE","GET","HEAD","OPTIONS","PATCH","POST","PUT"],"AllowOrigins":["https://app.example.com"],"MaxAge":600}`,
		},
	},
	{
		key: "api.throttle.rate", old: "\n  routes:", new: "\n  throttle: {rate: 7}\n  routes:",
		want: []string{
			"Api DefaultStageEE28A986.DefaultRouteSettings.ThrottlingRateLimit = 7",
		},
	},
	{
		key: "api.throttle.burst", old: "\n  routes:", new: "\n  throttle: {burst: 7}\n  routes:",
		want: []string{
			"Api DefaultStageEE28A986.DefaultRouteSettings.ThrottlingBurstLimit = 7",
		},
	},
	{
		key: "api.routes.throttle", old: "methods: [GET]", new: "methods: [GET], throttle: {rate: 7}",
		want: []string{
			`Api DefaultStageEE28A986.DependsOn = ["RoutesGETaD0815CD4"]`,
			`Api DefaultStageEE28A986.RouteSettings = {"GET /a":{"ThrottlingBurstLimit":200,"ThrottlingRateLimit":7}}`,
		},
	},
	{
		key: "api.routes.description", old: "methods: [GET]", new: "methods: [GET], description: Lists a.",
		want: []string{
			`Api RoutesGETaD0815CD4.Metadata = {"m2m:description":"Lists a."}`,
		},
	},
	{key: "api.routes.verify", old: "methods: [GET]", new: "methods: [GET], verify: true"},
	{
		key: "functions.memoryMB", old: "\napi:", new: "\nfunctions: {echo: {memoryMB: 256}}\napi:",
		want: []string{
			"Api FunctionsEchoHandler0BB05B78.MemorySize = 256",
		},
	},
	{
		key: "functions.timeout", old: "\napi:", new: "\nfunctions: {echo: {timeout: 3s}}\napi:",
		want: []string{
			"Api FunctionsEchoHandler0BB05B78.Timeout = 3",
		},
	},
	{
		key: "functions.environment", old: "\napi:", new: "\nfunctions: {echo: {environment: {TABLE: orders}}}\napi:",
		want: []string{
			`Api FunctionsEchoHandler0BB05B78.Environment = {"Variables":{"TABLE":"orders"}}`,
		},
	},
	{
		key: "logs.retentionDays", old: "\napi:", new: "\nlogs: {retentionDays: 3}\napi:",
		want: []string{
			"Api AccessLogs8B620ECA.RetentionInDays = 3",
			"Api FunctionsEchoLogsA3AD9876.RetentionInDays = 3",
			"Api RotationRotateLogsCD7516E3.RetentionInDays = 3",
		},
	},
	{
		key: "logs.customerKey", old: "\napi:", new: "\nlogs: {customerKey: true}\napi:",
		want: []string{
			"Api + LogsKeyA6AB43B2 (AWS::KMS::Key)",
			"Api AccessLogs8B620ECA.KmsKeyId = ${LogsKeyA6AB43B2.Arn}",
			"Api FunctionsEchoLogsA3AD9876.KmsKeyId = ${LogsKeyA6AB43B2.Arn}",
			"Api RotationRotateLogsCD7516E3.KmsKeyId = ${LogsKeyA6AB43B2.Arn}",
		},
	},
})
