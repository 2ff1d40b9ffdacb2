package jwtauth_test

import (
	"errors"
	"testing"
	"time"

	"cognito-m2m/internal/jwtauth"
)

// wantReason wants a reason, about that part of the token: "" for the token as a whole.
func wantReason(t *testing.T, name string, err, reason error, part string) {
	t.Helper()
	flaw, _ := errors.AsType[*jwtauth.Flaw](err)
	got := ""
	if flaw != nil {
		got = flaw.Part
	}
	if !errors.Is(err, reason) || got != part {
		t.Errorf("%s: got %v about %q, want %v about %q", name, err, got, reason, part)
	}
}

func TestReasonsOfAForm(t *testing.T) {
	t.Parallel()
	header, claims, signature := b64(`{"alg":"RS256","kid":"k"}`), b64(`{}`), b64("x")
	for name, c := range map[string]struct {
		raw    string
		reason error
		part   string
	}{
		"no segments":             {"", jwtauth.ErrSegments, ""},
		"two segments":            {header + "." + claims, jwtauth.ErrSegments, ""},
		"four segments":           {header + "." + claims + "." + signature + ".", jwtauth.ErrSegments, ""},
		"padding":                 {header + "=." + claims + "." + signature, jwtauth.ErrBase64, "header"},
		"a line break":            {header + "." + claims[:1] + "\n" + claims[1:] + "." + signature, jwtauth.ErrBase64, "claims"},
		"a stray bit":             {header + "." + claims + ".eB", jwtauth.ErrBase64, "signature"},
		"a header that is a list": {b64(`[]`) + "." + claims + "." + signature, jwtauth.ErrObject, "header"},
		"as it should be":         {header + "." + claims + "." + signature, nil, ""},
	} {
		_, err := jwtauth.Parse(c.raw)
		wantReason(t, name, err, c.reason, c.part)
	}
	_, err := claimsOf(t, `null`)
	wantReason(t, "claims null", err, jwtauth.ErrObject, "claims")
}

func TestReasonsOfAHeader(t *testing.T) {
	t.Parallel()
	for header, c := range map[string]struct {
		check  func(*jwtauth.Token) error
		reason error
		part   string
	}{
		`{"jwk":null}`:    {(*jwtauth.Token).CheckMembers, jwtauth.ErrHeader, "jwk"},
		`{"typ":"JWT"}`:   {(*jwtauth.Token).CheckMembers, nil, ""},
		`{"kid":""}`:      {(*jwtauth.Token).CheckKeyID, jwtauth.ErrNoKeyID, ""},
		`{"kid":1}`:       {(*jwtauth.Token).CheckKeyID, jwtauth.ErrNoKeyID, ""},
		`{"kid":"k"}`:     {(*jwtauth.Token).CheckKeyID, nil, ""},
		`{"alg":"HS256"}`: {(*jwtauth.Token).CheckAlgorithm, jwtauth.ErrAlgorithm, ""},
		`{"alg":"PS256"}`: {(*jwtauth.Token).CheckAlgorithm, jwtauth.ErrAlgorithm, ""},
		`{}`:              {(*jwtauth.Token).CheckAlgorithm, jwtauth.ErrAlgorithm, ""},
		`{"alg":"RS512"}`: {(*jwtauth.Token).CheckAlgorithm, nil, ""},
	} {
		token, err := jwtauth.Parse(b64(header) + "." + b64(`{}`) + "." + b64("x"))
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, header, c.check(token), c.reason, c.part)
	}
}

func TestReasonsOfClaims(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	times := func(c jwtauth.Claims) error { return c.CheckTimes(now, now) }
	audience := func(c jwtauth.Claims) error { return c.CheckAudience([]string{"a", "b"}) }
	for claims, c := range map[string]struct {
		check  func(jwtauth.Claims) error
		reason error
		part   string
	}{
		`{"iat":1}`:                            {times, jwtauth.ErrNoTime, "exp"},
		`{"exp":null,"iat":1}`:                 {times, jwtauth.ErrTime, "exp"},
		`{"exp":1000,"iat":1}`:                 {times, jwtauth.ErrExpired, ""},
		`{"exp":1001}`:                         {times, jwtauth.ErrNoTime, "iat"},
		`{"exp":1001,"iat":1.5}`:               {times, jwtauth.ErrTime, "iat"},
		`{"exp":1001,"iat":1001}`:              {times, jwtauth.ErrIssuedInFuture, ""},
		`{"exp":1001,"iat":1,"nbf":"1"}`:       {times, jwtauth.ErrTime, "nbf"},
		`{"exp":1001,"iat":1,"nbf":1001}`:      {times, jwtauth.ErrNotYetValid, ""},
		`{"exp":1001,"iat":1000,"nbf":1000}`:   {times, nil, ""},
		`{"exp":253402300800,"iat":1}`:         {times, jwtauth.ErrTime, "exp"},
		`{}`:                                   {audience, jwtauth.ErrAudience, ""},
		`{"client_id":"b"}`:                    {audience, nil, ""},
		`{"client_id":"b","aud":"c"}`:          {audience, jwtauth.ErrAudience, ""},
		`{"client_id":"c","aud":["c","b"]}`:    {audience, nil, ""},
		`{"aud":["b",1]}`:                      {audience, jwtauth.ErrAudience, ""},
		`{"scope":null,"scp":["a"]}`:           {jwtauth.Claims.CheckScope, nil, ""},
		`{"scope":"a b","scp":1}`:              {jwtauth.Claims.CheckScope, jwtauth.ErrScopeClaim, "scp"},
		`{"scope":["a",null],"scp":{"a":"b"}}`: {jwtauth.Claims.CheckScope, jwtauth.ErrScopeClaim, "scope"},
	} {
		decoded, err := claimsOf(t, claims)
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, claims, c.check(decoded), c.reason, c.part)
	}
}

// TestEitherClockEndsATime: latest is the later of two clocks, and does not make a token older than
// it is issued.
func TestEitherClockEndsATime(t *testing.T) {
	t.Parallel()
	claims, err := claimsOf(t, `{"exp":1100,"iat":1000}`)
	if err != nil {
		t.Fatal(err)
	}
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0) }
	wantReason(t, "in time", claims.CheckTimes(at(1000), at(1099)), nil, "")
	wantReason(t, "over by the other clock", claims.CheckTimes(at(1000), at(1100)), jwtauth.ErrExpired, "")
	wantReason(t, "issued in the future by the wall clock", claims.CheckTimes(at(999), at(1099)), jwtauth.ErrIssuedInFuture, "")
}
