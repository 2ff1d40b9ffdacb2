package client

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// The environment variables that FromEnvironment reads.
const (
	clientIDVariable      = "M2M_CLIENT_ID"
	clientSecretVariable  = "M2M_CLIENT_SECRET"  //nolint:gosec // the name of a variable, not a credential
	tokenEndpointVariable = "M2M_TOKEN_ENDPOINT" //nolint:gosec // the name of a variable, not a credential
)

// FromEnvironment reads credentials from the environment: M2M_CLIENT_ID, M2M_CLIENT_SECRET and
// M2M_TOKEN_ENDPOINT. Its error names each variable that is missing, or whose value has white space
// or quotation marks around it, which env files of shells and container engines may leave there. A
// process's environment does not change from outside, so only the next process sees a rotated
// secret.
func FromEnvironment() Source { return namedSource{"the environment", readEnvironment} }

func readEnvironment(context.Context) (Credentials, error) {
	var missing, surrounded []string
	required := func(name string) string {
		value := os.Getenv(name)
		if value == "" {
			missing = append(missing, name)
		} else if found := strayCharacters(value); found != "" {
			surrounded = append(surrounded, name+" has "+found)
		}
		return value
	}
	credentials := Credentials{
		ClientID:      required(clientIDVariable),
		ClientSecret:  Secret(required(clientSecretVariable)),
		TokenEndpoint: required(tokenEndpointVariable),
	}
	if len(missing) > 0 {
		return Credentials{}, fmt.Errorf("reading credentials from the environment: set %s", strings.Join(missing, ", "))
	}
	if len(surrounded) > 0 {
		return Credentials{}, fmt.Errorf("reading credentials from the environment: %s: set it without", strings.Join(surrounded, ", "))
	}
	if err := credentials.Validate(); err != nil {
		return Credentials{}, fmt.Errorf("reading credentials from the environment: %w", err)
	}
	return credentials, nil
}
