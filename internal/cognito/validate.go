package cognito

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"

	"cognito-m2m/internal/userpool"
)

const (
	// maxSecrets is how many live secrets a client may have, so that one can replace the other.
	maxSecrets = 2

	longestSecretID = 128
)

// The patterns of the Cognito API model.
var (
	userPoolIDPattern = regexp.MustCompile(`^[\w-]+_[0-9a-zA-Z]+$`)
	regionPattern     = regexp.MustCompile(`^[a-z0-9-]+$`)
)

// validate returns every problem of the configuration at once, joined. No message contains a
// secret.
func (c Config) validate() error {
	problems := []error{
		c.UserPool.validate(),
		validateBaseURL(c.BaseURL),
		validateResourceServers(c.ResourceServers),
		validateClients(c.Clients),
	}
	if c.Keys == nil {
		problems = append(problems, errors.New("keys: none given; make them with GenerateKeys"))
	} else if err := c.Keys.validate(); err != nil {
		problems = append(problems, fmt.Errorf("keys: %w", err))
	}
	return errors.Join(problems...)
}

func isUserPoolID(id string) bool {
	const longest = 55
	return userPoolIDPattern.MatchString(id) && len(id) <= longest
}

func (p UserPool) validate() error {
	var problems []error
	if !isUserPoolID(p.ID) {
		problems = append(problems, fmt.Errorf("user pool id %q: must look like us-east-1_Ab1Cd2Ef3; make one with NewUserPoolID", p.ID))
	}
	if p.Issuer == "" && !regionPattern.MatchString(p.Region) {
		problems = append(problems, fmt.Errorf("user pool region %q: must be an AWS Region such as us-east-1, or give the issuer", p.Region))
	}
	if p.Issuer != "" && !isURL(p.Issuer, "https") {
		problems = append(problems, fmt.Errorf("user pool issuer %q: must be an https URL without query and fragment", p.Issuer))
	}
	return errors.Join(problems...)
}

func validateBaseURL(base string) error {
	if !isURL(base, "http", "https") {
		return fmt.Errorf("base URL %q: must be where the server listens, such as http://127.0.0.1:4001", base)
	}
	if parsed, err := url.Parse(base); err != nil || (parsed.Path != "" && parsed.Path != "/") {
		return fmt.Errorf("base URL %q: must not have a path, since the token endpoint's path is fixed", base)
	}
	return nil
}

// isURL reports whether text is an absolute URL of one of the schemes, without credentials, query
// or fragment.
func isURL(text string, schemes ...string) bool {
	parsed, err := url.Parse(text)
	return err == nil && slices.Contains(schemes, parsed.Scheme) && parsed.Host != "" &&
		parsed.User == nil && parsed.RawQuery == "" && parsed.Fragment == ""
}

func validateResourceServers(servers []ResourceServer) error {
	var problems []error
	seen := map[string]bool{}
	for _, server := range servers {
		if seen[server.Identifier] {
			problems = append(problems, fmt.Errorf("resource server %q: there are two with this identifier; remove one", server.Identifier))
		}
		seen[server.Identifier] = true
	}
	return errors.Join(problems...)
}

func validateClients(clients []Client) error {
	var problems []error
	seen := map[string]bool{}
	for _, client := range clients {
		if seen[client.ID] {
			problems = append(problems, fmt.Errorf("app client %q: there are two with the id %q; remove one", client.Name, client.ID))
		}
		seen[client.ID] = true
		for _, problem := range client.problems() {
			problems = append(problems, fmt.Errorf("app client %q: %s", client.Name, problem))
		}
	}
	return errors.Join(problems...)
}

// problems are why the token endpoint can't serve the client, whose id and secrets come from a
// state file.
func (c Client) problems() []string {
	var problems []string
	require := func(holds bool, problem string) {
		if !holds {
			problems = append(problems, problem)
		}
	}
	require(userpool.IsClientID(c.ID), "id must be 1 to 128 letters, digits, _ and +; make one with NewClientID")
	require(len(c.Secrets) <= maxSecrets, "at most two secrets can be live; remove the oldest")
	for i, secret := range c.Secrets {
		require(userpool.IsSecret(string(secret.Value)), "each secret must be 24 to 64 letters, digits, _ and +; make one with NewClientSecret")
		require(secret.ID != "" && len(secret.ID) <= longestSecretID, "each secret needs an id of 1 to 128 characters; make one with NewClientSecretID")
		require(!slices.ContainsFunc(c.Secrets[:i], func(other ClientSecret) bool { return other.ID == secret.ID }), "two secrets have the same id; make ids with NewClientSecretID")
	}
	require(len(c.Secrets) > 0 || !c.allowsFlow(userpool.ClientCredentials), "client_credentials needs a client secret; set GenerateSecret")
	return problems
}

// validity is the lifetime of the client's access tokens with the default applied.
func (c Client) validity() time.Duration {
	if c.AccessTokenValidity == 0 {
		return userpool.DefaultValidity
	}
	return c.AccessTokenValidity
}

func (c Client) allowsFlow(flow string) bool {
	return slices.Contains(c.AllowedOAuthFlows, flow)
}
