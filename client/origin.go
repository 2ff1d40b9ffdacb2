package client

import (
	"errors"
	"net/url"

	"cognito-m2m/internal/hosts"
)

// origin is the scheme, host and port of a URL (RFC 6454 section 4): what a token is sent to.
type origin struct{ scheme, host, port string }

// originOf returns false for a URL to which net/http would open no connection.
func originOf(u *url.URL) (origin, bool) {
	host, ok := hosts.Dialled(u.Hostname())
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return origin{scheme: u.Scheme, host: host, port: port}, ok
}

// parseURL parses the URL of a token endpoint or an API. Its error never quotes the URL, which may
// have a password in it.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("not an http or https URL")
	}
	if _, ok := originOf(u); !ok {
		return nil, errors.New("the host of the URL is not a domain name (IDNA)")
	}
	if u.User != nil {
		return nil, errors.New("remove the user and password from the URL")
	}
	return u, nil
}

// errPlainHTTP says that a URL would send a secret or a token across the network in the clear.
var errPlainHTTP = errors.New("plain http to another machine shows secrets and tokens to the network: use https, or set AllowPlainHTTP")

func crossesNetworkInTheClear(u *url.URL) bool {
	host, ok := hosts.Dialled(u.Hostname())
	return u.Scheme == "http" && (!ok || !hosts.IsLoopback(host))
}
