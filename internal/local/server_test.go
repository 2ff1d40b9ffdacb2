package local_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// addresses are the three listeners of a run.
func addressesOf(t *testing.T, d *serving.Description) []string {
	t.Helper()
	var hosts []string
	for _, at := range []string{d.TokenEndpoint, d.AWSEndpoint, d.APIURL} {
		parsed, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		hosts = append(hosts, parsed.Host)
	}
	return hosts
}

// TestHTTP2WithPriorKnowledge asks every listener in HTTP/2 without TLS. Nobody made the request
// `PRI *` that begins such a connection, so none is logged.
func TestHTTP2WithPriorKnowledge(t *testing.T) {
	t.Parallel()
	var requests []string
	run, d := start(t, serving.Config{Observe: func(r serving.Request) { requests = append(requests, r.Method+" "+r.Path) }}, servingtest.AssemblyDir(t, nil))
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: &protocols}}
	hosts := addressesOf(t, d)
	var got []any
	for _, at := range []string{d.JWKSURI, "http://" + hosts[1] + "/", d.APIURL + "/test_jwt"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		got = append(got, response.Proto, response.StatusCode)
	}
	if diff := cmp.Diff([]any{"HTTP/2.0", 200, "HTTP/2.0", 400, "HTTP/2.0", 401}, got); diff != "" {
		t.Errorf("protocols and statuses (-want +got):\n%s", diff)
	}
	if err := run.Close(t.Context()); err != nil {
		t.Errorf("closing: %v", err)
	}
	if diff := cmp.Diff([]string{"GET /test_jwt"}, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestCloseEndsSilentConnections opens a connection to every listener that sends nothing, as
// browsers do. Package listener's tests see that the end does not wait for it.
func TestCloseEndsSilentConnections(t *testing.T) {
	t.Parallel()
	report := &servingtest.Report{T: t}
	run, d := start(t, serving.Config{Report: report}, servingtest.AssemblyDir(t, nil))
	var open []net.Conn
	for _, host := range addressesOf(t, d) {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = connection.Close() }()
		open = append(open, connection)
		// An answer on another connection: this one was accepted before.
		response, err := http.Get("http://" + host + "/") //nolint:noctx // a test's
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if err := run.Close(t.Context()); err != nil || len(report.Warnings) > 0 {
		t.Errorf("closing: %v, %q", err, report.Warnings)
	}
	for _, connection := range open {
		if n, err := connection.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("read %d bytes, %v; want the end of the connection", n, err)
		}
	}
}
