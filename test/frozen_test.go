package test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// frozen are the logical ids of what AWS would replace on a rename. A new id
// for the pool is a new issuer; a new id for an app client is a new client id
// and a new secret for that caller. Adding a line is fine; changing or removing
// one is a breaking change for callers and goes in CHANGELOG.md under "Deployed
// changes". No update flag rewrites this table.
var frozen = map[string][]string{
	"AWS::Cognito::UserPool":       {"UserPool6BA7E5F2"},
	"AWS::Cognito::UserPoolDomain": {"UserPoolDomainD0EA232A"},
	"AWS::Cognito::UserPoolClient": {"ClientReaderAppClientBED19A6E", "ClientWriterAppClient8EB75B5A"},
}

func TestFrozenLogicalIDs(t *testing.T) {
	for env, s := range theAssembly(t).stages {
		for kind, want := range frozen {
			var got []string
			for _, template := range s.stacks {
				got = slices.AppendSeq(got, maps.Keys(template.resources(kind)))
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: logical ids of %s changed, which replaces them (-frozen +now):\n%s", env, kind, diff)
			}
		}
	}
}
