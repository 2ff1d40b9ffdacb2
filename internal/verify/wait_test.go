package verify_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/client"
	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/verify"
)

// source implements client.Source.
type source func(context.Context) (client.Credentials, error)

func (s source) Credentials(ctx context.Context) (client.Credentials, error) { return s(ctx) }

// behind is a server in front of another one, which hangs up until it is open.
func behind(t *testing.T, address string, open *atomic.Bool) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !open.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestWait has something that is not there yet, and comes once it is waited for.
func TestWait(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lack func(t *testing.T, r *accesstest.Run, c *verify.Config, open *atomic.Bool)
		want []string // what is waited for
	}{
		"a first rotation": {
			lack: func(_ *testing.T, _ *accesstest.Run, c *verify.Config, open *atomic.Bool) {
				credentials := c.Credentials
				c.Credentials = func(name string) client.Source {
					return source(func(ctx context.Context) (client.Credentials, error) {
						if name == "reader" && !open.Load() {
							return client.Credentials{}, client.ErrNotRotated
						}
						return credentials(name).Credentials(ctx)
					})
				}
			},
			want: []string{"the first rotation of reader's secret"},
		},
		"the token endpoint": {
			lack: func(t *testing.T, r *accesstest.Run, _ *verify.Config, open *atomic.Bool) {
				t.Helper()
				r.TokenEndpoint = behind(t, r.TokenEndpoint, open) + "/oauth2/token"
			},
			want: []string{"the token endpoint"},
		},
		"the API": {
			lack: func(t *testing.T, r *accesstest.Run, c *verify.Config, open *atomic.Bool) {
				t.Helper()
				c.APIURL = behind(t, r.APIURL, open)
			},
			want: []string{"the API"},
		},
		"nothing": {lack: func(*testing.T, *accesstest.Run, *verify.Config, *atomic.Bool) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := accesstest.Start(t)
			cfg := config(r)
			var open atomic.Bool
			var waited []string
			cfg.Wait, cfg.Pause = time.Minute, time.Millisecond
			cfg.Waiting = func(reason string) { waited = append(waited, reason); open.Store(true) }
			c.lack(t, r, &cfg, &open)
			report, err := verify.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string(nil), failures(report)); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
			if !slices.Equal(waited, c.want) {
				t.Errorf("waited for %q, want %q", waited, c.want)
			}
			if report.TokensSpent != 3 {
				t.Errorf("spent %d tokens, want 3: one for each client, however long it waits", report.TokensSpent)
			}
		})
	}
}

// TestWaitIsNotForRefusals: a secret that is refused is red at once.
func TestWaitIsNotForRefusals(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	r.Secrets["reader"] = r.Secrets["writer"]
	cfg := config(r)
	cfg.Wait, cfg.Waiting = time.Hour, func(reason string) { t.Errorf("waits for %s", reason) }
	report, err := verify.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := failures(report); len(got) == 0 || !strings.Contains(got[0], "400 invalid_client") {
		t.Errorf("failures %q", got)
	}
}

// TestWaitEnds without what it waited for.
func TestWaitEnds(t *testing.T) {
	t.Parallel()
	r := accesstest.Start(t)
	delete(r.Secrets, "reader")
	cfg := config(r)
	cfg.Wait, cfg.Pause = 20*time.Millisecond, 5*time.Millisecond
	report, err := verify.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := failures(report); len(got) == 0 || got[0] != "token endpoint with reader's secret: not tried: its secret is not rotated yet, want a token" {
		t.Errorf("failures %q", got)
	}
}
