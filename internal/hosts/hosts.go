package hosts

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Dialled is the host that net/http opens a connection to for the host of a URL, as url.URL's
// Hostname returns it: an ASCII name in lower case, as DNS does not tell them apart; any other name
// in the form that IDNA gives it. Two names that a comparison of letters takes for one, such as
// those with i and with a dotted capital I, can be two hosts. Zones of IPv6 addresses keep their
// case, since they name interfaces of this machine. It is false if no connection is opened.
func Dialled(host string) (string, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), true
	}
	if !IsASCII(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		return ascii, err == nil && ascii != ""
	}
	return strings.ToLower(host), host != ""
}

// IsASCII says whether net/http dials a host as it stands, and maps no letters.
func IsASCII(host string) bool {
	return !strings.ContainsFunc(host, func(c rune) bool { return c > unicode.MaxASCII })
}

// IsLoopback says whether only this machine reaches the host of an address, without a port or
// brackets: a loopback address, also one with a zone or written as an IPv6 address, or the name
// localhost. No host is all addresses, and so is not one. The host of a URL goes through Dialled
// first.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.ToLower(host) == "localhost"
}

// IsThisMachine says whether a connection to the host of an address ends on this machine: also one
// to no host, or to the address of all, 0.0.0.0 or [::].
func IsThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || IsLoopback(host) || err == nil && ip.Unmap().WithZone("").IsUnspecified()
}
