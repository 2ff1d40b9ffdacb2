package awsapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
)

// FuzzQueryForm holds that no form makes the handler panic or answer with anything but an XML document.
func FuzzQueryForm(f *testing.F) {
	for _, seed := range []string{
		"", describeForm, describeForm + "&StackName=dev-api", describeForm + "&StackName=", describeForm + "&StackName=%00%ff",
		describeForm + "&StackName=<a>&StackName=b", "Action=&Version=2010-05-15", "Action=%3Ca%3E&Version=2010-05-15", "Version=2010-05-15&Action=DescribeStacks;",
		"%", "a=b=c", describeForm + "&NextToken=x",
	} {
		f.Add(seed, formSignature)
	}
	f.Add(describeForm, "AWS4-HMAC-SHA256 Credential=////")
	stacks, err := cloudformation.New([]cloudformation.Stack{{Name: "dev-api", ID: apiStackID, CreatedAt: start}})
	if err != nil {
		f.Fatal(err)
	}
	handler, err := awsapi.New(awsapi.Config{Query: []awsapi.QueryService{{APIVersion: "2010-05-15", SigningName: "cloudformation", Caller: stacks}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, authorization string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", formType)
		request.Header.Set("Authorization", authorization)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		answer := recorder.Body.String()
		succeeded := recorder.Code == http.StatusOK && strings.HasPrefix(answer, "<DescribeStacksResponse")
		refused := recorder.Code >= 400 && recorder.Code < 500 && errorCode([]byte(answer)) != ""
		if !succeeded && !refused {
			t.Errorf("got %d: %s", recorder.Code, answer)
		}
	})
}
