package gateway

import (
	"crypto/rsa"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"cognito-m2m/internal/clock"
)

const (
	// maxKeyAge is how long API Gateway may go on using a key it has fetched.
	maxKeyAge = 2 * time.Hour
	// refetchInterval is the least time between two fetches for key ids the cache does not have: such ids cost a
	// caller nothing to make up.
	refetchInterval = 30 * time.Second
	// retryInterval is the least time between two fetches while there are no usable keys, or after one that failed.
	retryInterval = time.Second
)

// verificationKey is an issuer's public key.
type verificationKey struct {
	public    *rsa.PublicKey
	algorithm jose.SignatureAlgorithm // "" if the key set does not say
}

func (k verificationKey) equal(other verificationKey) bool {
	return k.algorithm == other.algorithm && k.public.Equal(other.public)
}

// keySet is what one fetch brought. It is never changed after it is stored.
type keySet struct {
	keys map[string]verificationKey // by key id
	life clock.Span
}

// keyCache holds the keys of one issuer. Reading a known key takes no lock; at most one fetch is under way.
//
// Parity: JWT authorizer: key cache
type keyCache struct {
	fetch   func() (map[string]verificationKey, error)
	clock   clock.Clock
	current atomic.Pointer[keySet]

	flight      singleflight.Group
	attemptedAt clock.Instant // of the last fetch; like lastErr only touched inside flight
	lastErr     error
}

func newKeyCache(cfg Config, issuer string) *keyCache {
	source := keySource{issuer: issuer, baseURL: cfg.OIDC(issuer), client: cfg.HTTPClient}
	c := &keyCache{fetch: source.fetch, clock: cfg.clock()}
	c.current.Store(&keySet{})
	return c
}

// find returns the key of an id, fetching the issuer's keys if they are too old or do not have it.
func (c *keyCache) find(keyID string) (verificationKey, error) {
	cached := c.current.Load()
	if key, ok := cached.keys[keyID]; ok && c.usable(cached) {
		return key, nil
	}
	refreshed, err, _ := c.flight.Do("", func() (any, error) { return c.refresh() })
	if err != nil {
		return verificationKey{}, err
	}
	key, ok := refreshed.(*keySet).keys[keyID] // refresh returns nothing else
	if !ok {
		return verificationKey{}, errKeyID
	}
	return key, nil
}

func (c *keyCache) usable(set *keySet) bool {
	return set.keys != nil && !set.life.Over(c.clock.Now())
}

// refresh fetches the keys unless it is too soon to ask again, which includes that someone did since the caller looked.
func (c *keyCache) refresh() (*keySet, error) {
	current := c.current.Load()
	interval := retryInterval
	if c.usable(current) && c.lastErr == nil {
		interval = refetchInterval
	}
	now := c.clock.Now()
	if now.Since(c.attemptedAt) < interval {
		return current, c.lastErr
	}
	keys, err := c.fetch()
	c.attemptedAt, c.lastErr = now, err
	if err != nil {
		return nil, err
	}
	fetched := &keySet{keys: keys, life: now.For(maxKeyAge)}
	c.current.Store(fetched)
	return fetched, nil
}
