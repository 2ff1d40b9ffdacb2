package main

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"cognito-m2m/naming"
)

// Errors of AWS and of the token endpoint can quote what they were sent. The world's witness finds
// what gets through.
func TestErrorsThatQuoteAreNotRepeated(t *testing.T) {
	t.Parallel()
	operations := []string{
		"DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "DescribeUserPool",
		"DescribeUserPoolClient", "ListUserPoolClientSecrets", "AddUserPoolClientSecret", "DeleteUserPoolClientSecret", "token",
	}
	for _, operation := range operations {
		for name, quote := range quotes {
			t.Run(operation+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, setup{})
				w.rotateWell()
				w.addByHand()
				value := string(w.mustCredentials(naming.CurrentLabel).ClientSecret)
				w.rotator.tokens.backoff = backoff{first: time.Hour, longest: time.Hour} // one attempt
				w.faults.answer = func(called string, r *http.Request) *http.Response {
					if called != operation {
						return nil
					}
					return quote(r, value)
				}
				if err := w.rotate(); err == nil {
					t.Error("no error")
				}
			})
		}
	}
}

// quotes are answers that hold the request, or the client's current secret.
var quotes = map[string]func(r *http.Request, secret string) *http.Response{
	"message": func(r *http.Request, secret string) *http.Response {
		body, _ := json.Marshal(map[string]string{"__type": "ValidationException", "message": sent(r) + secret, "error": "invalid_grant", "error_description": sent(r) + secret})
		return refusal(r, http.StatusBadRequest, string(body))
	},
	"code": func(r *http.Request, secret string) *http.Response {
		body, _ := json.Marshal(map[string]string{"__type": secret, "error": secret})
		answer := refusal(r, http.StatusBadRequest, string(body))
		answer.Header.Set("X-Amzn-Requestid", secret)
		answer.Status = secret
		return answer
	},
	"no JSON": func(r *http.Request, secret string) *http.Response {
		return refusal(r, http.StatusOK, secret+sent(r))
	},
}

// sent is what a request says, its credentials in clear.
func sent(r *http.Request) string {
	id, secret, _ := r.BasicAuth()
	body, _ := io.ReadAll(r.Body)
	return id + ":" + secret + " " + string(body)
}
