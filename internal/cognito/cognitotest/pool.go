// Package cognitotest has a user pool for tests: its configuration, its keys and app clients.
package cognitotest

import (
	"crypto/rand"
	"sync"
	"time"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/userpool"
)

// Region and UserPoolID are those of Config.
const (
	Region     = "eu-central-1"
	UserPoolID = Region + "_Test00001"
)

// Keys are signing keys. They are generated once, because making them is the slowest thing in these
// tests by far.
var Keys = sync.OnceValue(func() *cognito.Keys { return must(cognito.GenerateKeys(rand.Reader)) })

// Config is a pool that is reached at baseURL, with the resource server test-api and without
// clients.
func Config(baseURL string, scopes ...string) cognito.Config {
	return cognito.Config{
		UserPool: cognito.UserPool{ID: UserPoolID, Region: Region, Domain: "m2m-dev-test"}, Keys: Keys(), BaseURL: baseURL,
		ResourceServers: []cognito.ResourceServer{{Identifier: "test-api", Scopes: scopes}},
	}
}

// ClientID is a new app client id.
func ClientID() string { return must(cognito.NewClientID(rand.Reader)) }

// Client is an app client for client credentials, with one secret, which is as old as it says.
func Client(id, name string, age time.Duration, scopes ...string) cognito.Client {
	created := time.Now().Add(-age)
	return cognito.Client{
		ID: id, Name: name,
		Secrets:                         []cognito.ClientSecret{{ID: cognito.NewClientSecretID(id, created), CreateDate: created, Value: must(cognito.NewClientSecret(rand.Reader))}},
		AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{userpool.ClientCredentials}, AllowedOAuthScopes: scopes,
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
