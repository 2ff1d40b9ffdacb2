package cognito

import (
	"net/http"
	"net/url"
)

// credentials are what a caller says to be an app client with.
type credentials struct {
	clientID string
	secret   Secret
}

// readCredentials takes the client's id and secret from the Authorization header
// (client_secret_basic) or from the form (client_secret_post). With Basic, the form may repeat the
// client id but not bring a secret.
func readCredentials(r *http.Request, request tokenRequest) (credentials, error) {
	inForm := credentials{clientID: request.clientID, secret: request.clientSecret}
	if len(r.Header.Values("Authorization")) == 0 {
		if inForm.clientID == "" {
			return credentials{}, errNoClientID
		}
		return inForm, nil
	}
	inHeader, err := readBasic(r)
	if err != nil {
		return credentials{}, err
	}
	if inForm.secret != "" || (inForm.clientID != "" && inForm.clientID != inHeader.clientID) {
		return credentials{}, errTwoClients
	}
	return inHeader, nil
}

// readBasic decodes the Authorization header. RFC 6749 section 2.3.1 has the id and the secret
// form-encoded inside Basic, while AWS shows them plain. Neither alphabet has a percent sign, so
// decoding percent escapes, and leaving a plus sign alone, understands both.
//
// Parity: Token endpoint: percent-encoding inside Basic
func readBasic(r *http.Request) (credentials, error) {
	id, secret, wellFormed := r.BasicAuth()
	if !wellFormed || len(r.Header.Values("Authorization")) > 1 {
		return credentials{}, errAuthorization
	}
	id, idErr := url.PathUnescape(id)
	secret, secretErr := url.PathUnescape(secret)
	if idErr != nil || secretErr != nil {
		return credentials{}, errAuthorization
	}
	return credentials{clientID: id, secret: Secret(secret)}, nil
}

// authenticate checks the secret against every live secret of the client. A client without any is
// refused.
//
// Parity: Token endpoint: client without a secret
func (c *appClient) authenticate(secret Secret) error {
	if secret == "" {
		return errNoSecret
	}
	if !c.live.Load().include(secret) {
		return errWrongSecret
	}
	return nil
}
