package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/userpool"
)

// sourceTimeout bounds one reading of the credentials, and leaves time for a request with those
// read before.
const sourceTimeout = 30 * time.Second

// youngest is the age below which a token is not replaced by another one from the same credentials.
const youngest = time.Minute

// issuer gets tokens: from the cache, or from the token endpoint with credentials that it reads
// when it first needs them and when they are refused. It is not safe for concurrent use;
// TokenSource sees to that.
type issuer struct {
	source  Source
	reading callSlots
	request tokenRequest
	cache   *cache
	clock   clock.Clock
	log     *slog.Logger

	credentials *Credentials // nil before the first reading
	stale       bool         // refused since they were read, so they are read again before they are sent
}

func newIssuer(config Config) (*issuer, error) {
	shared, err := openCache(config.CacheDir, config.clock())
	if err != nil {
		return nil, err
	}
	return &issuer{
		source:  config.Credentials,
		reading: newCallSlots(),
		request: newTokenRequest(config),
		cache:   shared,
		clock:   config.clock(),
		log:     config.Log,
	}, nil
}

// need says what kind of token is needed.
type need struct {
	not         string // the value of a token that is no longer of use; "" if there is none
	replacement bool   // see token.replacement
}

// issue gets a token. If the token endpoint refuses the credentials, they are read again; if they
// have changed, the token is requested once more.
func (i *issuer) issue(ctx context.Context, need need) (*token, error) {
	if !i.sendable() {
		if _, err := i.reload(ctx); err != nil {
			return nil, err
		}
	}
	issued, err := i.share(ctx, need)
	if !refused(err, userpool.InvalidClient) {
		return issued, err
	}
	changed, reloadErr := i.reload(ctx)
	switch {
	case reloadErr != nil:
		return nil, fmt.Errorf("%w; then %w", err, reloadErr)
	case changed:
		return i.share(ctx, need)
	default:
		i.stale = true // as before: the credentials read are the refused ones
		return nil, err
	}
}

func (i *issuer) sendable() bool { return i.credentials != nil && !i.stale }

// replace gets a token instead of one that the API refused, after it has read the credentials
// again. It returns the old one if another would not help: the credentials are unchanged, or can't
// be read, and the old one is new or has already replaced one.
func (i *issuer) replace(ctx context.Context, old *token) (*token, error) {
	changed, err := i.reload(ctx)
	if err != nil {
		i.log.Warn("credentials not read again after the API refused a token", "error", err)
		if !i.sendable() {
			return nil, err
		}
	}
	if !changed && (old.replacement || i.clock.Now().Since(old.issued) < youngest) {
		return old, nil
	}
	return i.issue(ctx, need{not: old.value, replacement: !changed})
}

// reload reads the credentials and says whether they differ from those before.
func (i *issuer) reload(ctx context.Context) (changed bool, err error) {
	credentials, err := within(ctx, i.reading, sourceTimeout, i.source.Credentials)
	if named, ok := i.source.(fmt.Stringer); ok && errors.Is(err, errNotEnded) {
		return false, fmt.Errorf("reading %s: %w", named, err)
	}
	if err != nil {
		return false, err
	}
	if err := credentials.Validate(); err != nil {
		return false, err
	}
	changed = i.credentials == nil || !i.credentials.grantsAs(credentials)
	i.credentials, i.stale = &credentials, false
	return changed, nil
}

// share takes the token that another process has put into the cache, or requests one and puts it
// there. If the cache does not work, that costs tokens, but no call fails.
func (i *issuer) share(ctx context.Context, need need) (*token, error) {
	if i.cache == nil {
		return i.ask(ctx, need)
	}
	key := cacheKey(*i.credentials, i.request.scopes)
	unlock, err := i.cache.lock(ctx, key)
	if err != nil {
		i.log.Warn("token cache not used", "error", err)
		return i.ask(ctx, need)
	}
	defer unlock()
	cached, err := i.cache.read(ctx, key)
	if err != nil {
		i.log.Warn("cached token not used", "error", err)
	}
	if cached != nil && cached.value == need.not {
		cached = nil
	}
	if cached != nil && !cached.fresh.Over(i.clock.Now()) {
		return cached, nil
	}
	issued, err := i.ask(ctx, need)
	if err != nil {
		return i.outlast(cached, err)
	}
	if err := i.cache.write(ctx, key, issued); err != nil {
		i.log.Warn("token not cached", "error", err)
	}
	return issued, nil
}

func (i *issuer) ask(ctx context.Context, need need) (*token, error) {
	issued, err := i.request.send(ctx, *i.credentials)
	if err != nil {
		i.stale = refused(err, userpool.InvalidClient)
		return nil, err
	}
	issued.replacement = need.replacement
	return issued, nil
}

// outlast returns the cached token for a short while if the token endpoint has an outage. That
// token was due for renewal, but is still usable.
func (i *issuer) outlast(cached *token, err error) (*token, error) {
	if cached == nil || !temporary(err) {
		return nil, err
	}
	i.log.Warn("token not renewed; the cached one is still usable", "error", err)
	cached.fresh = i.clock.Now().For(longestPause)
	return cached, nil
}
