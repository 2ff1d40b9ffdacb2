package policy_test

import (
	"testing"

	"cognito-m2m/internal/policy"
)

// The sources of the cases below. Of each, the facts were taken: which policies, which request,
// which outcome. The documents here are written anew.
const (
	guideLogic   = "IAM user guide, Policy evaluation logic"
	guideAcross  = "IAM user guide, Cross-account policy evaluation logic"
	guideExcept  = "IAM user guide, AWS JSON policy elements: NotPrincipal"
	guideLimits  = "IAM user guide, Permissions boundaries for IAM entities"
	guideNames   = "IAM user guide, AWS JSON policy elements: Principal"
	guideKeys    = "KMS developer guide, Key policies"
	guideService = "IAM user guide, Access denied messages"
	simulate     = "cloud-copilot/iam-simulate, coreEngineTests"
	mapper       = "nccgroup/PMapper, tests"
	moto         = "getmoto/moto, tests/test_core/test_auth.py"
)

// published is one case that somebody published.
type published struct {
	source, name string
	policies     set
	request      policy.Request
	want         string
	// kind is of the policies that decided against the request.
	kind policy.Kind
}

func get(principal string) policy.Request {
	return policy.Request{Principal: by(principal), Action: "s3:GetObject", Resource: object}
}

func getFrom(principal, owner string) policy.Request {
	r := get(principal)
	r.ResourceAccount = owner
	return r
}

func describeKey(principal string) policy.Request {
	return policy.Request{Principal: by(principal), Action: "kms:DescribeKey", Resource: key}
}

func assume(principal policy.Principal) policy.Request {
	return policy.Request{Principal: principal, Action: "sts:AssumeRole", Resource: role}
}

var (
	mayGet      = allow("s3:GetObject", object)
	mayDescribe = allow("kms:DescribeKey", key)
	onlyS3      = list{allow("s3:*", "*")}
	onlyEC2     = list{allow("ec2:*", "*")}
	trusts      = allow("sts:AssumeRole", nil)
	foreigner   = "arn:aws:iam::" + another + ":user/bob"
)

var oneAccount = []published{
	{simulate, "no policies", set{}, get(user), implicit, policy.IdentityPolicy},
	{simulate, "the resource's policy is for another user", set{resource: list{mayGet.to(user + "x")}}, get(user), implicit, policy.IdentityPolicy},
	{guideLogic, "the identity's policy is enough", set{identity: list{mayGet}}, get(user), allowed, 0},
	{guideLogic, "the resource's policy is enough", set{resource: list{mayGet.to(user)}}, get(user), allowed, 0},
	{simulate, "the account alone delegates", set{resource: list{mayGet.to(root)}}, get(user), implicit, policy.IdentityPolicy},
	{simulate, "so does its number", set{resource: list{mayGet.to(account)}}, get(user), implicit, policy.IdentityPolicy},
	{simulate, "the account and the identity", set{identity: list{mayGet}, resource: list{mayGet.to(root)}}, get(user), allowed, 0},
	{simulate, "the identity's policy denies", set{identity: list{deny("s3:GetObject", object)}, resource: list{mayGet.to(user)}}, get(user), explicit, policy.IdentityPolicy},
	{simulate, "the resource's policy denies the account", set{identity: list{mayGet}, resource: list{deny("s3:GetObject", object).to(root)}}, get(user), explicit, policy.ResourcePolicy},
	{guideNames, "everyone, from within the account", set{resource: list{mayGet.with("Principal", "*")}}, get(user), allowed, 0},
	{mapper, "everyone, another action", set{resource: list{mayGet.with("Principal", "*")}}, policy.Request{Principal: by(user), Action: "s3:PutObject", Resource: object}, implicit, policy.IdentityPolicy},
	{moto, "a wildcard in an action, another action", set{identity: list{allow("ec2:Run*", "*")}}, policy.Request{Principal: by(user), Action: "ec2:DescribeInstances", Resource: "*"}, implicit, policy.IdentityPolicy},
	{moto, "a wildcard in an action", set{identity: list{allow("ec2:Describe*", "*")}}, policy.Request{Principal: by(user), Action: "ec2:DescribeTags", Resource: "*"}, allowed, 0},
	{moto, "a Deny beside an Allow of all", set{identity: list{allow("ec2:*", "*"), deny("ec2:CreateVpc", "*")}}, policy.Request{Principal: by(user), Action: "ec2:CreateVpc", Resource: "*"}, explicit, policy.IdentityPolicy},
	{moto, "a Deny of all but one action", set{identity: list{allow("*", "*"), statement{"Effect": "Deny", "NotAction": "iam:GetUser", "Resource": "*"}}}, get(user), explicit, policy.IdentityPolicy},
	{moto, "that one action", set{identity: list{allow("*", "*"), statement{"Effect": "Deny", "NotAction": "iam:GetUser", "Resource": "*"}}}, policy.Request{Principal: by(user), Action: "iam:GetUser", Resource: user}, allowed, 0},
	{moto, "policies about other things", set{identity: list{allow("ec2:Describe*", "*"), allow("s3:*", "*"), deny("iam:List*", "*"), deny("lambda:*", "*")}}, policy.Request{Principal: by(user), Action: "ec2:CreateKeyPair", Resource: "*"}, implicit, policy.IdentityPolicy},
	{moto, "a session has its role's policies", set{identity: list{allow([]any{"elasticloadbalancing:CreateLoadBalancer", "ec2:DescribeSubnets"}, "*")}}, policy.Request{Principal: by(session), Action: "ec2:DescribeSubnets", Resource: "*"}, allowed, 0},
	{moto, "GetCallerIdentity against a Deny", set{identity: list{deny("sts:GetCallerIdentity", "*")}}, policy.Request{Principal: by(user), Action: "sts:GetCallerIdentity", Resource: "*"}, allowed, 0},
	{simulate, "GetCallerIdentity without a policy", set{}, policy.Request{Principal: by(user), Action: "sts:GetCallerIdentity", Resource: "*"}, allowed, 0},
	{simulate, "GetCallerIdentity against a session policy", set{session: list{deny("*", "*")}}, policy.Request{Principal: by(session), Action: "sts:GetCallerIdentity", Resource: "*"}, allowed, 0},
	{simulate, "a role where its ARN is named", set{resource: list{mayGet.to(role)}}, get(role), allowed, 0},
	{simulate, "a session where its role is named", set{resource: list{mayGet.to(role)}}, get(session), allowed, 0},
	{simulate, "a Deny for a role counts for its session", set{identity: list{mayGet}, resource: list{deny("s3:GetObject", object).to(role)}}, get(session), explicit, policy.ResourcePolicy},
	{guideLogic, "a Deny by name beats both Allows", set{identity: list{allow("s3:*", []any{object, "arn:aws:s3:::bucket"}), deny("s3:*", "arn:aws:s3:::*uck*")}, resource: list{mayGet.to(user)}}, get(user), explicit, policy.IdentityPolicy},
	{guideLogic, "Get is allowed", set{identity: list{allow([]any{"iam:Get*", "iam:List*"}, "*"), deny("iam:*Report", "*")}}, policy.Request{Principal: by(user), Action: "iam:GetUser", Resource: user}, allowed, 0},
	{guideLogic, "Create lacks an Allow", set{identity: list{allow([]any{"iam:Get*", "iam:List*"}, "*"), deny("iam:*Report", "*")}}, policy.Request{Principal: by(user), Action: "iam:CreatePolicy", Resource: "*"}, implicit, policy.IdentityPolicy},
	{guideLogic, "reports are denied", set{identity: list{allow([]any{"iam:Get*", "iam:List*"}, "*"), deny("iam:*Report", "*")}}, policy.Request{Principal: by(user), Action: "iam:GetOrganizationsAccessReport", Resource: "*"}, explicit, policy.IdentityPolicy},
	{guideLogic, "the root user needs no policy", set{}, get(root), allowed, 0},
	{guideLogic, "the root user against a Deny", set{resource: list{deny("s3:*", object).to(root)}}, get(root), explicit, policy.ResourcePolicy},
}

var twoAccounts = []published{
	{simulate, "no policies", set{}, getFrom(user, another), implicit, policy.IdentityPolicy},
	{simulate, "the identity's policy alone", set{identity: list{mayGet}}, getFrom(user, another), implicit, policy.ResourcePolicy},
	{simulate, "the resource's policy alone", set{resource: list{mayGet.to(user)}}, getFrom(user, another), implicit, policy.IdentityPolicy},
	{simulate, "the account alone", set{resource: list{mayGet.to(root)}}, getFrom(user, another), implicit, policy.IdentityPolicy},
	{simulate, "the owner's account is not the caller's", set{identity: list{mayGet}, resource: list{mayGet.to(another)}}, getFrom(user, another), implicit, policy.ResourcePolicy},
	{guideAcross, "both", set{identity: list{mayGet}, resource: list{mayGet.to(user)}}, getFrom(user, another), allowed, 0},
	{simulate, "the account and the identity", set{identity: list{mayGet}, resource: list{mayGet.to(root)}}, getFrom(user, another), allowed, 0},
	{guideNames, "everyone needs an identity's policy too", set{resource: list{mayGet.with("Principal", "*")}}, getFrom(user, another), implicit, policy.IdentityPolicy},
	{guideAcross, "a Deny of the caller's account", set{identity: list{allow("s3:*Object*", object), deny("s3:*", "arn:aws:s3:::*uck*")}, resource: list{mayGet.to(user)}}, getFrom(user, another), explicit, policy.IdentityPolicy},
	{simulate, "a Deny of the owner's account", set{identity: list{mayGet}, resource: list{deny("s3:GetObject", object).to(root)}}, getFrom(user, another), explicit, policy.ResourcePolicy},
	{simulate, "a boundary limits a session named itself", set{identity: list{allow("s3:GetObject", "*")}, boundary: onlyEC2, resource: list{mayGet.to(session)}}, getFrom(session, another), implicit, policy.PermissionsBoundary},
	{simulate, "a boundary does not stand for an Allow", set{identity: list{mayGet}, boundary: onlyS3}, getFrom(role, another), implicit, policy.ResourcePolicy},
	{mapper, "a role of another account that nobody trusts", set{identity: list{allow("sts:AssumeRole", "*")}, resource: list{trusts.to(root)}}, assume(by(foreigner)), implicit, policy.ResourcePolicy},
}

var limits = []published{
	{simulate, "boundary and identity allow", set{identity: list{mayGet}, boundary: onlyS3}, get(role), allowed, 0},
	{simulate, "the boundary lacks an Allow", set{identity: list{mayGet}, boundary: onlyEC2}, get(role), implicit, policy.PermissionsBoundary},
	{mapper, "the boundary reads, the identity may all: read", set{identity: list{allow("*", "*")}, boundary: list{allow([]any{"s3:Get*", "s3:List*"}, "*")}}, get(user), allowed, 0},
	{mapper, "the boundary reads, the identity may all: write", set{identity: list{allow("*", "*")}, boundary: list{allow([]any{"s3:Get*", "s3:List*"}, "*")}}, policy.Request{Principal: by(user), Action: "s3:PutObject", Resource: object}, implicit, policy.PermissionsBoundary},
	{simulate, "the boundary alone", set{boundary: onlyS3}, get(role), implicit, policy.IdentityPolicy},
	{simulate, "the boundary allows, the identity denies", set{identity: list{deny("s3:GetObject", object)}, boundary: onlyS3}, get(role), explicit, policy.IdentityPolicy},
	{simulate, "the boundary denies, the resource's policy allows the session", set{boundary: list{deny("s3:*", "*")}, resource: list{mayGet.to(session)}}, get(session), explicit, policy.PermissionsBoundary},
	{guideLogic, "a boundary limits what a role's ARN is granted", set{boundary: onlyEC2, resource: list{mayGet.to(role)}}, get(session), implicit, policy.PermissionsBoundary},
	{guideLogic, "a boundary that allows lets it pass", set{boundary: onlyS3, resource: list{mayGet.to(role)}}, get(session), allowed, 0},
	{guideLogic, "it does not limit what a session's ARN is granted", set{boundary: onlyEC2, resource: list{mayGet.to(session)}}, get(session), allowed, 0},
	{guideLogic, "nor what a user's ARN is granted", set{boundary: onlyEC2, resource: list{mayGet.to(user)}}, get(user), allowed, 0},
	{guideNames, "nor what everyone is granted", set{boundary: onlyEC2, resource: list{mayGet.with("Principal", "*")}}, get(session), allowed, 0},
	{guideNames, "nor a role named by aws:PrincipalArn", set{boundary: onlyEC2, resource: list{mayGet.to("*").when("ArnEquals", "aws:PrincipalArn", role)}}, get(session), allowed, 0},
	{mapper, "an empty boundary, the trust policy names the user", set{boundary: list{}, resource: list{trusts.to(user, root)}}, assume(by(user)), allowed, 0},
	{simulate, "session policy and identity allow", set{identity: list{mayGet}, session: list{allow("*", "*")}}, get(session), allowed, 0},
	{simulate, "the session policy alone", set{session: list{allow("*", "*")}}, get(session), implicit, policy.IdentityPolicy},
	{simulate, "the session policy lacks an Allow", set{identity: list{mayGet}, session: onlyEC2}, get(session), implicit, policy.SessionPolicy},
	{simulate, "the session policy denies", set{identity: list{mayGet}, session: list{deny("s3:GetObject", "*")}}, get(session), explicit, policy.SessionPolicy},
	{guideLogic, "a session policy limits what a role's ARN is granted", set{session: onlyEC2, resource: list{mayGet.to(role)}}, get(session), implicit, policy.SessionPolicy},
	// iam-simulate answers otherwise; the guide says that nothing limits it.
	{guideLogic, "it does not limit what a session's ARN is granted", set{session: onlyEC2, resource: list{mayGet.to(session)}}, get(session), allowed, 0},
	{guideExcept, "all that a session is stands in NotPrincipal", set{identity: list{mayGet}, resource: list{except(session, role, root)}}, get(session), allowed, 0},
	{guideExcept, "another session of that role", set{identity: list{mayGet}, resource: list{except(session, role, root)}}, get(session + "x"), explicit, policy.ResourcePolicy},
	{guideExcept, "a user and its account", set{identity: list{mayGet}, resource: list{except(user, root)}}, get(user), allowed, 0},
	{guideExcept, "another user of the account", set{identity: list{mayGet}, resource: list{except(user, root)}}, get(user + "x"), explicit, policy.ResourcePolicy},
	{guideExcept, "a service in NotPrincipal", set{resource: list{mayGet.with("Principal", "*"), exceptFor("Service", "logs.amazonaws.com")}}, service("logs.amazonaws.com"), allowed, 0},
	{guideExcept, "another service", set{resource: list{mayGet.with("Principal", "*"), exceptFor("Service", "logs.amazonaws.com")}}, service("sns.amazonaws.com"), explicit, policy.ResourcePolicy},
	{guideExcept, "a provider in NotPrincipal", set{resource: list{mayGet.with("Principal", "*"), exceptFor("Federated", provider)}}, federated(provider), allowed, 0},
	{guideExcept, "another provider", set{resource: list{mayGet.with("Principal", "*"), exceptFor("Federated", provider)}}, federated("accounts.google.com"), explicit, policy.ResourcePolicy},
	{guideExcept, "nobody is in NotPrincipal", set{resource: list{mayGet.with("Principal", "*"), except(root)}}, policy.Request{Action: "s3:GetObject", Resource: object}, explicit, policy.ResourcePolicy},
	{guideExcept, "the root user and its account", set{resource: list{except(root)}}, get(root), allowed, 0},
	{guideLimits, "NotPrincipal exempts nobody with a boundary", set{identity: list{mayGet}, boundary: list{allow("*", "*")}, resource: list{except(user, root)}}, get(user), explicit, policy.ResourcePolicy},
}

// except denies everyone but these.
func except(principals ...any) statement {
	return deny("s3:GetObject", object).with("NotPrincipal", map[string]any{"AWS": principals})
}

func exceptFor(kind, principal string) statement {
	return deny("s3:GetObject", object).with("NotPrincipal", map[string]any{kind: principal})
}

func service(name string) policy.Request {
	return policy.Request{Principal: policy.Principal{Service: name}, Action: "s3:GetObject", Resource: object}
}

func federated(name string) policy.Request {
	return policy.Request{Principal: policy.Principal{Federated: name}, Action: "s3:GetObject", Resource: object}
}

var keysAndRoles = []published{
	{simulate, "a key without a policy", set{identity: list{mayDescribe}}, describeKey(user), implicit, policy.ResourcePolicy},
	{simulate, "a key's policy for another user", set{identity: list{mayDescribe}, resource: list{allow("kms:DescribeKey", "*").to(user + "x")}}, describeKey(user), implicit, policy.ResourcePolicy},
	{guideKeys, "a key's policy alone", set{resource: list{allow("kms:DescribeKey", "*").to(user)}}, describeKey(user), allowed, 0},
	{guideKeys, "a key's policy delegates, the identity lacks an Allow", set{resource: list{allow("kms:*", "*").to(root)}}, describeKey(user), implicit, policy.IdentityPolicy},
	{guideKeys, "a key's policy delegates, the identity allows", set{identity: list{mayDescribe}, resource: list{allow("kms:*", "*").to(root)}}, describeKey(user), allowed, 0},
	{guideKeys, "a key's policy delegates another action", set{identity: list{mayDescribe}, resource: list{allow("kms:Decrypt", "*").to(root)}}, describeKey(user), implicit, policy.ResourcePolicy},
	{guideKeys, "the root user needs the key's policy", set{}, describeKey(root), implicit, policy.ResourcePolicy},
	{guideKeys, "what is no key needs none", set{identity: list{allow("kms:ListKeys", "*")}}, policy.Request{Principal: by(user), Action: "kms:ListKeys", Resource: "*"}, allowed, 0},
	{simulate, "another account's user, named by the key", set{resource: list{allow("kms:DescribeKey", "*").to(foreigner)}}, describeKey(foreigner), implicit, policy.IdentityPolicy},
	{simulate, "another account's user, named by both", set{identity: list{mayDescribe}, resource: list{allow("kms:DescribeKey", "*").to(another)}}, describeKey(foreigner), allowed, 0},
	{simulate, "a role that nobody trusts", set{identity: list{allow("sts:AssumeRole", role)}}, assume(by(user)), implicit, policy.ResourcePolicy},
	{mapper, "a role that trusts the account", set{identity: list{allow("sts:AssumeRole", "*")}, resource: list{trusts.to(root)}}, assume(by(user)), allowed, 0},
	{mapper, "the trust alone", set{identity: list{allow("s3:GetObject", "*")}, resource: list{trusts.to(root)}}, assume(by(user)), implicit, policy.IdentityPolicy},
	{mapper, "a role that trusts another account", set{identity: list{allow("sts:AssumeRole", "*")}, resource: list{trusts.to(another)}}, assume(by(user)), implicit, policy.ResourcePolicy},
	{simulate, "a role that trusts the user itself", set{resource: list{trusts.to(user)}}, assume(by(user)), allowed, 0},
	{simulate, "trust and a Deny of the identity", set{identity: list{deny("sts:AssumeRole", role)}, resource: list{trusts.to(root)}}, assume(by(user)), explicit, policy.IdentityPolicy},
	{moto, "a Deny of one role", set{identity: list{deny("sts:AssumeRole", role), allow("sts:AssumeRole", "*")}, resource: list{trusts.to(root)}}, assume(by(user)), explicit, policy.IdentityPolicy},
	{simulate, "a service that the role trusts", set{resource: list{trusts.with("Principal", map[string]any{"Service": "lambda.amazonaws.com"})}}, assume(policy.Principal{Service: "lambda.amazonaws.com"}), allowed, 0},
	{simulate, "another service", set{resource: list{trusts.with("Principal", map[string]any{"Service": "logs.amazonaws.com"})}}, assume(policy.Principal{Service: "lambda.amazonaws.com"}), implicit, policy.ResourcePolicy},
	{simulate, "a service and no policy", set{}, policy.Request{Principal: policy.Principal{Service: "lambda.amazonaws.com"}, Action: "s3:GetObject", Resource: object}, implicit, policy.ResourcePolicy},
	{guideNames, "a provider that the role trusts", set{resource: list{allow("sts:AssumeRoleWithWebIdentity", nil).with("Principal", map[string]any{"Federated": provider})}}, policy.Request{Principal: policy.Principal{Federated: provider}, Action: "sts:AssumeRoleWithWebIdentity", Resource: role}, allowed, 0},
	{guideNames, "another provider", set{resource: list{allow("sts:AssumeRoleWithWebIdentity", nil).with("Principal", map[string]any{"Federated": provider})}}, policy.Request{Principal: policy.Principal{Federated: "accounts.google.com"}, Action: "sts:AssumeRoleWithWebIdentity", Resource: role}, implicit, policy.ResourcePolicy},
	{guideNames, "nobody, where everyone may", set{resource: list{mayGet.with("Principal", "*")}}, policy.Request{Action: "s3:GetObject", Resource: object}, allowed, 0},
}

func TestPublishedCases(t *testing.T) {
	t.Parallel()
	sources := map[string]int{}
	for _, cases := range [][]published{oneAccount, twoAccounts, limits, keysAndRoles} {
		for _, c := range cases {
			sources[c.source]++
			t.Run(c.source+": "+c.name, func(t *testing.T) {
				t.Parallel()
				d := policy.Evaluate(c.request, c.policies.parsed(t))
				if got := outcome(d); got != c.want || got != allowed && d.Kind != c.kind {
					t.Errorf("got %s by the %s, want %s by the %s", got, d.Kind, c.want, c.kind)
				}
			})
		}
	}
	for _, suite := range []string{simulate, mapper, moto, guideLogic} {
		if sources[suite] < 5 {
			t.Errorf("%s: %d cases, want 5 at least", suite, sources[suite])
		}
	}
}
