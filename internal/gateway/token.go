package gateway

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha256" // for RS256
	_ "crypto/sha512" // for RS384 and RS512
	"encoding/base64"
	"io"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// rsaAlgorithms are the ones a JWT authorizer accepts, with their hashes: "RSA-based algorithms" is read as
// RSASSA-PKCS1-v1_5 alone.
//
// Parity: JWT authorizer: RSASSA-PSS
var rsaAlgorithms = map[jose.SignatureAlgorithm]crypto.Hash{
	jose.RS256: crypto.SHA256,
	jose.RS384: crypto.SHA384,
	jose.RS512: crypto.SHA512,
}

// refusedHeaders change how a token is to be read or bring a key of its own, and Cognito sends none of them.
//
// Parity: JWT authorizer: header members
var refusedHeaders = []string{"crit", "b64", "zip", "jwk", "jku", "x5c", "x5u"}

// token is a compact JWS (RFC 7515 section 7.1) of acceptable shape and header. Its signature has not been checked.
type token struct {
	keyID     string
	algorithm jose.SignatureAlgorithm // what the header says, be it an algorithm or not
	signed    string                  // the first two segments as they came, which the signature is over
	payload   []byte
	signature []byte
}

// parseToken decodes each segment once. It is stricter than JOSE libraries are, which skip line breaks and stray bits
// in base64 and take no offence at members like b64: whatever reads the token after the gateway must not be able to
// read it differently.
func parseToken(raw string) (token, error) {
	segments := strings.Split(raw, ".")
	if len(segments) != 3 {
		return token{}, errSegments
	}
	var decoded [3][]byte
	for i, segment := range segments {
		var err error
		if decoded[i], err = decodeSegment(segment); err != nil {
			return token{}, errMalformed
		}
	}
	header, err := decodeObject(decoded[0])
	if err != nil {
		return token{}, errMalformed
	}
	for _, name := range refusedHeaders {
		if _, ok := header[name]; ok {
			return token{}, errHeader
		}
	}
	keyID, _ := header["kid"].(string)
	if keyID == "" {
		return token{}, errKeyID
	}
	algorithm, _ := header["alg"].(string)
	return token{
		keyID:     keyID,
		algorithm: jose.SignatureAlgorithm(algorithm),
		signed:    raw[:len(segments[0])+len(".")+len(segments[1])],
		payload:   decoded[1],
		signature: decoded[2],
	}, nil
}

// checkSignature refuses a token that key did not sign (RFC 7518 section 3.3). The algorithm is the key's where the key
// names one, so a token has no say in it.
func (t token) checkSignature(key verificationKey) error {
	hash, ok := rsaAlgorithms[t.algorithm]
	if !ok || (key.algorithm != "" && key.algorithm != t.algorithm) {
		return errAlgorithm
	}
	digest := hash.New()
	_, _ = io.WriteString(digest, t.signed) // a hash never returns an error
	if rsa.VerifyPKCS1v15(key.public, hash, digest.Sum(nil), t.signature) != nil {
		return errSignature
	}
	return nil
}

var strictBase64 = base64.RawURLEncoding.Strict()

// decodeSegment decodes base64url without padding (RFC 7515 section 2). Go's decoder skips line breaks, so they are
// looked for first.
func decodeSegment(segment string) ([]byte, error) {
	if strings.ContainsAny(segment, "\r\n") {
		return nil, errMalformed
	}
	return strictBase64.DecodeString(segment)
}
