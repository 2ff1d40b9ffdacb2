package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
)

// target is a running environment, as `m2m up --json` describes it.
type target struct {
	APIURL        string               `json:"api_url"`
	TokenEndpoint string               `json:"token_endpoint"`
	Issuer        string               `json:"issuer"`
	JWKSURI       string               `json:"jwks_uri"`
	UserPoolID    string               `json:"user_pool_id"`
	Clients       map[string]appClient `json:"clients"` // by name
	Routes        []describedRoute     `json:"routes"`

	// local is set for the runtime that the suite started: nothing that a row needs may be lacking
	// there.
	local bool
	// attacks are tokens that it must refuse, and valid is what they are made from. It takes the
	// user pool's private key to make them.
	attacks []jwtauthtest.Attack
	valid   string
}

type describedRoute struct {
	RouteKey      string   `json:"route_key"`
	Authorization string   `json:"authorization"` // CUSTOM: the function of an authorizer decides
	Scopes        []string `json:"scopes"`        // none: any token of a client opens it
}

type appClient struct {
	ID     string   `json:"client_id"`
	Secret string   `json:"client_secret"`
	Scopes []string `json:"scopes"`
}

// deployedTarget reads M2M_TARGET.
func deployedTarget(t *testing.T) target {
	t.Helper()
	setting := os.Getenv("M2M_TARGET")
	raw := []byte(setting)
	if !strings.HasPrefix(strings.TrimSpace(setting), "{") {
		var err error
		if raw, err = os.ReadFile(setting); err != nil {
			t.Fatalf("reading M2M_TARGET: %v", err)
		}
	}
	described, err := decodeTarget(raw)
	if err != nil {
		t.Fatal(err)
	}
	return described
}

// decodeTarget does not quote raw in errors, because it holds secrets.
func decodeTarget(raw []byte) (target, error) {
	var described target
	if err := json.Unmarshal(raw, &described); err != nil {
		return target{}, fmt.Errorf("decoding the description of the target: %w", err)
	}
	for key, value := range map[string]string{
		"api_url": described.APIURL, "token_endpoint": described.TokenEndpoint, "issuer": described.Issuer,
		"jwks_uri": described.JWKSURI, "user_pool_id": described.UserPoolID,
	} {
		if value == "" {
			return target{}, fmt.Errorf("the description of the target has no %s", key)
		}
	}
	if len(described.Clients) == 0 {
		return target{}, errors.New("the description of the target has no client")
	}
	return described, nil
}
