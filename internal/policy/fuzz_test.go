package policy_test

import (
	"testing"

	"cognito-m2m/internal/policy"
)

// FuzzPolicy reads any text as a policy and asks it for a request. Nothing may panic; a Deny more
// never allows more; an Allow more never allows less.
func FuzzPolicy(f *testing.F) {
	for _, s := range []statement{
		mayGet, mayGet.to(role, root), deny("s3:Get*", "*"), deny("s3:*", "arn:aws:s3:::*").when("StringNotLike", "aws:PrincipalArn", "*reader"),
		allow("*", "arn:aws:s3:::${aws:username, 'bucket'}/*").when("ForAllValues:StringLike", "aws:TagKeys", []any{"a", "b*"}),
		deny("s3:?et*", "*").with("NotPrincipal", map[string]any{"AWS": []any{session, role, account}}),
		{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:iam:*"},
		allow("s3:*", "*").with("Condition", map[string]any{"IpAddress": map[string]any{"aws:SourceIp": "10.0.0.0/8"}, "Null": map[string]any{"aws:userid": true}}),
		allow("s3:*", "*").with("Condition", map[string]any{"DateLessThan": map[string]any{"aws:CurrentTime": "2030"}, "NumericLessThan": map[string]any{"aws:MultiFactorAuthAge": 5.0}}),
	} {
		f.Add([]byte(mustJSON(f, document(s))), "s3:GetObject", object, "10.0.0.1", "a")
	}
	f.Add([]byte(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`), "kms:Decrypt", key, "", "")
	f.Fuzz(func(t *testing.T, text []byte, action, resource, address, tag string) {
		r := policy.Request{
			Principal: by(session), Action: action, Resource: resource,
			Keys: keys("aws:SourceIp", address, "aws:TagKeys", tag, "aws:TagKeys", "b", "aws:PrincipalTag/x", tag),
		}
		identity, err := policy.Parse(policy.IdentityPolicy, "P", text)
		if err == nil {
			holds(t, r, policy.Policies{Identity: []*policy.Document{identity}})
		}
		onResource, err := policy.Parse(policy.ResourcePolicy, "P", text)
		if err == nil {
			holds(t, r, policy.Policies{Resource: []*policy.Document{onResource}})
		}
	})
}

// holds checks what is true of every decision.
func holds(t *testing.T, r policy.Request, p policy.Policies) {
	t.Helper()
	before := policy.Evaluate(r, p)
	if before.Allowed && before.Explicit || !before.Allowed && len(before.By) > 0 != before.Explicit {
		t.Fatalf("a decision that contradicts itself: %+v", before)
	}
	if (before.Message(r) == "") != before.Allowed || (before.Remedy(r) == "") != (before.Allowed || before.Explicit) {
		t.Fatalf("message %q and remedy %q of %+v", before.Message(r), before.Remedy(r), before)
	}
	more := func(s statement) policy.Decision {
		with := p
		with.Identity = append(parsed(t, policy.IdentityPolicy, s), p.Identity...)
		return policy.Evaluate(r, with)
	}
	for _, s := range []statement{deny("*", "*"), deny("s3:Get*", "arn:aws:s3*")} {
		if after := more(s); after.Allowed && !before.Allowed {
			t.Fatalf("a Deny more allows more: %+v, then %+v", before, after)
		}
	}
	for _, s := range []statement{allow("*", "*"), allow("s3:Get*", "arn:aws:s3*")} {
		if after := more(s); before.Allowed && !after.Allowed || before.Explicit && !after.Explicit {
			t.Fatalf("an Allow more allows less: %+v, then %+v", before, after)
		}
	}
}
