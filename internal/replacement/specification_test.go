package replacement

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// specification is the part of CDK's service specification that says what a change of a property
// does. The CDK CLI carries it.
type specification struct {
	Schema struct {
		Resource struct {
			Entities []struct {
				CloudFormationType string
				Properties         map[string]struct{ CausesReplacement string }
			}
		}
	}
}

// TestTableFollowsTheSpecification needs `npm ci`. Without, it is skipped, but never in CI.
func TestTableFollowsTheSpecification(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../node_modules/aws-cdk/db.json.gz")
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") == "":
		t.Skip("the CDK CLI is not installed")
	case err != nil:
		t.Fatalf("%v; npm ci installs the CDK CLI, which carries the specification", err)
	}
	t.Cleanup(func() { _ = file.Close() })
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var specified specification
	if err := json.NewDecoder(unzipped).Decode(&specified); err != nil {
		t.Fatal(err)
	}
	replacing := map[string][]string{}
	for _, r := range specified.Schema.Resource.Entities {
		replacing[r.CloudFormationType] = []string{}
		for name, p := range r.Properties {
			if p.CausesReplacement == "yes" {
				replacing[r.CloudFormationType] = append(replacing[r.CloudFormationType], name)
			}
		}
	}
	for typeName, got := range table {
		want, ok := replacing[typeName]
		if !ok {
			t.Errorf("the specification has no %s", typeName)
			continue
		}
		sorted := cmpopts.SortSlices(func(a, b string) bool { return a < b })
		if difference := cmp.Diff(want, slices.Clone(got), sorted); difference != "" {
			t.Errorf("%s (-specified +here):\n%s", typeName, difference)
		}
	}
}
