package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/jwtauth"
)

const (
	// keysAge is when keys are read again although they have all that tokens name: the pool may
	// have withdrawn one.
	keysAge = time.Hour
	// keysInterval is the least time between two reads: key ids cost a caller nothing to make up.
	keysInterval = time.Minute
	// noKeysInterval is the same while there are no keys, when nobody gets in.
	noKeysInterval = time.Second
)

// poolKeys are the user pool's keys.
type poolKeys struct{ *latest[jwtauth.KeySet] }

func newPoolKeys(s settings, failed func(error)) poolKeys {
	read := func(ctx context.Context) (jwtauth.KeySet, error) { return readKeys(ctx, s.http, s.jwksURI) }
	return poolKeys{newLatest(source[jwtauth.KeySet]{read, s.limits.keys, failed}, s.clock)}
}

// readKeys takes a set without a key of use for a failure: it must not displace the last one.
func readKeys(ctx context.Context, client *http.Client, location string) (jwtauth.KeySet, error) {
	keys, _, err := jwtauth.FetchKeys(ctx, client, location)
	if err == nil && len(keys) == 0 {
		err = errors.New("reading " + location + ": it has no RSA key for signatures")
	}
	return keys, err
}

// find returns the key of an id. It refuses with errNoKeys or jwtauth.ErrUnknownKey.
func (k poolKeys) find(ctx context.Context, id string) (jwtauth.Key, error) {
	keys := k.get(ctx, func(r *reading[jwtauth.KeySet], now clock.Instant) bool {
		passed := now.Since(r.tried)
		if !r.known {
			return passed >= noKeysInterval
		}
		_, has := r.value[id]
		return (!has || now.Since(r.begun) >= keysAge) && passed >= keysInterval
	})
	if !keys.known {
		return jwtauth.Key{}, errNoKeys
	}
	return keys.value.Find(id)
}
