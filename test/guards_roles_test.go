package test

import (
	"fmt"
	"slices"
)

// broadRoles holds every role against the statements that its function is for, word for word. A
// function that needs more extends statements by exactly that.
func broadRoles(s stage) (findings []string) {
	for name, t := range s.stacks {
		for id, role := range t.resources("AWS::IAM::Role") {
			if p := properties(role); p["ManagedPolicyArns"] != nil || p["Policies"] != nil {
				findings = append(findings, name+" "+id+" has managed or inline policies")
			}
			if slices.Contains(t.publisherRoles(), id) { // see wrongEvents
				continue
			}
			if trust := compact(properties(role)["AssumeRolePolicyDocument"]); trust != lambdaAlone {
				findings = append(findings, name+" "+id+" trusts "+trust)
			}
		}
		for _, kind := range []string{"AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::User", "AWS::IAM::UserPolicy"} {
			for id := range t.resources(kind) {
				findings = append(findings, name+" "+id+" is of type "+kind)
			}
		}
		for id, policy := range t.resources("AWS::IAM::Policy") {
			ofPublisher := slices.ContainsFunc(t.publisherRoles(), func(role string) bool {
				return sameSet(compactAll(properties(policy)["Roles"]), []string{ref(role)})
			})
			if len(s.functionsUnder(t, policy)) != 1 && !ofPublisher {
				findings = append(findings, name+" "+id+" is not the policy of one function's role")
			}
		}
		for id, function := range t.resources("AWS::Lambda::Function") {
			got, want := t.allowed(function), s.statements(id, function)
			if !sameSet(got, want) {
				findings = append(findings, fmt.Sprintf("%s %s may do %v, want %v", name, id, got, want))
			}
		}
	}
	return findings
}

const lambdaAlone = `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}}],"Version":"2012-10-17"}`

// functionsUnder are the functions whose role a policy is attached to.
func (s stage) functionsUnder(t template, policy map[string]any) (ids []string) {
	roles, _ := properties(policy)["Roles"].([]any)
	for id, function := range t.resources("AWS::Lambda::Function") {
		role, _ := at(properties(function), "Role", "Fn::GetAtt").([]any)
		if len(role) == 2 && len(roles) == 1 && at(roles[0], "Ref") == role[0] {
			ids = append(ids, id)
		}
	}
	return ids
}

// allowed are the statements of all policies of a function's role.
func (t template) allowed(function map[string]any) (statements []string) {
	role, _ := at(properties(function), "Role", "Fn::GetAtt").([]any)
	for _, policy := range t.resources("AWS::IAM::Policy") {
		roles := compactAll(properties(policy)["Roles"])
		if len(role) != 2 || !slices.Contains(roles, ref(fmt.Sprint(role[0]))) {
			continue
		}
		statements = append(statements, statementsOf(properties(policy)["PolicyDocument"])...)
	}
	return statements
}

// canonical is a policy statement with what stands in lists in alphabetical order, and its values
// as text.
func canonical(statement any) string {
	keys, _ := statement.(map[string]any)
	plain := map[string]any{}
	for key, value := range keys {
		switch key {
		case "Action", "Resource":
			plain[key] = sortedTexts(value)
		case "Principal":
			plain[key] = sortedPrincipals(value)
		default:
			plain[key] = flat(value)
		}
	}
	return compact(plain)
}

// sortedPrincipals are the principals by their kind. Everybody, "*", has none.
func sortedPrincipals(value any) any {
	kinds, ok := value.(map[string]any)
	if !ok {
		return value
	}
	sorted := map[string]any{}
	for kind, principals := range kinds {
		sorted[kind] = sortedTexts(principals)
	}
	return sorted
}

func sortedTexts(value any) (all []string) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, element := range list {
		all = append(all, text(element))
	}
	slices.Sort(all)
	return all
}

// statements are what a function's role allows: to write its own log, and for the rotation function
// to rotate. No resource is a pattern, but for X-Ray's, and for the secrets of many clients.
func (s stage) statements(id string, function map[string]any) []string {
	log, _ := at(properties(function), "LoggingConfig", "LogGroup", "Ref").(string)
	want := []string{canonical(allow("${"+log+".Arn}", "logs:CreateLogStream", "logs:PutLogEvents"))}
	if s.env.Tracing { // X-Ray has no resources to name
		want = append(want, canonical(allow("*", "xray:PutTelemetryRecords", "xray:PutTraceSegments")))
	}
	if id == s.authorizerFunction() {
		return append(want, canonical(allow(s.arn("ssm", "parameter/m2m/"+s.env.Name+"/refused"), "ssm:GetParametersByPath")))
	}
	if id != s.rotationFunction() {
		return want
	}
	want = append(want, canonical(s.rotateSecrets()),
		canonical(allow(s.arn("cognito-idp", "userpool/"+s.poolID()), "cognito-idp:AddUserPoolClientSecret",
			"cognito-idp:DeleteUserPoolClientSecret", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient",
			"cognito-idp:ListUserPoolClientSecrets")))
	for key := range s.secretsKeys() {
		statement := allow("${"+key+".Arn}", "kms:Decrypt", "kms:GenerateDataKey")
		statement["Condition"] = s.throughSecretsManager()
		want = append(want, canonical(statement))
	}
	return want
}

// rotateSecrets is the statement about secrets: it names each, or, where they may be many, those of
// the environment that this function is the rotation of.
func (s stage) rotateSecrets() map[string]any {
	var secrets []any
	for secret := range s.stacks["Api"].resources("AWS::SecretsManager::Secret") {
		secrets = append(secrets, "${"+secret+"}")
	}
	statement := allow(secrets, "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
		"secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")
	if s.env.API.Authorizer != nil {
		statement["Resource"] = s.arn("secretsmanager", "secret:m2m/"+s.env.Name+"/*")
		statement["Condition"] = map[string]any{"StringEquals": map[string]any{
			"secretsmanager:resource/AllowRotationLambdaArn": map[string]any{"Fn::GetAtt": []any{s.rotationFunction(), "Arn"}},
		}}
	}
	return statement
}

func allow(resource any, actions ...string) map[string]any {
	list := make([]any, 0, len(actions))
	for _, action := range actions {
		list = append(list, action)
	}
	return map[string]any{"Effect": "Allow", "Action": list, "Resource": resource}
}
