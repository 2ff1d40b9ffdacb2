package diff_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff"
	"cognito-m2m/internal/m2mtest"
)

var update = flag.Bool("update", false, "rewrite the reports in testdata")

// demonstration takes a scope away, renames a client and opens a route.
func demonstration() []edit {
	return []edit{
		identity("TestAPI.Scopes", `[{"ScopeName": "read", "ScopeDescription": "Read"}]`),
		replace("Reader", "Backend"),
		replace(`"reader"`, `"backend"`),
		api("Writer.AllowedOAuthScopes", `["test-api/read"]`),
		api("AnyRoute.AuthorizationType", `"NONE"`),
		api("AnyRoute.AuthorizerId", ""),
		api("Echo.Code.S3Key", `"2222222222222222222222222222222222222222222222222222222222222222.zip"`),
	}
}

func TestReportsAsWritten(t *testing.T) {
	t.Parallel()
	forms := map[string]func(*diff.Report, io.Writer) error{
		"report.txt": (*diff.Report).WriteText,
		"report.md":  (*diff.Report).WriteMarkdown,
		"report.json": func(r *diff.Report, w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(r)
		},
	}
	report := changed(t, demonstration()...)
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			if err := form(report, &got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name)
			if *update {
				m2mtest.Write(t, file, got.String())
			}
			if difference := cmp.Diff(m2mtest.Read(t, file), got.String()); difference != "" {
				t.Errorf("%s; if that is meant, run go test ./internal/diff -update (-want +got):\n%s", file, difference)
			}
		})
	}
}

// TestMarkdownIsBounded: what does not fit is left out and counted, and what is there is whole.
func TestMarkdownIsBounded(t *testing.T) {
	t.Parallel()
	const routes = 450 // and as many resources as CloudFormation takes in a stack
	var edits []string
	for i := range routes {
		edits = append(edits, fmt.Sprintf(`"Route%d": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "GET /%d/with/a/path/that/is/rather/long"}}`, i, i))
	}
	report := changed(t, replace(`"Thing": {`, strings.Join(edits, ",\n")+`, "Thing": {`))
	var markdown strings.Builder
	if err := report.WriteMarkdown(&markdown); err != nil {
		t.Fatal(err)
	}
	got := markdown.String()
	note := regexp.MustCompile(`The report was cut: (\d+) more parts`)
	if len(got) > diff.MarkdownLimit || !note.MatchString(got) {
		t.Errorf("%d bytes, at most %d wanted; it ends with %q", len(got), diff.MarkdownLimit, got[len(got)-100:])
	}
	if strings.Count(got, "<details>") != strings.Count(got, "</details>") {
		t.Error("a folded part was cut in two")
	}
	if len(report.Findings) != routes {
		t.Errorf("%d findings, want %d", len(report.Findings), routes)
	}
}

// TestMarkdownTakesNothingForMarkup: names come from templates, and a comment is read by others.
func TestMarkdownTakesNothingForMarkup(t *testing.T) {
	t.Parallel()
	report := changed(t,
		api("Writer.AllowedOAuthScopes", "[\"@everyone\", \"<img src=x>\", \"[a](http://b)\", \"`c`\"]"),
		api("AnyRoute.RouteKey", "\"GET /``x\""),
		api("AnyRoute.AuthorizationType", `"NONE"`),
		api("Echo.Description", "\"```\\n</details>\""),
	)
	var markdown strings.Builder
	if err := report.WriteMarkdown(&markdown); err != nil {
		t.Fatal(err)
	}
	findings, details, _ := strings.Cut(markdown.String(), "<details>")
	for _, markup := range []string{"@everyone", "<img", "[a](", " `c`"} {
		if strings.Contains(findings, markup) {
			t.Errorf("%s stands in the findings as it is:\n%s", markup, findings)
		}
	}
	if !strings.Contains(findings, "```route ANY /test_jwt -> GET /``x```") {
		t.Errorf("the subject's code span can be left:\n%s", findings)
	}
	if !strings.Contains(details, "````text\n") || strings.Count(details, "````") != 2 {
		t.Errorf("the fence can be left:\n%s", details)
	}
}
