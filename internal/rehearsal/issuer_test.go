package rehearsal_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"cognito-m2m/internal/serving/servingtest"
)

// issuerOf is the issuer that a token names.
func issuerOf(t *testing.T, accessToken string) string {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(accessToken, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ Iss string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims.Iss
}

// TestRehearsalBetweenTwoIssuers: once Identity alone has another form of the issuer, the
// authorizer still trusts the former one. Pool and API stay one environment, also after a restart,
// and new tokens are refused until Api follows.
//
// Parity: Assembly: provider URL of an updated issuer
func TestRehearsalBetweenTwoIssuers(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	trusting := func(host string) func(servingtest.Template) {
		return func(api servingtest.Template) { // in the form that the project's stacks have
			poolID := api.PropertiesOf("AWS::Cognito::UserPoolClient")["UserPoolId"]
			api.Authorizer()["JwtConfiguration"].(map[string]any)["Issuer"] = map[string]any{"Fn::Join": []any{"", []any{"https://" + host + "." + region + ".amazonaws.com/", poolID}}}
		}
	}
	r.deploy(r.template("Identity", nil), nil)
	r.deploy(r.template("Api", trusting("cognito-idp")), nil)
	before := r.ready[0]
	inUse := servingtest.Token(t, before, "reader")
	status := func(what, accessToken string, want int) {
		t.Helper()
		if got, body := servingtest.Status(t, before, "/test_jwt", accessToken); got != want {
			t.Errorf("%s: %d %s, want %d", what, got, body, want)
		}
	}
	status("before, a token in use", inUse, 200)
	r.deploy(r.template("Identity", func(identity servingtest.Template) {
		identity.PropertiesOf("AWS::Cognito::UserPool")["IssuerConfiguration"] = map[string]any{"Type": "UPDATED"}
	}), nil)
	fresh := servingtest.Token(t, before, "reader")
	if issuer := issuerOf(t, fresh); issuer == before.Issuer {
		t.Errorf("new tokens still have the issuer %s", issuer)
	}
	status("between the stacks, a new token", fresh, 401)
	r.restart()
	if len(r.ready) != 1 || r.ready[0].APIURL != before.APIURL || r.ready[0].Issuer != issuerOf(t, fresh) || len(r.ready[0].Clients) != len(before.Clients) {
		t.Fatalf("after a restart: %+v", r.ready)
	}
	status("after a restart, a new token", fresh, 401)
	r.deploy(r.template("Api", trusting("issuer-cognito-idp")), nil)
	status("after both stacks, a new token", fresh, 200)
	status("after both stacks, a token of before", inUse, 401)
}
