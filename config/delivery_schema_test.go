package config

import (
	"os"
	"strings"
	"testing"
)

const deliverySchemaFile = "../environments/delivery.schema.json"

func TestSchemaTakesTheExampleOfDelivery(t *testing.T) {
	t.Parallel()
	schema := compiled(t, deliverySchemaFile)
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
