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

// Three long lists in one statement would be billions of grants: actions times resources times
// principals.
func TestLargeStatementsAreNotTakenApart(t *testing.T) {
	t.Parallel()
	report := changed(t, api("RolePolicy.PolicyDocument.Statement", `{"Effect": "Allow", "Action": `+quoted(300, "s3:A%d")+
		`, "Resource": `+quoted(300, "arn:aws:s3:::b%d")+`}`))
	for _, f := range report.Findings {
		if f.Effect == "changes" && strings.HasPrefix(f.Message, "policy {Action: [s3:A0, s3:A1, ") {
			return
		}
	}
	t.Errorf("no finding shows the statement as it is: %+v", report.Findings)
}

// What a replacement takes along is found however long the chain is, and whichever of its ends
// comes first.
func TestReplacementGoesThroughAChain(t *testing.T) {
	t.Parallel()
	const length = 200
	chain := func(last string) edit {
		var filters []string
		for i := range length {
			of := fmt.Sprintf(`{"Ref": "Up%d"}`, i+1)
			if i == length-1 {
				of = last
			}
			filters = append(filters,
				fmt.Sprintf(`"Up%d": {"Type": "AWS::Logs::MetricFilter", "Properties": {"LogGroupName": %s}}`, i, of),
				fmt.Sprintf(`"Down%d": {"Type": "AWS::Logs::MetricFilter", "Properties": {"LogGroupName": {"Ref": "Up%d"}}}`, length-i, i))
		}
		return replace(`"Thing": {`, strings.Join(filters, ",\n")+`, "Thing": {`)
	}
	report := compare(t, edited(t, chain(`"a"`)), edited(t, chain(`"b"`)))
	replaced := 0
	for _, r := range report.Environments[0].Stacks[0].Resources {
		if r.Change == "replaced" && strings.HasPrefix(r.Reason, "LogGroupName ") {
			replaced++
		}
	}
	if replaced != 2*length {
		t.Errorf("%d resources are replaced, want all %d", replaced, 2*length)
	}
}
