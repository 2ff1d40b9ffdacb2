package client

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// origin is the scheme, host and port of a URL (RFC 6454 section 4): what a token is sent to.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return origin{scheme: u.Scheme, host: strings.ToLower(u.Hostname()), port: port}
}

// parseURL parses the URL of a token endpoint or an API. Its error never quotes the URL, which may have a
// password in it.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("not an http or https URL")
	}
	if u.User != nil {
		return nil, errors.New("remove the user and password from the URL")
	}
	return u, nil
}

// errPlainHTTP says that a URL would take a secret or a token across the network in the clear.
var errPlainHTTP = errors.New("plain http to another machine shows secrets and tokens to the network: use https, or set AllowPlainHTTP")

func crossesNetworkInTheClear(u *url.URL) bool {
	return u.Scheme == "http" && !isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}
