package listener

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// ByAddress serves requests whose Host is an address of this machine, or a name that no one else
// can hold, and refuses others with 421 (RFC 9110 section 15.5.20). A web page could point its own
// name at 127.0.0.1 and so be of the same origin; without the access key it reads no secret, and
// here it reads nothing.
//
// Parity: AWS API: only asked by address
func ByAddress(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isAddress(r.Host) {
			http.Error(w, "ask for this server by its address: http://127.0.0.1 or localhost, with the port", http.StatusMisdirectedRequest)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// localNames are names of this machine: for itself, and for containers on it.
var localNames = []string{"localhost", "host.docker.internal"}

func isAddress(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return net.ParseIP(name) != nil || slices.Contains(localNames, strings.ToLower(name))
}
