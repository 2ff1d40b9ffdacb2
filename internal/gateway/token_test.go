package gateway_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// attack is a token that must not get in.
type attack struct{ name, token string }

// TestAttacks sends every token to a protected route. None may reach the function.
func TestAttacks(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.issuer.setKeys(map[string]any{"key-1": rsaKeys()[0].Public(), "ec": ec.Public()})
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a token made the gateway ask for %s", r.URL)
	}))
	defer elsewhere.Close()
	attacks := algorithmAttacks(t, ec)
	attacks = append(attacks, headerAttacks(t, elsewhere.URL)...)
	attacks = append(attacks, shapeAttacks(t)...)
	attacks = append(attacks, claimAttacks(t)...)
	attacks = append(attacks, jsonAttacks(t)...)
	for _, c := range attacks {
		t.Run(c.name, func(t *testing.T) {
			got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+c.token)
			if got.status != 401 || got.body != unauthorized {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if challenge := got.header.Get("Www-Authenticate"); !strings.HasPrefix(challenge, invalidToken) {
				t.Errorf("got www-authenticate %s", challenge)
			}
		})
	}
	if calls := a.function.calls(); calls != 0 {
		t.Errorf("the function was called %d times", calls)
	}
	if got := a.call(t, http.MethodGet, "/test_jwt", "Authorization", "Bearer "+sign(t, validClaims())); got.status != 200 {
		t.Errorf("after all attacks, a valid token: got %d", got.status)
	}
}

func algorithmAttacks(t *testing.T, ec *ecdsa.PrivateKey) []attack {
	t.Helper()
	payload := payloadOf(t, validClaims())
	key := rsaKeys()[0]
	kid := map[jose.HeaderKey]any{"kid": "key-1"}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	_, signature, _ := strings.Cut(sign(t, validClaims()), ".")
	_, signature, _ = strings.Cut(signature, ".")
	attacks := []attack{
		{"HS256 with the public key as PEM", signRaw(t, jose.HS256, publicPEM, kid, payload)},
		{"HS256 with the public key as DER", signRaw(t, jose.HS256, der, kid, payload)},
		{"HS256 with the modulus", signRaw(t, jose.HS256, key.N.Bytes(), kid, payload)},
		{"PS256", signRaw(t, jose.PS256, key, kid, payload)},
		{"RS512 against a key for RS256", signRaw(t, jose.RS512, key, kid, payload)},
		{"ES256 with a key of the set", signRaw(t, jose.ES256, ec, map[jose.HeaderKey]any{"kid": "ec"}, payload)},
		{"ES256 under the RSA key's id", signRaw(t, jose.ES256, ec, kid, payload)},
		{"another RSA key under the same id", signRaw(t, jose.RS256, rsaKeys()[1], kid, payload)},
		{"no alg", b64(`{"kid":"key-1"}`) + "." + b64(string(payload)) + "." + signature},
		{"alg not a string", b64(`{"alg":256,"kid":"key-1"}`) + "." + b64(string(payload)) + "." + signature},
		{"alg in lower case", b64(`{"alg":"rs256","kid":"key-1"}`) + "." + b64(string(payload)) + "." + signature},
	}
	for _, none := range []string{"none", "None", "NONE", "nOnE", ""} {
		header := b64(`{"alg":"` + none + `","kid":"key-1"}`)
		attacks = append(attacks,
			attack{"alg " + none + " without signature", header + "." + b64(string(payload)) + "."},
			attack{"alg " + none + " with signature", header + "." + b64(string(payload)) + "." + signature})
	}
	return attacks
}

func headerAttacks(t *testing.T, elsewhere string) []attack {
	t.Helper()
	payload := payloadOf(t, validClaims())
	own := rsaKeys()[1]
	ownJWK := jose.JSONWebKey{Key: own.Public(), KeyID: "key-1", Algorithm: "RS256"}
	signed := func(key any, name jose.HeaderKey, value any) string {
		return signRaw(t, jose.RS256, key, map[jose.HeaderKey]any{"kid": "key-1", name: value}, payload)
	}
	kid := func(value any) string {
		return signRaw(t, jose.RS256, rsaKeys()[0], map[jose.HeaderKey]any{"kid": value}, payload)
	}
	return []attack{
		{"embedded jwk", signed(own, "jwk", ownJWK)},
		{"embedded jwk, no kid", signRaw(t, jose.RS256, own, map[jose.HeaderKey]any{"jwk": ownJWK}, payload)},
		{"jku", signed(own, "jku", elsewhere+"/jwks.json")},
		{"x5u", signed(own, "x5u", elsewhere+"/cert.pem")},
		{"x5c that is no certificate", signed(own, "x5c", []string{"AAAA"})},
		{"crit", signed(rsaKeys()[0], "crit", []string{"exp"})},
		{"crit, empty", signed(rsaKeys()[0], "crit", []string{})},
		{"crit null", rawSigned(t, `{"alg":"RS256","kid":"key-1","crit":null}`, string(payload))},
		{"b64 false", rawSigned(t, `{"alg":"RS256","kid":"key-1","b64":false}`, string(payload))},
		{"zip", signed(rsaKeys()[0], "zip", "DEF")},
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
		{"no kid", signRaw(t, jose.RS256, rsaKeys()[0], nil, payload)},
	}
}

func shapeAttacks(t *testing.T) []attack {
	t.Helper()
	valid := sign(t, validClaims())
	parts := strings.Split(valid, ".")
	encrypter, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.RSA_OAEP, Key: rsaKeys()[0].Public(), KeyID: "key-1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	jwe, err := encrypter.Encrypt([]byte(valid))
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := jwe.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(valid)
	flipped[len(flipped)-40] ^= 1
	return []attack{
		{"JWE", encrypted},
		{"nested JWT", signRaw(t, jose.RS256, rsaKeys()[0], map[jose.HeaderKey]any{"kid": "key-1", "cty": "JWT"}, []byte(valid))},
		{"one segment", parts[0]},
		{"two segments", parts[0] + "." + parts[1]},
		{"four segments", valid + "."},
		{"leading dot", "." + valid},
		{"only dots", ".."},
		{"empty payload", parts[0] + ".." + parts[2]},
		{"empty signature", parts[0] + "." + parts[1] + "."},
		{"truncated signature", valid[:len(valid)-2]},
		{"padded signature", valid + "=="},
		{"padded header", parts[0] + "=." + parts[1] + "." + parts[2]},
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(rawSigned(t, `{"alg":"RS256","kid":"key-1"}`, `{"x":"???>>>~~~"}`))},
		{"altered signature", string(flipped)},
		{"altered payload", parts[0] + "." + b64(strings.Replace(decode(t, parts[1]), "test-api/read", "test-api/admin", 1)) + "." + parts[2]},
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

func claimAttacks(t *testing.T) []attack {
	t.Helper()
	attacks := []attack{}
	add := func(name string, changes map[string]any) {
		attacks = append(attacks, attack{name, sign(t, with(changes))})
	}
	add("expired", map[string]any{"exp": start.Add(-time.Second).Unix()})
	add("expires now", map[string]any{"exp": start.Unix()})
	add("no exp", map[string]any{"exp": nil})
	add("exp string", map[string]any{"exp": "9999999999"})
	add("exp fraction in the past", map[string]any{"exp": json.Number(strconv.FormatInt(start.Unix()-1, 10) + ".5")})
	add("exp fraction", map[string]any{"exp": json.Number("9999999999.5")})
	add("exp with an exponent", map[string]any{"exp": json.Number("9e9")})
	add("exp negative", map[string]any{"exp": -1})
	add("exp huge", map[string]any{"exp": json.Number("1e300")})
	add("exp over int64", map[string]any{"exp": json.Number("99999999999999999999")})
	add("exp true", map[string]any{"exp": true})
	add("exp list", map[string]any{"exp": []int64{9999999999}})
	add("nbf in the future", map[string]any{"nbf": start.Add(time.Second).Unix()})
	add("nbf over int64", map[string]any{"nbf": json.Number("99999999999999999999")})
	add("nbf string", map[string]any{"nbf": "0"})
	add("iat in the future", map[string]any{"iat": start.Add(time.Second).Unix()})
	add("iat negative", map[string]any{"iat": -1})
	add("iat string", map[string]any{"iat": "0"})
	for name, issuer := range map[string]any{
		"trailing slash": issuerURL + "/", "in upper case": strings.ToUpper(issuerURL), "http": "http" + strings.TrimPrefix(issuerURL, "https"),
		"without scheme": strings.TrimPrefix(issuerURL, "https://"), "prefix": issuerURL[:len(issuerURL)-1], "longer": issuerURL + "4",
		"list": []string{issuerURL}, "empty": "", "missing": nil, "with a query": issuerURL + "?", "with a space": issuerURL + " ",
	} {
		add("iss "+name, map[string]any{"iss": issuer})
	}
	add("aud wrong, client_id right", map[string]any{"aud": "stranger"})
	add("aud empty list, client_id right", map[string]any{"aud": []string{}})
	add("aud empty, client_id right", map[string]any{"aud": ""})
	add("aud number", map[string]any{"aud": 1})
	add("aud list with a number", map[string]any{"aud": []any{1, clientID}})
	add("aud substring", map[string]any{"aud": clientID[:10]})
	add("aud space-separated", map[string]any{"aud": "x " + clientID})
	add("aud object", map[string]any{"aud": map[string]string{clientID: clientID}})
	add("client_id list", map[string]any{"client_id": []string{clientID}})
	add("neither aud nor client_id", map[string]any{"client_id": nil})
	return attacks
}

func jsonAttacks(t *testing.T) []attack {
	t.Helper()
	header := `{"alg":"RS256","kid":"key-1"}`
	valid := string(payloadOf(t, validClaims()))
	open := strings.TrimSuffix(valid, "}")
	return []attack{
		{"duplicate exp", rawSigned(t, header, open+`,"exp":9999999999}`)},
		{"duplicate member, nested", rawSigned(t, header, open+`,"x":{"a":1,"a":2}}`)},
		{"duplicate member, escaped", rawSigned(t, header, open+`,"\u0065xp":9999999999}`)},
		{"duplicate kid", rawSigned(t, `{"alg":"RS256","kid":"x","kid":"key-1"}`, valid)},
		{"duplicate alg", rawSigned(t, `{"alg":"none","alg":"RS256","kid":"key-1"}`, valid)},
		{"Exp beside a missing exp", rawSigned(t, header, strings.Replace(valid, `"exp"`, `"Exp"`, 1))},
		{"text after the claims", rawSigned(t, header, valid+`x`)},
		{"brace after the claims", rawSigned(t, header, valid+`}`)},
		{"bracket after the claims", rawSigned(t, header, valid+`]`)},
		{"second object", rawSigned(t, header, valid+`{}`)},
		{"text after the header", rawSigned(t, header+"}", valid)},
		{"claims as a list", rawSigned(t, header, "["+valid+"]")},
		{"claims null", rawSigned(t, header, "null")},
		{"header null", rawSigned(t, "null", valid)},
		{"claims empty", rawSigned(t, header, "{}")},
		{"invalid UTF-8", rawSigned(t, header, open+",\"x\":\"\xff\"}")},
		{"invalid UTF-8 in the header", rawSigned(t, "{\"alg\":\"RS256\",\"kid\":\"key-1\",\"x\":\"\xff\"}", valid)},
		{"byte order mark", rawSigned(t, header, "\xef\xbb\xbf"+valid)},
		{"comment", rawSigned(t, header, "/**/"+valid)},
		{"exp in hex", rawSigned(t, header, strings.Replace(valid, `"exp":`, `"exp":0x`, 1))},
		{"exp with a plus", rawSigned(t, header, strings.Replace(valid, `"exp":`, `"exp":+`, 1))},
		{"deeply nested", rawSigned(t, header, open+`,"x":`+strings.Repeat("[", 2000)+"}")},
	}
}

// withStrayBit sets a bit that a lenient decoder drops: 256 bytes do not fill the last character of
// their base64.
func withStrayBit(t *testing.T, segment string) string {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(segment) - 1
	changed := segment[:last] + string(alphabet[strings.IndexByte(alphabet, segment[last])^1])
	if decode(t, changed) != decode(t, segment) {
		t.Fatal("the bit is not a stray one")
	}
	return changed
}
