package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"cognito-m2m/internal/clock"
)

// lockTimeout is how long a process waits for another one that is asking for a token.
const lockTimeout = 20 * time.Second

// cache keeps tokens in a folder, one file for each client, token endpoint and set of scopes, so that the
// processes of one user share them. A nil cache keeps nothing.
type cache struct {
	dir   string
	clock clock.Clock
}

func openCache(dir string, clock clock.Clock) (*cache, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the token cache: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the token cache: %w", err)
	}
	// Who can write to the folder can put a token of theirs into it.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("token cache %s can be written by other users: run chmod 700 on it, or choose another folder", dir)
	}
	return &cache{dir: dir, clock: clock}, nil
}

// cacheKey names the tokens that can stand for each other. It is a hash because the names of files are
// seen by everybody; the secret is not part of it, for a token outlives the secret that got it.
func cacheKey(credentials Credentials, scopes []string) string {
	parts := []string{credentials.ClientID, credentials.TokenEndpoint}
	text, _ := json.Marshal(append(parts, slices.Sorted(slices.Values(scopes))...))
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// lock keeps every other process, and every other TokenSource of this one, from asking for the same token.
func (c *cache) lock(ctx context.Context, key string) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	lock := flock.New(filepath.Join(c.dir, key+".lock"), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return nil, fmt.Errorf("locking the token cache: %w", err)
	}
	return func() { _ = lock.Close() }, nil
}

// cachedToken is a token in its file.
type cachedToken struct {
	AccessToken string    `json:"access_token"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at"`
	Replacement bool      `json:"replacement,omitempty"`
}

// largestCacheFile is far above the size of a token, in bytes.
const largestCacheFile = 64 << 10

// read returns the token of the file if it still serves. Without a file it returns nil and no error; an
// error says why a file was not used.
func (c *cache) read(key string) (*token, error) {
	file, err := os.Open(c.path(key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil {
		return nil, err
	} else if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s was open to other users, mode %04o", c.path(key), info.Mode().Perm())
	}
	content, err := io.ReadAll(io.LimitReader(file, largestCacheFile))
	if err != nil {
		return nil, err
	}
	cached, err := parseCachedToken(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.path(key), err)
	}
	now := c.clock.Now()
	if t := cached.token(now); !cached.IssuedAt.After(now.Wall()) && t.servesAt(now) {
		return t, nil
	}
	return nil, nil
}

// parseCachedToken accepts only what write could have written. Its error quotes nothing.
func parseCachedToken(content []byte) (cachedToken, error) {
	var cached cachedToken
	if err := json.Unmarshal(content, &cached); err != nil {
		return cachedToken{}, errors.New("not a cached token")
	}
	lifetime := cached.lifetime()
	if !bearerSyntax.MatchString(cached.AccessToken) || lifetime <= 0 || lifetime > longestLifetime {
		return cachedToken{}, errors.New("not a cached token")
	}
	return cached, nil
}

func (c cachedToken) lifetime() time.Duration { return c.ExpiresAt.Sub(c.IssuedAt) }

// token is as old as the wall clock says, for the file knows no other; from now on both clocks can end it.
func (c cachedToken) token(now clock.Instant) *token {
	t := newToken(c.AccessToken, now.At(c.IssuedAt), c.lifetime())
	t.replacement = c.Replacement
	return t
}

// write replaces the file in one step, readable by this user alone.
func (c *cache) write(key string, t *token) error {
	cached := cachedToken{AccessToken: t.value, IssuedAt: t.issued.Wall().UTC(), ExpiresAt: t.expires().UTC(), Replacement: t.replacement}
	content, err := json.Marshal(cached) //nolint:gosec // the token is what the file is for
	if err != nil {
		return fmt.Errorf("encoding a token for the cache: %w", err)
	}
	if err := replaceFile(c.path(key), content); err != nil {
		return fmt.Errorf("writing the token cache: %w", err)
	}
	return nil
}

func (c *cache) path(key string) string { return filepath.Join(c.dir, key+".json") }
