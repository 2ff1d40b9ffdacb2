package policy_test

import (
	"testing"

	"cognito-m2m/internal/policy"
)

// BenchmarkEvaluate asks a role like those of the stacks for a secret that its last statement
// allows.
func BenchmarkEvaluate(b *testing.B) {
	p := policy.Policies{Identity: parsed(b, policy.IdentityPolicy,
		allow([]any{"logs:CreateLogStream", "logs:PutLogEvents"}, "arn:aws:logs:eu-west-1:"+account+":log-group:/aws/lambda/rotate:*"),
		allow([]any{"cognito-idp:AddUserPoolClientSecret", "cognito-idp:DescribeUserPool"}, "arn:aws:cognito-idp:eu-west-1:"+account+":userpool/eu-west-1_a"),
		allow([]any{"kms:Decrypt", "kms:GenerateDataKey"}, key).when("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"),
		allow([]any{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}, secret[:len(secret)-6]+"??????"),
	), Resource: parsed(b, policy.ResourcePolicy,
		deny("secretsmanager:*", "*").with("Principal", "*").when("Bool", "aws:SecureTransport", "false"),
	)}
	r := policy.Request{Principal: by(session), Action: "secretsmanager:GetSecretValue", Resource: secret, Keys: keys("aws:SecureTransport", "true")}
	for b.Loop() {
		if !policy.Evaluate(r, p).Allowed {
			b.Fatal("not allowed")
		}
	}
}
