package config

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	generator "github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

const deliverySchemaFile = "../environments/delivery.schema.json"

// TestSchemaOfDelivery keeps the schema of delivery.yaml equal to the types and rules that
// LoadDelivery uses.
func TestSchemaOfDelivery(t *testing.T) {
	want := generatedDeliverySchema(t)
	if *update {
		if err := os.WriteFile(deliverySchemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(deliverySchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date, run go test ./config -run TestSchema -update (-want +got):\n%s", deliverySchemaFile, diff)
	}
}

func generatedDeliverySchema(t *testing.T) []byte {
	t.Helper()
	comments := commentsOf(t)
	reflector := &generator.Reflector{
		FieldNameTag: "yaml", Anonymous: true, DoNotReference: true,
		LookupComment: func(t reflect.Type, field string) string { return comments[strings.Trim(t.Name()+"."+field, ".")] },
	}
	schema := reflector.Reflect(deliveryFile{})
	schema.Title = "Delivery"
	constrain(schema, reflect.TypeFor[deliveryFile]())
	written, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(written, '\n')
}

func TestSchemaTakesTheExampleOfDelivery(t *testing.T) {
	t.Parallel()
	compiler := validator.NewCompiler()
	compiler.DefaultDraft(validator.Draft2020)
	schema, err := compiler.Compile(deliverySchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../" + deliveryExample)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(instance(t, string(source))); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":         {"region:", "regoin:", "additional properties 'regoin'"},
		"account as a number": {`"222222222222"`, "222222222222", "got number, want string"},
		"a repository's URL":  {"repository: ", "repository: https://github.com/", "does not match pattern"},
		"a pattern in it":     {"octo-repo@456789", "*", "does not match pattern"},
		"an environment":      {"  dev:", "  Dev:", "invalid propertyName 'Dev'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := schema.Validate(instance(t, strings.Replace(string(source), c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}
