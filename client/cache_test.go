package client_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

// shareVariable makes this test binary a short-lived process that gets one token, with a cache in
// the folder that the variable names.
const shareVariable = "M2M_CLIENT_TEST_SHARE"

func shareToken() {
	tokens, err := client.NewTokenSource(client.Config{Credentials: client.FromEnvironment(), CacheDir: os.Getenv(shareVariable)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	issued, err := tokens.Token()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(issued.AccessToken)
}

func TestProcessesShareOneToken(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	dir := filepath.Join(t.TempDir(), "tokens")
	const processes = 8
	got := make([]string, processes)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			process := exec.CommandContext(t.Context(), os.Args[0])
			process.Env = append(os.Environ(), shareVariable+"="+dir,
				"M2M_CLIENT_ID="+clientID, "M2M_CLIENT_SECRET="+oldSecret, "M2M_TOKEN_ENDPOINT="+p.url+"/oauth2/token")
			var problems strings.Builder
			process.Stderr = &problems
			value, err := process.Output()
			if err != nil {
				t.Errorf("process %d: %v: %s", i, err, problems.String())
			}
			got[i] = string(value)
		})
	}
	all.Wait()
	for i, value := range got {
		if value == "" || value != got[0] {
			t.Errorf("process %d printed another token than process 0, or none", i)
		}
	}
	wantAsked(t, p, 1)
	for _, path := range cacheFiles(t, dir, "*") {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s: mode %04o, want 0600", filepath.Base(path), mode)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), oldSecret) {
			t.Errorf("%s holds the client's secret", filepath.Base(path))
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: got %v, error %v, want mode 0700", info, err)
	}
}

func cacheFiles(t *testing.T, dir, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("files %s: got %v, error %v, want some", pattern, paths, err)
	}
	return paths
}

func cachedIn(dir string) func(*client.Config) {
	return func(c *client.Config) { c.CacheDir = dir }
}

func TestCachedTokenIsUsedUntilItsRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), t.TempDir()
		first := token(t, p.tokens(t, cachedIn(dir)))
		time.Sleep(lifetime*3/4 - time.Second)
		if got := token(t, p.tokens(t, cachedIn(dir))); got != first {
			t.Error("before 75 % of the lifetime: got another token")
		}
		time.Sleep(lifetime/20 + time.Second)
		if got := token(t, p.tokens(t, cachedIn(dir))); got == first {
			t.Error("after 80 % of the lifetime: got the old token")
		}
		wantAsked(t, p, 2)
	})
}

// Two long-running processes renew their token once, not twice.
func TestRenewalIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), t.TempDir()
		one, two := p.tokens(t, cachedIn(dir)), p.tokens(t, cachedIn(dir))
		first := token(t, one)
		token(t, two)
		time.Sleep(lifetime * 8 / 10)
		for _, tokens := range []*client.TokenSource{one, two} {
			token(t, tokens)
			synctest.Wait()
			if got := token(t, tokens); got == first {
				t.Error("got the old token after its renewal")
			}
		}
		wantAsked(t, p, 2)
	})
}

func TestCachedTokenOutlastsAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), t.TempDir()
		first := token(t, p.tokens(t, cachedIn(dir)))
		time.Sleep(lifetime * 9 / 10)
		p.answer(refuse(http.StatusServiceUnavailable, ""))
		if got := token(t, p.tokens(t, cachedIn(dir))); got != first {
			t.Error("got another token while none is issued")
		}
		time.Sleep(lifetime / 10)
		_, err := p.tokens(t, cachedIn(dir)).Token()
		wantRefusal(t, err, http.StatusServiceUnavailable, "")
	})
}

func TestTokenThatTheAPIRefusedIsNotTakenFromTheCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), t.TempDir()
		first := token(t, p.tokens(t, cachedIn(dir)))
		time.Sleep(2 * time.Minute)
		a := &api{}
		a.reject(first)
		for range 3 { // one job after the other
			tokens := p.tokens(t, cachedIn(dir), func(c *client.Config) { c.Transport = inProcess{a} })
			if got := send(t, httpClient(t, tokens, apiURL), http.MethodGet, apiURL, nil); got != http.StatusOK {
				t.Errorf("status: got %d, want 200", got)
			}
		}
		wantAsked(t, p, 2)
		a.reject("*")
		for range 3 {
			time.Sleep(2 * time.Minute)
			tokens := p.tokens(t, cachedIn(dir), func(c *client.Config) { c.Transport = inProcess{a} })
			if got := send(t, httpClient(t, tokens, apiURL), http.MethodGet, apiURL, nil); got != http.StatusUnauthorized {
				t.Errorf("status: got %d, want 401", got)
			}
		}
		wantAsked(t, p, 2) // the cache remembers that the token has already replaced one
	})
}

func TestClientsAndScopesHaveTokensOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret, newSecret), t.TempDir()
		scoped := func(scopes ...string) func(*client.Config) {
			return func(c *client.Config) { c.Scopes = scopes }
		}
		all := token(t, p.tokens(t, cachedIn(dir)))
		read := token(t, p.tokens(t, cachedIn(dir), scoped("orders/read")))
		if read == all {
			t.Error("other scopes: got the same token")
		}
		both := token(t, p.tokens(t, cachedIn(dir), scoped("orders/read", "orders/write")))
		if got := token(t, p.tokens(t, cachedIn(dir), scoped("orders/write", "orders/read"))); got != both {
			t.Error("the same scopes in another order: got another token")
		}
		rotated := func(c *client.Config) { c.Credentials = newVault(p.credentials(newSecret)) }
		if got := token(t, p.tokens(t, cachedIn(dir), rotated)); got != all {
			t.Error("the same client after a rotation: got another token")
		}
		wantAsked(t, p, 3)
	})
}

func TestCacheFilesThatAreNotUsed(t *testing.T) {
	t.Parallel()
	cases := map[string]func(path string) error{
		"empty":       func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"cut off":     func(path string) error { return os.Truncate(path, 40) },
		"other JSON":  func(path string) error { return os.WriteFile(path, []byte(`{"access_token":"a b"}`), 0o600) },
		"not JSON":    func(path string) error { return os.WriteFile(path, []byte("\x00\x01"), 0o600) },
		"group reads": func(path string) error { return os.Chmod(path, 0o640) },
		"world reads": func(path string) error { return os.Chmod(path, 0o604) },
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, dir := newPool(t, oldSecret), t.TempDir()
				first := token(t, p.tokens(t, cachedIn(dir)))
				path := cacheFiles(t, dir, "*.json")[0]
				if err := damage(path); err != nil {
					t.Fatal(err)
				}
				var log strings.Builder
				logged := func(c *client.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }
				second := token(t, p.tokens(t, cachedIn(dir), logged))
				if second == first {
					t.Error("got the token of a file that must not be used")
				}
				if !strings.Contains(log.String(), "cached token not used") || strings.Contains(log.String(), first) {
					t.Errorf("log: got %q, want a line without the token", log.String())
				}
				if got := token(t, p.tokens(t, cachedIn(dir))); got != second {
					t.Error("the file was not replaced")
				}
				if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("replaced file: got %v, error %v, want mode 0600", info, err)
				}
			})
		})
	}
}

func TestCacheFolderThatOthersCanWriteTo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "shared")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o770); err != nil { // past the umask
		t.Fatal(err)
	}
	_, err := client.NewTokenSource(client.Config{Credentials: client.FromEnvironment(), CacheDir: dir})
	if err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("got %v, want an error that says chmod 700", err)
	}
}

// root can write to every folder, so that its mode says nothing: whose it is does. Who is not root
// meets root's.
func TestCacheFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	dir := "/"
	if os.Geteuid() == 0 {
		dir = t.TempDir()
		giveAway(t, dir)
	}
	_, err := client.NewTokenSource(client.Config{Credentials: client.FromEnvironment(), CacheDir: dir})
	if err == nil || !strings.Contains(err.Error(), dir+" belongs to another user") {
		t.Errorf("got %v, want an error that says whose folder it is", err)
	}
}

// giveAway makes a file or folder another user's, which only root can.
func giveAway(t *testing.T, path string) {
	t.Helper()
	const somebody = 12345
	if err := os.Chown(path, somebody, somebody); err != nil {
		t.Fatal(err)
	}
}

func TestCacheFileOfAnotherUser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), t.TempDir()
		first := token(t, p.tokens(t, cachedIn(dir)))
		path := cacheFiles(t, dir, "*.json")[0]
		if os.Geteuid() == 0 {
			giveAway(t, path)
		} else if err := errors.Join(os.Remove(path), os.Symlink("/etc/passwd", path)); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		logged := func(c *client.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }
		if got := token(t, p.tokens(t, cachedIn(dir), logged)); got == first {
			t.Error("got the token of another user's file")
		}
		if !strings.Contains(log.String(), "belongs to another user") {
			t.Errorf("log: got %q, want whose the file is", log.String())
		}
	})
}

// A folder that was exchanged after the start is not believed either.
func TestCacheFolderThatBecameAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), filepath.Join(t.TempDir(), "tokens")
		first := token(t, p.tokens(t, cachedIn(dir)))
		tokens := p.tokens(t, cachedIn(dir))
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if got := token(t, tokens); got == first {
			t.Error("got a token from a folder that others can write to")
		}
	})
}

func TestCacheThatCannotBeUsedCostsTokensNotCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPool(t, oldSecret), filepath.Join(t.TempDir(), "gone")
		one, two := p.tokens(t, cachedIn(dir)), p.tokens(t, cachedIn(dir))
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		token(t, one)
		token(t, two)
		wantAsked(t, p, 2)
	})
}
