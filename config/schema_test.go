package config

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	schemaFile      = "../environments/environment.schema.json"
	groupSchemaFile = "../environments/group.schema.json"
)

var update = flag.Bool("update", false, "rewrite the JSON Schemas and the generated pages")

// TestSchema keeps the schemas that editors use equal to the types and rules that are used here.
func TestSchema(t *testing.T) {
	for name, generated := range schemas {
		want := generated(t)
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is out of date, run go test ./config -run TestSchema -update (-want +got):\n%s", name, diff)
		}
	}
}

func compiledSchema(t *testing.T) *validator.Schema {
	t.Helper()
	return compiled(t, schemaFile)
}

func compiled(t *testing.T, name string) *validator.Schema {
	t.Helper()
	compiler := validator.NewCompiler()
	compiler.DefaultDraft(validator.Draft2020)
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// instance is YAML as a JSON Schema validator sees it.
func instance(t *testing.T, source string) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	value, err := validator.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestSchemaTakesTheEnvironmentFiles(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	paths, err := filepath.Glob("../environments/*.yaml")
	if err != nil || len(paths) < 3 {
		t.Fatalf("environment files %v, error %v, want at least three", paths, err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance(t, string(source))); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if first, _, _ := strings.Cut(string(source), "\n"); first != "# yaml-language-server: $schema=environment.schema.json" {
			t.Errorf("%s starts with %q, which does not tell editors of the schema", path, first)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	source, err := os.ReadFile("../environments/dev.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct{ old, new, want string }{
		"unknown key":            {"region:", "regoin:", "additional properties 'regoin'"},
		"unknown nested key":     {"rate: 100", "rat: 100", "additional properties 'rat'"},
		"missing key":            {"name: dev\n", "", "'oneOf' failed"},
		"wrong type":             {"deletionProtection: false", "deletionProtection: 1", "got number, want boolean"},
		"route without scopes":   {", scopes: []", "", "missing property 'scopes'"},
		"route without methods":  {"methods: [ANY], ", "", "missing property 'methods'"},
		"$default with methods":  {"path: /test_jwt,", "path: $default,", "'not' failed"},
		"unknown method":         {"[ANY]", "[CONNECT]", "must be one of"},
		"path shape":             {"path: /test_jwt,", "path: test_jwt,", "does not match pattern"},
		"client name":            {"  reader:", "  Reader:", "invalid propertyName 'Reader'"},
		"client without scopes":  {"[test-api/write]", "[]", "minItems"},
		"scope twice":            {"[test-api/write]", "[test-api/write, test-api/write]", "items at 0 and 1 are equal"},
		"no clients":             {"clients:\n  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}", "clients: {}", "minProperties"},
		"reserved domain prefix": {`prefix: ""`, "prefix: my-aws", "'not' failed"},
		"a word for limits":      {", scopes: []", ", scopes: [], throttle: none", "'oneOf' failed"},
		"a word for authorizer":  {"\napi:", "\napi:\n  authorizer: lambda", "'oneOf' failed"},
		"authorizer without TTL": {"\napi:", "\napi:\n  authorizer: {function: {}}", "'oneOf' failed"},
		"no reserve at all":      {"\napi:", "\nrotation: {reservedConcurrency: 0}\napi:", "exclusiveMinimum"},
		"an empty description":   {", scopes: []", ", scopes: [], description: \"\"", "does not match pattern"},
		"rate of zero":           {"rate: 100", "rate: 0", "exclusiveMinimum"},
		"broken burst":           {"burst: 200", "burst: 0.5", "want integer"},
		"rotation too far apart": {"[test-api/write]}", "[test-api/write], rotation: {everyDays: 1001}}", "maximum"},
		"rotation without days":  {"[test-api/write]}", "[test-api/write], rotation: {}}", "missing property 'everyDays'"},
		"secrets reader":         {"[test-api/write]}", "[test-api/write], secretReaders: [\"123456789012\"]}", "does not match pattern"},
		"name and match":         {"name: dev", "name: dev\nmatch: pr-*", "'oneOf' failed"},
		"retention in between":   {"\napi:", "\nlogs: {retentionDays: 31}\napi:", "must be one of"},
		"too little memory":      {"\napi:", "\nfunctions: {echo: {memoryMB: 64}}\napi:", "minimum"},
		"unknown feature plan":   {"deletionProtection: false", "featurePlan: FREE", "must be one of"},
		"more than all calls":    {"\napi:", "\nalarms: {serverErrorPercent: 101}\napi:", "maximum"},
		"grace below none":       {"\napi:", "\nsecrets: {graceHours: -1}\napi:", "minimum"},
		"customer key as text":   {"\napi:", "\nsecrets: {customerKey: \"true\"}\napi:", "got string, want boolean"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(string(source), c.old) != 1 {
				t.Fatalf("dev.yaml has %q %d times, want once", c.old, strings.Count(string(source), c.old))
			}
			err := schema.Validate(instance(t, strings.Replace(string(source), c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// TestSchemaDefaults compares the defaults that the schema promises with those an Environment gets,
// and asks for each.
func TestSchemaDefaults(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dev.yaml")
	if err := os.WriteFile(path, []byte(`name: dev
region: eu-west-1
account: "123456789012"
resourceServers: [{identifier: a, scopes: {r: R}}]
clients: {c: {scopes: [a/r]}}
api:
  routes: [{path: /, methods: [GET], scopes: []}]
  cors: {allowOrigins: ["https://a.example.com"], allowMethods: [GET]}
  customDomain: {name: api.example.com, certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1", hostedZoneId: Z1, hostedZoneName: example.com}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, Options{LambdaDir: "../lambda"})
	if err != nil {
		t.Fatal(err)
	}
	loaded := map[string]string{
		"identity.domain.prefix":               got.Identity.DomainPrefix,
		"identity.issuerType":                  got.Identity.IssuerType,
		"identity.deletionProtection":          strconv.FormatBool(got.Identity.DeletionProtection),
		"identity.removing":                    "false", // only a rule reads it, see TestRemovingProduction
		"clients.accessTokenValidity":          got.Clients[0].AccessTokenValidity.String(),
		"clients.rotation.everyDays":           decimal(float64(got.Clients[0].Rotation.EveryDays)),
		"secrets.customerKey":                  strconv.FormatBool(got.Secrets.CustomerKey),
		"api.customDomain.keepDefaultEndpoint": strconv.FormatBool(got.API.CustomDomain.KeepDefaultEndpoint),
		"api.cors.allowCredentials":            strconv.FormatBool(got.API.CORS.AllowCredentials),
		"api.routes.function":                  got.API.Routes[0].Function,
		"api.routes.verify":                    strconv.FormatBool(got.API.Routes[0].Verify),
		"api.throttle.rate":                    decimal(got.API.Throttle.Rate),
		"api.throttle.burst":                   decimal(float64(got.API.Throttle.Burst)),
		"functions.memoryMB":                   decimal(float64(got.Functions[0].MemoryMB)),
		"functions.timeout":                    got.Functions[0].Timeout.String(),
		"logs.retentionDays":                   decimal(float64(got.Logs.RetentionDays)),
		"logs.customerKey":                     strconv.FormatBool(got.Logs.CustomerKey),
		"alarms.minimumCalls":                  decimal(float64(got.Alarms.MinimumCalls)),
		"alarms.serverErrorPercent":            decimal(got.Alarms.ServerErrorPercent),
		"alarms.clientErrorPercent":            decimal(got.Alarms.ClientErrorPercent),
		"alarms.p99LatencyMs":                  decimal(float64(got.Alarms.P99LatencyMs)),
		"alarms.functionErrors":                decimal(float64(got.Alarms.FunctionErrors)),
		"alarms.functionThrottles":             decimal(float64(got.Alarms.FunctionThrottles)),
		"alarms.functionConcurrency":           decimal(float64(got.Alarms.FunctionConcurrency)),
		"dashboard":                            strconv.FormatBool(got.Dashboard),
		"tracing":                              strconv.FormatBool(got.Tracing),
	}
	if diff := cmp.Diff(promisedDefaults(t), loaded); diff != "" {
		t.Errorf("defaults by key (-schema +Load):\n%s", diff)
	}
}

// promisedDefaults are the schema's defaults as text, by key: clients.accessTokenValidity.
func promisedDefaults(t *testing.T) map[string]string {
	t.Helper()
	promised := map[string]string{}
	var walk func(key string, schema map[string]any)
	walk = func(key string, schema map[string]any) {
		if value, ok := schema["default"]; ok {
			promised[key] = fmt.Sprint(value)
			if d, err := time.ParseDuration(promised[key]); err == nil {
				promised[key] = d.String()
			}
		}
		properties, _ := schema["properties"].(map[string]any)
		for name, property := range properties {
			walk(strings.TrimPrefix(key+"."+name, "."), property.(map[string]any))
		}
		for _, of := range []string{"items", "additionalProperties"} {
			if nested, ok := schema[of].(map[string]any); ok {
				walk(key, nested)
			}
		}
	}
	var schema map[string]any
	if err := json.Unmarshal(generatedSchema(t), &schema); err != nil {
		t.Fatal(err)
	}
	walk("", schema)
	return promised
}

func TestSchemaDescribesEverything(t *testing.T) {
	t.Parallel()
	var walk func(path string, schema map[string]any)
	walk = func(path string, schema map[string]any) {
		if schema["type"] == "object" && schema["additionalProperties"] == nil {
			t.Errorf("%s: additional properties are allowed", path)
		}
		properties, _ := schema["properties"].(map[string]any)
		for key, property := range properties {
			described := property.(map[string]any)
			if description, _ := described["description"].(string); description == "" {
				t.Errorf("%s.%s has no description", path, key)
			}
			walk(path+"."+key, described)
		}
		for _, key := range []string{"items", "additionalProperties"} {
			if nested, ok := schema[key].(map[string]any); ok {
				walk(path+"."+key, nested)
			}
		}
	}
	for name, generated := range schemas {
		var schema map[string]any
		if err := json.Unmarshal(generated(t), &schema); err != nil {
			t.Fatal(err)
		}
		walk(name+" ", schema)
	}
}
