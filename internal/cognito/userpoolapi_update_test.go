package cognito_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

// whole is an update of reader that says everything.
func whole() *cognitoidentityprovider.UpdateUserPoolClientInput {
	return &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: new(poolID), ClientId: new(readerID), ClientName: new("renamed"), AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}, AllowedOAuthScopes: []string{"test-api/write"},
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
		SupportedIdentityProviders: []string{"COGNITO"},
		AccessTokenValidity:        new(int32(10)), TokenValidityUnits: &types.TokenValidityUnitsType{AccessToken: types.TimeUnitsTypeMinutes},
	}
}

func TestUpdateUserPoolClient(t *testing.T) {
	t.Parallel()
	var kept []cognito.Client
	p := startPool(t, func(c *cognito.Config) {
		c.SaveClient = func(client cognito.Client) error { kept = append(kept, client); return nil }
	})
	api := p.sdk(t)
	updated, err := api.UpdateUserPoolClient(t.Context(), whole())
	if err != nil {
		t.Fatal(err)
	}
	described, err := api.DescribeUserPoolClient(t.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: new(poolID), ClientId: new(readerID)})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*types.UserPoolClientType{"updated": updated.UserPoolClient, "described": described.UserPoolClient} {
		if *c.ClientName != "renamed" || *c.AccessTokenValidity != 600 || !cmp.Equal(c.AllowedOAuthScopes, []string{"test-api/write"}) ||
			!cmp.Equal(c.SupportedIdentityProviders, []string{"COGNITO"}) || len(c.ExplicitAuthFlows) != 1 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	token, err := p.login(t.Context(), readerSecret)
	if err != nil {
		t.Fatal(err)
	}
	if scope := scopeOf(t, token.AccessToken); scope != "test-api/write" || token.Extra("expires_in") != 600.0 {
		t.Errorf("the token has scope %s for %v s", scope, token.Extra("expires_in"))
	}
	if len(kept) != 1 || kept[0].Name != "renamed" || kept[0].AccessTokenValidity != 10*time.Minute || len(kept[0].Secrets) != 0 {
		t.Errorf("kept: %+v", kept)
	}
	if now, ok := p.server.Client(readerID); !ok || now.Name != "renamed" || len(now.Secrets) != 2 {
		t.Errorf("the client is now %+v", now)
	}
	if _, ok := p.server.Client("other"); ok {
		t.Error("there is a client that the pool does not have")
	}
}

// scopeOf reads a token's scope without a check.
func scopeOf(t *testing.T, token string) string {
	t.Helper()
	var claims struct{ Scope string }
	if err := json.Unmarshal([]byte(decodeSegment(t, strings.Split(token, ".")[1])), &claims); err != nil {
		t.Fatal(err)
	}
	return claims.Scope
}

func TestWhatAnUpdateLeavesOutGetsItsDefault(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	updated, err := p.sdk(t).UpdateUserPoolClient(t.Context(), &cognitoidentityprovider.UpdateUserPoolClientInput{UserPoolId: new(poolID), ClientId: new(readerID)})
	if err != nil {
		t.Fatal(err)
	}
	c := updated.UserPoolClient
	if *c.AllowedOAuthFlowsUserPoolClient || len(c.AllowedOAuthFlows)+len(c.AllowedOAuthScopes) > 0 || *c.AccessTokenValidity != 3600 ||
		len(c.ExplicitAuthFlows) != 3 || *c.ClientName != "reader" {
		t.Errorf("got %+v", c)
	}
	if _, err := p.login(t.Context(), readerSecret); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("a token request after OAuth was turned off: %v", err)
	}
}

func TestRefusedUpdates(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	before, _ := p.server.Client(readerID)
	for name, test := range map[string]struct {
		change func(*cognitoidentityprovider.UpdateUserPoolClientInput)
		want   string
	}{
		"two flows": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.AllowedOAuthFlows = append(in.AllowedOAuthFlows, types.OAuthFlowTypeCode)
		}, "InvalidOAuthFlowException"},
		"another flow": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.AllowedOAuthFlows = []types.OAuthFlowType{"device"}
		}, "InvalidParameterException"},
		"no flow":  {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.AllowedOAuthFlows = nil }, "InvalidOAuthFlowException"},
		"no scope": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.AllowedOAuthScopes = nil }, "InvalidOAuthFlowException"},
		"a scope there is not": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.AllowedOAuthScopes[0] = "test-api/none"
		}, "ScopeDoesNotExistException"},
		"a scope of users":     {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.AllowedOAuthScopes[0] = "openid" }, "InvalidOAuthFlowException"},
		"a scope with a blank": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.AllowedOAuthScopes[0] = "a b" }, "InvalidParameterException"},
		"too many scopes": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.AllowedOAuthScopes = make([]string, 51)
		}, "InvalidParameterException"},
		"too short": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.AccessTokenValidity = new(int32(4)) }, "InvalidParameterException"},
		"too long":  {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.AccessTokenValidity = new(int32(1441)) }, "InvalidParameterException"},
		"another unit": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.TokenValidityUnits.AccessToken = "weeks"
		}, "InvalidParameterException"},
		"another token's unit": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.TokenValidityUnits.IdToken = types.TimeUnitsTypeDays
		}, "InvalidParameterException"},
		"a name": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.ClientName = new("a/b") }, "InvalidParameterException"},
		"a callback": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.CallbackURLs = []string{"https://example.com"}
		}, "InvalidParameterException"},
		"a client": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) { in.ClientId = new("other") }, "ResourceNotFoundException"},
		"another pool": {func(in *cognitoidentityprovider.UpdateUserPoolClientInput) {
			in.UserPoolId = new("eu-central-1_Another12")
		}, "ResourceNotFoundException"},
	} {
		in := whole()
		test.change(in)
		_, err := p.sdk(t).UpdateUserPoolClient(t.Context(), in)
		if coded := (interface{ ErrorCode() string })(nil); !errors.As(err, &coded) || coded.ErrorCode() != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
	if after, _ := p.server.Client(readerID); !cmp.Equal(before, after) {
		t.Errorf("the client is now %+v", after)
	}
}

func TestAnUpdateThatCannotBeKept(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) { c.SaveClient = func(cognito.Client) error { return errors.New("disk full") } })
	_, err := p.sdk(t).UpdateUserPoolClient(t.Context(), whole())
	if _, ok := errors.AsType[*types.InternalErrorException](err); !ok || strings.Contains(err.Error(), "disk") {
		t.Errorf("got %v, want InternalErrorException without the cause", err)
	}
	if now, _ := p.server.Client(readerID); now.Name != "reader" || !strings.Contains(p.log.Take(), "disk full") {
		t.Errorf("the client is now %+v", now)
	}
}

// TestUpdatesBesideTokenRequests holds that a token has the scope and the lifetime of one moment.
func TestUpdatesBesideTokenRequests(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	api := p.sdk(t)
	narrow := whole()
	narrow.AllowedOAuthScopes, narrow.AccessTokenValidity = []string{"test-api/read"}, new(int32(20))
	if _, err := api.UpdateUserPoolClient(t.Context(), narrow); err != nil {
		t.Fatal(err)
	}
	var updates sync.WaitGroup
	updates.Go(func() {
		for i := range 40 {
			if _, err := api.UpdateUserPoolClient(t.Context(), []*cognitoidentityprovider.UpdateUserPoolClientInput{whole(), narrow}[i%2]); err != nil {
				t.Error(err)
			}
		}
	})
	for range 40 {
		token, err := p.login(t.Context(), readerSecret)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"test-api/write": 600.0, "test-api/read": 1200.0}[scopeOf(t, token.AccessToken)]
		if token.Extra("expires_in") != want {
			t.Errorf("scope %s for %v s", scopeOf(t, token.AccessToken), token.Extra("expires_in"))
		}
	}
	updates.Wait()
}
