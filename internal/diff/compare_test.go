package diff_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff"
	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/replacement"
)

func TestNothingChanged(t *testing.T) {
	t.Parallel()
	cases := map[string][]edit{
		"the same":              nil,
		"metadata":              {api("/Resources/Reader/Metadata", `{"note": "two"}`)},
		"CDK's own statistics":  {identity("CDKMetadata.Analytics", `"v2:deflate64:two"`)},
		"an output's own order": {api("/Outputs/ApiUrl", `{"Value": {"Fn::GetAtt": ["HttpApi", "ApiEndpoint"]}}`)},
	}
	for name, edits := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := changed(t, edits...)
			var text strings.Builder
			if err := report.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			if !report.Equal() || text.String() != "No difference.\n" {
				t.Errorf("equal is %v, text:\n%s", report.Equal(), text.String())
			}
		})
	}
}

// TestResources looks at what is said about single resources: "change path reason", then each
// difference.
func TestResources(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		edits []edit
		want  []string
	}{
		{
			"only the code",
			[]edit{api("Echo.Code.S3Key", `"2222222222222222222222222222222222222222222222222222222222222222.zip"`)},
			[]string{"changed Echo (asset changed)"},
		},
		{
			"a secret deep in a list",
			[]edit{api("Thing.Accounts", `[{"user": "x", "password": "hunter2"}]`)},
			[]string{
				"mayReplace Thing: m2m does not know this type: see \"Update requires\" in its reference",
				"  Accounts: (not set) -> [{password: (hidden), user: x}]",
			},
		},
		{
			"with the API goes everything in it",
			[]edit{api("HttpApi.ProtocolType", `"WEBSOCKET"`)},
			[]string{
				"replaced AnyRoute: ApiId refers to HTTP API m2m-prod-Api, which is replaced",
				"replaced EchoPermission: SourceArn refers to HTTP API m2m-prod-Api, which is replaced",
				"replaced HttpApi: ProtocolType changes, which CloudFormation can't do in place",
				"  ProtocolType: HTTP -> WEBSOCKET",
				"replaced Integration: ApiId refers to HTTP API m2m-prod-Api, which is replaced",
				"replaced Jwt: ApiId refers to HTTP API m2m-prod-Api, which is replaced",
				"replaced ReadRoute: ApiId refers to HTTP API m2m-prod-Api, which is replaced",
				"replaced Stage: ApiId refers to HTTP API m2m-prod-Api, which is replaced",
			},
		},
		{
			"a route under another logical id is the same route",
			[]edit{replace(`"AnyRoute"`, `"EveryRoute"`)},
			[]string{"replaced EveryRoute (was AnyRoute): its logical id changes"},
		},
		{
			"another type under the same logical id",
			[]edit{api("Alarm", `{"Type": "AWS::SNS::Topic"}`)},
			[]string{"removed Alarm", "added Alarm"},
		},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if difference := cmp.Diff(test.want, resourceLines(changed(t, test.edits...))); difference != "" {
				t.Errorf("resources (-want +got):\n%s", difference)
			}
		})
	}
}

func resourceLines(report *diff.Report) []string {
	var lines []string
	for _, e := range report.Environments {
		for _, s := range e.Stacks {
			for _, r := range s.Resources {
				line := string(r.Change) + " " + r.Path
				if r.WasLogicalID != "" {
					line += " (was " + r.WasLogicalID + ")"
				}
				if r.AssetChanged {
					line += " (asset changed)"
				}
				if r.Reason != "" {
					line += ": " + r.Reason
				}
				lines = append(lines, line)
				for _, d := range r.Differences {
					lines = append(lines, "  "+d.Property+": "+d.Old+" -> "+d.New)
				}
			}
		}
	}
	return lines
}

// withStaging adds an environment to the assembly: a copy of prod.
func withStaging(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "assembly-staging"), os.DirFS(filepath.Join(dir, "assembly-prod"))); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "assembly-staging", "manifest.json")
	m2mtest.Write(t, name, strings.ReplaceAll(m2mtest.Read(t, name), "prod", "staging"))
	set("manifest.json", "/artifacts/assembly-staging",
		`{"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-staging", "displayName": "staging"}}`)(t, dir)
}

func TestEnvironments(t *testing.T) {
	t.Parallel()
	both, one := edited(t, withStaging), edited(t)
	for change, dirs := range map[change.Kind][2]string{change.Added: {one, both}, change.Removed: {both, one}} {
		report := compare(t, dirs[0], dirs[1])
		var got []string
		for _, e := range report.Environments {
			got = append(got, e.Name+" "+string(e.Change))
		}
		if want := []string{"prod same", "staging " + string(change)}; !slices.Equal(got, want) || report.Equal() {
			t.Errorf("environments %q, want %q; equal is %v", got, want, report.Equal())
		}
		if len(report.Findings) > 0 {
			t.Errorf("an environment that only one assembly has gives findings: %+v", report.Findings)
		}
	}
}

// TestSameFindingInSeveralEnvironments: it is reported once.
func TestSameFindingInSeveralEnvironments(t *testing.T) {
	t.Parallel()
	// staging is a copy of prod made before and after the edit.
	before, after := edited(t, withStaging), edited(t, api("AnyRoute.AuthorizationType", `"NONE"`), withStaging)
	report := compare(t, before, after)
	if len(report.Findings) != 1 || !slices.Equal(report.Findings[0].Environments, []string{"prod", "staging"}) {
		t.Errorf("findings %+v, want one in prod and staging", report.Findings)
	}
	only, err := diff.Compare(load(t, before), load(t, after), diff.Options{Environment: "staging"})
	if err != nil {
		t.Fatal(err)
	}
	if len(only.Environments) != 1 || !slices.Equal(only.Findings[0].Environments, []string{"staging"}) {
		t.Errorf("narrowed to staging: %+v", only)
	}
}

func TestCompareFails(t *testing.T) {
	t.Parallel()
	if _, err := diff.Compare(load(t, fixture), load(t, fixture), diff.Options{Environment: "qa"}); err == nil ||
		!strings.Contains(err.Error(), `"qa"`) || !strings.Contains(err.Error(), "prod") {
		t.Errorf("an environment that is not there: %v", err)
	}
	untyped := edited(t, api("Reader", `{}`))
	if _, err := diff.Compare(load(t, fixture), load(t, untyped), diff.Options{}); err == nil ||
		!strings.Contains(err.Error(), "m2m-prod-Api") || !strings.Contains(err.Error(), "Reader") {
		t.Errorf("a resource without a type: %v", err)
	}
}

// TestDeterminism: maps have no order, a report has.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	before, after := load(t, edited(t, withStaging)), load(t, edited(t, append(demonstration(), withStaging)...))
	var first []byte
	for range 20 {
		report, err := diff.Compare(before, after, diff.Options{})
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = encoded
		}
		if !bytes.Equal(first, encoded) {
			t.Fatalf("two reports of the same change:\n%s\n%s", first, encoded)
		}
	}
}

// TestTypesInUseAreKnown: every type of the real templates is in the table of replacements.
func TestTypesInUseAreKnown(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../test/testdata/golden/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden templates: %v", err)
	}
	used := map[string]bool{}
	for _, name := range files {
		var template struct {
			Resources map[string]struct{ Type string }
		}
		decode(t, m2mtest.Read(t, name), &template)
		for _, r := range template.Resources {
			used[r.Type] = true
		}
	}
	delete(used, "AWS::CDK::Metadata")
	for _, typeName := range slices.Sorted(maps.Keys(used)) {
		if _, known := replacement.Properties(typeName); !known {
			t.Errorf("%s is not in the table of replacements", typeName)
		}
	}
}
