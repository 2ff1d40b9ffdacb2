package gateway_test

import "cognito-m2m/internal/jwtauth/jwtauthtest"

// The issuer's tokens, under short names.
var (
	rsaKeys     = jwtauthtest.Keys
	validClaims = jwtauthtest.ValidClaims
	with        = jwtauthtest.With
	sign        = jwtauthtest.Sign
	signRaw     = jwtauthtest.SignRaw
	rawSigned   = jwtauthtest.RawSigned
	payloadOf   = jwtauthtest.PayloadOf
	b64         = jwtauthtest.B64
	decode      = jwtauthtest.Decode
)
