package awsapi_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
)

const (
	jsonSigner   = "secretsmanager"
	formSigner   = "cloudformation"
	getValue     = "secretsmanager.GetSecretValue"
	jsonType     = "application/x-amz-json-1.1"
	formType     = "application/x-www-form-urlencoded"
	describeForm = "Action=DescribeStacks&Version=2010-05-15"
)

// rawRequest is a request that the SDK would not send.
type rawRequest struct {
	method, path, target, contentType, body string

	signer        string // the service that it is signed for; "" does not sign it
	authorization string // instead of a signature
}

type rawResponse struct {
	status int
	header http.Header
	body   string
	code   string // of the error, from the JSON or the XML
}

func (w *world) send(t testing.TB, r rawRequest) rawResponse {
	t.Helper()
	method := r.method
	if method == "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(t.Context(), method, w.url+"/"+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"X-Amz-Target": r.target, "Content-Type": r.contentType, "Authorization": r.authorization} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	if r.signer != "" {
		sign(t, request, r.body, r.signer, time.Now())
	}
	return roundTrip(t, request)
}

// sign signs a request as the SDK does.
func sign(t testing.TB, request *http.Request, body, service string, at time.Time) {
	t.Helper()
	credentials := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, request, digestOf(body), service, awsapitest.Region, at); err != nil {
		t.Fatal(err)
	}
}

func digestOf(body string) string {
	hash := sha256.Sum256([]byte(body))
	return hex.EncodeToString(hash[:])
}

func roundTrip(t testing.TB, request *http.Request) rawResponse {
	t.Helper()
	got, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return rawResponse{status: got.StatusCode, header: got.Header, body: string(body), code: errorCode(body)}
}

func errorCode(body []byte) string {
	var asJSON struct {
		Type    string `json:"__type"`
		Message string
	}
	var asXML struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if json.Unmarshal(body, &asJSON) == nil {
		return asJSON.Type
	}
	if xml.Unmarshal(body, &asXML) == nil {
		return asXML.Code
	}
	return ""
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	get := rawRequest{target: getValue, contentType: jsonType, signer: jsonSigner, body: `{"SecretId":"plain"}`}
	form := rawRequest{contentType: formType, signer: formSigner, body: describeForm}
	with := func(r rawRequest, change func(*rawRequest)) rawRequest {
		change(&r)
		return r
	}
	for name, test := range map[string]struct {
		request rawRequest
		code    string // "" for any: AWS's is not known
	}{
		"JSON as it should be":        {get, ""},
		"form as it should be":        {form, ""},
		"JSON without a signature":    {with(get, func(r *rawRequest) { r.signer = "" }), "MissingAuthenticationTokenException"},
		"form without a signature":    {with(form, func(r *rawRequest) { r.signer = "" }), "MissingAuthenticationToken"},
		"JSON with a bearer token":    {with(get, func(r *rawRequest) { r.signer, r.authorization = "", "Bearer x" }), ""},
		"JSON signed for another":     {with(get, func(r *rawRequest) { r.signer = formSigner }), ""},
		"form signed for another":     {with(form, func(r *rawRequest) { r.signer = jsonSigner }), ""},
		"unknown target":              {with(get, func(r *rawRequest) { r.target = "ssm.GetParameter" }), "UnknownOperationException"},
		"unknown operation":           {with(get, func(r *rawRequest) { r.target = "secretsmanager.DeleteSecret" }), "UnknownOperationException"},
		"target without an operation": {with(get, func(r *rawRequest) { r.target = "secretsmanager" }), "UnknownOperationException"},
		"no target, no form":          {rawRequest{}, "UnknownOperationException"},
		"GET":                         {with(get, func(r *rawRequest) { r.method = http.MethodGet }), ""},
		"another path":                {with(get, func(r *rawRequest) { r.path = "x" }), ""},
		"another content type":        {with(get, func(r *rawRequest) { r.contentType = "application/json" }), ""},
		"not JSON":                    {with(get, func(r *rawRequest) { r.body = "{" }), ""},
		"JSON of another kind":        {with(get, func(r *rawRequest) { r.body = `{"SecretId":7}` }), ""},
		"another version":             {with(form, func(r *rawRequest) { r.body = "Action=DescribeStacks&Version=1" }), "UnknownOperationException"},
		"unknown action":              {with(form, func(r *rawRequest) { r.body = "Action=Drop&Version=2010-05-15" }), ""},
		"not a form":                  {with(form, func(r *rawRequest) { r.body = "%zz" }), ""},
		"body over the limit":         {with(get, func(r *rawRequest) { r.body = strings.Repeat(" ", 1<<20+1) }), ""},
	} {
		got := w.send(t, test.request)
		good := strings.HasSuffix(name, "as it should be")
		if (got.status == http.StatusOK) != good || got.status >= 500 {
			t.Errorf("%s: got %d", name, got.status)
		}
		if !good && got.code == "" || test.code != "" && got.code != test.code {
			t.Errorf("%s: got code %q, want %q; body %s", name, got.code, test.code, got.body)
		}
		if got.header.Get("X-Amzn-Requestid") == "" || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", name, got.header)
		}
	}
}

func TestAnUnknownOperationNamesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.secrets.DeleteSecret(t.Context(), &awssecretsmanager.DeleteSecretInput{SecretId: aws.String(plainName)})
	if err == nil || !strings.Contains(err.Error(), "UnknownOperationException") || !strings.Contains(err.Error(), "GetSecretValue") {
		t.Errorf("got %v, want an UnknownOperationException that names GetSecretValue", err)
	}
	got := w.send(t, rawRequest{target: "ssm.GetParameter", contentType: jsonType})
	if !strings.Contains(got.body, "secretsmanager") || !strings.Contains(got.body, "2010-05-15") {
		t.Errorf("got %s, want the services there are", got.body)
	}
}

func TestTheRequestIDReachesTheSDK(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String("nobody")})
	var refused *awshttp.ResponseError
	if !errors.As(err, &refused) || !strings.Contains(w.log.String(), "requestId="+refused.ServiceRequestID()) {
		t.Errorf("got %v, want an error with the request id of the log", err)
	}
}

func TestNoBodyIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.secrets.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{SecretId: aws.String(plainName), SecretString: aws.String("do-not-log-this")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(plainName)}); err != nil {
		t.Fatal(err)
	}
	w.send(t, rawRequest{target: "secretsmanager.do-not-log-this", contentType: jsonType, signer: jsonSigner, body: `{"do-not-log-this`})
	if log := w.log.String(); strings.Contains(log, "do-not-log-this") || !strings.Contains(log, "secretsmanager.PutSecretValue") {
		t.Errorf("log:\n%s", log)
	}
}

func TestNewRefusesServicesThatLackAPart(t *testing.T) {
	t.Parallel()
	_, err := awsapi.New(awsapi.Config{
		JSON:  []awsapi.JSONService{{TargetPrefix: "half"}},
		Query: []awsapi.QueryService{{APIVersion: "2010"}},
	})
	if err == nil || !strings.Contains(err.Error(), "half") || !strings.Contains(err.Error(), "2010") || !strings.Contains(err.Error(), "access key") {
		t.Errorf("got %v, want all three named", err)
	}
}
