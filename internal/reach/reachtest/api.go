package reachtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// answer is an API that wants a bearer token and tells what it was asked. Paths under /status/
// answer with that status, and /redirect leads to another machine.
func answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	status := map[string]int{"/status/201": 201, "/status/401": 401, "/status/403": 403, "/status/500": 500}[r.URL.Path]
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey") {
		status = http.StatusUnauthorized
	}
	if r.URL.Path == "/redirect" {
		w.Header().Set("Location", "http://192.0.2.1/elsewhere")
		status = http.StatusFound
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer scope="" error="invalid_token"`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(max(status, http.StatusOK))
	_ = json.NewEncoder(w).Encode(map[string]string{
		"method": r.Method, "path": r.URL.Path, "query": r.URL.RawQuery, "body": string(body),
		"contentType": r.Header.Get("Content-Type"), "custom": r.Header.Get("X-Custom"),
	})
}
