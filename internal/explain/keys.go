package explain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Keys are the public keys of a user pool.
type Keys struct {
	set jose.JSONWebKeySet
	// at is the time on the clock of the server that sent them, and here that on
	// this machine's; both are zero if it did not say.
	at, here time.Time
}

// Limits as of API Gateway, which waits a little less long.
const (
	keysTimeout  = 5 * time.Second
	largestKeys  = 150_000 // bytes
	jwksResource = "/.well-known/jwks.json"
)

// JWKSURL is where the keys of an issuer are, which is what its discovery
// document says (Cognito: "Verifying JSON web tokens").
func JWKSURL(issuer string) string { return issuer + jwksResource }

// FetchKeys gets the keys at a URL. Now is the clock of this machine; nil is
// time.Now.
func FetchKeys(ctx context.Context, location string, now func() time.Time) (*Keys, error) {
	if now == nil {
		now = time.Now
	}
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return nil, fmt.Errorf("fetching keys: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if told, ok := errors.AsType[*url.Error](err); ok {
		return nil, fmt.Errorf("fetching %s: %w", location, told.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", location, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetching %s: HTTP %d", location, response.StatusCode)
	}
	keys := &Keys{}
	if err := json.NewDecoder(io.LimitReader(response.Body, largestKeys)).Decode(&keys.set); err != nil {
		return nil, fmt.Errorf("reading %s: %w", location, err)
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		keys.at, keys.here = date, now()
	}
	return keys, nil
}

// skew is how far the clock of the keys' server is ahead of this machine's, 0 if
// that is not worth telling. A Date is up to a second old.
func (k *Keys) skew() time.Duration {
	if k == nil || k.at.IsZero() {
		return 0
	}
	ahead := k.at.Sub(k.here)
	if ahead.Abs() < leeway {
		return 0
	}
	return ahead
}

// find is the first key of an id that signs tokens.
func (k *Keys) find(kid string) (jose.JSONWebKey, bool) {
	for _, key := range k.set.Keys {
		if key.KeyID == kid && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			return key, true
		}
	}
	return jose.JSONWebKey{}, false
}
