package awsapi_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/awsapi"
)

// failing is a service that answers with one error, or with what no protocol can write.
type failing struct{ err error }

func (f failing) answer() (any, error) {
	if f.err != nil {
		return nil, f.err
	}
	return make(chan int), nil
}

func (f failing) Call(context.Context, string, []byte) (any, error) { return f.answer() }

// failingQuery is the same for AWS Query.
type failingQuery struct{ failing }

func (f failingQuery) Call(context.Context, string, url.Values) (any, error) { return f.answer() }

type codedError struct{ code string }

func (e codedError) Error() string { return "told" }
func (e codedError) Code() string  { return e.code }

func TestErrorsOfAService(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err     error
		status  int
		code    string
		private string // only in the log
	}{
		"a refusal":           {codedError{"NotFoundException"}, http.StatusBadRequest, "NotFoundException", ""},
		"an internal failure": {codedError{"InternalErrorException"}, http.StatusInternalServerError, "InternalErrorException", ""},
		"any other error":     {errors.New("private cause"), http.StatusInternalServerError, "InternalFailure", "private cause"},
		"no encoding":         {nil, http.StatusInternalServerError, "InternalFailure", "chan int"},
	} {
		for protocol, signer := range map[string]string{"json": jsonSigner, "query": formSigner} {
			var log bytes.Buffer
			handler, err := awsapi.New(awsapi.Config{
				JSON:  []awsapi.JSONService{{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: failing{test.err}}},
				Query: []awsapi.QueryService{{APIVersion: "2010-05-15", SigningName: "cloudformation", Caller: failingQuery{failing{test.err}}}},

				AccessKey: key,
				Log:       slog.New(slog.NewTextHandler(&log, nil)),
			})
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(describeForm))
			request.Header.Set("Content-Type", formType)
			if protocol == "json" {
				request.Header.Set("X-Amz-Target", getValue)
				request.Header.Set("Content-Type", jsonType)
			}
			sign(t, request, describeForm, signer, time.Now())
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			body := recorder.Body.String()
			if code := errorCode([]byte(body)); recorder.Code != test.status || code != test.code {
				t.Errorf("%s, %s: got %d %s, want %d %s", name, protocol, recorder.Code, code, test.status, test.code)
			}
			if test.private != "" && (strings.Contains(body, test.private) || !strings.Contains(log.String(), test.private)) {
				t.Errorf("%s, %s: the cause belongs into the log alone; body %s, log %s", name, protocol, body, log.String())
			}
		}
	}
}
