package gateway_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// What a 5xx or an unreachable issuer hides from the caller is in the operator's log, without the token.
func TestCausesAreLogged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*api)
		want   []string
	}{
		{"missing permission", func(a *api) { a.config.Permissions = nil }, []string{
			"AWS::Lambda::Permission", functionARN, "arn:aws:execute-api:us-east-1:123456789012:" + apiID + "/$default/ANY/test_jwt",
		}},
		{"issuer down", func(a *api) { a.issuer.server.Close() }, []string{"OIDC discovery endpoint communication error", "connection refused"}},
		{"malformed response", func(a *api) { a.function = answering("not JSON") }, []string{"not JSON", "ANY /test_jwt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log m2mtest.Buffer
			a := newAPI(t, c.change, func(a *api) { a.config.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			token := sign(t, validClaims())
			got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+token)
			for _, part := range append(c.want, got.header.Get("Apigw-Requestid")) {
				if !strings.Contains(log.String(), part) {
					t.Errorf("%q is not in: %s", part, log.String())
				}
			}
			for part := range strings.SplitSeq(token, ".") {
				if strings.Contains(log.String(), part) {
					t.Errorf("the log has a part of the token: %s", log.String())
				}
			}
		})
	}
}
