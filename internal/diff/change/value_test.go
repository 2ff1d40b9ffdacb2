package change_test

import (
	"testing"

	"cognito-m2m/internal/diff/change"
)

func TestShow(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`null`:                            "(not set)",
		`"text"`:                          "text",
		`1.50`:                            "1.50",
		`[true, {"b": 2, "a": "1"}]`:      "[true, {a: 1, b: 2}]",
		`{"Ref": "Echo"}`:                 "${Echo}",
		`{"Fn::GetAtt": ["Echo", "Arn"]}`: "${Echo.Arn}",
		`{"Fn::ImportValue": "m2m-prod-Identity:Issuer"}`:                                 "${import m2m-prod-Identity:Issuer}",
		`{"Fn::Sub": "arn:${AWS::Partition}:s3"}`:                                         "arn:${AWS::Partition}:s3",
		`{"Fn::Join": ["/", ["https:/", {"Ref": "Api"}]]}`:                                "https://${Api}",
		`{"Fn::Select": [0, ["a"]]}`:                                                      "Select [0, [a]]",
		`{"password": "hunter2"}`:                                                         "{password: (hidden)}",
		`{"password": {"Fn::Sub": "hunter2"}}`:                                            "{password: (hidden)}",
		`{"password": {"Ref": "Secret"}}`:                                                 "{password: ${Secret}}",
		`{"password": "{{resolve:secretsmanager:x}}", "SecretId": "x", "apiToken": 3600}`: "{SecretId: x, apiToken: 3600, password: {{resolve:secretsmanager:x}}}",
	} {
		if got := change.Show(decoded(t, `{"value": `+value+`}`)["value"]); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}

func TestShortenShowsTheFirstDifference(t *testing.T) {
	t.Parallel()
	same := ""
	for range 100 {
		same += "é"
	}
	if a, b := change.Shorten(same+"a", same+"b"); a != "…éééééééééééé"+"a" || b != "…éééééééééééé"+"b" {
		t.Errorf("got %s and %s", a, b)
	}
	if a, b := change.Shorten("short", "other"); a != "short" || b != "other" {
		t.Errorf("got %s and %s", a, b)
	}
}
