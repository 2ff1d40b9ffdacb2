package jwtauth

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha256" // for RS256
	_ "crypto/sha512" // for RS384 and RS512
	"encoding/base64"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// rsaAlgorithms are the ones a JWT authorizer accepts, with their hashes: "RSA-based algorithms" is
// read as RSASSA-PKCS1-v1_5 alone.
//
// Parity: JWT authorizer: RSASSA-PSS
var rsaAlgorithms = map[jose.SignatureAlgorithm]crypto.Hash{
	jose.RS256: crypto.SHA256,
	jose.RS384: crypto.SHA384,
	jose.RS512: crypto.SHA512,
}

// refusedHeaders change how a token is to be read or bring a key of its own, and Cognito sends none
// of them.
//
// Parity: JWT authorizer: header members
var refusedHeaders = []string{"crit", "b64", "zip", "jwk", "jku", "x5c", "x5u"}

// Token is a compact JWS (RFC 7515 section 7.1), taken apart. Nothing of it has been checked.
type Token struct {
	header    *header
	signed    []byte // the first two segments as they came, which the signature is over
	payload   []byte
	signature []byte
	memory    []byte // what these three are parts of
}

// header is a decoded header, with the segment that it came in.
type header struct {
	segment string
	members map[string]any
}

// segmentNames are what the segments hold.
var segmentNames = [3]string{"header", "claims", "signature"}

// Parse decodes each segment once, the claims' JSON apart. It is stricter than JOSE libraries are,
// which skip line breaks and stray bits in base64: whatever reads the token later must not be able
// to read it differently. It refuses with ErrSegments, or with a Flaw of ErrBase64 or ErrObject.
func Parse(raw string) (*Token, error) {
	t := &Token{}
	if err := t.parse(raw, nil); err != nil {
		return nil, err
	}
	return t, nil
}

// parse takes the header of an earlier token where it is the same, as it mostly is for an issuer's
// tokens, and decodes it otherwise. The memory of the token that t was before is used again.
func (t *Token) parse(raw string, earlier *header) error {
	if strings.Count(raw, ".") != len(segmentNames)-1 {
		return ErrSegments
	}
	first, rest, _ := strings.Cut(raw, ".")
	second, third, _ := strings.Cut(rest, ".")
	t.memory = append(slices.Grow(t.memory[:0], 2*len(raw)), raw...)
	t.signed = t.memory[:len(first)+len(".")+len(second)]
	isKnown := earlier != nil && earlier.segment == first
	var decoded [len(segmentNames)][]byte
	for i, segment := range [...]string{first, second, third} {
		if i == 0 && isKnown {
			continue
		}
		start := len(t.memory)
		var err error
		if t.memory, err = appendSegment(t.memory, segment); err != nil {
			return &Flaw{ErrBase64, segmentNames[i]}
		}
		decoded[i] = t.memory[start:]
	}
	if !isKnown {
		earlier = &header{segment: first}
		err := decodeObject(decoded[0], func(d *decoder) (err error) { earlier.members, err = d.members(); return err })
		if err != nil {
			return &Flaw{ErrObject, segmentNames[0]}
		}
	}
	t.header, t.payload, t.signature = earlier, decoded[1], decoded[2]
	return nil
}

// Claims decodes the claims. It refuses with a Flaw of ErrObject.
func (t *Token) Claims() (Claims, error) { return DecodeClaims(t.payload) }

// DecodeClaims decodes a token's second segment, without its base64. It refuses with a Flaw of
// ErrObject.
func DecodeClaims(payload []byte) (claims Claims, err error) {
	err = decodeObject(payload, func(d *decoder) (err error) { claims, err = d.claims(); return err })
	if err != nil {
		return nil, &Flaw{ErrObject, segmentNames[1]}
	}
	return claims, nil
}

// KeyID names the key that signed the token, "" if the header does not.
func (t *Token) KeyID() string { return t.text("kid") }

// Algorithm is what the header says, be it an algorithm or not; "" if it says nothing.
func (t *Token) Algorithm() string { return t.text("alg") }

func (t *Token) text(member string) string {
	text, _ := t.header.members[member].(string)
	return text
}

// CheckMembers refuses, with a Flaw of ErrHeader, members that change how the token is to be read.
func (t *Token) CheckMembers() error {
	for _, name := range refusedHeaders {
		if _, ok := t.header.members[name]; ok {
			return &Flaw{ErrHeader, name}
		}
	}
	return nil
}

// CheckKeyID refuses a token that names no key, with ErrNoKeyID.
func (t *Token) CheckKeyID() error {
	if t.KeyID() == "" {
		return ErrNoKeyID
	}
	return nil
}

// CheckAlgorithm refuses an algorithm that no key is used with, with ErrAlgorithm.
func (t *Token) CheckAlgorithm() error {
	if _, ok := rsaAlgorithms[jose.SignatureAlgorithm(t.Algorithm())]; !ok {
		return ErrAlgorithm
	}
	return nil
}

// CheckSignature refuses a token that key did not sign (RFC 7518 section 3.3), with ErrAlgorithm,
// ErrOtherAlgorithm or ErrSignature. The algorithm is the key's where the key names one, so a token
// has no say in it.
func (t *Token) CheckSignature(key Key) error {
	algorithm := jose.SignatureAlgorithm(t.Algorithm())
	hash, ok := rsaAlgorithms[algorithm]
	if !ok {
		return ErrAlgorithm
	}
	public, err := key.For(algorithm)
	if err != nil {
		return err
	}
	digest := hash.New()
	_, _ = digest.Write(t.signed) // a hash never returns an error
	if rsa.VerifyPKCS1v15(public, hash, digest.Sum(nil), t.signature) != nil {
		return ErrSignature
	}
	return nil
}

var strictBase64 = base64.RawURLEncoding.Strict()

// appendSegment decodes base64url without padding (RFC 7515 section 2). Go's decoder skips line
// breaks, so they are looked for first.
func appendSegment(to []byte, segment string) ([]byte, error) {
	if strings.Contains(segment, "\r") || strings.Contains(segment, "\n") {
		return to, ErrBase64
	}
	return strictBase64.AppendDecode(to, []byte(segment))
}
