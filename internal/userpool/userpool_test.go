package userpool_test

import (
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/userpool"
)

func TestIssuer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ issuerType, region, want string }{
		{"ORIGINAL", "eu-west-1", "https://cognito-idp.eu-west-1.amazonaws.com/POOL"},
		{"", "us-gov-west-1", "https://cognito-idp.us-gov-west-1.amazonaws.com/POOL"},
		{"ORIGINAL", "cn-north-1", "https://cognito-idp.cn-north-1.amazonaws.com.cn/POOL"},
		{"UPDATED", "eu-west-1", "https://issuer-cognito-idp.eu-west-1.amazonaws.com/POOL"},
	} {
		got := userpool.Issuer(c.issuerType, c.region, "POOL")
		if got != c.want {
			t.Errorf("%s in %s: got %q, want %q", c.issuerType, c.region, got, c.want)
		}
		want := c.issuerType
		if want == "" {
			want = "ORIGINAL"
		}
		if is := userpool.IssuerType(got); is != want {
			t.Errorf("%s: got type %q, want %q", got, is, want)
		}
	}
	if is := userpool.IssuerType("https://issuer.example.com/cognito-idp."); is != "" {
		t.Errorf("another issuer has type %q", is)
	}
	if got := userpool.JWKSURL("https://issuer"); got != "https://issuer/.well-known/jwks.json" {
		t.Errorf("got %q", got)
	}
}

func TestPrefixDomain(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1":     "m2m.auth.eu-west-1.amazoncognito.com",
		"us-gov-west-1": "m2m.auth-fips.us-gov-west-1.amazoncognito.com",
	} {
		if got := userpool.PrefixDomain("m2m", userpool.Auth(partition.Of(region)), region); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{ // a secret, a generated client id
		strings.Repeat("a", 23):       {false, false},
		strings.Repeat("a", 24):       {true, false},
		strings.Repeat("v", 25):       {true, true},
		strings.Repeat("v", 26):       {true, true},
		strings.Repeat("w", 26):       {true, false},
		strings.Repeat("A", 26):       {true, false},
		strings.Repeat("_+", 32):      {true, false},
		strings.Repeat("a", 65):       {false, false},
		strings.Repeat("a", 25) + ".": {false, false},
		strings.Repeat("Z9", 64):      {false, false},
	} {
		if got, want := userpool.IsClientID(text), !strings.Contains(text, "."); got != want {
			t.Errorf("%q can be a client's id: %v", text, got)
		}
		if got := [2]bool{userpool.IsSecret(text), userpool.LooksLikeClientID(text)}; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestAccessTokenValidity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount float64
		unit   string
		want   time.Duration
	}{
		{0, "", time.Hour},
		{0, "days", time.Hour},
		{2, "", 2 * time.Hour},
		{300, "seconds", 5 * time.Minute},
		{5, "minutes", 5 * time.Minute},
		{24, "hours", 24 * time.Hour},
		{1, "days", 24 * time.Hour},
		{1, "weeks", 0},
		{1e9, "days", 1 << 62},
	} {
		if got := userpool.AccessTokenValidity(c.amount, c.unit); got != c.want {
			t.Errorf("%v %s: got %v, want %v", c.amount, c.unit, got, c.want)
		}
	}
}

func TestRefreshTokenValidity(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, c := range []struct {
		amount float64
		unit   string
		want   time.Duration
	}{
		{0, "", 30 * day}, {0, "minutes", 30 * day}, {2, "", 2 * day}, {60, "minutes", time.Hour}, {3650, "days", userpool.LongestRefresh}, {1, "weeks", 0},
	} {
		if got := userpool.RefreshTokenValidity(c.amount, c.unit); got != c.want {
			t.Errorf("%v %s: got %v, want %v", c.amount, c.unit, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"invalid_request": true, "invalid_client": true, "invalid_grant": true, "unauthorized_client": true,
		"unsupported_grant_type": true, "invalid_scope": true, "server_error": false, "Invalid_client": false, "": false,
	} {
		if got := userpool.IsRefusal(code); got != want {
			t.Errorf("%q: got %t", code, got)
		}
	}
}
