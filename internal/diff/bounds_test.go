package diff_test

import (
	"fmt"
	"strings"
	"testing"
)

// quoted is a JSON list of as many texts.
func quoted(n int, format string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`"`+format+`"`, i)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// Three long lists in one statement would be billions of grants: actions times resources times principals.
func TestLargeStatementsAreNotTakenApart(t *testing.T) {
	t.Parallel()
	report := change(t, api("RolePolicy.PolicyDocument.Statement", `{"Effect": "Allow", "Action": `+quoted(300, "s3:A%d")+
		`, "Resource": `+quoted(300, "arn:aws:s3:::b%d")+`}`))
	for _, f := range report.Findings {
		if f.Effect == "changes" && strings.HasPrefix(f.Message, "policy {Action: [s3:A0, s3:A1, ") {
			return
		}
	}
	t.Errorf("no finding shows the statement as it is: %+v", report.Findings)
}

func TestDifferencesAreBounded(t *testing.T) {
	t.Parallel()
	var fields []string
	for i := range 3000 {
		fields = append(fields, fmt.Sprintf(`"f%d": %d`, i, i))
	}
	report := change(t, api("Echo.Environment.Variables", "{"+strings.Join(fields, ", ")+"}"))
	for _, r := range report.Environments[0].Stacks[0].Resources {
		if last := len(r.Differences) - 1; last != 500 || r.Differences[last].Property != "and more" {
			t.Errorf("%s has %d differences, the last one %+v; want 500 and a last one that says there are more", r.Path, last+1, r.Differences[last])
		}
	}
}
