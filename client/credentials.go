package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"cognito-m2m/naming"
)

// ClientIDTag is the tag of a secret that names its app client. Its value is the app client's id,
// so that the id is known without reading the secret.
const ClientIDTag = naming.ClientIDTag

// UndecidedLabel is a staging label that a rotation leaves on the current version of a secret when
// it has stopped: the app client has two secrets, and no version with one of Secrets Manager's own
// labels shows which of them callers use.
const UndecidedLabel = naming.UndecidedLabel

// ErrNotRotated says that a secret still has the value it was created with, {}: its first rotation
// has not ended.
var ErrNotRotated = errors.New("not rotated yet: the first rotation fills the secret; wait for it to end, or start it again")

// Credentials are what a machine needs to get tokens, in the form in which a rotation stores them.
type Credentials struct {
	// ClientID is the app client's id. Required.
	ClientID string `json:"client_id"`
	// ClientSecret is the app client's secret. Required.
	ClientSecret Secret `json:"client_secret"`
	// ClientSecretID is Cognito's name for ClientSecret among the two that an app client can have.
	ClientSecretID string `json:"client_secret_id"`
	// TokenEndpoint is the URL that issues tokens, such as https://<domain>/oauth2/token. Required.
	TokenEndpoint string `json:"token_endpoint"`
	// Scopes are those that the app client had when ClientSecret was made. They are for
	// information: a token request does not name them, so that a change of the client's scopes
	// takes effect at once.
	Scopes []string `json:"scopes"`
	// Issuer is the "iss" claim of the tokens.
	Issuer string `json:"issuer"`
	// RotatedAt is when the rotation made ClientSecret, in UTC; in JSON an RFC 3339 time.
	RotatedAt time.Time `json:"rotated_at"`
}

// ParseCredentials reads the JSON value of a secret and validates it. Unknown members are ignored.
// It returns [ErrNotRotated] for the value {}; white space around the value is allowed. No error
// quotes any part of the value.
func ParseCredentials(value []byte) (Credentials, error) {
	if bytes.HasPrefix(value, []byte("\uFEFF")) {
		return Credentials{}, fmt.Errorf("parsing credentials: %s stands before the JSON: save them as UTF-8 without it", nameOf('\uFEFF'))
	}
	if string(bytes.TrimSpace(value)) == naming.NotRotated {
		return Credentials{}, ErrNotRotated
	}
	var credentials Credentials
	if err := json.Unmarshal(value, &credentials); err != nil {
		return Credentials{}, fmt.Errorf("parsing credentials: %w", withoutValue(err))
	}
	if err := credentials.Validate(); err != nil {
		return Credentials{}, err
	}
	credentials.RotatedAt = credentials.RotatedAt.UTC()
	return credentials, nil
}

// withoutValue replaces an error of encoding/json, which may quote the value, by one that does not.
func withoutValue(err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not valid JSON at byte %d", syntax.Offset)
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return fmt.Errorf("%s has the wrong JSON type", mismatch.Field)
	case errors.As(err, &mismatch):
		return errors.New("not a JSON object")
	default:
		return errors.New("rotated_at is not an RFC 3339 time")
	}
}

// Validate returns an error that names each required field that is missing, that has white space or
// quotation marks around its value, or what is wrong with TokenEndpoint.
func (c Credentials) Validate() error {
	var missing, surrounded []string
	for _, field := range []struct{ name, value string }{
		{"client_id", c.ClientID},
		{"client_secret", string(c.ClientSecret)},
		{"token_endpoint", c.TokenEndpoint},
	} {
		if field.value == "" {
			missing = append(missing, field.name)
		} else if found := strayCharacters(field.value); found != "" {
			surrounded = append(surrounded, field.name+" has "+found)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("credentials lack %s", strings.Join(missing, ", "))
	}
	if len(surrounded) > 0 {
		return fmt.Errorf("credentials can't be right: %s: remove it", strings.Join(surrounded, ", "))
	}
	endpoint, err := parseURL(c.TokenEndpoint)
	if err != nil {
		return fmt.Errorf("token_endpoint of the credentials: %w", err)
	}
	if endpoint.RawQuery != "" || endpoint.Fragment != "" {
		return errors.New("token_endpoint of the credentials: remove the query and the fragment")
	}
	return nil
}

// LogValue makes slog, its JSON handler included, show everything but the secret.
func (c Credentials) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("client_id", c.ClientID),
		slog.String("client_secret_id", c.ClientSecretID),
		slog.String("token_endpoint", c.TokenEndpoint),
		slog.Any("scopes", c.Scopes),
		slog.Time("rotated_at", c.RotatedAt),
	)
}

// grantsAs says whether other gets the same tokens in the same way: what merely describes the
// credentials, such as RotatedAt, does not count.
func (c Credentials) grantsAs(other Credentials) bool {
	return c.ClientID == other.ClientID &&
		c.ClientSecret.Equal(other.ClientSecret) &&
		c.TokenEndpoint == other.TokenEndpoint
}
