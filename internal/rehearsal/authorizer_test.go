package rehearsal_test

import (
	"slices"
	"strings"
	"testing"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/serving/servingtest"
)

// TestRehearsalOfALambdaAuthorizer updates an environment from the JWT authorizer to a function and
// back. Its clients stay as they are, and at no step does anyone get in whom neither of the two
// lets in.
func TestRehearsalOfALambdaAuthorizer(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.upload(servingtest.AddAuthorize(t, r.dir))
	d := r.deployAll()
	token, clients := servingtest.Token(t, d, "reader"), d.Clients
	closed := func(engine.Step) {
		for _, sent := range []string{"", "wrong"} {
			if got, body := servingtest.Status(t, d, "/test_jwt", sent); !slices.Contains([]int{401, 403, 500}, got) {
				t.Errorf("%q gets in between two steps: %d %s", sent, got, body)
			}
		}
	}
	withFunction := r.template("Api", func(api servingtest.Template) { servingtest.AskFunction(api, "sesame") })
	r.deploy(withFunction, closed)
	if got, body := servingtest.Status(t, d, "/test_jwt", "sesame"); got != 200 || !strings.Contains(body, d.JWKSURI) {
		t.Errorf("with the word: %d %s", got, body)
	}
	if got, _ := servingtest.Status(t, d, "/test_jwt", token); got != 403 {
		t.Errorf("with a token: %d", got)
	}
	for name, client := range r.ready[len(r.ready)-1].Clients {
		if client.ClientID != clients[name].ClientID || client.ClientSecret != clients[name].ClientSecret {
			t.Errorf("%s is another client", name)
		}
	}
	r.restart()
	d = r.ready[len(r.ready)-1]
	if got, body := servingtest.Status(t, d, "/test_jwt", "sesame"); got != 200 || !strings.Contains(body, d.JWKSURI) {
		t.Errorf("after a restart: %d %s", got, body)
	}
	r.deploy(r.template("Api", nil), closed)
	if got, _ := servingtest.Status(t, d, "/test_jwt", servingtest.Token(t, d, "reader")); got != 200 {
		t.Errorf("with the JWT authorizer again: %d", got)
	}
}
