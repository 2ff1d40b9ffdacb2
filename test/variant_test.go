package test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

func TestTwoSynthsAreEqual(t *testing.T) {
	again, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := synth(t.TempDir(), root, again...)
	if err != nil {
		t.Fatal(err)
	}
	for env, s := range theAssembly(t).stages {
		for name, template := range s.stacks {
			if !bytes.Equal(template.raw, second.stages[env].stacks[name].raw) {
				t.Errorf("%s/%s: a second synth gives another template", env, name)
			}
		}
	}
}

func TestOrderInTheFileDoesNotMatter(t *testing.T) {
	const reordered = `name: dev
region: eu-west-1
api:
  routes:
    - {path: /b, methods: [PUT, POST], scopes: [test-api/write]}
    - {path: /a, methods: [GET], scopes: [test-api/read]}
clients:
  writer: {scopes: [test-api/write], accessTokenValidity: 30m}
  reader: {scopes: [test-api/read]}
resourceServers:
  - identifier: test-api
    scopes: {write: Write test data, read: Read test data}
identity: {deletionProtection: false}`
	source := newSource(t)
	want := synthStage(t, source, variant)
	got := synthStage(t, source, reordered)
	for name, template := range want.stacks {
		if diff := cmp.Diff(string(template.raw), string(got.stacks[name].raw)); diff != "" {
			t.Errorf("%s depends on the order of keys in the file:\n%s", name, diff)
		}
	}
}

// TestOneEnvironmentAlone shows that an environment's templates do not depend on which others are
// synthesized with it.
func TestOneEnvironmentAlone(t *testing.T) {
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range environments {
		alone, err := synth(t.TempDir(), root, env)
		if err != nil {
			t.Fatal(err)
		}
		for name, template := range theAssembly(t).stages[env.Name].stacks {
			if !bytes.Equal(template.raw, alone.stages[env.Name].stacks[name].raw) {
				t.Errorf("%s/%s differs when synthesized alone", env.Name, name)
			}
		}
	}
}

func TestVariants(t *testing.T) {
	with := func(old, new string) string { return strings.Replace(variant, old, new, 1) }
	cases := []struct {
		name, yaml, stack, kind, id string
		path                        []string
		want                        string
	}{
		{
			name: "a fixed prefix is the domain", yaml: with("identity: {", "identity: {domain: {prefix: acme-m2m}, "),
			stack: "Identity", kind: "AWS::Cognito::UserPoolDomain", path: []string{"Domain"}, want: `"acme-m2m"`,
		},
		{
			name: "a resource server named by a URL", yaml: strings.ReplaceAll(variant, "test-api", "https://api.example.com"),
			stack: "Identity", kind: "AWS::Cognito::UserPoolResourceServer", path: []string{"Name"}, want: `"https-api.example.com"`,
		},
		{
			name: "token validity is the client's own", yaml: variant,
			stack: "Api", kind: "AWS::Cognito::UserPoolClient", id: "Writer", path: []string{"AccessTokenValidity"}, want: `30`,
		},
		{
			name: "token validity counts minutes", yaml: variant,
			stack: "Api", kind: "AWS::Cognito::UserPoolClient", id: "Writer", path: []string{"TokenValidityUnits"}, want: `{"AccessToken":"minutes"}`,
		},
		{
			name: "token validity is an hour where none is given", yaml: variant,
			stack: "Api", kind: "AWS::Cognito::UserPoolClient", id: "Reader", path: []string{"AccessTokenValidity"}, want: `60`,
		},
		{
			name: "a client has its own scopes", yaml: variant,
			stack: "Api", kind: "AWS::Cognito::UserPoolClient", id: "Reader", path: []string{"AllowedOAuthScopes"}, want: `["test-api/read"]`,
		},
		{
			name: "a route has its own scopes", yaml: variant,
			stack: "Api", kind: "AWS::ApiGatewayV2::Route", id: "PUTb", path: []string{"AuthorizationScopes"}, want: `["test-api/write"]`,
		},
		{
			name: "a route for any token has no scopes", yaml: with("scopes: [test-api/read]}\n    - {path: /b", "scopes: []}\n    - {path: /b"),
			stack: "Api", kind: "AWS::ApiGatewayV2::Route", id: "GETa", path: []string{"AuthorizationScopes"}, want: `[]`,
		},
		{
			name: "the catch-all route", yaml: variant + "\n    - {path: $default, scopes: []}",
			stack: "Api", kind: "AWS::ApiGatewayV2::Route", id: "default", path: []string{"RouteKey"}, want: `"$default"`,
		},
		{
			name: "throttling", yaml: variant + "\n  throttle: {rate: 7, burst: 9}",
			stack: "Api", kind: "AWS::ApiGatewayV2::Stage", path: []string{"DefaultRouteSettings"}, want: `{"ThrottlingBurstLimit":9,"ThrottlingRateLimit":7}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := look(t, c.yaml).stage
			if got := compact(at(properties(first(s.stacks[c.stack], c.kind, c.id)), c.path...)); got != c.want {
				t.Errorf("%s of %s is %s, want %s", c.path, c.kind, got, c.want)
			}
		})
	}
}

// TestRoutesDoNotMoveOthers shows that a new route adds itself and changes no resource that is
// there: neither a permission nor an integration hangs on the order of the routes.
func TestRoutesDoNotMoveOthers(t *testing.T) {
	source := newSource(t)
	before := synthVariant(t, source, variant)
	after := synthVariant(t, source, variant+"\n    - {path: /0, methods: [GET], scopes: [test-api/read]}")
	for id, resource := range before.section("Resources") {
		if diff := cmp.Diff(resource, after.section("Resources")[id]); diff != "" {
			t.Errorf("adding a route changes %s:\n%s", id, diff)
		}
	}
}

// TestNamesOfUsersMeetNothing uses names that are ids of other constructs, or that CDK would write
// alike.
func TestNamesOfUsersMeetNothing(t *testing.T) {
	const yaml = `name: dev
identity: {deletionProtection: false}
resourceServers:
  - {identifier: Domain, scopes: {read: Read}}
  - {identifier: Resource, scopes: {read: Read}}
  - {identifier: a/b, scopes: {read: Read}}
  - {identifier: a--b, scopes: {read: Read}}
clients:
  reader: {scopes: [Domain/read]}
  id-reader: {scopes: [Resource/read]}
  http-api: {scopes: [a/b/read]}
api:
  routes:
    - {path: /a/b, methods: [GET], scopes: [], function: jwt}
    - {path: /a--b, methods: [GET], scopes: [], function: resource}
    - {path: /default-stage, methods: [GET], scopes: [], function: access-logs}`
	source := newSource(t)
	for _, name := range []string{"jwt", "resource", "access-logs"} {
		source.write(t, "lambda/"+name+"/main.go", "package main\n\nfunc main() {}\n")
	}
	s := synthStage(t, source, yaml)
	for name, check := range guards {
		for _, finding := range check(s) {
			t.Errorf("%s: %s", name, finding)
		}
	}
}

// TestAssetDependsOnTheSourceAlone builds the same source in two folders.
func TestAssetDependsOnTheSourceAlone(t *testing.T) {
	key := func(source source) string {
		return compact(at(properties(first(synthVariant(t, source, variant), "AWS::Lambda::Function", "Echo")), "Code", "S3Key"))
	}
	here, there := newSource(t), newSource(t)
	if key(here) != key(there) {
		t.Errorf("the asset is %s in one folder and %s in another", key(here), key(there))
	}
	there.write(t, "lambda/echo/main.go", "package main\n\nfunc main() { println(1) }\n")
	if key(here) == key(there) {
		t.Error("another source gives the same asset")
	}
}

// TestGuardsFollowTheFile runs the guards on environments unlike those of this repository.
func TestGuardsFollowTheFile(t *testing.T) {
	for name, yaml := range map[string]string{
		"a fixed prefix":  strings.Replace(variant, "identity: {", "identity: {domain: {prefix: acme-m2m}, ", 1),
		"a protected dev": strings.Replace(variant, "deletionProtection: false", "deletionProtection: true", 1),
		"a prod that goes": strings.NewReplacer("name: dev", "name: prod", "deletionProtection: false",
			"deletionProtection: false, removing: true").Replace(variant),
		"a client with a hyphen": strings.Replace(variant, "  reader:", "  report-job:", 1),
		"the catch-all route":    variant + "\n    - {path: $default, scopes: []}",
		"no region":              strings.Replace(variant, "region: eu-west-1\n", "", 1),
		"GovCloud":               strings.Replace(variant, "eu-west-1", "us-gov-west-1", 1),
		"a fixed account":        strings.Replace(variant, "region: eu-west-1\n", "region: eu-west-1\naccount: \"123456789012\"\n", 1),
		"a customer key":         variant + "\nsecrets: {customerKey: true}",
		"secrets spared":         variant + "\nsecrets: {graceHours: 72}",
		"secrets not spared":     variant + "\nsecrets: {graceHours: 0}",
		"readers elsewhere":      partners,
		"protected readers":      strings.Replace(partners, "deletionProtection: false", "deletionProtection: true", 1),
		"readers, no region":     strings.Replace(partners, "region: eu-west-1\n", "", 1),
	} {
		s := look(t, yaml).stage
		for guard, check := range guards {
			for _, finding := range check(s) {
				t.Errorf("%s: %s: %s", name, guard, finding)
			}
		}
	}
}
