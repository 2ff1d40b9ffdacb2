package awsapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
)

// FuzzQueryForm holds that no form and no signature makes the handler panic or answer with anything
// but an XML document. Without an authorization of its own, the form is signed.
func FuzzQueryForm(f *testing.F) {
	for _, seed := range []string{
		"", describeForm, describeForm + "&StackName=dev-api", describeForm + "&StackName=", describeForm + "&StackName=%00%ff",
		describeForm + "&StackName=<a>&StackName=b", "Action=&Version=2010-05-15", "Action=%3Ca%3E&Version=2010-05-15", "Version=2010-05-15&Action=DescribeStacks;",
		"%", "a=b=c", describeForm + "&NextToken=x",
	} {
		f.Add(seed, "")
	}
	f.Add(describeForm, "AWS4-HMAC-SHA256 Credential=////")
	f.Add(describeForm, "AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20261122/us-east-1/cloudformation/aws4_request, SignedHeaders=host;;x-amz-date, Signature="+strings.Repeat("0", 64))
	stacks, err := cloudformation.New([]cloudformation.Stack{{Name: "dev-api", ID: apiStackID, CreatedAt: start}})
	if err != nil {
		f.Fatal(err)
	}
	handler, err := awsapi.New(awsapi.Config{
		Query:     []awsapi.QueryService{{APIVersion: "2010-05-15", SigningName: "cloudformation", Caller: stacks}},
		AccessKey: key,
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, authorization string) {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", formType)
		sign(t, request, body, formSigner, time.Now())
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
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
