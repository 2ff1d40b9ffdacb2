package jwtauth

import "errors"

// Reasons to refuse a token, worded as the error_description of the challenge. Some read alike
// there, since their difference is not for who sent the token.
//
// Parity: JWT authorizer: error descriptions
var (
	// The first four texts are AWS's own.
	ErrSegments  = errors.New("token contains an invalid number of segments")
	ErrAudience  = errors.New("the token does not have a valid audience")
	ErrDiscovery = errors.New("OIDC discovery endpoint communication error")
	ErrJWKS      = errors.New("JWKS communication error")

	// ErrBase64 is about a segment that is not base64url, ErrObject about one that is not one JSON
	// object.
	ErrBase64 = errors.New(malformed)
	ErrObject = errors.New(malformed)

	ErrHeader = errors.New("the token has an unsupported header")
	// ErrNoKeyID is about a header without a key id, ErrUnknownKey about one that the issuer does
	// not publish.
	ErrNoKeyID    = errors.New(unknownKey)
	ErrUnknownKey = errors.New(unknownKey)
	// ErrAlgorithm is about an algorithm that is never accepted, ErrOtherAlgorithm about one that
	// is not the key's.
	ErrAlgorithm      = errors.New(unsupportedAlgorithm)
	ErrOtherAlgorithm = errors.New(unsupportedAlgorithm)
	ErrSignature      = errors.New("the token does not have a valid signature")

	ErrIssuer         = errors.New("the token does not have a valid issuer")
	ErrExpired        = errors.New("the token has expired")
	ErrNotYetValid    = errors.New("the token is not valid yet")
	ErrIssuedInFuture = errors.New("the token was issued in the future")
	// ErrNoTime is about a time that the token must have, ErrTime about one that is not in whole
	// seconds.
	ErrNoTime     = errors.New(malformedTime)
	ErrTime       = errors.New(malformedTime)
	ErrScopeClaim = errors.New("the token has a malformed scope")
)

const (
	malformed            = "the token is malformed"
	unknownKey           = "the token does not have a known key id"
	unsupportedAlgorithm = "the token has an unsupported signing algorithm"
	malformedTime        = "the token has a malformed time"
)

// Flaw is a reason with the part of the token that it is about.
type Flaw struct {
	Reason error
	// Part is the name of a segment (header, claims, signature), of a member of the header, of a
	// claim, or of the key's algorithm.
	Part string
}

// Error is the reason's: the part is not for who sent the token.
func (f *Flaw) Error() string { return f.Reason.Error() }

// Unwrap returns the reason.
func (f *Flaw) Unwrap() error { return f.Reason }
