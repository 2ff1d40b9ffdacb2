package cognito

import (
	"io"
	"mime"
	"net/http"
	"net/url"

	"cognito-m2m/internal/userpool"
)

// The grant types that Cognito's token endpoint knows beside client credentials.
const (
	grantAuthorizationCode = "authorization_code"
	grantRefreshToken      = "refresh_token"
)

// maxFormBytes bounds a token request's body. Fifty scopes of the greatest length, all
// percent-encoded, come to about 80 KB, so no request that could succeed is cut off.
const maxFormBytes = 128 << 10

// tokenRequest is the form of a token request. A parameter sent empty counts as left out (RFC 6749
// section 3.2). Parameters that are not listed here are ignored, aws_client_metadata and resource
// included: the first reaches only a trigger, and resource binding is not available to client
// credentials.
//
// Parity: Token endpoint: client metadata
// Parity: Token endpoint: resource parameter
type tokenRequest struct {
	grantType    string
	scope        string
	clientID     string
	clientSecret Secret
}

// checkMethod accepts POST with a form, and nothing else, CORS preflight included.
//
// Parity: Token endpoint: preflight
func checkMethod(r *http.Request) error {
	if r.Method != http.MethodPost {
		return errMethod
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return errContentType
	}
	return nil
}

// readTokenRequest checks the method and the content type, reads the form once, and checks the
// grant type.
func readTokenRequest(r *http.Request) (tokenRequest, error) {
	if err := checkMethod(r); err != nil {
		return tokenRequest{}, err
	}
	form, err := readForm(r.Body)
	if err != nil {
		return tokenRequest{}, err
	}
	request := tokenRequest{
		grantType:    form.Get("grant_type"),
		scope:        form.Get("scope"),
		clientID:     form.Get("client_id"),
		clientSecret: Secret(form.Get("client_secret")),
	}
	switch request.grantType {
	case userpool.ClientCredentials, grantAuthorizationCode, grantRefreshToken:
		return request, nil
	case "":
		return tokenRequest{}, errNoGrantType
	default:
		return tokenRequest{}, errGrantType
	}
}

// readForm reads the parameters from the body. The query string is never looked at: credentials
// must not be in a URL (RFC 6749 section 2.3.1). Values need not be UTF-8: what is not then equals
// no name or secret.
//
// Parity: Token endpoint: parameters in the URL
func readForm(body io.Reader) (url.Values, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxFormBytes+1))
	if err != nil || len(text) > maxFormBytes {
		return nil, errBody
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, errForm
	}
	for _, name := range []string{"grant_type", "scope", "client_id", "client_secret", "aws_client_metadata"} {
		if len(form[name]) > 1 {
			return nil, errRepeated
		}
	}
	return form, nil
}
