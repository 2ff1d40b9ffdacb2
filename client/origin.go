package client

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// origin is the scheme, host and port of a URL (RFC 6454 section 4): what a token is sent to.
type origin struct{ scheme, host, port string }

// originOf returns false for a URL to which net/http would open no connection.
func originOf(u *url.URL) (origin, bool) {
	host, ok := dialled(u.Hostname())
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return origin{scheme: u.Scheme, host: host, port: port}, ok
}

// dialled is the host that net/http opens a connection to: an ASCII name as it stands, any other in the form that
// IDNA gives it. Two names that a comparison of letters takes for one, such as those with i and with a dotted capital
// I, can be two hosts. ASCII names are lowered, as DNS does not tell them apart; zones of IPv6 addresses are not, since
// they name interfaces of this machine.
func dialled(host string) (string, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), true
	}
	if !isASCII(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		return ascii, err == nil && ascii != ""
	}
	return strings.ToLower(host), host != ""
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c > unicode.MaxASCII })
}

// parseURL parses the URL of a token endpoint or an API. Its error never quotes the URL, which may have a
// password in it.
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

// errPlainHTTP says that a URL would take a secret or a token across the network in the clear.
var errPlainHTTP = errors.New("plain http to another machine shows secrets and tokens to the network: use https, or set AllowPlainHTTP")

func crossesNetworkInTheClear(u *url.URL) bool {
	return u.Scheme == "http" && !isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	host, _ = dialled(host)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
