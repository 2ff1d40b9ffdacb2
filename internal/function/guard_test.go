package function_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestOnlyTheAddressGivenIsAnswered is DNS rebinding: a web page whose name leads to this machine.
func TestOnlyTheAddressGivenIsAnswered(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	base := p.base
	address, _, _ := strings.Cut(strings.TrimPrefix(base, "http://"), "/")
	_, port, _ := strings.Cut(address, ":")
	calls := map[string]string{
		"/invocation/next": http.MethodGet, "/init/error": http.MethodPost, "/invocation/x/response": http.MethodPost, "/x": http.MethodGet,
	}
	for _, host := range []string{"evil.example", "evil.example:" + port, "localhost:" + port, "127.0.0.1", "127.0.0.2:" + port, "[::1]:" + port} {
		for path, method := range calls {
			request, err := http.NewRequestWithContext(t.Context(), method, base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = host
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("Host %s, %s: got %d, want 421", host, path, response.StatusCode)
			}
		}
	}
	p.finish(p.next()) // nothing was taken from the process, nor its start spoilt
}
