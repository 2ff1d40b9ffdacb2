package cognito

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"cognito-m2m/internal/userpool"
)

// clientUpdate has the members of UpdateUserPoolClient that are about clients without users.
type clientUpdate struct {
	ClientName                      *string
	AllowedOAuthFlowsUserPoolClient bool
	AllowedOAuthFlows               []string
	AllowedOAuthScopes              []string
	ExplicitAuthFlows               []string
	SupportedIdentityProviders      []string
	AccessTokenValidity             float64
	TokenValidityUnits              struct{ AccessToken string }
}

var (
	clientNamePattern = regexp.MustCompile(`^[\w\s+=,.@-]{1,128}$`)
	scopePattern      = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,256}$`)

	// updateMembers are those that have a meaning here.
	updateMembers = []string{
		"UserPoolId", "ClientId", "ClientName", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthFlows", "AllowedOAuthScopes",
		"ExplicitAuthFlows", "SupportedIdentityProviders", "AccessTokenValidity", "TokenValidityUnits",
	}

	// standardScopes exist in every pool without a resource server, and need a user.
	standardScopes = []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"}

	// defaultAuthFlows are those of a client that names none.
	defaultAuthFlows = []string{"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"}
)

const mostScopes = 50 // of a client

// updateUserPoolClient replaces the settings of a client. What the request leaves out gets its
// default, as AWS documents, so a request that names one setting turns OAuth off. Nothing says what
// becomes of a name that is left out; it stays.
//
// Parity: User pool API: members of UpdateUserPoolClient
func (s *Server) updateUserPoolClient(ctx context.Context, request apiRequest) (any, error) {
	client, err := s.client(request)
	if err != nil {
		return nil, err
	}
	update, err := readClientUpdate(request.input)
	if err != nil {
		return nil, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	if err := s.checkUpdate(client, update); err != nil {
		return nil, err
	}
	next := client.client()
	next.Secrets = nil
	next.AllowedOAuthFlowsUserPoolClient, next.AllowedOAuthFlows, next.AllowedOAuthScopes = update.AllowedOAuthFlowsUserPoolClient, update.AllowedOAuthFlows, update.AllowedOAuthScopes
	next.ExplicitAuthFlows, next.SupportedIdentityProviders, next.AccessTokenValidity = update.ExplicitAuthFlows, update.SupportedIdentityProviders, update.validity()
	if len(next.ExplicitAuthFlows) == 0 {
		next.ExplicitAuthFlows = defaultAuthFlows
	}
	if update.ClientName != nil {
		next.Name = *update.ClientName
	}
	if s.saveClient != nil {
		if err := s.saveClient(next); err != nil {
			_ = s.internalFailure(ctx, "keeping a client", err)
			return nil, errInternalError
		}
	}
	client.settings.Store(newClientSettings(next))
	s.log.InfoContext(ctx, "client updated", "client_id", client.id)
	return s.describeClient(client), nil
}

// Client returns a client as it is now; false for one that the pool does not have.
func (s *Server) Client(id string) (Client, bool) {
	client, ok := s.clients[id]
	if !ok {
		return Client{}, false
	}
	return client.client(), true
}

// readClientUpdate refuses a member that would have an effect on AWS and has none here. Those of
// ExplicitAuthFlows and SupportedIdentityProviders are only kept.
func readClientUpdate(input []byte) (update clientUpdate, err error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(input, &members) != nil || json.Unmarshal(input, &update) != nil {
		return update, errMalformedInput
	}
	var units map[string]json.RawMessage
	if raw, ok := members["TokenValidityUnits"]; ok && json.Unmarshal(raw, &units) != nil {
		return update, errMalformedInput
	}
	for name := range members {
		if !slices.Contains(updateMembers, name) {
			return update, invalidParameter(name + " is not simulated: it is about users, who do not sign in here")
		}
	}
	for name := range units {
		if name != "AccessToken" {
			return update, invalidParameter("TokenValidityUnits." + name + " is not simulated: there are access tokens alone")
		}
	}
	return update, nil
}

// validity is how long an access token lives.
func (u clientUpdate) validity() time.Duration {
	return userpool.AccessTokenValidity(u.AccessTokenValidity, u.TokenValidityUnits.AccessToken)
}

// checkUpdate applies the rules of the API reference.
func (s *Server) checkUpdate(client *appClient, update clientUpdate) error {
	if update.ClientName != nil && !clientNamePattern.MatchString(*update.ClientName) {
		return invalidParameter(`ClientName must be 1 to 128 letters, digits, blanks and _+=,.@-`)
	}
	if valid := update.validity(); valid < userpool.ShortestValidity || valid > userpool.LongestValidity {
		return invalidParameter("Invalid range for token validity: AccessTokenValidity must be 5 minutes to 24 hours")
	}
	return cmp.Or(s.checkFlows(client, update), s.checkScopes(update))
}

func (s *Server) checkFlows(client *appClient, update clientUpdate) error {
	flows := update.AllowedOAuthFlows
	for _, flow := range flows {
		if !slices.Contains([]string{"code", "implicit", userpool.ClientCredentials}, flow) {
			return invalidParameter("AllowedOAuthFlows must be of code, implicit and client_credentials")
		}
	}
	switch credentials := slices.Contains(flows, userpool.ClientCredentials); {
	case credentials && len(flows) > 1:
		return invalidFlow("client_credentials flow can not be selected along with code flow or implicit flow.")
	case credentials && len(client.live.Load().secrets) == 0:
		return invalidFlow("client_credentials flow can not be selected if client does not have a client secret.")
	case update.AllowedOAuthFlowsUserPoolClient && (len(flows) == 0 || len(update.AllowedOAuthScopes) == 0):
		return invalidFlow("AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.")
	}
	return nil
}

func (s *Server) checkScopes(update clientUpdate) error {
	if len(update.AllowedOAuthScopes) > mostScopes {
		return invalidParameter("AllowedOAuthScopes must be 50 at most")
	}
	for _, scope := range update.AllowedOAuthScopes {
		standard := slices.Contains(standardScopes, scope)
		switch {
		case !scopePattern.MatchString(scope):
			return invalidParameter("Each of AllowedOAuthScopes must be 1 to 256 characters without blanks, quotation marks and backslashes")
		case standard && slices.Contains(update.AllowedOAuthFlows, userpool.ClientCredentials):
			return invalidFlow(scope + " is not supported with client_credentials flow.")
		case !standard && !s.activeScopes[scope]:
			return &APIError{"ScopeDoesNotExistException", "Invalid scope requested: " + scope}
		}
	}
	return nil
}

func invalidFlow(message string) *APIError { return &APIError{"InvalidOAuthFlowException", message} }
