package lambdaauth_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"cognito-m2m/internal/lambdaauth"
)

const (
	allow = `{"principalId":"reader","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}`
	words = "The response from the Lambda Authorizer function doesn't match the format that API Gateway expects. "
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		output string
		simple bool
		want   string // the context, or the error behind AWS's words
		allows bool
	}{
		"yes":                               {`{"isAuthorized":true}`, true, `null`, true},
		"no":                                {` {"isAuthorized" : false , "context" : {} } `, true, `{}`, false},
		"no context":                        {`{"isAuthorized":true,"context":null}`, true, `null`, true},
		"a context":                         {`{"isAuthorized":true,"context":{"b":1.50,"a":"<x>","c":[true,null],"d":{"e":12345678901234567890}}}`, true, `{"a":"<x>","b":1.50,"c":[true,null],"d":{"e":12345678901234567890}}`, true},
		"a context that is not UTF-8":       {"{\"isAuthorized\":true,\"context\":{\"a\":\"\xff\"}}", true, "{\"a\":\"\uFFFD\"}", true},
		"members that are not known":        {`{"isAuthorized":true,"principalId":7,"policyDocument":7}`, true, `null`, true},
		"a policy":                          {allow + `,"context":{"a":1}}`, false, `{"a":1}`, true},
		"a policy and no context":           {allow + `}`, false, `null`, true},
		"a policy beside isAuthorized":      {allow + `,"isAuthorized":false}`, false, `null`, true},
		"nothing":                           {``, true, "Invalid json in authorizer response", false},
		"not JSON":                          {`yes`, true, "Invalid json in authorizer response", false},
		"more than JSON":                    {`{"isAuthorized":true}}`, true, "Invalid json in authorizer response", false},
		"a truth alone":                     {`true`, true, "The response is not a JSON object", false},
		"a text":                            {`"{\"isAuthorized\":true}"`, true, "The response is not a JSON object", false},
		"null":                              {`null`, true, "Simple response did not include 'isAuthorized'", false},
		"a policy for a simple response":    {allow + `}`, true, "Simple response did not include 'isAuthorized'", false},
		"another spelling":                  {`{"isauthorized":true,"IsAuthorized":true}`, true, "Simple response did not include 'isAuthorized'", false},
		"a text for a truth":                {`{"isAuthorized":"true"}`, true, "'isAuthorized' is not true or false", false},
		"a number for a truth":              {`{"isAuthorized":1}`, true, "'isAuthorized' is not true or false", false},
		"null for a truth":                  {`{"isAuthorized":null}`, true, "'isAuthorized' is not true or false", false},
		"a list for a context":              {`{"isAuthorized":true,"context":["a"]}`, true, "'context' is not an object", false},
		"a text for a context":              {`{"isAuthorized":true,"context":"a"}`, true, "'context' is not an object", false},
		"a simple response for a policy":    {`{"isAuthorized":true}`, false, "'principalId' is not a text", false},
		"no principal":                      {`{"policyDocument":{"Statement":[]}}`, false, "'principalId' is not a text", false},
		"an empty principal":                {`{"principalId":"","policyDocument":{"Statement":[]}}`, false, "'principalId' is not a text", false},
		"a number for a principal":          {`{"principalId":1,"policyDocument":{"Statement":[]}}`, false, "'principalId' is not a text", false},
		"no policy":                         {`{"principalId":"a"}`, false, "There is no 'policyDocument'", false},
		"a policy in another member":        {`{"principalId":"a","PolicyDocument":{"Statement":[]}}`, false, "There is no 'policyDocument'", false},
		"the last of two members of a name": {`{"isAuthorized":true,"isAuthorized":false}`, true, `null`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := lambdaauth.Parse([]byte(c.output), c.simple)
			if err != nil {
				if _, ok := errors.AsType[lambdaauth.FormatError](err); !ok || err.Error() != words+c.want || c.allows {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := string(answer.Context()); got != c.want {
				t.Errorf("got the context %s", got)
			}
			if got := answer.Allows(route("GET/a")); got != c.allows {
				t.Errorf("it allows: %t", got)
			}
		})
	}
}

// What a policy can't be judged by is an invalid answer, never an Allow that counts or a Deny that
// does not.
func TestPoliciesThatAreNotUnderstood(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		`null`, `[]`, `"x"`, `{}`, `{"Statement":"x"}`, `{"Statement":[{"Effect":"Allow"}]}`,
		`{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLikee":{"aws:SourceIp":"*"}}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"execute-api:none":"*"}}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condtion":{}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}`,
	} {
		answer, err := lambdaauth.Parse([]byte(`{"principalId":"a","policyDocument":`+document+`}`), false)
		if _, ok := errors.AsType[lambdaauth.FormatError](err); !ok {
			t.Errorf("%s: got %v, %v", document, answer, err)
		}
	}
}

// FuzzParse: whatever a function answers, a simple response lets in only by a member of its very
// name that is true.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"isAuthorized":true,"context":{"a":[1]}}`, `{"isAuthorized":"true"}`, `{"IsAuthorized":true}`, allow + `}`, `[]`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		_, _ = lambdaauth.Parse(output, false)
		answer, err := lambdaauth.Parse(output, true)
		if err != nil {
			return
		}
		if !json.Valid(answer.Context()) || !utf8.Valid(answer.Context()) {
			t.Errorf("%q: the context is %q", output, answer.Context())
		}
		var members map[string]any
		if err := json.Unmarshal(output, &members); err != nil || answer.Allows(route("GET/a")) != (members["isAuthorized"] == true) {
			t.Errorf("%q: allows %t (%v)", output, answer.Allows(route("GET/a")), err)
		}
	})
}

func TestText(t *testing.T) {
	t.Parallel()
	answer, err := lambdaauth.Parse([]byte(`{"isAuthorized":true,"context":{"text":"a \"b\"","number":1,"large":12345678901234567890,
		"truth":true,"nothing":null,"list":["a",1],"object":{"a":"<b>"},"a.b":"dotted"}}`), true)
	if err != nil {
		t.Fatal(err)
	}
	for property, want := range map[string]string{
		"text": `a "b"`, "number": "1", "large": "12345678901234567890", "truth": "true", "nothing": "", "other": "", "Text": "",
		"list": `["a",1]`, "object": `{"a":"<b>"}`, "a.b": "dotted",
	} {
		if got := answer.Text(property); got != want {
			t.Errorf("%s: got %q", property, got)
		}
	}
}
