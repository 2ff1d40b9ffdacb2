package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"cognito-m2m/internal/clock"
)

const (
	// lockTimeout is how long a process waits for another one that is requesting a token.
	lockTimeout = 20 * time.Second
	// fileTimeout is how long it waits for the file system.
	fileTimeout = 5 * time.Second
)

// cache keeps tokens in a folder, one file for each client, token endpoint and set of scopes, so
// that the processes of one user share them. A nil cache keeps nothing.
type cache struct {
	dir     string
	clock   clock.Clock
	working callSlots
}

func openCache(dir string, clock clock.Clock) (*cache, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the token cache: %w", err)
	}
	c := &cache{dir: dir, clock: clock, working: newCallSlots()}
	if err := c.checkFolder(); err != nil {
		return nil, err
	}
	return c, nil
}

// checkFolder is repeated before each use: a user who can write to the folder above can put another
// one in its place. A user who can write to the folder itself can put their own token into it; root
// can write everywhere.
func (c *cache) checkFolder() error {
	info, err := os.Stat(c.dir)
	if err != nil {
		return fmt.Errorf("opening the token cache: %w", err)
	}
	if err := checkOwner(c.dir, info); err != nil {
		return fmt.Errorf("token cache: %w: choose a folder of your own", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("token cache %s can be written by other users: run chmod 700 on it, or choose another folder", c.dir)
	}
	return nil
}

// cacheKey names the tokens that can replace each other. It is a hash, because everyone can see the
// names of files. The secret is not part of it, since a token outlives the secret that it was
// issued for.
func cacheKey(credentials Credentials, scopes []string) string {
	parts := []string{credentials.ClientID, credentials.TokenEndpoint}
	text, _ := json.Marshal(append(parts, slices.Sorted(slices.Values(scopes))...))
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// lock keeps every other process, and every other TokenSource of this one, from requesting the same
// token.
func (c *cache) lock(ctx context.Context, key string) (unlock func(), err error) {
	lock, err := within(ctx, c.working, lockTimeout, func(ctx context.Context) (*flock.Flock, error) {
		if err := c.checkFolder(); err != nil {
			return nil, err
		}
		lock := flock.New(filepath.Join(c.dir, key+".lock"), flock.SetPermissions(0o600))
		_, err := lock.TryLockContext(ctx, 20*time.Millisecond)
		if err != nil {
			_ = lock.Close()
		}
		return lock, err
	})
	if err != nil {
		return nil, fmt.Errorf("locking the token cache: %w", err)
	}
	return func() { _ = c.work(context.WithoutCancel(ctx), lock.Close) }, nil
}

// work does something in the folder, for as long as the file system may take.
func (c *cache) work(ctx context.Context, do func() error) error {
	_, err := within(ctx, c.working, fileTimeout, func(context.Context) (struct{}, error) { return struct{}{}, do() })
	return err
}

// cachedToken is a token in its file.
type cachedToken struct {
	AccessToken string    `json:"access_token"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at"`
	Replacement bool      `json:"replacement,omitempty"`
}

// read returns the token of the file if it is still usable. Without a file it returns nil and no
// error; an error says why a file was not used.
func (c *cache) read(ctx context.Context, key string) (*token, error) {
	content, err := within(ctx, c.working, fileTimeout, func(context.Context) ([]byte, error) {
		return readFile(c.path(key), func(info os.FileInfo) error { return checkPrivate(c.path(key), info) })
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
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

func checkPrivate(path string, info os.FileInfo) error {
	if err := checkOwner(path, info); err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s was open to other users, mode %04o", path, info.Mode().Perm())
	}
	return nil
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

// token takes its age from the wall clock, the only one that the file knows; from now on both
// clocks can end it.
func (c cachedToken) token(now clock.Instant) *token {
	t := newToken(c.AccessToken, now.At(c.IssuedAt), c.lifetime())
	t.replacement = c.Replacement
	return t
}

// write replaces the file in one step, readable by this user alone.
func (c *cache) write(ctx context.Context, key string, t *token) error {
	cached := cachedToken{AccessToken: t.value, IssuedAt: t.issued.Wall().UTC(), ExpiresAt: t.expires().UTC(), Replacement: t.replacement}
	content, err := json.Marshal(cached) //nolint:gosec // the token is what the file is for
	if err != nil {
		return fmt.Errorf("encoding a token for the cache: %w", err)
	}
	if err := c.work(ctx, func() error { return replaceFile(c.path(key), content) }); err != nil {
		return fmt.Errorf("writing the token cache: %w", err)
	}
	return nil
}

func (c *cache) path(key string) string { return filepath.Join(c.dir, key+".json") }
