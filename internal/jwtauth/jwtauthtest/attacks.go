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

// Published are the public keys that an issuer of Attacks has, by their ids.
func Published() map[string]any {
	return map[string]any{KeyID: Keys()[0].Public(), "ec": ecKey().Public()}
}

// Attacks are what no verifier may accept whose issuer is IssuerURL with the keys of Published, who
// lets in ClientID, and whose clock shows Start. Nothing may ask for anything at the URL elsewhere.
func Attacks(t testing.TB, elsewhere string) []Attack {
	t.Helper()
	return slices.Concat(algorithmAttacks(t), headerAttacks(t, elsewhere), shapeAttacks(t), timeAttacks(t), claimAttacks(t), jsonAttacks(t))
}

func algorithmAttacks(t testing.TB) []Attack {
	t.Helper()
	ec := ecKey()
	payload := PayloadOf(t, ValidClaims())
	key := Keys()[0]
	kid := map[jose.HeaderKey]any{"kid": "key-1"}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	_, signature, _ := strings.Cut(Sign(t, ValidClaims()), ".")
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
		{"another issuer and its key", SignRaw(t, jose.RS256, Keys()[1], kid, PayloadOf(t, With(map[string]any{"iss": IssuerURL + "2"})))},
		{"no alg", B64(`{"kid":"key-1"}`) + "." + B64(string(payload)) + "." + signature},
		{"alg not a string", B64(`{"alg":256,"kid":"key-1"}`) + "." + B64(string(payload)) + "." + signature},
		{"alg in lower case", B64(`{"alg":"rs256","kid":"key-1"}`) + "." + B64(string(payload)) + "." + signature},
	}
	for _, none := range []string{"none", "None", "NONE", "nOnE", ""} {
		header := B64(`{"alg":"` + none + `","kid":"key-1"}`)
		attacks = append(attacks,
			Attack{"alg " + none + " without signature", header + "." + B64(string(payload)) + "."},
			Attack{"alg " + none + " with signature", header + "." + B64(string(payload)) + "." + signature})
	}
	return attacks
}

func headerAttacks(t testing.TB, elsewhere string) []Attack {
	t.Helper()
	payload := PayloadOf(t, ValidClaims())
	own := Keys()[1]
	ownJWK := jose.JSONWebKey{Key: own.Public(), KeyID: "key-1", Algorithm: "RS256"}
	signed := func(key any, name jose.HeaderKey, value any) string {
		return SignRaw(t, jose.RS256, key, map[jose.HeaderKey]any{"kid": "key-1", name: value}, payload)
	}
	kid := func(value any) string {
		return SignRaw(t, jose.RS256, Keys()[0], map[jose.HeaderKey]any{"kid": value}, payload)
	}
	return []Attack{
		{"embedded jwk", signed(own, "jwk", ownJWK)},
		{"embedded jwk, no kid", SignRaw(t, jose.RS256, own, map[jose.HeaderKey]any{"jwk": ownJWK}, payload)},
		{"jku", signed(own, "jku", elsewhere+"/jwks.json")},
		{"x5u", signed(own, "x5u", elsewhere+"/cert.pem")},
		{"x5c that is no certificate", signed(own, "x5c", []string{"AAAA"})},
		{"crit", signed(Keys()[0], "crit", []string{"exp"})},
		{"crit, empty", signed(Keys()[0], "crit", []string{})},
		{"crit null", RawSigned(t, `{"alg":"RS256","kid":"key-1","crit":null}`, string(payload))},
		{"b64 false", RawSigned(t, `{"alg":"RS256","kid":"key-1","b64":false}`, string(payload))},
		{"zip", signed(Keys()[0], "zip", "DEF")},
		{"unknown kid", kid("key-2")},
		{"kid as a path", kid("../../../../dev/null")},
		{"kid as a URL", kid(elsewhere + "/jwks.json")},
		{"kid as a query", kid("key-1' OR '1'='1")},
		{"kid with a space", kid("key-1 ")},
		{"kid in another case", kid("KEY-1")},
		{"kid empty", kid("")},
		{"kid as a number", kid(1)},
		{"kid as a list", kid([]string{"key-1"})},
		{"kid null", kid(nil)},
		{"no kid", SignRaw(t, jose.RS256, Keys()[0], nil, payload)},
	}
}

func shapeAttacks(t testing.TB) []Attack {
	t.Helper()
	valid := Sign(t, ValidClaims())
	parts := strings.Split(valid, ".")
	flipped := []byte(valid)
	flipped[len(flipped)-40] ^= 1
	return []Attack{
		{"JWE", encrypted(t, valid)},
		{"nested JWT", SignRaw(t, jose.RS256, Keys()[0], map[jose.HeaderKey]any{"kid": "key-1", "cty": "JWT"}, []byte(valid))},
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
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(RawSigned(t, `{"alg":"RS256","kid":"key-1"}`, `{"x":"???>>>~~~"}`))},
		{"altered signature", string(flipped)},
		{"altered payload", parts[0] + "." + B64(strings.Replace(Decode(t, parts[1]), "test-api/read", "test-api/admin", 1)) + "." + parts[2]},
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
func encrypted(t testing.TB, token string) string {
	t.Helper()
	encrypter, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.RSA_OAEP, Key: Keys()[0].Public(), KeyID: KeyID}, nil)
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
func adder(t testing.TB, attacks *[]Attack) func(name string, changes map[string]any) {
	t.Helper()
	return func(name string, changes map[string]any) {
		*attacks = append(*attacks, Attack{name, Sign(t, With(changes))})
	}
}

func timeAttacks(t testing.TB) (attacks []Attack) {
	t.Helper()
	add := adder(t, &attacks)
	add("expired", map[string]any{"exp": Start.Add(-time.Second).Unix()})
	add("expires now", map[string]any{"exp": Start.Unix()})
	add("no exp", map[string]any{"exp": nil})
	add("exp string", map[string]any{"exp": "9999999999"})
	add("exp fraction in the past", map[string]any{"exp": json.Number(strconv.FormatInt(Start.Unix()-1, 10) + ".5")})
	add("exp fraction", map[string]any{"exp": json.Number("9999999999.5")})
	add("exp with an exponent", map[string]any{"exp": json.Number("9e9")})
	add("exp negative", map[string]any{"exp": -1})
	add("exp huge", map[string]any{"exp": json.Number("1e300")})
	add("exp over int64", map[string]any{"exp": json.Number("99999999999999999999")})
	add("exp true", map[string]any{"exp": true})
	add("exp list", map[string]any{"exp": []int64{9999999999}})
	add("nbf in the future", map[string]any{"nbf": Start.Add(time.Second).Unix()})
	add("nbf over int64", map[string]any{"nbf": json.Number("99999999999999999999")})
	add("nbf string", map[string]any{"nbf": "0"})
	add("iat in the future", map[string]any{"iat": Start.Add(time.Second).Unix()})
	add("iat negative", map[string]any{"iat": -1})
	add("iat string", map[string]any{"iat": "0"})
	return attacks
}

func claimAttacks(t testing.TB) (attacks []Attack) {
	t.Helper()
	add := adder(t, &attacks)
	for name, issuer := range map[string]any{
		"trailing slash": IssuerURL + "/", "in upper case": strings.ToUpper(IssuerURL), "http": "http" + strings.TrimPrefix(IssuerURL, "https"),
		"without scheme": strings.TrimPrefix(IssuerURL, "https://"), "prefix": IssuerURL[:len(IssuerURL)-1], "longer": IssuerURL + "4",
		"list": []string{IssuerURL}, "empty": "", "missing": nil, "with a query": IssuerURL + "?", "with a space": IssuerURL + " ",
	} {
		add("iss "+name, map[string]any{"iss": issuer})
	}
	add("aud wrong, client_id right", map[string]any{"aud": "stranger"})
	add("aud empty list, client_id right", map[string]any{"aud": []string{}})
	add("aud empty, client_id right", map[string]any{"aud": ""})
	add("aud number", map[string]any{"aud": 1})
	add("aud list with a number", map[string]any{"aud": []any{1, ClientID}})
	add("aud substring", map[string]any{"aud": ClientID[:10]})
	add("aud space-separated", map[string]any{"aud": "x " + ClientID})
	add("aud object", map[string]any{"aud": map[string]string{ClientID: ClientID}})
	add("client_id list", map[string]any{"client_id": []string{ClientID}})
	add("neither aud nor client_id", map[string]any{"client_id": nil})
	return attacks
}

func jsonAttacks(t testing.TB) []Attack {
	t.Helper()
	header := `{"alg":"RS256","kid":"key-1"}`
	valid := string(PayloadOf(t, ValidClaims()))
	open := strings.TrimSuffix(valid, "}")
	return []Attack{
		{"duplicate exp", RawSigned(t, header, open+`,"exp":9999999999}`)},
		{"duplicate member, nested", RawSigned(t, header, open+`,"x":{"a":1,"a":2}}`)},
		{"duplicate member, escaped", RawSigned(t, header, open+`,"\u0065xp":9999999999}`)},
		{"duplicate kid", RawSigned(t, `{"alg":"RS256","kid":"x","kid":"key-1"}`, valid)},
		{"duplicate alg", RawSigned(t, `{"alg":"none","alg":"RS256","kid":"key-1"}`, valid)},
		{"Exp beside a missing exp", RawSigned(t, header, strings.Replace(valid, `"exp"`, `"Exp"`, 1))},
		{"text after the claims", RawSigned(t, header, valid+`x`)},
		{"brace after the claims", RawSigned(t, header, valid+`}`)},
		{"bracket after the claims", RawSigned(t, header, valid+`]`)},
		{"second object", RawSigned(t, header, valid+`{}`)},
		{"text after the header", RawSigned(t, header+"}", valid)},
		{"claims as a list", RawSigned(t, header, "["+valid+"]")},
		{"claims null", RawSigned(t, header, "null")},
		{"header null", RawSigned(t, "null", valid)},
		{"claims empty", RawSigned(t, header, "{}")},
		{"invalid UTF-8", RawSigned(t, header, open+",\"x\":\"\xff\"}")},
		{"invalid UTF-8 in the header", RawSigned(t, "{\"alg\":\"RS256\",\"kid\":\"key-1\",\"x\":\"\xff\"}", valid)},
		{"byte order mark", RawSigned(t, header, "\xef\xbb\xbf"+valid)},
		{"comment", RawSigned(t, header, "/**/"+valid)},
		{"exp in hex", RawSigned(t, header, strings.Replace(valid, `"exp":`, `"exp":0x`, 1))},
		{"exp with a plus", RawSigned(t, header, strings.Replace(valid, `"exp":`, `"exp":+`, 1))},
		{"deeply nested", RawSigned(t, header, open+`,"x":`+strings.Repeat("[", 2000)+"}")},
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
