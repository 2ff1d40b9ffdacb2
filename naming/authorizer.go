package naming

// AuthorizerFunction is the folder under lambda/ of the function that authorizes requests to an API
// with more clients than a JWT authorizer may have.
const AuthorizerFunction = "authorize"

// Environment variables of the authorizer function.
const (
	IssuerVariable      = "ISSUER"       // iss of the user pool's tokens
	JWKSVariable        = "JWKS_URI"     // if set, where the pool's keys are instead of at the issuer: m2m up sets it
	RefusedPathVariable = "REFUSED_PATH" // RefusedPath
)

// ScopesFile is the file beside the authorizer function's program with the scopes of each route, by
// its key: {"GET /orders": ["orders/read"], "ANY /any-client": []}.
const ScopesFile = "scopes.json"

// ScopesMetadata is the key in a route's Metadata with the route's scopes, for people and for m2m:
// AWS ignores it, and the function reads its file.
const ScopesMetadata = TagPrefix + "scopes"

// RefusedPath begins the names of the parameters in Systems Manager that each refuse an app client,
// whose id follows: "/m2m/dev/refused/".
func RefusedPath(env string) string { return "/" + Folder(env) + "refused/" }
