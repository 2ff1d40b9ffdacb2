// Package hosts says what a host in a URL or an address stands for: which host a connection is
// opened to, and whether that is this machine.
//
// It owns the difference between an address that only this machine reaches (IsLoopback: safe
// without TLS, safe to listen on) and one whose connections end on this machine (IsThisMachine: not
// AWS). A name counts only if it is localhost: what other names resolve to is up to a name server,
// so none is asked. It does not own parsing URLs and addresses.
//
// Source: RFC 6761 section 6.3 (localhost), RFC 4291 sections 2.5.2, 2.5.3 and 2.5.5.2 (::, ::1 and
// mapped IPv4 addresses), package net's Dial (an empty or unspecified host is the local system),
// net/http (IDNA).
package hosts
