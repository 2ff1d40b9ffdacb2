package caller_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/caller"
)

// event is one of an HTTP API, with what stands in its requestContext beside requestId.
func event(context string) string {
	return `{"version":"2.0","routeKey":"GET /orders","rawPath":"/orders","headers":{"authorization":"Bearer secret"},` +
		`"requestContext":{"requestId":"r"` + context + `},"isBase64Encoded":false}`
}

func jwt(authorizer string) string { return event(`,"authorizer":{"jwt":` + authorizer + `}`) }

func function(authorizer string) string { return event(`,"authorizer":{"lambda":` + authorizer + `}`) }

func TestOf(t *testing.T) {
	t.Parallel()
	claims := map[string]string{"client_id": "c1", "scope": "orders/read orders/write", "exp": "1787996002"}
	both := []string{"orders/read", "orders/write"}
	const written = `{"client_id":"c1","scope":"orders/read orders/write","exp":"1787996002"}`
	for name, c := range map[string]struct {
		event string
		want  caller.Caller
	}{
		"JWT authorizer":                {jwt(`{"claims":` + written + `,"scopes":["orders/read","orders/write"]}`), caller.Caller{ClientID: "c1", Scopes: both, Claims: claims}},
		"JWT authorizer without scopes": {jwt(`{"claims":` + written + `,"scopes":null}`), caller.Caller{ClientID: "c1", Scopes: both, Claims: claims}},
		"function authorizer":           {function(written), caller.Caller{ClientID: "c1", Scopes: both, Claims: claims}},
		"a token without a scope": {
			function(`{"client_id":"c1"}`),
			caller.Caller{ClientID: "c1", Scopes: []string{}, Claims: map[string]string{"client_id": "c1"}},
		},
		"scopes of another claim": {
			jwt(`{"claims":{"client_id":"c1"},"scopes":["orders/read"]}`),
			caller.Caller{ClientID: "c1", Scopes: []string{"orders/read"}, Claims: map[string]string{"client_id": "c1"}},
		},
		"only spaces separate": {
			function(`{"client_id":"c1","scope":" a  b\tc "}`),
			caller.Caller{ClientID: "c1", Scopes: []string{"a", "b\tc"}, Claims: map[string]string{"client_id": "c1", "scope": " a  b\tc "}},
		},
		"the context of another function": {
			function(`{"client_id":"c1","scope":["a"],"level":7,"admin":true,"none":null}`),
			caller.Caller{ClientID: "c1", Scopes: []string{}, Claims: map[string]string{"client_id": "c1"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for form, read := range forms(t) {
				got, err := read(c.event)
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: caller (-want +got):\n%s", form, diff)
				}
			}
		})
	}
}

// forms read an event in the two forms that a handler may take.
func forms(t *testing.T) map[string]func(string) (caller.Caller, error) {
	t.Helper()
	return map[string]func(string) (caller.Caller, error){
		"JSON": func(event string) (caller.Caller, error) { return caller.OfJSON([]byte(event)) },
		"events.APIGatewayV2HTTPRequest": func(event string) (caller.Caller, error) {
			var decoded events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal([]byte(event), &decoded); err != nil {
				return caller.Caller{}, err
			}
			return caller.Of(decoded)
		},
	}
}

// An open route and an event of something else must not be taken for each other, and neither for a
// caller.
func TestOfTellsNobodyFromNoEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event string
		open  bool
	}{
		"open route":                 {event(``), true},
		"open route, null":           {event(`,"authorizer":null`), true},
		"empty authorizer":           {event(`,"authorizer":{}`), false},
		"IAM":                        {event(`,"authorizer":{"iam":{"userId":"secret"}}`), false},
		"both authorizers":           {event(`,"authorizer":{"jwt":{"claims":{"client_id":"a"}},"lambda":{"client_id":"b"}}`), false},
		"no context":                 {function(`null`), false},
		"empty context":              {function(`{}`), false},
		"context without a client":   {function(`{"scope":"a"}`), false},
		"client that is not a text":  {function(`{"client_id":7}`), false},
		"client that is empty":       {function(`{"client_id":""}`), false},
		"ID token":                   {jwt(`{"claims":{"aud":"secret"},"scopes":null}`), false},
		"no claims":                  {jwt(`{"scopes":["secret"]}`), false},
		"claims that are not texts":  {jwt(`{"claims":{"client_id":{"secret":1}}}`), false},
		"authorizer that is a text":  {event(`,"authorizer":"secret"`), false},
		"another version":            {strings.Replace(function(`{"client_id":"secret"}`), `"2.0"`, `"1.0"`, 1), false},
		"payload 1.0":                {`{"version":"1.0","resource":"/orders","requestContext":{"authorizer":{"claims":{"client_id":"secret"}}}}`, false},
		"no route":                   {`{"version":"2.0","requestContext":{}}`, false},
		"another service":            {`{"Records":[{"eventSource":"aws:sqs","body":"secret"}]}`, false},
		"empty object":               {`{}`, false},
		"list":                       {`["secret"]`, false},
		"null":                       {`null`, false},
		"no JSON":                    {`secret`, false},
		"half of it":                 {event(``)[:40], false},
		"nothing":                    {``, false},
		"two":                        {event(``) + event(``), false},
		"authorizer outside":         {`{"version":"2.0","routeKey":"x","authorizer":{"lambda":{"client_id":"secret"}},"requestContext":{}}`, true},
		"claims beside the JWT's":    {event(`,"authorizer":{"claims":{"client_id":"secret"}}`), false},
		"members in another writing": {event(`,"authorizer":{"lambda":{"Client_Id":"secret"}}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := caller.OfJSON([]byte(c.event))
			if err == nil || errors.Is(err, caller.ErrNone) != c.open {
				t.Errorf("got %v, %v; an open route: %t", got, err, c.open)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats the event: %v", err)
			}
			if diff := cmp.Diff(caller.Caller{}, got); diff != "" {
				t.Errorf("beside an error (-want +got):\n%s", diff)
			}
		})
	}
}

// What a handler does to the caller does not change its event.
func TestCallerIsACopy(t *testing.T) {
	t.Parallel()
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(jwt(`{"claims":{"client_id":"c1"},"scopes":["a"]}`)), &event); err != nil {
		t.Fatal(err)
	}
	who, err := caller.Of(event)
	if err != nil {
		t.Fatal(err)
	}
	who.Claims["client_id"], who.Scopes[0] = "c2", "b"
	again, err := caller.Of(event)
	if err != nil || again.ClientID != "c1" || !again.HasScope("a") || again.HasScope("b") {
		t.Errorf("got %v, %v", again, err)
	}
}

// FuzzOfJSON: whatever the bytes, there is a caller with an id or an error, never both or neither.
func FuzzOfJSON(f *testing.F) {
	for _, seed := range []string{
		event(``), jwt(`{"claims":{"client_id":"c1","scope":"a b"},"scopes":["a"]}`), function(`{"client_id":"c1"}`), function(`[]`), `null`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		who, err := caller.OfJSON(event)
		if (err == nil) != (who.ClientID != "") {
			t.Errorf("got %v, %v for %q", who, err, event)
		}
	})
}
