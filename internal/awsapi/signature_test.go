package awsapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
)

const (
	secretBody = `{"SecretId":"plain" }`
	zeros      = "0000000000000000000000000000000000000000000000000000000000000000"
)

// signatureCase is a request for a secret, signed as the SDK does and then changed.
type signatureCase struct {
	at      time.Duration // of the signature, from now on
	before  func(*http.Request)
	after   func(*http.Request)
	body    string // sent instead of the one that was signed
	code    string // AWS's, where it is known
	answers bool
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// authorization replaces a part of the Authorization header.
func authorization(old, replacement string) func(*http.Request) {
	return func(r *http.Request) {
		changed := strings.Replace(r.Header.Get("Authorization"), old, replacement, 1)
		if changed == r.Header.Get("Authorization") {
			panic("no " + old + " in " + changed)
		}
		r.Header.Set("Authorization", changed)
	}
}

// signedWith signs again with another key.
func signedWith(t *testing.T, other awsapi.AccessKey) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Authorization")
		err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: other.ID, SecretAccessKey: other.Secret}, r,
			digestOf(secretBody), jsonSigner, awsapitest.Region, time.Now())
		if err != nil {
			t.Fatal(err)
		}
	}
}

func signatureCases(t *testing.T) map[string]signatureCase {
	invalid := "InvalidSignatureException"
	today := time.Now().UTC().Format("20060102")
	return map[string]signatureCase{
		"as the SDK signs":                 {answers: true},
		"14 minutes old":                   {at: -14 * time.Minute, answers: true},
		"14 minutes ahead":                 {at: 14 * time.Minute, answers: true},
		"with a header more":               {before: header("X-Amz-Meta", " a  b "), answers: true},
		"with a header that is not signed": {after: header("User-Agent", "any"), answers: true},

		"signature of zeros":        {after: func(r *http.Request) { authorizationOf(r, zeros) }, code: invalid},
		"another secret":            {after: signedWith(t, awsapi.AccessKey{ID: key.ID, Secret: "another"}), code: invalid},
		"another key":               {after: signedWith(t, awsapi.AccessKey{ID: "AKIDOTHER", Secret: key.Secret}), code: "UnrecognizedClientException"},
		"a session token":           {before: header("X-Amz-Security-Token", "any"), code: "UnrecognizedClientException"},
		"another body":              {body: `{ "SecretId":"plain"}`, code: invalid},
		"another target":            {after: header("X-Amz-Target", "secretsmanager.DescribeSecret"), code: invalid},
		"a target that is unsigned": {before: func(r *http.Request) { r.Header.Del("X-Amz-Target") }, after: header("X-Amz-Target", getValue), code: invalid},
		"another host":              {after: func(r *http.Request) { r.Host = "localhost" }, code: invalid},
		"a query that is unsigned":  {after: func(r *http.Request) { r.URL.RawQuery = "a=b" }, code: invalid},
		"another Region":            {after: authorization("/"+awsapitest.Region+"/", "/eu-west-1/"), code: invalid},
		"16 minutes old":            {at: -16 * time.Minute, code: invalid},
		"16 minutes ahead":          {at: 16 * time.Minute, code: invalid},
		"another time":              {after: header("X-Amz-Date", time.Now().UTC().Add(time.Minute).Format("20060102T150405Z")), code: invalid},
		"another day":               {after: authorization("/"+today+"/", "/20200101/")},
		"no time":                   {after: func(r *http.Request) { r.Header.Del("X-Amz-Date") }},
		"two times":                 {after: func(r *http.Request) { r.Header.Add("X-Amz-Date", r.Header.Get("X-Amz-Date")) }},
		"a time of another form":    {after: header("X-Amz-Date", "now")},
		"a signed header is gone":   {before: header("X-Amz-Meta", "a"), after: func(r *http.Request) { r.Header.Del("X-Amz-Meta") }},
		"a header is signed twice":  {after: authorization("SignedHeaders=", "SignedHeaders=host;")},
		"signature cut short":       {after: func(r *http.Request) { r.Header.Set("Authorization", r.Header.Get("Authorization")[:120]) }},
		"two signatures":            {after: func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }},
		"an empty signature":        {after: header("Authorization", ""), code: "MissingAuthenticationTokenException"},
		"presigned": {after: func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "X-Amz-Signature=" + zeros
		}},
	}
}

func authorizationOf(r *http.Request, signature string) {
	signed, _, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	r.Header.Set("Authorization", signed+"Signature="+signature)
}

// TestSignatures holds that nothing is answered but what was signed, with the one key there is.
func TestSignatures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, test := range signatureCases(t) {
		body := secretBody
		if test.body != "" {
			body = test.body
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = int64(len(secretBody))
		request.Header.Set("Content-Type", jsonType)
		request.Header.Set("X-Amz-Target", getValue)
		if test.before != nil {
			test.before(request)
		}
		sign(t, request, secretBody, jsonSigner, time.Now().Add(test.at))
		if test.after != nil {
			test.after(request)
		}
		request.ContentLength = int64(len(body))
		got := roundTrip(t, request)
		if test.answers != (got.status == http.StatusOK) || test.answers != strings.Contains(got.body, "first") || got.status >= 500 {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
		if test.code != "" && got.code != test.code {
			t.Errorf("%s: got code %q, want %q; body %s", name, got.code, test.code, got.body)
		}
	}
	if log := fmt.Sprintf("%s %v %+v %#v", w.log.String(), key, key, key); strings.Contains(log, key.Secret) {
		t.Errorf("the secret of the access key is shown: %s", log)
	}
}

// TestRefusedSignaturesOfForms has the codes that AWS Query gives.
func TestRefusedSignaturesOfForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for code, change := range map[string]func(*http.Request){
		"SignatureDoesNotMatch": func(r *http.Request) { authorizationOf(r, zeros) },
		"InvalidClientTokenId":  authorization("Credential="+key.ID, "Credential=AKIDOTHER"),
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/", strings.NewReader(describeForm))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", formType)
		sign(t, request, describeForm, formSigner, time.Now())
		change(request)
		if got := roundTrip(t, request); got.status != http.StatusForbidden || got.code != code {
			t.Errorf("got %d %s, want 403 %s", got.status, got.body, code)
		}
	}
}
