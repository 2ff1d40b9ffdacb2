package policy_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/policy"
)

func TestActions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"iam:ListAccessKeys", "IAM:listaccesskeys", true}, // IAM user guide, Action
		{"SQS:CreateQueue", "sqs:CreateQueue", true},       // nccgroup/PMapper, tests
		{"S3:CreateBucket", "s3:CreateTopic", false},       // nccgroup/PMapper, tests
		{"*", "s3:GetObject", true},
		{"*:*", "s3:GetObject", true},
		{"s3:*", "s3:GetObject", true},
		{"s3:*", "s3express:GetObject", false},
		{"s3:Get*", "s3:PutObject", false},
		{"iam:*Access?ey*", "iam:DeleteAccessKey", true},
		{"iam:*AccessKey?", "iam:DeleteAccessKey", false},
		{"s3:GetObject", "s3:GetObjects", false},
		{"s3:GetObject", "s3:GetObjec", false},
	} {
		p := policy.Policies{Identity: parsed(t, policy.IdentityPolicy, allow(c.pattern, "*"))}
		if got := policy.Evaluate(policy.Request{Principal: by(user), Action: c.action, Resource: "*"}, p).Allowed; got != c.want {
			t.Errorf("%s for %s: got %t", c.pattern, c.action, got)
		}
		p.Identity = parsed(t, policy.IdentityPolicy, statement{"Effect": "Allow", "NotAction": c.pattern, "Resource": "*"})
		if got := policy.Evaluate(policy.Request{Principal: by(user), Action: c.action, Resource: "*"}, p).Allowed; got == c.want {
			t.Errorf("NotAction %s for %s: got %t", c.pattern, c.action, got)
		}
	}
}

// TestResources has the examples of the IAM user guide, "IAM JSON policy elements: Resource", and
// what follows from its rules.
func TestResources(t *testing.T) {
	t.Parallel()
	bucket := func(name string) string { return "arn:aws:s3:::" + name }
	for _, c := range []struct {
		pattern, resource string
		want              bool
	}{
		{bucket("demo/*/test/*"), bucket("demo/1/test/object.jpg"), true},
		{bucket("demo/*/test/*"), bucket("demo/1/2/test/3/object.jpg"), true},
		{bucket("demo/*/test/*"), bucket("demo/1///test///object.jpg"), true},
		{bucket("demo/*/test/*"), bucket("demo//test/object.jpg"), true},
		{bucket("demo/*/test/*"), bucket("demo/1/test/"), true},
		{bucket("demo/*/test/*"), bucket("demo/1-test/object.jpg"), false},
		{bucket("demo/*/test/*"), bucket("demo/test/object.jpg"), false},
		{bucket("demo/*/test/*"), bucket("demo/1/2/test.jpg"), false},
		{bucket("demo"), bucket("Demo"), false}, // a user's name is case-sensitive there
		{"*", "*", true},
		{"*", secret, true},
		{"arn:aws:s3:::*", "*", false},
		{secret, secret, true},
		{secret[:len(secret)-6] + "??????", secret, true},
		{secret[:len(secret)-6] + "?????", secret, false},
		{"arn:aws:secretsmanager:eu-west-?:*:secret:m2m/*", secret, true},
		{"arn:aws:secretsmanager:eu-*:" + account + ":secret:m2m/*", secret, true},
		{"arn:aws:secretsmanager:eu-west?1:" + account + ":secret:*", secret, true},
		{"arn:aws:secretsmanager:eu-west-1?" + account + ":secret:*:x", secret, false},
		// A * that ends a part reaches beyond it, one in the middle of a part does not.
		{"arn:aws:secretsmanager:*", secret, true},
		{"arn:aws:secretsmanager:eu*", secret, true},
		{"arn:aws:secretsmanager:*:m2m/dev/reader-AbCdEf", secret, false}, // no sixth part
		{"arn:aws:*:secret:m2m/dev/reader-AbCdEf:*", secret, false},
		{"arn:aws:logs:*:" + account + ":log-group:x", "arn:aws:logs:r:a:" + account + ":log-group:x", true},
		{"arn:aws:logs:*r:" + account + ":log-group:x", "arn:aws:logs:a:r:" + account + ":log-group:x", false},
		// The part that names the resource is one part, with colons of its own.
		{"arn:aws:logs:r:" + account + ":log-group:*:stream", "arn:aws:logs:r:" + account + ":log-group:a:b:stream", true},
		{"arn:aws:logs:r:" + account + ":log?group:a", "arn:aws:logs:r:" + account + ":log:group:a", true},
		{"arn:aws:logs:r:" + account + ":log-group:a*a*", "arn:aws:logs:r:" + account + ":log-group:ba", false},
		{"arn:aws:s3:::é?", bucket("éü"), true},
	} {
		p := policy.Policies{Identity: parsed(t, policy.IdentityPolicy, allow("*", "*"))}
		r := policy.Request{Principal: by(user), Action: "x:Y", Resource: c.resource, ResourceAccount: account}
		if strings.Count(c.pattern, ":") < 5 && !strings.HasSuffix(c.pattern, "*") {
			if _, err := policy.Parse(policy.IdentityPolicy, "P", document(allow("*", c.pattern))); err == nil {
				t.Errorf("%s: no problem", c.pattern)
			}
			continue
		}
		p.Identity = parsed(t, policy.IdentityPolicy, allow("*", c.pattern))
		if got := policy.Evaluate(r, p).Allowed; got != c.want {
			t.Errorf("%s for %s: got %t", c.pattern, c.resource, got)
		}
		p.Identity = parsed(t, policy.IdentityPolicy, statement{"Effect": "Allow", "Action": "*", "NotResource": c.pattern})
		if got := policy.Evaluate(r, p).Allowed; got == c.want {
			t.Errorf("NotResource %s for %s: got %t", c.pattern, c.resource, got)
		}
	}
}

func TestVariablesInResources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, resource string
		keys              map[string][]string
		want              bool
	}{
		{"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/Bob/x", keys("aws:username", "Bob"), true},
		{"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/Al/x", keys("aws:username", "Bob"), false},
		{"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b//x", nil, false},
		{"arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/Bob", keys("aws:username", "*"), false},
		{"arn:aws:s3:::b-${aws:PrincipalTag/team, 'company-wide'}", "arn:aws:s3:::b-yellow", keys("aws:PrincipalTag/team", "yellow"), true},
		{"arn:aws:s3:::b-${aws:PrincipalTag/team, 'company-wide'}", "arn:aws:s3:::b-company-wide", keys("aws:PrincipalTag/team", "yellow"), false},
		{"arn:aws:s3:::b-${aws:PrincipalTag/team, 'company-wide'}", "arn:aws:s3:::b-company-wide", nil, true},
		{"arn:aws:s3:::b-${aws:PrincipalTag/team, ''}", "arn:aws:s3:::b-", nil, true},
		{"arn:aws:s3:::${*}${?}${$}{x}", "arn:aws:s3:::*?${x}", nil, true},
		{"arn:aws:s3:::${*}", "arn:aws:s3:::x", nil, false},
	} {
		r := policy.Request{Principal: by(session), Action: "s3:GetObject", Resource: c.resource, Keys: c.keys}
		p := policy.Policies{Identity: parsed(t, policy.IdentityPolicy, allow("*", c.pattern))}
		if got := policy.Evaluate(r, p).Allowed; got != c.want {
			t.Errorf("%s for %s with %v: got %t", c.pattern, c.resource, c.keys, got)
		}
		p.Identity = parsed(t, policy.IdentityPolicy, statement{"Effect": "Allow", "Action": "*", "NotResource": c.pattern})
		if got := policy.Evaluate(r, p).Allowed; got == c.want {
			t.Errorf("NotResource %s for %s with %v: got %t", c.pattern, c.resource, c.keys, got)
		}
	}
}

func TestKnownKey(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"aws:SourceArn": true, "AWS:sourcearn": true, "aws:ResourceTag/x": true, "aws:ResourceTag": false, "aws:ResourceTag/": false,
		"kms:EncryptionContext:aws:logs:arn": true, "kms:EncryptionContext:": false, "kms:ViaService": true, "kms:viaservices": false,
		"secretsmanager:resource/AllowRotationLambdaArn": true, "secretsmanager:resource/x": false, "SourceArn": false, "": false, ":": false,
	} {
		if got := policy.KnownKey(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}
