package change_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff/change"
)

func asset(digit string) string {
	return `"Code": {"S3Key": "` + strings.Repeat(digit, 64) + `.zip"}`
}

// TestDifferences looks at two versions of one function: "asset changed" or nothing, then each
// difference.
func TestDifferences(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name          string
		before, after string
		want          []string
	}{
		{"only the code", asset("1"), asset("2"), []string{"asset changed"}},
		{"the code and more", asset("1") + `, "Timeout": 10`, asset("2") + `, "Timeout": 30`, []string{"asset changed", "Timeout: 10 -> 30"}},
		{
			"a value under the name of a secret is hidden",
			`"Environment": {"Variables": {"API_TOKEN": "correct"}}`,
			`"Environment": {"Variables": {"API_TOKEN": "correct horse", "CLIENT_SECRET": "battery staple"}}`,
			[]string{"Environment.Variables.API_TOKEN: (hidden) -> (hidden)", "Environment.Variables.CLIENT_SECRET: (not set) -> (hidden)"},
		},
		{
			"a reference under such a name is not",
			`"API_TOKEN": "correct"`, `"API_TOKEN": {"Ref": "ReaderSecret"}`,
			[]string{"API_TOKEN: (hidden) -> ${ReaderSecret}"},
		},
		{
			"a secret deep in a list",
			``, `"Accounts": [{"user": "x", "password": "hunter2"}]`,
			[]string{"Accounts: (not set) -> [{password: (hidden), user: x}]"},
		},
		{
			"a control character can't steer the terminal",
			``, `"Description": "\u001b[2Jgone"`,
			[]string{`Description: (not set) -> \u001b[2Jgone`},
		},
		{
			"long values are cut around what differs",
			``, `"Description": "` + strings.Repeat("a", 300) + `"`,
			[]string{"Description: (not set) -> " + strings.Repeat("a", 76) + "…"},
		},
		{
			"long lists show what is in the middle",
			`"Layers": ` + list(30, "layer-%d"), `"Layers": ` + strings.Replace(list(30, "layer-%d"), `"layer-7"`, `"other"`, 1),
			[]string{"Layers: […, layer-7, …] -> […, other, …]"},
		},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pair := compare(t, echo(test.before), echo(test.after)).Resources[0]
			var got []string
			if pair.AssetChanged {
				got = append(got, "asset changed")
			}
			for _, d := range pair.Differences {
				got = append(got, d.Property+": "+d.Old+" -> "+d.New)
			}
			if difference := cmp.Diff(test.want, got); difference != "" || pair.Kind() != change.Changed {
				t.Errorf("kind %s (-want +got):\n%s", pair.Kind(), difference)
			}
		})
	}
}

func TestAttributesAreCompared(t *testing.T) {
	t.Parallel()
	const template = `{"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Metadata": {"note": "%s"}, "DeletionPolicy": "%s"}}}`
	if pair := compare(t, fmt.Sprintf(template, "one", "Retain"), fmt.Sprintf(template, "two", "Retain")).Resources[0]; pair.Kind() != change.Same {
		t.Errorf("other metadata: %+v", pair)
	}
	want := []change.Difference{{Property: "DeletionPolicy", Old: "Retain", New: "Delete"}}
	pair := compare(t, fmt.Sprintf(template, "", "Retain"), fmt.Sprintf(template, "", "Delete")).Resources[0]
	if difference := cmp.Diff(want, pair.Differences); difference != "" {
		t.Errorf("another policy (-want +got):\n%s", difference)
	}
}

func TestDifferencesAreBounded(t *testing.T) {
	t.Parallel()
	var fields []string
	for i := range 3000 {
		fields = append(fields, fmt.Sprintf(`"f%d": %d`, i, i))
	}
	differences := compare(t, echo(""), echo(strings.Join(fields, ", "))).Resources[0].Differences
	if last := len(differences) - 1; last != 500 || differences[last].Property != "and more" {
		t.Errorf("%d differences, the last one %+v; want 500 and a last one that says there are more", last+1, differences[last])
	}
}

// list is a JSON list of n texts.
func list(n int, format string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`"`+format+`"`, i)
	}
	return "[" + strings.Join(items, ", ") + "]"
}
