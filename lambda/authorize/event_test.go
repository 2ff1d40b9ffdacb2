package main

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// TestIdentityOfTheEvent: the token is the one value that is not the route. With any other, answers
// would be remembered for something that was not looked at.
func TestIdentityOfTheEvent(t *testing.T) {
	t.Parallel()
	token := "Bearer " + jwtauthtest.Sign(t, jwtauthtest.ValidClaims())
	for name, c := range map[string]struct {
		identity []string
		want     bool
	}{
		"token and route":           {[]string{token, readRoute}, true},
		"route and token":           {[]string{readRoute, token}, true},
		"token alone":               {[]string{token}, true},
		"nothing":                   {nil, false},
		"the route alone":           {[]string{readRoute}, false},
		"the route as token":        {[]string{readRoute, readRoute}, false},
		"another route":             {[]string{token, anyClient}, false},
		"another value":             {[]string{token, readRoute, "192.0.2.1"}, false},
		"two tokens":                {[]string{token, token}, false},
		"two headers":               {[]string{token + "," + token, readRoute}, false},
		"an empty value":            {[]string{token, "", readRoute}, false},
		"an empty token":            {[]string{"", readRoute}, false},
		"Bearer alone":              {[]string{"Bearer ", readRoute}, false},
		"bearer in lower case":      {[]string{"bearer" + strings.TrimPrefix(token, "Bearer"), readRoute}, false},
		"another scheme":            {[]string{"Basic " + strings.TrimPrefix(token, "Bearer "), readRoute}, false},
		"a token and a line break":  {[]string{token + "\n", readRoute}, false},
		"a token that is a route's": {[]string{anyClient, readRoute}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if got := w.answer(t.Context(), t, request(t, readRoute, c.identity...)); got.IsAuthorized != c.want {
				t.Errorf("let in %t, want %t; log: %s", got.IsAuthorized, c.want, w.log)
			}
		})
	}
}

// TestEventsOfOthers: with a valid token wherever one may be, nothing but the event that the
// function is made for is let in.
func TestEventsOfOthers(t *testing.T) {
	t.Parallel()
	token := "Bearer " + jwtauthtest.Sign(t, jwtauthtest.ValidClaims())
	with := func(changes map[string]any) string {
		var event map[string]any
		if err := json.Unmarshal(request(t, readRoute, token, readRoute), &event); err != nil {
			t.Fatal(err)
		}
		maps.Copy(event, changes)
		maps.DeleteFunc(event, func(_ string, value any) bool { return value == nil })
		raw, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	w := newWorld(t)
	if !w.answer(t.Context(), t, []byte(with(nil))).IsAuthorized {
		t.Fatalf("the event as it should be: %s", w.log)
	}
	for name, event := range map[string]string{
		"payload 1.0":                     with(map[string]any{"version": "1.0", "identitySource": token, "authorizationToken": token}),
		"version of payload 1.0":          with(map[string]any{"version": "1.0"}),
		"no version":                      with(map[string]any{"version": nil}),
		"version as a number":             with(map[string]any{"version": 2.0}),
		"another type":                    with(map[string]any{"type": "TOKEN"}),
		"no type":                         with(map[string]any{"type": nil}),
		"no route":                        with(map[string]any{"routeKey": nil}),
		"route null":                      `{"version":"2.0","type":"REQUEST","routeKey":null,"identitySource":["` + token + `"]}`,
		"route as a list":                 with(map[string]any{"routeKey": []string{readRoute}}),
		"no identity source":              with(map[string]any{"identitySource": nil}),
		"identity source as a text":       with(map[string]any{"identitySource": token}),
		"identity source with a number":   with(map[string]any{"identitySource": []any{token, 1}}),
		"identity source with null":       with(map[string]any{"identitySource": []any{token, nil}}),
		"an event of the function behind": `{"version":"2.0","routeKey":"GET /orders","headers":{"authorization":"` + token + `"},"requestContext":{"authorizer":null}}`,
		"a list":                          `["` + token + `"]`,
		"a text":                          `"` + token + `"`,
		"null":                            `null`,
		"an empty object":                 `{}`,
		"no JSON":                         token,
		"half of it":                      with(nil)[:200],
		"two of them":                     with(nil) + with(nil),
		"nothing":                         ``,
	} {
		w.log.Take()
		if w.answer(t.Context(), t, []byte(event)).IsAuthorized {
			t.Errorf("%s is let in", name)
		}
		w.wantOneLine(t, token)
	}
}
