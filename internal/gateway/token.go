package gateway

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// rsaAlgorithms are the ones a JWT authorizer accepts: "RSA-based algorithms" is read as RSASSA-PKCS1-v1_5 alone.
//
// Parity: JWT authorizer: RSASSA-PSS
var rsaAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}

// refusedHeaders change how a token is to be read or bring a key of its own, and Cognito sends none of them.
//
// Parity: JWT authorizer: header members
var refusedHeaders = []string{"crit", "b64", "zip", "jwk", "jku", "x5c", "x5u"}

// token is a compact JWS of acceptable shape and header. Its signature has not been checked.
type token struct {
	compact string
	keyID   string
}

// verify checks a token in AWS's order: shape, key and signature, claims. Its errors are the reasons of refusal.go.
func (a *authorizer) verify(raw string, now func() time.Time) (claims, error) {
	parsed, err := parseToken(raw)
	if err != nil {
		return nil, err
	}
	key, err := a.keys.find(parsed.keyID)
	if err != nil {
		return nil, err
	}
	payload, err := parsed.verifySignature(key)
	if err != nil {
		return nil, err
	}
	verified, err := decodeClaims(payload)
	if err != nil {
		return nil, err
	}
	if err := a.check(verified, now()); err != nil {
		return nil, err
	}
	return verified, nil
}

// parseToken is stricter than go-jose, which skips line breaks and stray bits in base64 and takes no offence at
// members like b64: whatever reads the token after the gateway must not be able to read it differently.
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
	return token{compact: raw, keyID: keyID}, nil
}

// verifySignature returns the payload if key signed it. The algorithm is the key's where the key names one, so a
// token has no say in it.
func (t token) verifySignature(key verificationKey) ([]byte, error) {
	allowed := rsaAlgorithms
	if key.algorithm != "" {
		allowed = []jose.SignatureAlgorithm{key.algorithm}
	}
	signed, err := jose.ParseSignedCompact(t.compact, allowed)
	if err != nil {
		return nil, errAlgorithm
	}
	payload, err := signed.Verify(key.public)
	if err != nil {
		return nil, errSignature
	}
	return payload, nil
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

// decodeObject decodes one JSON object with nothing after it. go-jose's decoder refuses duplicate members and keeps
// numbers as they were written.
func decodeObject(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) {
		return nil, errMalformed
	}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.SetNumberType(json.UnmarshalJSONNumber)
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, errMalformed
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, errMalformed
	}
	return object, nil
}
