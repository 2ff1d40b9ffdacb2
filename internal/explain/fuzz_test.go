package explain_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/explain"
	"cognito-m2m/internal/jwtauth"
)

// FuzzVerdict looks for a token that the gateway treats in another way than it is explained. Two
// routes see both of its refusals.
func FuzzVerdict(f *testing.F) {
	r := accesstest.Start(f)
	keys, _, err := jwtauth.FetchKeys(f.Context(), http.DefaultClient, r.JWKSURL)
	if err != nil {
		f.Fatal(err)
	}
	issuer := strings.TrimSuffix(r.JWKSURL, "/.well-known/jwks.json")
	api, err := accesstest.Gateway(r.Environment, issuer, func(context.Context, []byte) ([]byte, string, error) {
		return []byte(`{"statusCode":200}`), "", nil
	}, nil)
	if err != nil {
		f.Fatal(err)
	}
	genuine := strings.Split(r.Token(f, "reader"), ".")
	// The user pool itself signs what the fuzzer makes of these claims.
	begun := fmt.Sprintf(`{"iss":%q,"client_id":%q,`, accesstest.Issuer, r.Client("reader").ID)
	for _, claims := range []string{
		`"exp":4000000000,"iat":1,"scope":"test-api/read"}`, `"exp":4e9,"iat":1.5,"nbf":-1}`, `"exp":4000000000,"iat":1,"scp":["test-api/read",null]}`,
		`"exp":4000000000,"iat":1,"aud":[],"scope":null}`, `"exp":4000000000,"iat":1,"Exp":0,"exp":1}`, `"exp":4000000000,"iat":1,"scope":"a\u0020test-api/read\ud800"} {`,
	} {
		f.Add(genuine[0], genuine[1], genuine[2], claims)
	}
	f.Fuzz(func(t *testing.T, header, claims, signature, signed string) {
		for _, token := range []string{header + "." + claims + "." + signature, header, r.SignRaw(t, begun+signed)} {
			if token == "" || token != strings.TrimSpace(token) || strings.ContainsFunc(token, func(c rune) bool { return c < ' ' || c > '~' }) ||
				strings.HasPrefix(strings.ToLower(token), "bearer") || strings.Contains(strings.ToLower(token), "authorization") {
				continue // no header's value, or one that is explained without what stands before it
			}
			for _, path := range []string{"/any", "/orders"} {
				report, err := explain.Explain(token, explain.Config{Environment: r.Environment, Route: "GET " + path, Keys: keys})
				if err != nil {
					t.Fatal(err)
				}
				request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
				request.Header.Set("Authorization", "Bearer "+token)
				answer := httptest.NewRecorder()
				api.ServeHTTP(answer, request)
				if answer.Code != report.Status {
					t.Errorf("the gateway answers %d, explained as %d %s", answer.Code, report.Status, report.Verdict)
				}
			}
		}
	})
}
