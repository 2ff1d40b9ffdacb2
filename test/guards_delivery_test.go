package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/config"
)

// wrongDelivery says what is wrong with the delivery stack of one account: everything in it is a
// role of an environment with exactly the statements that its purpose needs, or GitHub's identity
// provider.
func wrongDelivery(account config.DeliveryAccount, t template) (findings []string) {
	named := map[string]bool{}
	for _, env := range account.Environments {
		for purpose, want := range deliveryStatements(account, env) {
			name := env.RoleName(purpose)
			named[name] = true
			if got := t.policy(name); !sameSet(got, want) {
				findings = append(findings, fmt.Sprintf("%s may %v, want %v", name, got, want))
			}
		}
	}
	for id, value := range t.section("Resources") {
		resource, _ := value.(map[string]any)
		p := properties(resource)
		switch resource["Type"] {
		case "AWS::IAM::Role":
			if name, _ := p["RoleName"].(string); !named[name] || p["ManagedPolicyArns"] != nil || p["Policies"] != nil {
				findings = append(findings, id+" is a role that nothing needs, or has managed or inline policies")
			}
			if p["MaxSessionDuration"] != 3600.0 {
				findings = append(findings, id+" has long sessions")
			}
		case "AWS::IAM::Policy":
			if len(compactAll(p["Roles"])) != 1 || p["Users"] != nil || p["Groups"] != nil {
				findings = append(findings, id+" is not the policy of one role")
			}
		case "AWS::IAM::OIDCProvider":
			if p["Url"] != "https://"+gitHub || compact(p["ClientIdList"]) != `["sts.amazonaws.com"]` {
				findings = append(findings, id+" is not GitHub's identity provider for AWS")
			}
		default:
			findings = append(findings, fmt.Sprintf("%s is a %v", id, resource["Type"]))
		}
	}
	if providers := len(t.resources("AWS::IAM::OIDCProvider")); (providers == 1) == account.ExistingProvider {
		findings = append(findings, fmt.Sprintf("%d identity providers are made", providers))
	}
	return findings
}

// deliveryStatements are what each role of an environment may, by its purpose.
func deliveryStatements(account config.DeliveryAccount, env config.DeliveryEnvironment) map[string][]string {
	role := func(kind string) any {
		return "arn:aws:iam::" + account.ID + ":role/cdk-hnb659fds-" + kind + "-role-" + account.ID + "-" + env.Region
	}
	own := env.Region + ":" + account.ID + ":"
	secrets := "arn:aws:secretsmanager:" + own + "secret:m2m/" + env.Name + "/*"
	stack := "arn:aws:cloudformation:" + own + "stack/m2m-" + env.Name
	statements := map[string][]string{
		"deploy": {canonical(allow([]any{role("deploy"), role("file-publishing"), role("lookup")}, "sts:AssumeRole"))},
		"verify": {
			canonical(allow(stack+"-Api/*", "cloudformation:DescribeStacks")),
			canonical(allow("*", "cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus")),
			canonical(allow([]any{
				"arn:aws:apigateway:" + env.Region + "::/apis/*/routes", "arn:aws:apigateway:" + env.Region + "::/apis/*/stages/*",
			}, "apigateway:GET")),
			canonical(allow(secrets, "secretsmanager:GetSecretValue")),
		},
	}
	if env.CustomerKey {
		decrypt := allow("arn:aws:kms:"+own+"key/*", "kms:Decrypt")
		decrypt["Condition"] = map[string]any{
			"StringEquals": map[string]any{"kms:ViaService": "secretsmanager." + env.Region + ".amazonaws.com"},
			"StringLike":   map[string]any{"kms:EncryptionContext:SecretARN": secrets},
		}
		statements["verify"] = append(statements["verify"], canonical(decrypt))
	}
	if !strings.HasSuffix(env.Name, "*") {
		statements["drift"] = []string{canonical(allow(role("lookup"), "sts:AssumeRole"))}
	}
	return statements
}

func TestGuardsOfDelivery(t *testing.T) {
	d := theDelivery(t)
	for _, account := range d.Accounts {
		for _, finding := range wrongDelivery(account, d.accounts[account.ID]) {
			t.Errorf("%s: %s", account.ID, finding)
		}
	}
}

// TestGuardsOfDeliveryGoRed breaks a copy of the stack in each way that a guard should see.
func TestGuardsOfDeliveryGoRed(t *testing.T) {
	grant := func(role string, statement map[string]any) func(template) {
		return func(t template) {
			id, _ := t.role(role)
			t.section("Resources")["Foreign"] = map[string]any{"Type": "AWS::IAM::Policy", "Properties": map[string]any{
				"PolicyDocument": map[string]any{"Statement": []any{statement}}, "Roles": []any{map[string]any{"Ref": id}},
			}}
		}
	}
	change := func(role, property string, value any) func(template) {
		return func(t template) {
			_, resource := t.role(role)
			set(resource, property, value)
		}
	}
	for name, c := range map[string]struct {
		apply func(template)
		want  string
	}{
		"deploying without bootstrap roles": {grant("m2m-prod-deploy", allow("*", "cloudformation:*")), "m2m-prod-deploy may"},
		"taking the execution role": {
			grant("m2m-prod-deploy", allow("arn:aws:iam::333333333333:role/cdk-hnb659fds-cfn-exec-role-333333333333-ap-northeast-1", "sts:AssumeRole")), "m2m-prod-deploy may",
		},
		"verifying that changes secrets": {grant("m2m-prod-verify", allow("*", "secretsmanager:PutSecretValue")), "m2m-prod-verify may"},
		"verifying another environment": {
			grant("m2m-prod-verify", allow("arn:aws:secretsmanager:ap-northeast-1:333333333333:secret:m2m/dev/*", "secretsmanager:GetSecretValue")), "m2m-prod-verify may",
		},
		"drift that deploys":     {grant("m2m-prod-drift", allow("arn:aws:iam::333333333333:role/cdk-hnb659fds-deploy-role-333333333333-ap-northeast-1", "sts:AssumeRole")), "m2m-prod-drift may"},
		"a managed policy":       {change("m2m-prod-deploy", "ManagedPolicyArns", []any{"arn:aws:iam::aws:policy/AdministratorAccess"}), "has managed or inline policies"},
		"an inline policy":       {change("m2m-prod-verify", "Policies", []any{}), "has managed or inline policies"},
		"long sessions":          {change("m2m-prod-deploy", "MaxSessionDuration", 43200.0), "long sessions"},
		"a role of another name": {change("m2m-prod-drift", "RoleName", "other"), "a role that nothing needs"},
		"a user":                 {func(t template) { t.section("Resources")["Foreign"] = map[string]any{"Type": "AWS::IAM::User"} }, "is a AWS::IAM::User"},
		"a provider that is there": {
			func(t template) {
				t.section("Resources")["Foreign"] = map[string]any{"Type": "AWS::IAM::OIDCProvider", "Properties": map[string]any{"Url": "https://" + gitHub, "ClientIdList": []any{"sts.amazonaws.com"}}}
			}, "1 identity providers",
		},
		"another provider": {
			func(t template) {
				t.section("Resources")["Foreign"] = map[string]any{"Type": "AWS::IAM::OIDCProvider", "Properties": map[string]any{"Url": "https://" + gitHub + ".example.com"}}
			}, "is not GitHub's identity provider",
		},
		"a policy of two roles": {
			func(t template) {
				set(first(t, "AWS::IAM::Policy", "prodDrift"), "Roles", []any{map[string]any{"Ref": "A"}, map[string]any{"Ref": "B"}})
			}, "is not the policy of one role",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := theDelivery(t)
			account := d.Accounts[productionAccount]
			broken := template{doc: copied(d.accounts[account.ID].doc)}
			c.apply(broken)
			findings := wrongDelivery(account, broken)
			if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("found %q, want %q", findings, c.want)
			}
		})
	}
}
