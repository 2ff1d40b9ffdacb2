package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	const prefixHint = "(1 to 63 lower-case letters, digits and hyphens, no hyphen first or last; empty to derive it)"
	reject(t, map[string]faulty{
		"prefix with capitals": {`prefix: ""`, "prefix: Acme", `4:20: identity.domain.prefix: "Acme" is not a valid domain prefix ` + prefixHint},
		"prefix ends in -":     {`prefix: ""`, "prefix: acme-", `4:20: identity.domain.prefix: "acme-" is not a valid domain prefix ` + prefixHint},
		"prefix of 64":         {`prefix: ""`, "prefix: " + strings.Repeat("a", 64), `4:20: identity.domain.prefix: "` + strings.Repeat("a", 64) + `" is not a valid domain prefix ` + prefixHint},
		"prefix with aws":      {`prefix: ""`, "prefix: my-aws-api", `4:20: identity.domain.prefix: "my-aws-api" contains the reserved word "aws" (Cognito refuses it in a domain)`},
		"prefix with amazon":   {`prefix: ""`, "prefix: amazon-orders", `4:20: identity.domain.prefix: "amazon-orders" contains the reserved word "amazon" (Cognito refuses it in a domain)`},
		"prefix with cognito":  {`prefix: ""`, "prefix: orders-cognito", `4:20: identity.domain.prefix: "orders-cognito" contains the reserved word "cognito" (Cognito refuses it in a domain)`},
		"prefix of a word":     {`prefix: ""`, "prefix: aws", `4:20: identity.domain.prefix: "aws" contains the reserved word "aws" (Cognito refuses it in a domain)`},
		"protection as text":   {"deletionProtection: false", "deletionProtection: yes", `5:23: identity.deletionProtection: want true or false, got "yes"`},
	})
}

func TestReservedWordInDerivedPrefix(t *testing.T) {
	t.Parallel()
	named := strings.Replace(valid, "name: dev", "name: dev-aws", 1)
	_, got := load(t, "dev-aws.yaml", named)
	want := []string{`environments/dev-aws.yaml:1:7: name: the domain derived from "dev-aws" contains the reserved word "aws" (rename the environment, or set identity.domain.prefix)`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("derived prefix (-want +got):\n%s", diff)
	}
	if _, got := load(t, "dev-aws.yaml", strings.Replace(named, `prefix: ""`, "prefix: acme", 1)); got != nil {
		t.Errorf("with a prefix of its own: %v", got)
	}
}

// A reserved word counts as a whole part between hyphens alone.
func TestReservedWordInsideAnother(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"paws", "my-awsome-app", "laws-and-orders", "flaws"} {
		if _, got := load(t, "dev.yaml", edit(t, `prefix: ""`, "prefix: "+prefix)); got != nil {
			t.Errorf("prefix %s: %v", prefix, got)
		}
	}
	if _, got := load(t, "paws.yaml", strings.Replace(valid, "name: dev", "name: paws", 1)); got != nil {
		t.Errorf("the prefix derived from paws: %v", got)
	}
}

const productionHint = "(write deletionProtection: true; or removing: true beside it, if the environment is to be removed)"

func TestProductionIsProtected(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"prod", "production", "prod-eu", "eu-prod"} {
		unprotected := strings.Replace(valid, "name: dev", "name: "+name, 1)
		want := []string{"environments/" + name + ".yaml:5:23: identity.deletionProtection: must be true in production " + productionHint}
		_, got := load(t, name+".yaml", unprotected)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		without := strings.Replace(unprotected, "identity:\n  domain: {prefix: \"\"}\n  deletionProtection: false\n", "", 1)
		want[0] = strings.Replace(want[0], "5:23", "1:1", 1)
		_, got = load(t, name+".yaml", without)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s without identity (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range []string{"product", "pre-prod", "non-prod"} {
		if _, got := load(t, name+".yaml", strings.Replace(valid, "name: dev", "name: "+name, 1)); got != nil {
			t.Errorf("%s is taken for production: %v", name, got)
		}
	}
}

// TestRemovingProduction: the one way to a production environment that can be removed.
func TestRemovingProduction(t *testing.T) {
	t.Parallel()
	prod := strings.Replace(valid, "name: dev", "name: prod", 1)
	for keys, want := range map[string]string{
		"deletionProtection: false\n  removing: true":  "",
		"deletionProtection: false\n  removing: false": "5:23: identity.deletionProtection: must be true in production " + productionHint,
		"deletionProtection: true\n  removing: true":   "6:13: identity.removing: can't be true beside deletionProtection: true (a protected environment can't be removed; change one of them)",
		"removing: true": "5:13: identity.removing: needs deletionProtection: false beside it (write both)",
		"deletionProtection: true\n  removing: false": "",
	} {
		_, got := load(t, "prod.yaml", strings.Replace(prod, "deletionProtection: false", keys, 1))
		if text := strings.TrimPrefix(strings.Join(got, "\n"), "environments/prod.yaml:"); text != want {
			t.Errorf("%q: got %q, want %q", keys, text, want)
		}
	}
}
