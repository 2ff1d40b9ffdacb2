package client

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"cognito-m2m/internal/clock"
)

// Config says how to get tokens and how to call the API with them. Only Credentials is required.
type Config struct {
	// Credentials is where the client's credentials come from; see [FromSecretsManager],
	// [FromEnvironment] and [FromFile].
	Credentials Source

	// Scopes are the scopes to request, full names such as "orders/read". Without any, the token
	// has all scopes of the app client.
	Scopes []string

	// CacheDir is a folder in which processes of one user share their token, so that a job that
	// runs every minute does not pay for a token every minute. It is created if it does not exist,
	// and must belong to this user and not be writable by others. Without it the token is kept in
	// memory only.
	CacheDir string

	// HTTPClient sends the token requests; its CheckRedirect is not used, because a token request
	// is never redirected. Default: http.DefaultClient. Each try ends after ten seconds whatever
	// its Timeout.
	HTTPClient *http.Client

	// Transport sends the requests to the API. Default: http.DefaultTransport.
	Transport http.RoundTripper

	// AllowPlainHTTP allows http URLs of other machines for the token endpoint and the API. Without
	// it they are an error, because a secret or a token would cross the network in the clear; http
	// to the loopback interface is always allowed.
	AllowPlainHTTP bool

	// Log receives failed renewals and problems with the token cache. Default: nothing is logged.
	Log *slog.Logger

	// Now is the wall clock against which a token's lifetime is measured, beside the monotonic
	// clock of the process: a token's life ends when either clock says so. Default: time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() (Config, error) {
	if c.Credentials == nil {
		return Config{}, errors.New("client: Config.Credentials is required: use FromSecretsManager, FromEnvironment or FromFile")
	}
	for _, scope := range c.Scopes {
		if found := strayCharacters(scope); scope == "" || found != "" {
			return Config{}, fmt.Errorf("scope %q has %s: leave that out", scope, cmp.Or(found, "nothing in it"))
		}
	}
	if c.HTTPClient == nil {
		c.HTTPClient = http.DefaultClient
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (c Config) clock() clock.Clock { return clock.Clock{Wall: c.Now} }
