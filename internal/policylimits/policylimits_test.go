package policylimits_test

import (
	"encoding/json"
	"strings"
	"testing"

	"cognito-m2m/internal/policylimits"
)

// TestSizeIsNeverTooSmall compares with the document as it is once it is deployed.
func TestSizeIsNeverTooSmall(t *testing.T) {
	t.Parallel()
	const account, region = "123456789012", "ap-southeast-1"
	deployed := strings.NewReplacer(
		`{"Ref":"AWS::AccountId"}`, `"`+account+`"`, `{"Ref":"AWS::Region"}`, `"`+region+`"`,
		`{"Ref":"Secret"}`, `"arn:aws:secretsmanager:`+region+`:`+account+`:secret:m2m/`+strings.Repeat("e", 20)+`/`+strings.Repeat("c", 31)+`-a1B2c3"`,
		`{"Fn::GetAtt":["Function","Arn"]}`, `"arn:aws-us-gov:lambda:us-gov-west-1:`+account+`:function:`+strings.Repeat("f", 64)+`"`,
		`{"Fn::Join":["",["arn:aws:ssm:",{"Ref":"AWS::Region"},":x"]]}`, `"arn:aws:ssm:`+region+`:x"`,
	)
	for _, document := range []string{
		`{"Statement":[{"Effect":"Allow","Action":["a:B","a:C"],"Resource":{"Ref":"Secret"}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"a:B","Resource":[{"Ref":"Secret"},{"Ref":"Secret"}]}],"Version":"2012-10-17"}`,
		`{"Statement":[{"Condition":{"StringEquals":{"k":{"Fn::GetAtt":["Function","Arn"]}}},"Resource":"*"}]}`,
		`{"Resource":{"Fn::Join":["",["arn:aws:ssm:",{"Ref":"AWS::Region"},":x"]]},"Account":{"Ref":"AWS::AccountId"}}`,
		`{"Bool":true,"Text":"\"quoted\""}`,
	} {
		var decoded any
		if err := json.Unmarshal([]byte(document), &decoded); err != nil {
			t.Fatal(err)
		}
		got, want := policylimits.Size(decoded), len(deployed.Replace(document))
		if got < want || got > want+120 {
			t.Errorf("%s has at most %d characters, deployed %d", document, got, want)
		}
	}
}

// IAM counts characters, not bytes, and no white space.
func TestLength(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]int{
		`{ "Statement" : [ ] , "Version" : "2012-10-17" }`: len(`{"Statement":[],"Version":"2012-10-17"}`),
		`{"a":"<é> \"&\""}`: 16,
		`[]`:                2,
	} {
		var decoded any
		if err := json.Unmarshal([]byte(document), &decoded); err != nil {
			t.Fatal(err)
		}
		if got := policylimits.Length(decoded); got != want {
			t.Errorf("%s: %d, want %d", document, got, want)
		}
	}
}
