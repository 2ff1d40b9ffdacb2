package rehearse

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// outside stands for everything that is not this machine: a proxy that every program gets and that
// serves nothing. What it was asked for has tried to leave.
var outside = &proxy{}

type proxy struct {
	once     sync.Once
	listener net.Listener
	mu       sync.Mutex
	asked    []string
}

// url is the proxy's address. It listens from the first call.
func (p *proxy) url() string {
	p.once.Do(func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // as long as the tests
		if err != nil {
			panic(err)
		}
		p.listener = listener
		go func() { _ = http.Serve(listener, http.HandlerFunc(p.refuse)) }()
	})
	return "http://" + p.listener.Addr().String()
}

func (p *proxy) refuse(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	http.Error(w, "nothing leaves this machine", http.StatusForbidden)
}

func (p *proxy) close() {
	if p.listener != nil {
		_ = p.listener.Close()
	}
}

// closed is an environment of a program with the proxy, and without what leads to a real account.
func (p *proxy) closed(environ []string) []string {
	kept := slices.DeleteFunc(slices.Clone(environ), func(variable string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
		return strings.HasPrefix(name, "AWS_") || strings.HasSuffix(name, "_PROXY")
	})
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		kept = append(kept, name+"="+p.url())
	}
	return append(kept, "NO_PROXY=127.0.0.1,localhost", "no_proxy=127.0.0.1,localhost", "AWS_EC2_METADATA_DISABLED=true", "CDK_DISABLE_CLI_TELEMETRY=1")
}

// direct goes to this machine alone.
var direct = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// nothingLeaves is called at the end of each test.
func nothingLeaves(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		outside.mu.Lock()
		defer outside.mu.Unlock()
		if len(outside.asked) > 0 {
			t.Errorf("these requests were to leave this machine: %q", outside.asked)
		}
	})
}
