package iam_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/requester"
)

const (
	account   = "123456789012"
	secretARN = "arn:aws:secretsmanager:eu-west-1:" + account + ":secret:"
)

// system is a stack with a function that may read one of two secrets, the second of which is under
// a customer's key. The marks in it are replaced by change.
const system = `{"Resources": {
	"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "reader", "Path": "/functions/", "AssumeRolePolicyDocument": {
		"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}}},
	"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "read", "Roles": [{"Ref": "Role"}], "PolicyDocument": {
		"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [{"Ref": "Plain"}, {"Ref": "Encrypted"}]},
			{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Fn::GetAtt": "Key.Arn"}}]}}},
	"Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "reader", "Runtime": "provided.al2023", "Handler": "bootstrap",
		"Code": {"S3Bucket": "b", "S3Key": "k"}, "Role": {"Fn::GetAtt": "Role.Arn"}}},
	"Plain": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "plain"}},
	"Encrypted": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "encrypted", "KmsKeyId": {"Ref": "Alias"}}},
	"Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/secrets", "TargetKeyId": {"Ref": "Key"}}},
	"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}}]}}}
}}`

// modelOf is the system's model with some of its properties changed: by "LogicalID.Property", as
// JSON.
func modelOf(t testing.TB, changes map[string]string) *assembly.Model {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal([]byte(system), &body); err != nil {
		t.Fatal(err)
	}
	resources := body["Resources"].(map[string]any)
	for at, text := range changes {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		id, property, nested := strings.Cut(at, ".")
		if !nested {
			resources[id] = value
			continue
		}
		resources[id].(map[string]any)["Properties"].(map[string]any)[property] = value
	}
	code := func(string, string) (assembly.Asset, error) { return assembly.Asset{Hash: "h", Dir: t.TempDir()}, nil }
	stage, err := assembly.StageOf([]assembly.Uploaded{{Name: "App", AccountID: account, Region: "eu-west-1", Body: body}}, code)
	if err != nil {
		t.Fatal(err)
	}
	model, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return model
}

// compile is the system's permissions, which have no problem.
func compile(t testing.TB, changes map[string]string) (*iam.Permissions, *assembly.Model) {
	t.Helper()
	model := modelOf(t, changes)
	permissions, problems := iam.Compile(model, iam.Options{Functions: model.Functions})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return permissions, model
}

// function is a session of the function's role, and administrator the run's own key.
var (
	function = requester.Requester{
		AccountID: account, Region: "eu-west-1", ARN: "arn:aws:sts::" + account + ":assumed-role/reader/reader",
		UserID: "AROAEXAMPLE:reader", RoleARN: "arn:aws:iam::" + account + ":role/functions/reader",
	}
	administrator = requester.Requester{AccountID: account, Region: "eu-west-1", ARN: "arn:aws:iam::" + account + ":user/m2m-dev", UserID: "AIDAEXAMPLE"}
)

func read(arn string) requester.Access {
	return requester.Access{Action: "secretsmanager:GetSecretValue", Resource: arn}
}

func decrypt(key, via string) requester.Access {
	return requester.Access{Action: "kms:Decrypt", Resource: key, Keys: map[string][]string{"kms:viaservice": {via}}}
}

const secretsManager = "secretsmanager.eu-west-1.amazonaws.com"

func wantAllowed(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func wantDenied(t *testing.T, what string, err error, because string) {
	t.Helper()
	denied := (*requester.DeniedError)(nil)
	if !errors.As(err, &denied) || !strings.Contains(denied.Error(), because) {
		t.Errorf("%s: got %v, want it denied %s", what, err, because)
	}
}

func secret(t testing.TB, model *assembly.Model, name string) string {
	t.Helper()
	for _, s := range model.Secrets {
		if s.Name == name {
			return s.ARN
		}
	}
	t.Fatalf("there is no secret %s", name)
	return ""
}

func TestARoleAllowsWhatItSays(t *testing.T) {
	t.Parallel()
	p, model := compile(t, nil)
	plain := secret(t, model, "plain")
	wantAllowed(t, "what the policy has", p.Authorize(function, read(plain)))
	write := requester.Access{Action: "secretsmanager:PutSecretValue", Resource: plain, Named: "plain"}
	wantDenied(t, "another action", p.Authorize(function, write),
		"User: arn:aws:sts::123456789012:assumed-role/reader/reader is not authorized to perform: secretsmanager:PutSecretValue on resource: plain "+
			"because no identity-based policy allows the secretsmanager:PutSecretValue action")
	wantDenied(t, "another secret", p.Authorize(function, read(secretARN+"other-Ab1Cd2")), "no identity-based policy")
	wantAllowed(t, "an administrator", p.Authorize(administrator, write))
	gone := function
	gone.RoleARN = "arn:aws:iam::" + account + ":role/gone"
	wantDenied(t, "a role that is gone", p.Authorize(gone, read(plain)), "no identity-based policy")
	denied := (*requester.DeniedError)(nil)
	if !errors.As(p.Authorize(function, write), &denied) || denied.Remedy != `{"Effect":"Allow","Action":"secretsmanager:PutSecretValue","Resource":"`+plain+`"}` {
		t.Errorf("the statement that would allow it: %s", denied.Remedy)
	}
}

// TestWherePoliciesStand: a permission counts wherever a template can give it to a role.
func TestWherePoliciesStand(t *testing.T) {
	t.Parallel()
	const put = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:PutSecretValue", "Resource": {"Ref": "Plain"}}}`
	for name, changes := range map[string]map[string]string{
		"inline":               {"Role.Policies": `[{"PolicyName": "write", "PolicyDocument": ` + put + `}]`},
		"a policy of its own":  {"More": `{"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "w", "Roles": ["reader"], "PolicyDocument": ` + put + `}}`},
		"a policy of one role": {"More": `{"Type": "AWS::IAM::RolePolicy", "Properties": {"PolicyName": "w", "RoleName": {"Ref": "Role"}, "PolicyDocument": ` + put + `}}`},
		"a managed policy":     {"More": `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": ` + put + `}}`},
		"a managed policy by its ARN": {
			"More":                   `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": ` + put + `}}`,
			"Role.ManagedPolicyArns": `[{"Ref": "More"}]`,
		},
		"the secret's own": {"More": `{"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": {"SecretId": "plain", "ResourcePolicy": {
			"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:PutSecretValue", "Resource": "*", "Principal": {"AWS": {"Fn::GetAtt": "Role.Arn"}}}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, model := compile(t, changes)
			wantAllowed(t, "", p.Authorize(function, requester.Access{Action: "secretsmanager:PutSecretValue", Resource: secret(t, model, "plain")}))
		})
	}
}

func TestABoundaryBounds(t *testing.T) {
	t.Parallel()
	p, model := compile(t, map[string]string{
		"Boundary": `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": {
			"Effect": "Allow", "Action": "secretsmanager:*", "Resource": {"Ref": "Encrypted"}}}}}`,
		"Role.PermissionsBoundary": `{"Ref": "Boundary"}`,
	})
	wantAllowed(t, "within", p.Authorize(function, read(secret(t, model, "encrypted"))))
	wantDenied(t, "beyond", p.Authorize(function, read(secret(t, model, "plain"))), "because no permissions boundary allows")
}

// TestADenyOfASecret holds for everyone whom it does not except, an administrator too.
func TestADenyOfASecret(t *testing.T) {
	t.Parallel()
	p, model := compile(t, map[string]string{"More": `{"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": {"SecretId": {"Ref": "Plain"}, "ResourcePolicy": {
		"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Principal": "*",
			"Condition": {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": "Role.Arn"}}}}}}}`})
	plain := secret(t, model, "plain")
	wantAllowed(t, "whom it excepts", p.Authorize(function, read(plain)))
	wantDenied(t, "an administrator", p.Authorize(administrator, read(plain)), "with an explicit deny in a resource-based policy")
}

// TestKeys: the key's policy and the role's have to agree.
func TestKeys(t *testing.T) {
	t.Parallel()
	const readers = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Principal": {"AWS": %q},
		"Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}}}`
	policy := func(principal string) string { return strings.Replace(readers, "%q", `"`+principal+`"`, 1) }
	for name, test := range map[string]struct {
		changes map[string]string
		via     string
		because string // empty if it is allowed
	}{
		"both":                      {nil, secretsManager, ""},
		"without a policy":          {map[string]string{"Key": `{"Type": "AWS::KMS::Key"}`}, secretsManager, ""},
		"the account, through it":   {map[string]string{"Key.KeyPolicy": policy("arn:aws:iam::" + account + ":root")}, secretsManager, ""},
		"the account, not through":  {map[string]string{"Key.KeyPolicy": policy("arn:aws:iam::" + account + ":root")}, "", "no resource-based policy"},
		"another account":           {map[string]string{"Key.KeyPolicy": policy("arn:aws:iam::999999999999:root")}, secretsManager, "no resource-based policy"},
		"the key alone, no account": {map[string]string{"Key.KeyPolicy": policy(function.RoleARN), "Policy.PolicyDocument": `{"Version": "2012-10-17", "Statement": []}`}, secretsManager, ""},
		"not the role":              {map[string]string{"Policy.PolicyDocument": `{"Version": "2012-10-17", "Statement": []}`}, secretsManager, "no identity-based policy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, model := compile(t, test.changes)
			err := p.Authorize(function, decrypt(model.KMSKeys[0].ARN, test.via))
			if aliased := p.Authorize(function, decrypt(model.KeyAliases[0].ARN, test.via)); (aliased == nil) != (err == nil) {
				t.Errorf("by its alias: %v", aliased)
			}
			if test.because == "" {
				wantAllowed(t, "", err)
				return
			}
			wantDenied(t, "", err, test.because)
		})
	}
}

func TestAKeyOfElsewhere(t *testing.T) {
	t.Parallel()
	const key = "arn:aws:kms:eu-west-1:" + account + ":key/elsewhere"
	p, _ := compile(t, map[string]string{"Policy.PolicyDocument": `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "` + key + `"}}`})
	wantAllowed(t, "which the role may use", p.Authorize(function, decrypt(key, secretsManager)))
	wantDenied(t, "which it may not", p.Authorize(function, decrypt(key+"2", secretsManager)), "no identity-based policy")
}

// TestProblems: what can't be decided is told, with its place.
func TestProblems(t *testing.T) {
	t.Parallel()
	trust := func(service string) string {
		return `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "` + service + `"}}}`
	}
	const statement = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": %s}]}`
	condition := func(text string) string { return strings.Replace(statement, "%s", text, 1) }
	for name, test := range map[string]struct {
		changes               map[string]string
		id, property, message string
	}{
		"a role that is not Lambda's": {map[string]string{"Role.AssumeRolePolicyDocument": trust("events.amazonaws.com")}, "Function", "Role", "The role defined for the function cannot be assumed by Lambda."},
		"a role that trusts nobody":   {map[string]string{"Role.AssumeRolePolicyDocument": `{"Version": "2012-10-17", "Statement": []}`}, "Function", "Role", "cannot be assumed"},
		"an unknown operator":         {map[string]string{"Policy.PolicyDocument": condition(`{"StringLooksLike": {"aws:PrincipalArn": "x"}}`)}, "Policy", "PolicyDocument.Statement[0].Condition.StringLooksLike", ""},
		"an unknown key":              {map[string]string{"Policy.PolicyDocument": condition(`{"StringEquals": {"aws:Moon": "full"}}`)}, "Policy", "PolicyDocument.Statement[0].Condition.StringEquals.aws:Moon", ""},
		"a key that has no value":     {map[string]string{"Policy.PolicyDocument": condition(`{"StringEquals": {"aws:SourceVpc": "vpc-1"}}`)}, "Policy", "PolicyDocument", "aws:sourcevpc"},
		"an unknown element":          {map[string]string{"Policy.PolicyDocument": `{"Version": "2012-10-17", "Statement": [], "Also": 1}`}, "Policy", "PolicyDocument.Also", ""},
		"an unknown managed policy":   {map[string]string{"Role.ManagedPolicyArns": `["arn:aws:iam::aws:policy/AmazonS3FullAccess"]`}, "Role", "ManagedPolicyArns[0]", "arn:aws:iam::aws:policy/AmazonS3FullAccess"},
		"a role of elsewhere":         {map[string]string{"Function.Role": `"arn:aws:iam::123456789012:role/elsewhere"`}, "Function", "Role", "role/elsewhere"},
		"an inline policy":            {map[string]string{"Role.Policies": `[{"PolicyName": "p", "PolicyDocument": {"Version": "1999-01-01", "Statement": []}}]`}, "Role", "Policies[0].PolicyDocument.Version", ""},
		"the policy of a secret": {map[string]string{"More": `{"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": {"SecretId": {"Ref": "Plain"}, "ResourcePolicy": {
			"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}}}`}, "More", "ResourcePolicy.Statement", ""},
		"the policy of a key": {map[string]string{"Key.KeyPolicy": `{"Version": "2012-10-17"}`}, "Key", "KeyPolicy.Statement", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := modelOf(t, test.changes)
			_, problems := iam.Compile(model, iam.Options{Functions: model.Functions})
			if len(problems) != 1 {
				t.Errorf("%d problems, want one", len(problems))
			}
			templatetest.WantProblem(t, problems, test.id, test.property, test.message)
			templatetest.WantRefuser(t, problems)
		})
	}
}

// TestWhatDoesNotCount: policies of roles that no function has, and of keys that no secret has.
func TestWhatDoesNotCount(t *testing.T) {
	t.Parallel()
	compile(t, map[string]string{
		"Other": `{"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"], "AssumeRolePolicyDocument": {"Statement": "none"}}}`,
		"Logs":  `{"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": "none"}}}`,
	})
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	const known, unknown = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "arn:aws:iam::aws:policy/AmazonS3FullAccess"
	model := modelOf(t, map[string]string{"Role.ManagedPolicyArns": `["` + known + `", "` + unknown + `"]`})
	p, problems := iam.Compile(model, iam.Options{Functions: model.Functions, Accepted: func(arn string) bool { return arn == unknown }})
	templatetest.WantNoProblems(t, problems)
	wantAllowed(t, "the known one", p.Authorize(function, requester.Access{Action: "logs:PutLogEvents", Resource: "arn:aws:logs:eu-west-1:123456789012:log-group:/x:log-stream:y"}))
	wantDenied(t, "the accepted one", p.Authorize(function, requester.Access{Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/key"}), "no identity-based policy")
}

// TestUsed names the part of the statement that allowed something.
func TestUsed(t *testing.T) {
	t.Parallel()
	model := modelOf(t, nil)
	var used []iam.Use
	p, _ := iam.Compile(model, iam.Options{Functions: model.Functions, Used: func(u iam.Use) { used = append(used, u) }})
	plain := secret(t, model, "plain")
	wantAllowed(t, "", p.Authorize(function, read(plain)))
	if len(used) != 1 || used[0].RoleARN != function.RoleARN || len(used[0].By) != 1 || used[0].By[0].Policy != "read" ||
		used[0].By[0].Action != "secretsmanager:GetSecretValue" || used[0].By[0].Resource != plain {
		t.Errorf("got %+v", used)
	}
}

// TestAFunctionsPolicy: Lambda's permissions are statements about principals, too.
func TestAFunctionsPolicy(t *testing.T) {
	t.Parallel()
	invoke := func(p *iam.Permissions, model *assembly.Model) error {
		return p.Authorize(function, requester.Access{Action: "lambda:InvokeFunction", Resource: model.Functions[0].ARN})
	}
	p, model := compile(t, nil)
	wantDenied(t, "without", invoke(p, model), "no identity-based policy")
	p, model = compile(t, map[string]string{"Permission": `{"Type": "AWS::Lambda::Permission", "Properties": {
		"FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", "Principal": {"Fn::GetAtt": "Role.Arn"}}}`})
	wantAllowed(t, "with", invoke(p, model))
	p, model = compile(t, map[string]string{"Permission": `{"Type": "AWS::Lambda::Permission", "Properties": {
		"FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": "arn:aws:execute-api:eu-west-1:123456789012:a/*"}}`})
	wantDenied(t, "a service's", invoke(p, model), "no identity-based policy")
}
