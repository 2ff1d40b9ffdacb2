package jwtauth

import (
	"crypto/rsa"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"cognito-m2m/internal/clock"
)

const (
	// maxKeyAge is how long API Gateway may go on using a key it has fetched.
	maxKeyAge = 2 * time.Hour
	// refetchInterval is the least time between two fetches for key ids the cache does not have:
	// such ids cost a caller nothing to make up.
	refetchInterval = 30 * time.Second
	// retryInterval is the least time between two fetches while there are no usable keys, or after
	// one that failed.
	retryInterval = time.Second
)

// Key is an issuer's public key.
type Key struct {
	public    *rsa.PublicKey
	algorithm jose.SignatureAlgorithm // "" if the key set does not say
}

func (k Key) equal(other Key) bool {
	return k.algorithm == other.algorithm && (k.public == other.public || k.public.Equal(other.public))
}

// For returns the key for checking what was signed with an algorithm. It refuses one that the key
// is not for, with a Flaw of ErrOtherAlgorithm.
func (k Key) For(algorithm jose.SignatureAlgorithm) (*rsa.PublicKey, error) {
	if k.algorithm != "" && k.algorithm != algorithm {
		return nil, &Flaw{ErrOtherAlgorithm, string(k.algorithm)}
	}
	return k.public, nil
}

// KeySet is what an issuer publishes, by key id.
type KeySet map[string]Key

// Find returns the key of an id. It refuses with ErrUnknownKey.
func (s KeySet) Find(keyID string) (Key, error) {
	key, ok := s[keyID]
	if !ok {
		return Key{}, ErrUnknownKey
	}
	return key, nil
}

// fetchedKeys is what one fetch brought. It is never changed after it is stored.
type fetchedKeys struct {
	keys KeySet
	life clock.Span
}

// KeyCache holds the keys of one issuer. Reading a known key takes no lock; at most one fetch is
// under way.
//
// Parity: JWT authorizer: key cache
type KeyCache struct {
	issuer  string
	fetch   func() (KeySet, error)
	clock   clock.Clock
	current atomic.Pointer[fetchedKeys]

	flight      singleflight.Group
	attemptedAt clock.Instant // of the last fetch; like lastErr only touched inside flight
	lastErr     error
}

// NewKeyCache makes a cache for an issuer whose discovery document is served under baseURL. Nothing
// is fetched before the first token. The clock tells how old the keys are.
func NewKeyCache(issuer, baseURL string, client *http.Client, clock clock.Clock) *KeyCache {
	source := keySource{issuer: issuer, baseURL: baseURL, client: client}
	c := &KeyCache{issuer: issuer, fetch: source.fetch, clock: clock}
	c.current.Store(&fetchedKeys{})
	return c
}

// find returns the key of an id, fetching the issuer's keys if they are too old or do not have it.
func (c *KeyCache) find(keyID string) (Key, error) {
	cached := c.current.Load()
	if key, ok := cached.keys[keyID]; ok && c.usable(cached) {
		return key, nil
	}
	refreshed, err, _ := c.flight.Do("", func() (any, error) { return c.refresh() })
	if err != nil {
		return Key{}, err
	}
	return refreshed.(*fetchedKeys).keys.Find(keyID) // refresh returns nothing else
}

func (c *KeyCache) usable(set *fetchedKeys) bool {
	return set.keys != nil && !set.life.Over(c.clock.Now())
}

// refresh fetches the keys unless it is too soon to ask again, which includes that someone did
// since the caller looked.
func (c *KeyCache) refresh() (*fetchedKeys, error) {
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
	fetched := &fetchedKeys{keys: keys, life: now.For(maxKeyAge)}
	c.current.Store(fetched)
	return fetched, nil
}
