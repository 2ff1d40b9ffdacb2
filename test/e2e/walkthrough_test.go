package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// token asks for an access token as the published client does.
func (p *process) token(t *testing.T, client string, scopes ...string) *oauth2.Token {
	t.Helper()
	source := clientcredentials.Config{
		ClientID:     p.Clients[client].ClientID,
		ClientSecret: p.Clients[client].ClientSecret,
		TokenURL:     p.TokenEndpoint,
		Scopes:       scopes,
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatalf("a token for %s: %v", client, err)
	}
	return token
}

// answer is what the API said.
type answer struct {
	Status       int
	Body         string
	Authenticate string // the www-authenticate header
	ContentType  string
}

// call calls the API; authorization is the header's value, "" for none.
func (p *process) call(t *testing.T, method, path, authorization string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.APIURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return answer{
		Status:       response.StatusCode,
		Body:         readAll(t, response.Body),
		Authenticate: response.Header.Get("www-authenticate"),
		ContentType:  response.Header.Get("content-type"),
	}
}

// event is what this test reads of the echoed event.
type event struct {
	Version        string `json:"version"`
	RouteKey       string `json:"routeKey"`
	RequestContext struct {
		Authorizer struct {
			JWT struct {
				Claims map[string]string `json:"claims"`
				Scopes []string          `json:"scopes"`
			} `json:"jwt"`
		} `json:"authorizer"`
	} `json:"requestContext"`
}

func echoed(t *testing.T, a answer) event {
	t.Helper()
	if a.Status != http.StatusOK || a.ContentType != "application/json" {
		t.Fatalf("got %+v, want 200 and JSON", a)
	}
	var e event
	if err := json.Unmarshal([]byte(a.Body), &e); err != nil {
		t.Fatalf("decoding the echoed event: %v", err)
	}
	return e
}

// The bodies of API Gateway's refusals.
const (
	unauthorized = `{"message":"Unauthorized"}`
	forbidden    = `{"message":"Forbidden"}`
	notFound     = `{"message":"Not Found"}`
)

// TestWalkThrough is the job of this project, step by step, with a synth: pool and clients (1),
// function and API (2), authorizer (3), token and call (4), scopes on routes and several clients
// (5).
func TestWalkThrough(t *testing.T) {
	t.Parallel()
	run, err := first()
	if err != nil {
		t.Fatal(err)
	}
	p := described(t, run)

	t.Run("what is running is described", func(t *testing.T) {
		if !strings.HasPrefix(p.Issuer, "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_") ||
			!strings.HasSuffix(p.Issuer, p.UserPoolID) {
			t.Errorf("issuer %q is not of AWS's form", p.Issuer)
		}
		if diff := cmp.Diff([]string{"test-api/read"}, p.Clients["reader"].Scopes); diff != "" {
			t.Errorf("scopes of reader (-want +got):\n%s", diff)
		}
		if len(p.Routes) != 2 || len(p.Clients) != 2 {
			t.Errorf("%d routes and %d clients, want 2 and 2", len(p.Routes), len(p.Clients))
		}
	})
	t.Run("a token lasts an hour", func(t *testing.T) {
		if token := p.token(t, "reader"); token.Extra("expires_in") != 3600.0 || token.TokenType != "Bearer" {
			t.Errorf("expires_in %v, token_type %q", token.Extra("expires_in"), token.TokenType)
		}
	})
	t.Run("no token", func(t *testing.T) {
		got := p.call(t, "GET", "/test_jwt", "")
		want := answer{Status: 401, Body: unauthorized, Authenticate: "Bearer", ContentType: "application/json"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	for client, scope := range map[string]string{"reader": "test-api/read", "writer": "test-api/write"} {
		token := p.token(t, client).AccessToken
		for form, authorization := range map[string]string{"bare": token, "Bearer": "Bearer " + token} {
			t.Run(client+" with a "+form+" token", func(t *testing.T) {
				e := echoed(t, p.call(t, "GET", "/test_jwt", authorization))
				if e.Version != "2.0" || e.RouteKey != "ANY /test_jwt" {
					t.Errorf("version %q, route key %q", e.Version, e.RouteKey)
				}
				claims := e.RequestContext.Authorizer.JWT.Claims
				if claims["scope"] != scope || claims["client_id"] != p.Clients[client].ClientID || claims["iss"] != p.Issuer {
					t.Errorf("claims %v", claims)
				}
			})
		}
	}
	t.Run("reader on the read-only route", func(t *testing.T) {
		e := echoed(t, p.call(t, "GET", "/test_jwt/read", "Bearer "+p.token(t, "reader").AccessToken))
		if diff := cmp.Diff([]string{"test-api/read"}, e.RequestContext.Authorizer.JWT.Scopes); diff != "" {
			t.Errorf("scopes (-want +got):\n%s", diff)
		}
	})
	t.Run("writer on the read-only route", func(t *testing.T) {
		got := p.call(t, "GET", "/test_jwt/read", "Bearer "+p.token(t, "writer").AccessToken)
		want := answer{
			Status: 403, Body: forbidden, ContentType: "application/json",
			Authenticate: `Bearer scope="test-api/read" error="insufficient_scope" error_description="expected scopes: [test-api/read]"`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("a scope of another client", func(t *testing.T) {
		config := clientcredentials.Config{
			ClientID: p.Clients["reader"].ClientID, ClientSecret: p.Clients["reader"].ClientSecret,
			TokenURL: p.TokenEndpoint, Scopes: []string{"test-api/write"},
		}
		if token, err := config.Token(t.Context()); err == nil {
			t.Errorf("reader got a token of scope test-api/write, %d characters long", len(token.AccessToken))
		}
	})
	t.Run("a tampered token", func(t *testing.T) {
		token := p.token(t, "writer").AccessToken
		payload := strings.Split(token, ".")
		payload[1] = strings.Split(p.token(t, "reader").AccessToken, ".")[1]
		if got := p.call(t, "GET", "/test_jwt", strings.Join(payload, ".")); got.Status != 401 || got.Body != unauthorized {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("no route", func(t *testing.T) {
		if got := p.call(t, "GET", "/nowhere", ""); got.Status != 404 || got.Body != notFound {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("discovery", func(t *testing.T) {
		if u, err := url.Parse(p.JWKSURI); err != nil || !strings.HasSuffix(u.Path, p.UserPoolID+"/.well-known/jwks.json") {
			t.Errorf("jwks_uri %q", p.JWKSURI)
		}
		discovery := strings.TrimSuffix(p.JWKSURI, "jwks.json") + "openid-configuration"
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, discovery, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var document struct {
			Issuer        string `json:"issuer"`
			TokenEndpoint string `json:"token_endpoint"`
			JWKSURI       string `json:"jwks_uri"`
		}
		if err := json.Unmarshal([]byte(readAll(t, response.Body)), &document); err != nil {
			t.Fatal(err)
		}
		if document.Issuer != p.Issuer || document.TokenEndpoint != p.TokenEndpoint || document.JWKSURI != p.JWKSURI {
			t.Errorf("discovery says %+v", document)
		}
	})
	t.Run("no secret and no token is said", func(t *testing.T) {
		p.says(t, 0, "building the CDK app", "synthesizing dev", "Ready in", `"clientId":"`+p.Clients["reader"].ClientID+`"`)
		said := p.Stderr.String()
		for name, client := range p.Clients {
			if strings.Contains(said, client.ClientSecret) {
				t.Errorf("the secret of %s is on stderr", name)
			}
		}
		if strings.Contains(said, "eyJ") {
			t.Error("a token is on stderr")
		}
	})
}

// TestTemplateDecides changes the template behind the runtime's back and wants other answers: a
// local run says what the deployment would.
func TestTemplateDecides(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(template map[string]any)
		reader map[string]int // status by path
		writer map[string]int
		none   map[string]int
	}{
		{
			name:   "as synthesized",
			change: func(map[string]any) {},
			reader: map[string]int{"/test_jwt": 200, "/test_jwt/read": 200},
			writer: map[string]int{"/test_jwt": 200, "/test_jwt/read": 403},
			none:   map[string]int{"/test_jwt": 401, "/test_jwt/read": 401},
		},
		{
			name: "routes without the authorizer",
			change: func(template map[string]any) {
				properties(template, "", "AWS::ApiGatewayV2::Route", func(p map[string]any) {
					p["AuthorizationType"] = "NONE"
					delete(p, "AuthorizerId")
					delete(p, "AuthorizationScopes")
				})
			},
			none: map[string]int{"/test_jwt": 200, "/test_jwt/read": 200},
		},
		{
			name: "another scope on a route",
			change: func(template map[string]any) {
				properties(template, "", "AWS::ApiGatewayV2::Route", func(p map[string]any) {
					if p["RouteKey"] == "GET /test_jwt/read" {
						p["AuthorizationScopes"] = []any{"test-api/write"}
					}
				})
			},
			reader: map[string]int{"/test_jwt": 200, "/test_jwt/read": 403},
			writer: map[string]int{"/test_jwt": 200, "/test_jwt/read": 200},
		},
		{
			name: "the user pool as audience",
			change: func(template map[string]any) {
				var pool any
				properties(template, "", "AWS::Cognito::UserPoolClient", func(p map[string]any) { pool = p["UserPoolId"] })
				properties(template, "", "AWS::ApiGatewayV2::Authorizer", func(p map[string]any) {
					p["JwtConfiguration"].(map[string]any)["Audience"] = []any{pool}
				})
			},
			reader: map[string]int{"/test_jwt": 401, "/test_jwt/read": 401},
			writer: map[string]int{"/test_jwt": 401, "/test_jwt/read": 401},
		},
		{
			name: "no permission to invoke",
			change: func(template map[string]any) {
				properties(template, "", "AWS::Lambda::Permission", func(p map[string]any) {
					if p["Principal"] != "apigateway.amazonaws.com" {
						return
					}
					p["SourceArn"] = "arn:aws:execute-api:ap-northeast-1:123456789012:another/*/*/*"
				})
			},
			reader: map[string]int{"/test_jwt": 500},
			none:   map[string]int{"/test_jwt": 401},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := up(t, scratch, "--assembly", patched(t, c.change), "--state", newState(t))
			check := func(who, authorization string, want map[string]int) {
				for path, status := range want {
					if got := p.call(t, "GET", path, authorization); got.Status != status {
						t.Errorf("%s, %s: %d %s, want %d", who, path, got.Status, got.Body, status)
					}
				}
			}
			check("reader", "Bearer "+p.token(t, "reader").AccessToken, c.reader)
			check("writer", "Bearer "+p.token(t, "writer").AccessToken, c.writer)
			check("no token", "", c.none)
		})
	}
}
