package jwtauthtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Attack is a token that must not get in.
type Attack struct{ Name, Token string }

// ecKey is published beside the issuer's RSA key, which alone may sign tokens.
var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

// Published are the public keys that the issuer of Attacks has, by their ids.
func Published() map[string]any {
	return map[string]any{KeyID: Keys()[0].Public(), "ec": ecKey().Public()}
}

// Attacks are those on a verifier whose issuer is IssuerURL with the keys of Published, who lets in
// ClientID, and whose clock shows Start.
func Attacks(t testing.TB, elsewhere string) []Attack {
	t.Helper()
	return standing().Attacks(t, elsewhere)
}

// Attacks are what no verifier may accept who trusts the issuer and lets in its client. Nothing may
// ask for anything at the URL elsewhere.
func (i Issuer) Attacks(t testing.TB, elsewhere string) []Attack {
	t.Helper()
	return slices.Concat(i.algorithmAttacks(t), i.headerAttacks(t, elsewhere), i.shapeAttacks(t), i.timeAttacks(t), i.claimAttacks(t), i.jsonAttacks(t))
}

func (i Issuer) algorithmAttacks(t testing.TB) []Attack {
	t.Helper()
	ec := ecKey()
	payload := PayloadOf(t, i.ValidClaims())
	key := i.Key
	kid := map[jose.HeaderKey]any{"kid": i.KeyID}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	_, signature, _ := strings.Cut(i.Sign(t, i.ValidClaims()), ".")
	_, signature, _ = strings.Cut(signature, ".")
	attacks := []Attack{
		{"HS256 with the public key as PEM", SignRaw(t, jose.HS256, publicPEM, kid, payload)},
		{"HS256 with the public key as DER", SignRaw(t, jose.HS256, der, kid, payload)},
		{"HS256 with the modulus", SignRaw(t, jose.HS256, key.N.Bytes(), kid, payload)},
		{"PS256", SignRaw(t, jose.PS256, key, kid, payload)},
		{"RS512 against a key for RS256", SignRaw(t, jose.RS512, key, kid, payload)},
		{"ES256 with a key of the set", SignRaw(t, jose.ES256, ec, map[jose.HeaderKey]any{"kid": "ec"}, payload)},
		{"ES256 under the RSA key's id", SignRaw(t, jose.ES256, ec, kid, payload)},
		{"another RSA key under the same id", SignRaw(t, jose.RS256, Keys()[1], kid, payload)},
		{"another issuer and its key", SignRaw(t, jose.RS256, Keys()[1], kid, PayloadOf(t, i.With(map[string]any{"iss": i.URL + "2"})))},
		{"no alg", B64(`{"kid":"`+i.KeyID+`"}`) + "." + B64(string(payload)) + "." + signature},
		{"alg not a string", B64(`{"alg":256,"kid":"`+i.KeyID+`"}`) + "." + B64(string(payload)) + "." + signature},
		{"alg in lower case", B64(`{"alg":"rs256","kid":"`+i.KeyID+`"}`) + "." + B64(string(payload)) + "." + signature},
	}
	for _, none := range []string{"none", "None", "NONE", "nOnE", ""} {
		header := B64(`{"alg":"` + none + `","kid":"` + i.KeyID + `"}`)
		attacks = append(attacks,
			Attack{"alg " + none + " without signature", header + "." + B64(string(payload)) + "."},
			Attack{"alg " + none + " with signature", header + "." + B64(string(payload)) + "." + signature})
	}
	return attacks
}

func (i Issuer) headerAttacks(t testing.TB, elsewhere string) []Attack {
	t.Helper()
	payload := PayloadOf(t, i.ValidClaims())
	own := Keys()[1]
	ownJWK := jose.JSONWebKey{Key: own.Public(), KeyID: i.KeyID, Algorithm: "RS256"}
	signed := func(key any, name jose.HeaderKey, value any) string {
		return SignRaw(t, jose.RS256, key, map[jose.HeaderKey]any{"kid": i.KeyID, name: value}, payload)
	}
	kid := func(value any) string {
		return SignRaw(t, jose.RS256, i.Key, map[jose.HeaderKey]any{"kid": value}, payload)
	}
	return []Attack{
		{"embedded jwk", signed(own, "jwk", ownJWK)},
		{"embedded jwk, no kid", SignRaw(t, jose.RS256, own, map[jose.HeaderKey]any{"jwk": ownJWK}, payload)},
		{"jku", signed(own, "jku", elsewhere+"/jwks.json")},
		{"x5u", signed(own, "x5u", elsewhere+"/cert.pem")},
		{"x5c that is no certificate", signed(own, "x5c", []string{"AAAA"})},
		{"crit", signed(i.Key, "crit", []string{"exp"})},
		{"crit, empty", signed(i.Key, "crit", []string{})},
		{"crit null", i.RawSigned(t, `{"alg":"RS256","kid":"`+i.KeyID+`","crit":null}`, string(payload))},
		{"b64 false", i.RawSigned(t, `{"alg":"RS256","kid":"`+i.KeyID+`","b64":false}`, string(payload))},
		{"zip", signed(i.Key, "zip", "DEF")},
		{"unknown kid", kid("key-2")},
		{"kid as a path", kid("../../../../dev/null")},
		{"kid as a URL", kid(elsewhere + "/jwks.json")},
		{"kid as a query", kid(i.KeyID + "' OR '1'='1")},
		{"kid with a space", kid(i.KeyID + " ")},
		{"kid in another case", kid(strings.ToUpper(i.KeyID))},
		{"kid empty", kid("")},
		{"kid as a number", kid(1)},
		{"kid as a list", kid([]string{i.KeyID})},
		{"kid null", kid(nil)},
		{"no kid", SignRaw(t, jose.RS256, i.Key, nil, payload)},
	}
}

func (i Issuer) shapeAttacks(t testing.TB) []Attack {
	t.Helper()
	valid := i.Sign(t, i.ValidClaims())
	parts := strings.Split(valid, ".")
	flipped := []byte(valid)
	flipped[len(flipped)-40] ^= 1
	return []Attack{
		{"JWE", i.encrypted(t, valid)},
		{"nested JWT", SignRaw(t, jose.RS256, i.Key, map[jose.HeaderKey]any{"kid": i.KeyID, "cty": "JWT"}, []byte(valid))},
		{"one segment", parts[0]},
		{"two segments", parts[0] + "." + parts[1]},
		{"four segments", valid + "."},
		{"leading dot", "." + valid},
		{"only dots", ".."},
		{"three segments of nothing", "not.a.token"},
		{"empty payload", parts[0] + ".." + parts[2]},
		{"empty signature", parts[0] + "." + parts[1] + "."},
		{"truncated signature", valid[:len(valid)-2]},
		{"padded signature", valid + "=="},
		{"padded header", parts[0] + "=." + parts[1] + "." + parts[2]},
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(i.RawSigned(t, `{"alg":"RS256","kid":"`+i.KeyID+`"}`, `{"x":"???>>>~~~"}`))},
		{"altered signature", string(flipped)},
		{"altered payload", parts[0] + "." + B64(strings.Replace(Decode(t, parts[1]), i.Scope, i.Scope+"x", 1)) + "." + parts[2]},
		{"bits after the end", parts[0] + "." + parts[1] + "." + withStrayBit(t, parts[2])},
		{"space inside", parts[0] + ". " + parts[1] + "." + parts[2]},
		{"two spaces after Bearer", " " + valid},
		{"tab after Bearer", "\t" + valid},
		{"Bearer twice", "Bearer " + valid},
		{"two tokens", valid + "," + valid},
		{"token and more", valid + " more"},
		{"JSON serialization", `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`},
	}
}

// encrypted is a token in a JWE, for the issuer's key.
func (i Issuer) encrypted(t testing.TB, token string) string {
	t.Helper()
	encrypter, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.RSA_OAEP, Key: i.Key.Public(), KeyID: i.KeyID}, nil)
	if err != nil {
		t.Fatal(err)
	}
	jwe, err := encrypter.Encrypt([]byte(token))
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jwe.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// adder adds tokens of the issuer's that differ from valid ones in these claims.
func (i Issuer) adder(t testing.TB, attacks *[]Attack) func(name string, changes map[string]any) {
	t.Helper()
	return func(name string, changes map[string]any) {
		*attacks = append(*attacks, Attack{name, i.Sign(t, i.With(changes))})
	}
}

func (i Issuer) timeAttacks(t testing.TB) (attacks []Attack) {
	t.Helper()
	add := i.adder(t, &attacks)
	add("expired", map[string]any{"exp": i.Now.Add(-time.Second).Unix()})
	add("expires now", map[string]any{"exp": i.Now.Unix()})
	add("no exp", map[string]any{"exp": nil})
	add("exp string", map[string]any{"exp": "9999999999"})
	add("exp fraction in the past", map[string]any{"exp": json.Number(strconv.FormatInt(i.Now.Unix()-1, 10) + ".5")})
	add("exp fraction", map[string]any{"exp": json.Number("9999999999.5")})
	add("exp with an exponent", map[string]any{"exp": json.Number("9e9")})
	add("exp negative", map[string]any{"exp": -1})
	add("exp huge", map[string]any{"exp": json.Number("1e300")})
	add("exp over int64", map[string]any{"exp": json.Number("99999999999999999999")})
	add("exp true", map[string]any{"exp": true})
	add("exp list", map[string]any{"exp": []int64{9999999999}})
	add("nbf in the future", map[string]any{"nbf": i.Now.Add(i.Ahead).Unix()})
	add("nbf over int64", map[string]any{"nbf": json.Number("99999999999999999999")})
	add("nbf string", map[string]any{"nbf": "0"})
	add("iat in the future", map[string]any{"iat": i.Now.Add(i.Ahead).Unix()})
	add("iat negative", map[string]any{"iat": -1})
	add("iat string", map[string]any{"iat": "0"})
	return attacks
}

func (i Issuer) claimAttacks(t testing.TB) (attacks []Attack) {
	t.Helper()
	add := i.adder(t, &attacks)
	for name, issuer := range map[string]any{
		"trailing slash": i.URL + "/", "in upper case": strings.ToUpper(i.URL), "http": "http" + strings.TrimPrefix(i.URL, "https"),
		"without scheme": strings.TrimPrefix(i.URL, "https://"), "prefix": i.URL[:len(i.URL)-1], "longer": i.URL + "4",
		"list": []string{i.URL}, "empty": "", "missing": nil, "with a query": i.URL + "?", "with a space": i.URL + " ",
	} {
		add("iss "+name, map[string]any{"iss": issuer})
	}
	add("aud wrong, client_id right", map[string]any{"aud": "stranger"})
	add("aud empty list, client_id right", map[string]any{"aud": []string{}})
	add("aud empty, client_id right", map[string]any{"aud": ""})
	add("aud number", map[string]any{"aud": 1})
	add("aud list with a number", map[string]any{"aud": []any{1, i.ClientID}})
	add("aud substring", map[string]any{"aud": i.ClientID[:10]})
	add("aud space-separated", map[string]any{"aud": "x " + i.ClientID})
	add("aud object", map[string]any{"aud": map[string]string{i.ClientID: i.ClientID}})
	add("client_id list", map[string]any{"client_id": []string{i.ClientID}})
	add("neither aud nor client_id", map[string]any{"client_id": nil})
	return attacks
}

func (i Issuer) jsonAttacks(t testing.TB) []Attack {
	t.Helper()
	header := `{"alg":"RS256","kid":"` + i.KeyID + `"}`
	valid := string(PayloadOf(t, i.ValidClaims()))
	open := strings.TrimSuffix(valid, "}")
	return []Attack{
		{"duplicate exp", i.RawSigned(t, header, open+`,"exp":9999999999}`)},
		{"duplicate member, nested", i.RawSigned(t, header, open+`,"x":{"a":1,"a":2}}`)},
		{"duplicate member, escaped", i.RawSigned(t, header, open+`,"\u0065xp":9999999999}`)},
		{"duplicate kid", i.RawSigned(t, `{"alg":"RS256","kid":"x","kid":"`+i.KeyID+`"}`, valid)},
		{"duplicate alg", i.RawSigned(t, `{"alg":"none","alg":"RS256","kid":"`+i.KeyID+`"}`, valid)},
		{"Exp beside a missing exp", i.RawSigned(t, header, strings.Replace(valid, `"exp"`, `"Exp"`, 1))},
		{"text after the claims", i.RawSigned(t, header, valid+`x`)},
		{"brace after the claims", i.RawSigned(t, header, valid+`}`)},
		{"bracket after the claims", i.RawSigned(t, header, valid+`]`)},
		{"second object", i.RawSigned(t, header, valid+`{}`)},
		{"text after the header", i.RawSigned(t, header+"}", valid)},
		{"claims as a list", i.RawSigned(t, header, "["+valid+"]")},
		{"claims null", i.RawSigned(t, header, "null")},
		{"header null", i.RawSigned(t, "null", valid)},
		{"claims empty", i.RawSigned(t, header, "{}")},
		{"invalid UTF-8", i.RawSigned(t, header, open+",\"x\":\"\xff\"}")},
		{"invalid UTF-8 in the header", i.RawSigned(t, strings.TrimSuffix(header, "}")+",\"x\":\"\xff\"}", valid)},
		{"byte order mark", i.RawSigned(t, header, "\xef\xbb\xbf"+valid)},
		{"comment", i.RawSigned(t, header, "/**/"+valid)},
		{"exp in hex", i.RawSigned(t, header, strings.Replace(valid, `"exp":`, `"exp":0x`, 1))},
		{"exp with a plus", i.RawSigned(t, header, strings.Replace(valid, `"exp":`, `"exp":+`, 1))},
		{"deeply nested", i.RawSigned(t, header, open+`,"x":`+strings.Repeat("[", 2000)+"}")},
	}
}

// withStrayBit sets a bit that a lenient decoder drops: 256 bytes do not fill the last character of
// their base64.
func withStrayBit(t testing.TB, segment string) string {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(segment) - 1
	changed := segment[:last] + string(alphabet[strings.IndexByte(alphabet, segment[last])^1])
	if Decode(t, changed) != Decode(t, segment) {
		t.Fatal("the bit is not a stray one")
	}
	return changed
}
