package cognito

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// joseHeader is the whole header of a Cognito token: there is no typ.
type joseHeader struct {
	KeyID     string `json:"kid"`
	Algorithm string `json:"alg"`
}

// accessClaims are the claims of an access token for client credentials, in the order seen on AWS.
// What a user's token has besides (aud, username, cognito:groups ...) is absent.
type accessClaims struct {
	// Subject is the client id: there is no user.
	Subject  string `json:"sub"`
	TokenUse string `json:"token_use"`
	// Parity: Access token: no scope left
	Scope    string `json:"scope,omitempty"`
	AuthTime int64  `json:"auth_time"`
	Issuer   string `json:"iss"`
	Expires  int64  `json:"exp"`
	IssuedAt int64  `json:"iat"`
	Version  int    `json:"version"`
	TokenID  string `json:"jti"`
	ClientID string `json:"client_id"`
}

// issueAccessToken signs a new token for what was granted. It fails only if the random source does.
func (s *Server) issueAccessToken(exchange *tokenExchange) (string, error) {
	tokenID, err := uuid.NewRandomFromReader(s.random)
	if err != nil {
		return "", fmt.Errorf("making a token id: %w", err)
	}
	now := s.now().Unix()
	return s.signing.Load().keys.accessToken[0].sign(accessClaims{
		Subject:  exchange.client.id,
		TokenUse: "access",
		Scope:    strings.Join(exchange.granted, " "),
		AuthTime: now,
		Issuer:   s.userPool.Issuer,
		Expires:  now + exchange.settings.validitySeconds,
		IssuedAt: now,
		Version:  2,
		TokenID:  tokenID.String(),
		ClientID: exchange.client.id,
	})
}

// sign returns claims as a compact JWS (RFC 7515 section 3.1) signed with RS256. The signature is
// made with crypto/rsa and not with go-jose, which serialises the header itself and so can't escape
// its slashes.
func (k signingKey) sign(claims any) (string, error) {
	header, err := encodeSegment(joseHeader{KeyID: k.id, Algorithm: algorithm})
	if err != nil {
		return "", fmt.Errorf("encoding the token header: %w", err)
	}
	payload, err := encodeSegment(claims)
	if err != nil {
		return "", fmt.Errorf("encoding the token claims: %w", err)
	}
	signed := header + "." + payload
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("signing the token: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// encodeSegment returns value as base64url JSON with every slash escaped, as Cognito writes it. A
// slash can only occur inside a JSON string, so replacing the bytes is enough.
func encodeSegment(value any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	escaped := bytes.ReplaceAll(bytes.TrimSpace(text.Bytes()), []byte("/"), []byte(`\/`))
	return base64.RawURLEncoding.EncodeToString(escaped), nil
}
