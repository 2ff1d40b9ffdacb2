package hosts_test

import (
	"testing"

	"cognito-m2m/internal/hosts"
)

func TestWhichHostsAreHere(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]struct{ loopback, here bool }{
		"127.0.0.1":              {true, true},
		"127.9.9.9":              {true, true},
		"::1":                    {true, true},
		"0:0:0:0:0:0:0:1":        {true, true},
		"::1%lo":                 {true, true},
		"::ffff:127.0.0.1%lo":    {true, true},
		"::ffff:127.0.0.1":       {true, true},
		"::ffff:7f09:0909":       {true, true},
		"localhost":              {true, true},
		"LocalHost":              {true, true},
		"":                       {false, true},
		"0.0.0.0":                {false, true},
		"::":                     {false, true},
		"::%lo":                  {false, true},
		"::ffff:0.0.0.0":         {false, true},
		"128.0.0.1":              {},
		"126.255.255.255":        {},
		"10.0.0.1":               {},
		"169.254.169.254":        {},
		"::2":                    {},
		"::127.0.0.1":            {}, // the deprecated form, which is routed
		"64:ff9b::7f00:1":        {}, // what NAT64 makes of 127.0.0.1
		"::ffff:10.0.0.1":        {},
		"fe80::1%lo":             {},
		"127.1":                  {}, // a name for Go, and up to the resolver
		"0177.0.0.1":             {},
		"2130706433":             {},
		"localhost.":             {},
		"x.localhost":            {},
		"localhost.evil.example": {},
		"127.0.0.1.example.com":  {},
		"localhost ":             {},
		"[::1]":                  {}, // brackets are the address's, not the host's
		"127.0.0.1:80":           {},
		"loca\u217chost":         {}, // a Roman numeral, and no URL's host any more: see TestDialled
		"localho\u017ft":         {},
		"api.example.com":        {},
	} {
		if got := hosts.IsLoopback(host); got != want.loopback {
			t.Errorf("%q: loopback %t", host, got)
		}
		if got := hosts.IsThisMachine(host); got != want.here {
			t.Errorf("%q: this machine %t", host, got)
		}
	}
}

func TestDialled(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{ // "": none
		"API.example.com":       "api.example.com",
		"LOCALHOST":             "localhost",
		"\uff4cocalhost":        "localhost",
		"loca\u217chost":        "localhost",
		"localho\u017ft":        "localhost",
		"localhost\u0130":       "xn--localhosti-w2f", // a name of its own
		"b\u00fccher.example":   "xn--bcher-kva.example",
		"api\u200d.example.com": "",
		"0:0:0:0:0:0:0:1":       "::1",
		"fe80::1%ETH0":          "fe80::1%ETH0",
		"::FFFF:127.0.0.1":      "::ffff:127.0.0.1",
		"":                      "",
	} {
		got, ok := hosts.Dialled(host)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %t, want %q", host, got, ok, want)
		}
	}
}
