package conformance

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// token is a genuine access token, taken apart, and the keys it verifies with.
type token struct {
	header, payload map[string]any
	signed          string // header and payload as they came
	signature       []byte
	keys            jose.JSONWebKeySet
}

// forgery makes another token of a genuine one.
type forgery func(token) (string, error)

func forged(genuine authorization, alter forgery) authorization {
	return func(ctx context.Context, s *session) (string, error) {
		compact, err := genuine(ctx, s)
		if err != nil {
			return "", err
		}
		taken, err := takeApart(compact)
		if err != nil {
			return "", err
		}
		if taken.keys, err = s.publishedKeys(ctx); err != nil {
			return "", err
		}
		return alter(taken)
	}
}

func takeApart(compact string) (token, error) {
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return token{}, fmt.Errorf("the token has %d segments", len(parts))
	}
	taken := token{signed: parts[0] + "." + parts[1]}
	for i, part := range []*map[string]any{&taken.header, &taken.payload} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(raw, part)
		}
		if err != nil {
			return token{}, fmt.Errorf("decoding segment %d of the token: %w", i, err)
		}
	}
	var err error
	taken.signature, err = base64.RawURLEncoding.DecodeString(parts[2])
	return taken, err
}

// segments encodes header and payload as they are now.
func (t token) segments() (string, error) {
	var encoded []string
	for _, part := range []map[string]any{t.header, t.payload} {
		raw, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		encoded = append(encoded, base64.RawURLEncoding.EncodeToString(raw))
	}
	return strings.Join(encoded, "."), nil
}

func compact(signed string, signature []byte) string {
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func tamperedSignature(t token) (string, error) {
	t.signature[len(t.signature)/2] ^= 1
	return compact(t.signed, t.signature), nil
}

func tamperedPayload(t token) (string, error) {
	t.payload["jti"] = "00000000-0000-4000-8000-000000000000"
	signed, err := t.segments()
	return compact(signed, t.signature), err
}

func unsigned(t token) (string, error) {
	t.header["alg"] = "none"
	signed, err := t.segments()
	return compact(signed, nil), err
}

// hmacWithPublicKey takes the key that everybody knows for a shared secret.
func hmacWithPublicKey(t token) (string, error) {
	kid, _ := t.header["kid"].(string)
	keys := t.keys.Key(kid)
	if len(keys) == 0 {
		return "", errors.New("the token's key is not published")
	}
	public, err := x509.MarshalPKIXPublicKey(keys[0].Key)
	if err != nil {
		return "", err
	}
	t.header["alg"] = "HS256"
	signed, err := t.segments()
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
	mac.Write([]byte(signed))
	return compact(signed, mac.Sum(nil)), err
}

// anotherKey signs with a key of the caller's own.
func anotherKey(t token) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	return t.signWith(key)
}

func embeddedKey(t token) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	t.header["jwk"] = jose.JSONWebKey{Key: key.Public(), Algorithm: "RS256", Use: "sig"}
	return t.signWith(key)
}

func unknownKeyID(t token) (string, error) {
	t.header["kid"] = base64.StdEncoding.EncodeToString(make([]byte, 32))
	return anotherKey(t)
}

func anotherIssuer(t token) (string, error) {
	t.payload["iss"] = fmt.Sprintf("%v2", t.payload["iss"])
	return anotherKey(t)
}

func (t token) signWith(key *rsa.PrivateKey) (string, error) {
	signed, err := t.segments()
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	return compact(signed, signature), err
}
