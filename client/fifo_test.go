//go:build !windows

package client_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/client"
)

func TestFilesThatAreNoFilesOfCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fifo, large := filepath.Join(dir, "fifo"), filepath.Join(dir, "large")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, []byte(strings.Repeat(" ", 64<<10)+rotatedValue), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		fifo:        "is not a regular file",
		dir:         "is not a regular file",
		"/dev/zero": "is not a regular file",
		large:       "has more than 65536 bytes",
	} {
		_, err := client.FromFile(path).Credentials(t.Context())
		if err == nil || err.Error() != "reading credentials: "+path+" "+want {
			t.Errorf("got %v, want %s %s", err, path, want)
		}
	}
}

func TestFIFOInTheCache(t *testing.T) {
	t.Parallel()
	p, dir := startPool(t, oldSecret), t.TempDir()
	config := func(c *client.Config) { c.Credentials, c.CacheDir = newVault(p.credentials(oldSecret)), dir }
	token(t, newTokens(t, config))
	path := cacheFiles(t, dir, "*.json")[0]
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	token(t, newTokens(t, config, func(c *client.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }))
	if !strings.Contains(log.String(), "not a regular file") {
		t.Errorf("log: got %q, want that the file was not used", log.String())
	}
}
