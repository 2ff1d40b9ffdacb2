package policy_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/policy"
)

// TestMessage has the forms of the IAM user guide, "Troubleshoot access denied error messages".
func TestMessage(t *testing.T) {
	t.Parallel()
	const action = "secretsmanager:GetSecretValue"
	read := policy.Request{Principal: by(session), Action: action, Resource: secret}
	listed := policy.Request{Principal: by(user), Action: "secretsmanager:ListSecrets", Resource: "*"}
	foreign := read
	foreign.Principal = by(foreigner)
	start := "User: " + session + " is not authorized to perform: " + action + " on resource: " + secret + " "
	mayRead := list{allow(action, "*")}
	for name, c := range map[string]struct {
		request  policy.Request
		policies set
		want     string
	}{
		"allowed":            {read, set{identity: mayRead}, ""},
		"no identity":        {read, set{}, start + "because no identity-based policy allows the " + action + " action"},
		"no resource":        {listed, set{}, "User: " + user + " is not authorized to perform: secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action"},
		"no resource-based":  {foreign, set{identity: mayRead}, "User: " + foreigner + " is not authorized to perform: " + action + " on resource: " + secret + " because no resource-based policy allows the " + action + " action"},
		"no boundary":        {read, set{identity: mayRead, boundary: list{}}, start + "because no permissions boundary allows the " + action + " action"},
		"no session":         {read, set{identity: mayRead, session: list{}}, start + "because no session policy allows the " + action + " action"},
		"no trust":           {assume(by(user)), set{}, "User: " + user + " is not authorized to perform: sts:AssumeRole on resource: " + role + " because no role trust policy allows the sts:AssumeRole action"},
		"denied":             {read, set{identity: list{deny("*", "*")}}, start + "with an explicit deny in an identity-based policy"},
		"denied there":       {read, set{identity: mayRead, resource: list{deny("*", "*").to("*")}}, start + "with an explicit deny in a resource-based policy"},
		"denied by boundary": {read, set{identity: mayRead, boundary: list{deny("*", "*")}}, start + "with an explicit deny in a permissions boundary"},
		"denied by session":  {read, set{identity: mayRead, session: list{deny("*", "*")}}, start + "with an explicit deny in a session policy"},
		"denied by trust":    {assume(by(user)), set{resource: list{deny("sts:*", nil).to("*")}}, "User: " + user + " is not authorized to perform: sts:AssumeRole on resource: " + role + " with an explicit deny in the role trust policy"},
		"a service":          {assume(policy.Principal{Service: "lambda.amazonaws.com"}), set{}, "User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: " + role + " because no role trust policy allows the sts:AssumeRole action"},
	} {
		if got := policy.Evaluate(c.request, c.policies.parsed(t)).Message(c.request); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
	if because := policy.Evaluate(read, set{identity: mayRead}.parsed(t)).Because(read); because != "" {
		t.Errorf("allowed, but %q", because)
	}
}

// TestRemedy wants a line that, added to the policies that it is for, is what they lacked.
func TestRemedy(t *testing.T) {
	t.Parallel()
	odd := policy.Request{Principal: by(user), Action: "s3:GetObject", Resource: "arn:aws:s3:::b/a*?$<b>"}
	for name, c := range map[string]struct {
		request  policy.Request
		policies set
		want     string
	}{
		"identity":             {get(user), set{}, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"` + object + `"}`},
		"all resources":        {policy.Request{Principal: by(user), Action: "kms:ListKeys", Resource: "*"}, set{}, `{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}`},
		"odd characters":       {odd, set{}, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a${*}${?}${$}<b>"}`},
		"resource, session":    {getFrom(session, another), set{identity: list{mayGet}}, `{"Effect":"Allow","Principal":{"AWS":"` + role + `"},"Action":"s3:GetObject","Resource":"` + object + `"}`},
		"resource, user":       {getFrom(user, another), set{identity: list{mayGet}}, `{"Effect":"Allow","Principal":{"AWS":"` + user + `"},"Action":"s3:GetObject","Resource":"` + object + `"}`},
		"key":                  {describeKey(session), set{identity: list{mayDescribe}}, `{"Effect":"Allow","Principal":{"AWS":"` + role + `"},"Action":"kms:DescribeKey","Resource":"*"}`},
		"trust":                {assume(by(user)), set{identity: list{allow("sts:*", "*")}}, `{"Effect":"Allow","Principal":{"AWS":"` + user + `"},"Action":"sts:AssumeRole"}`},
		"service":              {assume(policy.Principal{Service: "lambda.amazonaws.com"}), set{}, `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`},
		"provider":             {assume(policy.Principal{Federated: provider}), set{}, `{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":"sts:AssumeRole"}`},
		"nobody":               {policy.Request{Action: "s3:GetObject", Resource: object}, set{}, `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"` + object + `"}`},
		"boundary":             {get(user), set{identity: list{mayGet}, boundary: onlyEC2}, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"` + object + `"}`},
		"session policy":       {get(session), set{identity: list{mayGet}, session: onlyEC2}, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"` + object + `"}`},
		"allowed":              {get(user), set{identity: list{mayGet}}, ""},
		"a Deny stands before": {get(user), set{identity: list{deny("*", "*")}}, ""},
	} {
		d := policy.Evaluate(c.request, c.policies.parsed(t))
		line := d.Remedy(c.request)
		if line != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, line, c.want)
		}
		if line == "" {
			continue
		}
		var s statement
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		if after := policy.Evaluate(c.request, c.policies.plus(d.Kind, s).parsed(t)); !after.Allowed {
			t.Errorf("%s: with the line it is %s by the %s", name, outcome(after), after.Kind)
		}
	}
}

// plus is the set with one more statement in policies of a kind.
func (s set) plus(kind policy.Kind, more statement) set {
	lists := map[policy.Kind]*list{
		policy.IdentityPolicy: &s.identity, policy.ResourcePolicy: &s.resource,
		policy.PermissionsBoundary: &s.boundary, policy.SessionPolicy: &s.session,
	}
	l := lists[kind]
	*l = append(append(list{}, *l...), more)
	return s
}

func TestGrants(t *testing.T) {
	t.Parallel()
	identity := parsed(t, policy.IdentityPolicy,
		allow([]any{"s3:Get*", "S3:GetObject", "s3:Put*"}, []any{object, "*", "arn:aws:s3:::other"}).with("Sid", "Read"),
		statement{"Effect": "Allow", "NotAction": []any{"iam:*", "sts:*"}, "NotResource": "arn:aws:s3:::x"},
		deny("s3:DeleteObject", "*"),
		allow("s3:GetObject", "*").when("Bool", "aws:SecureTransport", "true"),
	)
	resource := parsed(t, policy.ResourcePolicy, allow("s3:*", nil).to("*"))
	grant := func(index int, sid, action, resource string) policy.Grant {
		return policy.Grant{Kind: policy.IdentityPolicy, Policy: "P", Statement: index, Sid: sid, Action: action, Resource: resource}
	}
	used := []policy.Grant{
		grant(0, "Read", "s3:Get*", object), grant(0, "Read", "s3:Get*", "*"),
		grant(0, "Read", "S3:GetObject", object), grant(0, "Read", "S3:GetObject", "*"),
		grant(1, "", "!iam:*,sts:*", "!arn:aws:s3:::x"),
		{Kind: policy.ResourcePolicy, Policy: "P", Action: "s3:*"},
	}
	d := policy.Evaluate(get(user), policy.Policies{Identity: identity, Resource: resource})
	if diff := cmp.Diff(policy.Decision{Allowed: true, By: used}, d); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	if got := identity[0].Grants(); len(got) != 9+1+1 {
		t.Errorf("the document grants %v", got)
	}
	remove := policy.Request{Principal: by(user), Action: "s3:DeleteObject", Resource: object}
	want := policy.Decision{Explicit: true, By: []policy.Grant{grant(2, "", "s3:DeleteObject", "*")}}
	if diff := cmp.Diff(want, policy.Evaluate(remove, policy.Policies{Identity: identity, Resource: resource})); diff != "" {
		t.Errorf("denied decision (-want +got):\n%s", diff)
	}
	// A Deny of the identity's policies is told before one of the resource's, and alone.
	both := policy.Policies{Identity: identity, Resource: parsed(t, policy.ResourcePolicy, deny("s3:*", nil).to("*"))}
	if diff := cmp.Diff(want, policy.Evaluate(remove, both)); diff != "" {
		t.Errorf("twice denied decision (-want +got):\n%s", diff)
	}
	byResource := policy.Evaluate(get(user), policy.Policies{Resource: resource})
	if byResource.Kind != policy.ResourcePolicy || len(byResource.By) != 1 {
		t.Errorf("by the resource's policy alone: got %+v", byResource)
	}
}

func TestKeysOfADocument(t *testing.T) {
	t.Parallel()
	d := parsed(t, policy.IdentityPolicy,
		allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/Team}/${aws:userid, 'x'}").when("StringLike", "aws:SourceArn", "${aws:username}"),
		deny("s3:*", "*").when("ArnLike", "aws:SourceArn", "arn:aws:s3:::${aws:SourceAccount}"),
		deny("s3:*", "*").when("StringEqualsIgnoreCase", "aws:SourceVpc", "${aws:SourceVpce}"),
		allow("s3:*", "*").when("Bool", "aws:SecureTransport", "true"),
	)
	want := []string{
		"aws:principaltag/team", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:username",
	}
	if diff := cmp.Diff(want, d[0].Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
