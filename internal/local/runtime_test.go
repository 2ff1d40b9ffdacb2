package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, nil))
	reader, writer := servingtest.Token(t, d, "reader"), servingtest.Token(t, d, "writer")
	cases := []struct {
		name, path, token string
		want              int
	}{
		{"no token", "/test_jwt", "", 401},
		{"garbage", "/test_jwt", "garbage", 401},
		{"reader", "/test_jwt", reader, 200},
		{"reader, read-only route", "/test_jwt/read", "Bearer " + reader, 200},
		{"writer, read-only route", "/test_jwt/read", "Bearer " + writer, 403},
		{"no route", "/", reader, 404},
	}
	for _, c := range cases {
		if got, body := servingtest.Status(t, d, c.path, c.token); got != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, got, body, c.want)
		}
	}
}

func TestFunctionSeesItsEventAndVariables(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, nil))
	_, body := servingtest.Status(t, d, "/test_jwt?a=1", servingtest.Token(t, d, "reader"))
	var event struct {
		RawQueryString string `json:"rawQueryString"`
		RequestContext struct {
			APIID      string `json:"apiId"`
			AccountID  string `json:"accountId"`
			Authorizer struct {
				JWT struct {
					Claims map[string]string `json:"claims"`
				} `json:"jwt"`
			} `json:"authorizer"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatal(err)
	}
	claims := event.RequestContext.Authorizer.JWT.Claims
	if event.RawQueryString != "a=1" || event.RequestContext.AccountID != "123456789012" ||
		claims["scope"] != "test-api/read" || claims["iss"] != d.Issuer {
		t.Errorf("the function got %+v", event)
	}
}

// TestExpiry moves the clock that pool and gateway share.
func TestExpiry(t *testing.T) {
	t.Parallel()
	clock := m2mtest.NewClock(time.Now())
	_, d := start(t, serving.Config{Now: clock.Now}, servingtest.AssemblyDir(t, nil))
	reader := servingtest.Token(t, d, "reader") // the fixture's clients have tokens of 30 minutes
	clock.Advance(29 * time.Minute)
	if got, body := servingtest.Status(t, d, "/test_jwt", reader); got != 200 {
		t.Errorf("after 29 minutes: %d %s", got, body)
	}
	clock.Advance(2 * time.Minute)
	if got, body := servingtest.Status(t, d, "/test_jwt", reader); got != 401 {
		t.Errorf("after 31 minutes: %d %s", got, body)
	}
}

// TestLogsHoldNoSecret searches everything that a run writes.
func TestLogsHoldNoSecret(t *testing.T) {
	t.Parallel()
	var log, access, function bytes.Buffer
	runtime, d := start(t, serving.Config{
		Log:            slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		AccessLog:      &access,
		FunctionOutput: &function,
	}, servingtest.AssemblyDir(t, nil))
	secret := string(d.Clients["reader"].ClientSecret)
	reader := servingtest.Token(t, d, "reader")
	servingtest.Status(t, d, "/test_jwt", reader)
	servingtest.Status(t, d, "/test_jwt/"+reader, reader[:len(reader)-4])
	if err := runtime.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if access.Len() == 0 || function.Len() == 0 || log.Len() == 0 {
		t.Fatalf("logs of %d, %d and %d bytes: this test shows nothing", log.Len(), access.Len(), function.Len())
	}
	for name, text := range map[string]string{"log": log.String(), "function": function.String()} {
		if strings.Contains(text, secret) || strings.Contains(text, reader) {
			t.Errorf("the %s log holds a secret or a token", name)
		}
	}
	if strings.Contains(access.String(), secret) {
		t.Error("the access log holds a secret")
	}
}

func TestCloseFreesEverything(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	runtime, d := start(t, serving.Config{StateDir: state}, servingtest.AssemblyDir(t, nil))
	run := filepath.Join(state, "dev", "run.json")
	raw, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), d.APIURL) || strings.Contains(string(raw), string(d.Clients["reader"].ClientSecret)) {
		t.Errorf("run.json is %s", raw)
	}
	if err := runtime.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(run); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("run.json is still there: %v", err)
	}
	for _, url := range []string{d.APIURL, strings.TrimSuffix(d.TokenEndpoint, "/oauth2/token")} {
		address := strings.TrimPrefix(url, "http://")
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Errorf("%s is not free: %v", address, err)
			continue
		}
		listener.Close()
	}
	again, _ := start(t, serving.Config{StateDir: state}, servingtest.AssemblyDir(t, nil))
	if err := again.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestAddressTakenBeforeStart: what was bound before the address that can't be had is given back.
func TestAddressTakenBeforeStart(t *testing.T) {
	t.Parallel()
	var listeners []net.Listener
	for range 2 { // where no other test listens
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:0")
		if err != nil {
			t.Skipf("this machine has one loopback address: %v", err)
		}
		listeners = append(listeners, l)
	}
	api, pool := listeners[0].Addr().String(), listeners[1].Addr().String()
	for _, l := range listeners {
		l.Close()
	}
	run, err := local.Open(serving.Config{Env: "dev", APIAddr: api, CognitoAddr: pool, StateDir: t.TempDir(), Report: &servingtest.Report{T: t}})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", api)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = run.Start(t.Context(), servingtest.AssemblyDir(t, nil))
	if address, ok := errors.AsType[*listener.AddressError](err); !ok || address.Addr != api {
		t.Errorf("got %v", err)
	}
	if err := run.Close(t.Context()); err != nil {
		t.Error(err)
	}
	again, err := new(net.ListenConfig).Listen(t.Context(), "tcp", pool)
	if err != nil {
		t.Fatalf("the user pool's address: %v", err)
	}
	again.Close()
}

// TestOpenFor: an assembly that is read while the state is says the same, once, and no other takes
// its place.
func TestOpenFor(t *testing.T) {
	t.Parallel()
	cfg := serving.Config{Env: "dev", StateDir: t.TempDir(), Report: &servingtest.Report{T: t}}
	missing, good := filepath.Join(t.TempDir(), "cdk.out"), servingtest.AssemblyDir(t, nil)
	runtime, err := local.OpenFor(cfg, missing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := local.OpenFor(cfg, good); err == nil {
		t.Error("two runs have one state")
	}
	_, err = runtime.Start(t.Context(), missing)
	if want := startFails(t, serving.Config{StateDir: t.TempDir()}, missing); err == nil || err.Error() != want.Error() {
		t.Errorf("got %v, want %v", err, want)
	}
	if err := runtime.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, ahead := range []string{good, missing} {
		runtime, err := local.OpenFor(cfg, ahead)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := runtime.Start(t.Context(), good); err != nil {
			t.Error(err)
		}
		if err := runtime.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAddressesBeyondLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]int{
		"127.0.0.1:0": 0, "127.9.9.9:0": 0, "localhost:0": 0, "LOCALHOST:0": 0, "[::1]:0": 0, "[::1%lo]:0": 0, "[::ffff:127.0.0.1]:0": 0,
		"0.0.0.0:0": 1, "[::]:0": 1, "[::ffff:0.0.0.0]:0": 1, ":0": 1,
	} {
		report := &servingtest.Report{T: t}
		runtime, err := local.Open(serving.Config{Env: "dev", APIAddr: addr, StateDir: t.TempDir(), Report: report})
		if err != nil {
			t.Logf("%s: %v", addr, err) // a machine without IPv6
			continue
		}
		if len(report.Warnings) != want {
			t.Errorf("%s: warnings %q, want %d", addr, report.Warnings, want)
		}
		if err := runtime.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// What runs here and could not be started on Lambda is run, and said.
func TestBootstrapOfAnotherArchitecture(t *testing.T) {
	t.Parallel()
	other := servingtest.Architectures["arm64"]
	if runtime.GOARCH == "arm64" {
		other = servingtest.Architectures["amd64"]
	}
	report := &servingtest.Report{T: t}
	start(t, serving.Config{Report: report}, servingtest.AssemblyDir(t, func(api servingtest.Template) {
		api.PropertiesOf("AWS::Lambda::Function")["Architectures"] = []string{other}
	}))
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "the function for "+other+", where Lambda can't start it") {
		t.Errorf("warnings %q", report.Warnings)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	t.Run("an address in use", func(t *testing.T) {
		err := startFails(t, serving.Config{APIAddr: taken.Addr().String(), StateDir: t.TempDir()}, "")
		var address *listener.AddressError
		if !errors.As(err, &address) || address.Addr != taken.Addr().String() {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a state in use", func(t *testing.T) {
		state := t.TempDir()
		_, d := start(t, serving.Config{StateDir: state}, servingtest.AssemblyDir(t, nil))
		// The same command again: that its addresses are taken is not what to be told.
		err := startFails(t, serving.Config{StateDir: state, APIAddr: strings.TrimPrefix(d.APIURL, "http://")}, "")
		var inUse *run.InUseError
		if !errors.As(err, &inUse) || inUse.PID != os.Getpid() {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a resource type nobody knows", func(t *testing.T) {
		unknown := servingtest.AssemblyDir(t, func(api servingtest.Template) {
			api.Resources()["Thing"] = map[string]any{"Type": "AWS::Nowhere::Thing"}
		})
		err := startFails(t, serving.Config{StateDir: t.TempDir()}, unknown)
		var refused *local.Refused
		if !errors.As(err, &refused) || !refused.OnlyUnsupported() || !strings.Contains(err.Error(), "AWS::Nowhere::Thing") {
			t.Errorf("got %v", err)
		}
		report := &servingtest.Report{T: t}
		start(t, serving.Config{Lenient: true, Report: report}, unknown)
		if len(report.Warnings) != 1 {
			t.Errorf("warnings %q", report.Warnings)
		}
	})
	t.Run("a template that AWS would refuse is refused leniently too", func(t *testing.T) {
		broken := servingtest.AssemblyDir(t, func(api servingtest.Template) {
			api.Authorizer()["ApiId"] = map[string]any{"Ref": "Nothing"}
		})
		err := startFails(t, serving.Config{StateDir: t.TempDir(), Lenient: true}, broken)
		var refused *local.Refused
		if !errors.As(err, &refused) || refused.OnlyUnsupported() {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an issuer that is not the pool", func(t *testing.T) {
		foreign := servingtest.AssemblyDir(t, func(api servingtest.Template) {
			api.Authorizer()["JwtConfiguration"].(map[string]any)["Issuer"] = "https://issuer.example.com"
		})
		if err := startFails(t, serving.Config{StateDir: t.TempDir()}, foreign); !strings.Contains(err.Error(), "https://issuer.example.com") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an environment that is a path", func(t *testing.T) {
		if _, err := local.Open(serving.Config{Env: "../dev", StateDir: t.TempDir()}); err == nil {
			t.Error("it opened")
		}
	})
}
