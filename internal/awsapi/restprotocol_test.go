package awsapi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
)

// httputilChunks reads HTTP's own chunks, whose form aws-chunked has.
func httputilChunks(body []byte) io.Reader {
	return httputil.NewChunkedReader(strings.NewReader(string(body)))
}

func s3Handler(t testing.TB, caller awsapi.RESTCaller) http.Handler {
	t.Helper()
	handler, err := awsapi.New(awsapi.Config{
		REST:      []awsapi.RESTService{awsapitest.S3(caller), awsapitest.Lambda(caller)},
		AccessKey: key, Identity: awsapitest.Identity,
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// signS3 signs as S3's clients do: the path as it is, and what they say of the body.
func signS3(t testing.TB, r *http.Request, payload string) {
	t.Helper()
	signAs(t, r, payload, "s3")
}

func signAs(t testing.TB, r *http.Request, payload, service string) {
	t.Helper()
	err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}, r, payload, service, "eu-west-1", time.Now(),
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
	if err != nil {
		t.Fatal(err)
	}
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ payload, code string }{
		"its hash":       {digestOf("content"), ""},
		"unsigned":       {"UNSIGNED-PAYLOAD", ""},
		"another hash":   {digestOf("other"), "XAmzContentSHA256Mismatch"},
		"no hash":        {"", "InvalidRequest"},
		"not a hash":     {"abc", "InvalidArgument"},
		"another stream": {"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "NotImplemented"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/bucket/a%20key%2Fwith+%41", strings.NewReader("content"))
		if test.payload != "" {
			r.Header.Set("X-Amz-Content-Sha256", test.payload)
		}
		signS3(t, r, test.payload)
		got := &echo{}
		status, code := answerOf(s3Handler(t, got), r)
		if code != test.code || (got.body == "content") != (test.code == "") {
			t.Errorf("%s: got %d %s, want %q; the service got %q", name, status, code, test.code, got.body)
		}
		if test.code == "" && (got.who.Region != "eu-west-1" || got.who.AccountID != awsapitest.AccountID) {
			t.Errorf("%s: it is asked by %+v", name, got.who)
		}
	}
}

func TestRefusedSignaturesOfREST(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change     func(*http.Request)
		s3, lambda string
	}{
		"another path":   {func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/bucket/other", "" }, "SignatureDoesNotMatch", "InvalidSignatureException"},
		"another query":  {func(r *http.Request) { r.URL.RawQuery = "acl=" }, "SignatureDoesNotMatch", "InvalidSignatureException"},
		"another method": {func(r *http.Request) { r.Method = http.MethodPost }, "SignatureDoesNotMatch", "InvalidSignatureException"},
		"another key": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), key.ID, "AKIDOTHER", 1))
		}, "InvalidAccessKeyId", "UnrecognizedClientException"},
		"a header that is not signed": {func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, "SignatureDoesNotMatch", "InvalidSignatureException"},
		"an old signature":            {func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") }, "SignatureDoesNotMatch", "InvalidSignatureException"},
	} {
		for _, service := range []string{"s3", "lambda"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/bucket/key", strings.NewReader("content"))
			r.Header.Set("X-Amz-Content-Sha256", digestOf("content"))
			signAs(t, r, digestOf("content"), service)
			test.change(r)
			got, recorder := &echo{}, httptest.NewRecorder()
			s3Handler(t, got).ServeHTTP(recorder, r)
			want := test.lambda
			code := recorder.Header().Get("X-Amzn-Errortype")
			if service == "s3" {
				want = test.s3
				_, after, _ := strings.Cut(recorder.Body.String(), "<Code>")
				code, _, _ = strings.Cut(after, "<")
			}
			if code != want || recorder.Code < 400 || recorder.Code >= 500 || got.body != "" {
				t.Errorf("%s, %s: got %d %s, want %s", service, name, recorder.Code, code, want)
			}
		}
	}
}

// TestContinue holds that a caller who waits for 100 Continue gets it once the signature fits, and
// else sends nothing.
func TestContinue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		secret string
		first  string
	}{
		"a signature that fits":      {key.Secret, "HTTP/1.1 100 Continue"},
		"one that was made by other": {"another secret", "HTTP/1.1 403 Forbidden"},
	} {
		got := &echo{}
		server := httptest.NewServer(s3Handler(t, got))
		t.Cleanup(server.Close)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/bucket/key", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Amz-Content-Sha256", digestOf("content"))
		err = v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: test.secret}, request, digestOf("content"), "s3", "eu-west-1", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", request.URL.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		if _, err := fmt.Fprintf(connection, "PUT /bucket/key HTTP/1.1\r\nHost: %s\r\nContent-Length: 7\r\nExpect: 100-continue\r\nX-Amz-Date: %s\r\nX-Amz-Content-Sha256: %s\r\nAuthorization: %s\r\n\r\n",
			request.URL.Host, request.Header.Get("X-Amz-Date"), digestOf("content"), request.Header.Get("Authorization")); err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewReader(connection)
		if line, err := answers.ReadString('\n'); strings.TrimSpace(line) != test.first {
			t.Errorf("%s: first came %q, %v", name, line, err)
			continue
		}
		if strings.Contains(test.first, "100") {
			_, _ = answers.ReadString('\n')
			_, _ = connection.Write([]byte("content"))
			if line, err := answers.ReadString('\n'); !strings.Contains(line, "200 OK") || got.body != "content" {
				t.Errorf("%s: then came %q, %v", name, line, err)
			}
		}
	}
}

// refusing answers with an error and reads nothing.
type refusing struct{ err error }

func (r refusing) ServeREST(http.ResponseWriter, *http.Request) error { return r.err }

type statusError struct{ codedError }

func (statusError) Status() int { return http.StatusNotFound }

func TestErrorsOfREST(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"a status of its own": {statusError{codedError{"NoSuchKey"}}, http.StatusNotFound, "NoSuchKey"},
		"none":                {codedError{"InvalidPart"}, http.StatusBadRequest, "InvalidPart"},
		"joined":              {errors.Join(statusError{codedError{"NoSuchKey"}}, errors.New("private")), http.StatusNotFound, "NoSuchKey"},
		"any other":           {errors.New("private"), http.StatusInternalServerError, "InternalFailure"},
	} {
		server := httptest.NewServer(s3Handler(t, refusing{test.err}))
		t.Cleanup(server.Close)
		for _, method := range []string{http.MethodPut, http.MethodHead} {
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/bucket/key", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
			signS3(t, r, "UNSIGNED-PAYLOAD")
			got := roundTrip(t, r)
			if got.status != test.status || strings.Contains(got.body, "private") || got.header.Get("X-Amz-Request-Id") == "" {
				t.Errorf("%s, %s: got %d %s", name, method, got.status, got.body)
			}
			if want := "<Code>" + test.code + "</Code>"; method == http.MethodPut && !strings.Contains(got.body, want) || method == http.MethodHead && got.body != "" {
				t.Errorf("%s, %s: got %s, want %s", name, method, got.body, want)
			}
		}
	}
}

// TestARefusedUploadReadsWhy has a caller who sends all of a body before it reads the answer, as
// the SDK for Go does even if it says that it waits.
func TestARefusedUploadReadsWhy(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(s3Handler(t, refusing{codedError{"EntityTooLarge"}}))
	t.Cleanup(server.Close)
	const size = 24 << 20 // more than the buffers of a connection hold
	for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/bucket/key", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
		signS3(t, request, "UNSIGNED-PAYLOAD")
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", request.URL.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		_, err = fmt.Fprintf(connection, "PUT /bucket/key HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n%sX-Amz-Date: %s\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\nAuthorization: %s\r\n\r\n",
			request.URL.Host, size, expect, request.Header.Get("X-Amz-Date"), request.Header.Get("Authorization"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := connection.Write(make([]byte, size)); err != nil {
			t.Errorf("%q: sending: %v", expect, err)
			continue
		}
		answer, err := http.ReadResponse(bufio.NewReader(connection), request)
		if err != nil {
			t.Errorf("%q: reading: %v", expect, err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "EntityTooLarge") {
			t.Errorf("%q: got %d %s, %v", expect, answer.StatusCode, body, err)
		}
		_ = answer.Body.Close()
	}
}
