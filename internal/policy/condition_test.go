package policy_test

import (
	"testing"
	"time"

	"cognito-m2m/internal/policy"
)

const (
	guideOperators = "IAM user guide, Condition operators"
	guideSets      = "IAM user guide, Multivalued context keys"
	guideVariables = "IAM user guide, Variables and tags"
	operatorTests  = "cloud-copilot/iam-simulate, src/condition"
	ours           = "follows from the others"
)

// TestConditions asks whether one condition holds.
func TestConditions(t *testing.T) {
	t.Parallel()
	several := func(values ...any) []any { return values }
	for _, c := range []struct {
		source, operator, key string
		values                any
		request               map[string][]string
		want                  bool
	}{
		{guideOperators, "StringEquals", "aws:username", "Bob", keys("aws:username", "Bob"), true},
		{operatorTests, "StringEquals", "aws:username", "BOB", keys("aws:username", "bob"), false},
		{operatorTests, "StringEquals", "aws:username", "B*", keys("aws:username", "Bob"), false},
		{operatorTests, "StringEquals", "aws:username", several("Al", "Bob"), keys("aws:username", "Bob"), true},
		{guideOperators, "StringEquals", "aws:username", "Bob", nil, false},
		{guideOperators, "StringNotEquals", "aws:username", "Bob", nil, true},
		{guideSets, "StringNotEquals", "aws:username", several("Al", "Bob"), keys("aws:username", "Bob"), false},
		{guideSets, "StringNotEquals", "aws:username", several("Al", "Bob"), keys("aws:username", "Cy"), true},
		{guideOperators, "StringEqualsIgnoreCase", "aws:username", "bOB", keys("aws:username", "Bob"), true},
		{guideOperators, "StringNotEqualsIgnoreCase", "aws:username", "bOB", keys("aws:username", "Bob"), false},
		{guideOperators, "StringEqualsIgnoreCase", "aws:username", "B?b", keys("aws:username", "Bob"), false},
		{operatorTests, "StringLike", "aws:username", "B???b", keys("aws:username", "B123b"), true},
		{operatorTests, "StringLike", "aws:username", "B?b", keys("aws:username", "Bb"), false},
		{operatorTests, "StringLike", "aws:username", "bob", keys("aws:username", "BOB"), false},
		{guideOperators, "StringLike", "aws:username", "*:finance/*", keys("aws:username", "a:b:finance/c"), true},
		{guideOperators, "StringLike", "aws:username", "", keys("aws:username", ""), true},
		{guideOperators, "StringNotLike", "aws:username", "B*", keys("aws:username", "Bob"), false},
		{guideOperators, "StringNotLike", "aws:username", "B*", nil, true},
		{guideOperators, "StringLike", "AWS:USERNAME", "B*", keys("aws:userName", "Bob"), true},

		{operatorTests, "NumericEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "10.0"), true},
		{operatorTests, "NumericEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "a"), false},
		{guideOperators, "NumericEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "11"), false},
		{guideOperators, "NumericNotEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "11"), true},
		{guideOperators, "NumericNotEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "10"), false},
		{simulate, "NumericGreaterThan", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "15"), true},
		{guideOperators, "NumericGreaterThan", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "10"), false},
		{simulate, "NumericGreaterThanEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "10"), true},
		{simulate, "NumericGreaterThanEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "9"), false},
		{simulate, "NumericLessThan", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "5"), true},
		{simulate, "NumericLessThan", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "15"), false},
		{guideOperators, "NumericLessThan", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "10"), false},
		{simulate, "NumericLessThanEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "10"), true},
		{simulate, "NumericLessThanEquals", "aws:MultiFactorAuthAge", "10", keys("aws:MultiFactorAuthAge", "11"), false},

		{operatorTests, "DateEquals", "aws:TokenIssueTime", "2024-01-01", keys("aws:TokenIssueTime", "2024-01-01T00:00:00Z"), true},
		{guideOperators, "DateEquals", "aws:TokenIssueTime", "2024-01-01T01:00+01:00", keys("aws:TokenIssueTime", "1704067200"), true},
		{operatorTests, "DateEquals", "aws:TokenIssueTime", "2024", keys("aws:TokenIssueTime", "2024-01-01T00:00:00.001Z"), false},
		{operatorTests, "DateEquals", "aws:TokenIssueTime", "2024-01", keys("aws:TokenIssueTime", "not a date"), false},
		{guideOperators, "DateNotEquals", "aws:TokenIssueTime", "2024-01-01", keys("aws:TokenIssueTime", "2024-01-02"), true},
		{guideOperators, "DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:01Z", keys("aws:TokenIssueTime", "2020-01-01T00:00:02Z"), true},
		{guideOperators, "DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:01Z", keys("aws:TokenIssueTime", "2020-01-01T00:00:01Z"), false},
		{guideOperators, "DateGreaterThanEquals", "aws:TokenIssueTime", "2020-01-01T00:00:01Z", keys("aws:TokenIssueTime", "2020-01-01T00:00:01Z"), true},
		{guideOperators, "DateLessThan", "aws:TokenIssueTime", "2020-01-01T00:00:01Z", keys("aws:TokenIssueTime", "2020-01-01T00:00:01Z"), false},
		{mapper, "DateLessThanEquals", "aws:TokenIssueTime", "2018-08-10T00:00:00Z", keys("aws:TokenIssueTime", "2018-08-10T00:00:00Z"), true},
		{mapper, "DateLessThanEquals", "aws:TokenIssueTime", "2018-08-10T00:00:00Z", keys("aws:TokenIssueTime", "2018-08-10T00:00:01Z"), false},
		{mapper, "DateLessThanEquals", "aws:TokenIssueTime", "2018-08-10T00:00:00Z", keys("aws:TokenIssueTime", "2018-08-09T23:59:59Z"), true},

		{mapper, "Bool", "aws:SecureTransport", "true", keys("aws:SecureTransport", "True"), true},
		{mapper, "Bool", "aws:SecureTransport", "true", keys("aws:SecureTransport", "tru"), false},
		{mapper, "Bool", "aws:SecureTransport", "true", keys("aws:SecureTransport", "false"), false},
		{mapper, "Bool", "aws:SecureTransport", "false", keys("aws:SecureTransport", "asdf"), true},
		{mapper, "Bool", "aws:SecureTransport", "false", keys("aws:SecureTransport", "true"), false},
		{guideOperators, "Bool", "aws:SecureTransport", "false", nil, false},
		{operatorTests, "Bool", "aws:SecureTransport", several("true", "false"), keys("aws:SecureTransport", "true"), true},

		{guideOperators, "BinaryEquals", "aws:username", "Qm9i", keys("aws:username", "Bob"), true},
		{operatorTests, "BinaryEquals", "aws:username", "Qm9i", keys("aws:username", "Bobby"), false},

		{mapper, "IpAddress", "aws:SourceIp", "10.0.0.1", keys("aws:SourceIp", "10.0.0.1"), true},
		{mapper, "IpAddress", "aws:SourceIp", "10.0.0.1", keys("aws:SourceIp", "10.0.0.2"), false},
		{mapper, "IpAddress", "aws:SourceIp", several("10.0.0.0/8", "127.0.0.0/8"), keys("aws:SourceIp", "127.0.0.1"), true},
		{mapper, "IpAddress", "aws:SourceIp", several("10.0.0.0/8", "127.0.0.0/8"), keys("aws:SourceIp", "192.168.0.1"), false},
		{operatorTests, "IpAddress", "aws:SourceIp", "2001:db8::/32", keys("aws:SourceIp", "2001:0db8:85a3::8a2e:370:7334"), true},
		{operatorTests, "IpAddress", "aws:SourceIp", "2001:db8::/32", keys("aws:SourceIp", "192.168.10.10"), false},
		{operatorTests, "IpAddress", "aws:SourceIp", "192.168.0.0/16", keys("aws:SourceIp", "abcdef"), false},
		{guideOperators, "NotIpAddress", "aws:SourceIp", "10.0.0.0/8", keys("aws:SourceIp", "192.168.0.1"), true},
		{guideOperators, "NotIpAddress", "aws:SourceIp", "10.0.0.0/8", keys("aws:SourceIp", "10.1.1.1"), false},

		{mapper, "ArnEquals", "aws:SourceArn", "arn:aws:iam::*:user/a", keys("aws:SourceArn", "arn:aws:iam::"+account+":user/a"), true},
		{mapper, "ArnLike", "aws:SourceArn", "arn:aws:iam::*:user/a", keys("aws:SourceArn", "arn:aws:iam::"+account+":user/b"), false},
		{guideOperators, "ArnLike", "aws:SourceArn", "arn:aws:some:*:" + account + ":finance/*", keys("aws:SourceArn", "arn:aws:some:us-east-2:999999999999:store/abc:"+account+":finance/d"), false},
		{operatorTests, "ArnLike", "aws:SourceArn", "arn:???:*:*:*:*", keys("aws:SourceArn", "arn:aws:ec2:us-east-1:"+account+":instance/i-1"), true},
		{operatorTests, "ArnEquals", "aws:SourceArn", "arn:aws:ec2:us-east-1:" + account + ":instance/i", keys("aws:SourceArn", "arn:aws:ec2:us-east-1:"+account+":INSTANCE/I"), false},
		{operatorTests, "ArnLike", "aws:SourceArn", "arn:*:*:*:*:*", keys("aws:SourceArn", "arn:::bucket"), false},
		{guideOperators, "ArnLike", "aws:SourceArn", "arn:aws:logs:*:*:log-group:*:x", keys("aws:SourceArn", "arn:aws:logs:r:1:log-group:a:b:x"), true},
		{mapper, "ArnNotLike", "aws:SourceArn", "arn:aws:iam::*:user/a", keys("aws:SourceArn", "arn:aws:iam::"+account+":user/b"), true},
		{mapper, "ArnNotEquals", "aws:SourceArn", "arn:aws:iam::*:user/a", keys("aws:SourceArn", "arn:aws:iam::"+account+":user/a"), false},
		{mapper, "ArnNotLike", "aws:SourceArn", "arn:aws:iam::*:user/a", keys("aws:SourceArn", "test2"), false},
		{guideOperators, "ArnNotLike", "aws:SourceArn", "arn:aws:iam::*:user/a", nil, true},

		{guideOperators, "StringLikeIfExists", "aws:username", "B*", nil, true},
		{guideOperators, "StringLikeIfExists", "aws:username", "B*", keys("aws:username", "Al"), false},
		{guideOperators, "StringNotEqualsIfExists", "aws:username", "Bob", nil, true},
		{guideOperators, "BoolIfExists", "aws:MultiFactorAuthPresent", "false", nil, true},
		{guideOperators, "Null", "aws:TokenIssueTime", "true", nil, true},
		{guideOperators, "Null", "aws:TokenIssueTime", "false", nil, false},
		{guideOperators, "Null", "aws:TokenIssueTime", "true", keys("aws:TokenIssueTime", "2024"), false},
		{mapper, "Null", "aws:username", "false", keys("aws:username", "asdf"), true},
		{mapper, "Null", "aws:username", "false", keys("aws:username", ""), false},
		{mapper, "Null", "aws:username", several("true", "false"), keys("aws:username", "asdf"), true},
		{mapper, "ForAllValues:Null", "aws:username", "false", keys("aws:username", "asdf"), true},
		{mapper, "ForAllValues:Null", "aws:username", "true", keys("aws:username", "asdf"), false},
		{mapper, "ForAllValues:Null", "aws:username", "false", keys("aws:username", ""), true},
		{mapper, "ForAnyValue:Null", "aws:username", "true", keys("aws:username", "asdf"), false},
		{mapper, "ForAnyValue:Null", "aws:username", "true", keys("aws:username", ""), false},
		{mapper, "ForAnyValue:Null", "aws:username", "false", keys("aws:username", "asdf"), true},
		{mapper, "ForAnyValue:Null", "aws:username", "false", nil, false},

		{mapper, "ForAllValues:StringEquals", "aws:TagKeys", several("ID", "Message", "Tags"), keys("aws:TagKeys", "ID", "aws:TagKeys", "Message"), true},
		{mapper, "ForAllValues:StringEquals", "aws:TagKeys", several("ID", "Message", "Tags"), nil, true},
		{guideSets, "ForAllValues:StringEquals", "aws:TagKeys", several("ID"), keys("aws:TagKeys", ""), true},
		{guideSets, "ForAllValues:StringEquals", "aws:TagKeys", several("ID", "Tags"), keys("aws:TagKeys", "ID", "aws:TagKeys", "Password"), false},
		{mapper, "ForAnyValue:StringEquals", "aws:TagKeys", several("ID", "Tags"), keys("aws:TagKeys", "Tags", "aws:TagKeys", "Password"), true},
		{guideSets, "ForAnyValue:StringEquals", "aws:TagKeys", several("ID", "Tags"), keys("aws:TagKeys", "Password", "aws:TagKeys", "Tags"), true},
		{mapper, "ForAnyValue:StringEquals", "aws:TagKeys", several("ID", "Tags"), keys("aws:TagKeys", "Password"), false},
		{mapper, "ForAnyValue:StringEquals", "aws:TagKeys", several("ID", "Tags"), nil, false},
		{guideSets, "ForAnyValue:StringEquals", "aws:TagKeys", several(""), keys("aws:TagKeys", ""), false},
		{guideSets, "ForAllValues:StringNotEquals", "aws:TagKeys", several("ID"), keys("aws:TagKeys", "A", "aws:TagKeys", "ID"), false},
		{guideSets, "ForAnyValue:StringNotEquals", "aws:TagKeys", several("ID"), keys("aws:TagKeys", "A", "aws:TagKeys", "ID"), true},
		{guideSets, "ForAnyValue:StringNotEquals", "aws:TagKeys", several("ID"), nil, false},
		{ours, "ForAnyValue:StringLikeIfExists", "aws:TagKeys", several("ID"), nil, true},
		{simulate, "ForAllValues:StringEquals", "aws:PrincipalOrgID", several("o-a", "o-b"), keys("aws:PrincipalOrgID", "o-a"), true},
		{simulate, "ForAllValues:StringEquals", "aws:PrincipalOrgID", several("o-a", "o-b"), keys("aws:PrincipalOrgID", "o-c"), false},
		{operatorTests, "StringEquals", "aws:username", "A", keys("aws:username", "A", "aws:username", "B"), false},
		{simulate, "StringEquals", "aws:PrincipalTag/Foo", several("bar", "baz"), keys("aws:PrincipalTag/Foo", "bar"), true},

		{operatorTests, "StringEquals", "aws:userid", "x/${aws:username}", keys("aws:username", "Bob", "aws:userid", "x/Bob"), true},
		{operatorTests, "StringLike", "aws:userid", "t${aws:username}*", keys("aws:username", "Bob", "aws:userid", "tBobby"), true},
		{operatorTests, "StringLike", "aws:userid", "t${aws:username}", keys("aws:username", "B*", "aws:userid", "tBob"), false},
		{guideVariables, "StringEquals", "aws:userid", "${aws:PrincipalTag/Team}", keys("aws:userid", "x"), false},
		{guideVariables, "StringNotEquals", "aws:userid", "${aws:PrincipalTag/Team}", keys("aws:userid", "x"), true},
		{guideVariables, "StringEquals", "aws:userid", "${aws:PrincipalTag/team, 'all'}", keys("aws:userid", "all"), true},
		{guideVariables, "StringEquals", "aws:userid", "${aws:PrincipalTag/team, 'all'}", keys("aws:userid", "all", "aws:PrincipalTag/team", "x"), false},
		{guideVariables, "StringLike", "aws:userid", "${*}${?}${$}", keys("aws:userid", "*?$"), true},
		{guideVariables, "StringLike", "aws:userid", "${*}", keys("aws:userid", "ab"), false},
		{guideVariables, "StringEqualsIgnoreCase", "aws:userid", "${AWS:USERNAME}", keys("aws:username", "Bob", "aws:userid", "bOB"), true},
		{operatorTests, "ArnLike", "aws:SourceArn", "arn:aws:iam::" + account + ":user/${aws:username}", keys("aws:username", "Bob", "aws:SourceArn", "arn:aws:iam::"+account+":user/Bob"), true},
		{operatorTests, "ArnLike", "aws:SourceArn", "arn:aws:iam::" + account + ":user/${aws:username}", keys("aws:SourceArn", "arn:aws:iam::"+account+":user/Bob"), false},
		{ours, "StringEquals", "aws:userid", "${aws:username}", map[string][]string{"aws:username": {"a", "b"}, "aws:userid": {"a"}}, false},
		{ours, "StringEquals", "aws:userid", "x", map[string][]string{"aws:userid": {}}, false},
	} {
		p := policy.Policies{Identity: parsed(t, policy.IdentityPolicy, allow("*", "*").when(c.operator, c.key, c.values))}
		r := policy.Request{Principal: by(session), Action: "s3:GetObject", Resource: object, Keys: c.request}
		if got := policy.Evaluate(r, p).Allowed; got != c.want {
			t.Errorf("%s: %s %s %q with %v: got %t", c.source, c.operator, c.key, c.values, c.request, got)
		}
	}
}

// TestConditionsAreJoined wants all operators and all keys to hold.
func TestConditionsAreJoined(t *testing.T) {
	t.Parallel()
	s := allow("*", "*").with("Condition", map[string]any{
		"StringEquals": map[string]any{"aws:username": "Bob", "aws:userid": "1"},
		"Bool":         map[string]any{"aws:SecureTransport": "true"},
	})
	p := policy.Policies{Identity: parsed(t, policy.IdentityPolicy, s)}
	for _, c := range []struct {
		username, userid, secure string
		want                     bool
	}{{"Bob", "1", "true", true}, {"Al", "1", "true", false}, {"Bob", "2", "true", false}, {"Bob", "1", "false", false}} {
		r := get(session)
		r.Keys = keys("aws:username", c.username, "aws:userid", c.userid, "aws:SecureTransport", c.secure)
		if got := policy.Evaluate(r, p).Allowed; got != c.want {
			t.Errorf("%+v: got %t", c, got)
		}
	}
}

// TestNoVariablesInTheOlderVersion takes them as text, as a document without a version does.
func TestNoVariablesInTheOlderVersion(t *testing.T) {
	t.Parallel()
	for _, version := range []string{`"Version":"2008-10-17",`, ""} {
		d, err := policy.Parse(policy.IdentityPolicy, "P", `{`+version+`"Statement":{"Effect":"Allow","Action":"*",
			"Resource":"arn:aws:s3:::${aws:username}","Condition":{"StringEquals":{"aws:userid":"${aws:username}"}}}}`)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]bool{"Bob": false, "${aws:username}": true} {
			r := policy.Request{Principal: by(session), Action: "s3:X", Resource: "arn:aws:s3:::" + name, Keys: keys("aws:username", "Bob", "aws:userid", name)}
			if got := policy.Evaluate(r, policy.Policies{Identity: []*policy.Document{d}}).Allowed; got != want {
				t.Errorf("%s %s: got %t", version, name, got)
			}
		}
	}
}

// TestKeysOfAPrincipal wants what the principal, the resource and the time give without being told,
// and that what the caller gives goes before.
func TestKeysOfAPrincipal(t *testing.T) {
	t.Parallel()
	long := policy.Principal{ARN: session, Role: "arn:aws:iam::" + account + ":role/a/path/reader", UserID: "AROA:one"}
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		principal  policy.Principal
		key, value string
	}{
		{by(session), "aws:PrincipalArn", role},
		{long, "aws:PrincipalArn", long.Role},
		{by(role), "aws:PrincipalArn", role},
		{by(user), "aws:PrincipalArn", user},
		{by(user), "aws:username", "alice"},
		{by(user), "aws:PrincipalType", "User"},
		{by(session), "aws:PrincipalType", "AssumedRole"},
		{by(root), "aws:PrincipalType", "Account"},
		{by(session), "aws:PrincipalAccount", account},
		{long, "aws:userid", "AROA:one"},
		{by(session), "aws:PrincipalIsAWSService", "false"},
		{policy.Principal{Service: "logs.amazonaws.com"}, "aws:PrincipalIsAWSService", "true"},
		{policy.Principal{Service: "logs.amazonaws.com"}, "aws:PrincipalServiceName", "logs.amazonaws.com"},
		{by(session), "aws:ResourceAccount", account},
		{by(session), "aws:CurrentTime", "2026-05-01T12:00:00Z"},
		{by(session), "aws:EpochTime", "1777636800"},
		{by(session), "aws:RequestedRegion", "eu-west-1"},
	} {
		p := policy.Policies{Resource: parsed(t, policy.ResourcePolicy, deny("*", "*").with("Principal", "*").when("StringEquals", c.key, c.value))}
		r := policy.Request{Principal: c.principal, Action: "secretsmanager:GetSecretValue", Resource: secret, Time: at, Keys: keys("aws:RequestedRegion", "eu-west-1")}
		if !policy.Evaluate(r, p).Explicit {
			t.Errorf("%+v: %s is not %s", c.principal, c.key, c.value)
		}
		r.Keys[c.key] = []string{"another"}
		if policy.Evaluate(r, p).Explicit {
			t.Errorf("%+v: %s is not what the caller says", c.principal, c.key)
		}
	}
	absent := policy.Policies{Identity: parsed(t, policy.IdentityPolicy, allow("*", "*").with("Condition", map[string]any{
		"Null": map[string]any{"aws:username": "true", "aws:CurrentTime": "true", "aws:userid": "true", "aws:PrincipalServiceName": "true"},
	}))}
	if !policy.Evaluate(get(session), absent).Allowed {
		t.Error("a session has a user name, a time, an id or a service that nobody gave it")
	}
}
