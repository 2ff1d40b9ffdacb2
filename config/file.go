package config

// The types of this file are the environment file as it is written. The reader fills them, and the JSON Schema is
// generated from them: the comments on types and fields are the schema's descriptions, so they speak to whoever
// edits an environment file. A field without omitempty must be written. The hint tag is what the user is told when
// the key is missing or empty. Defaults in tags are checked against the real ones by a test.

// One environment of the system, deployed as two stacks: m2m-dev-Identity and m2m-dev-Api for the environment dev.
type file struct {
	// Name of the environment. Equal to the file's name without .yaml.
	Name environmentName `yaml:"name" jsonschema:"example=dev" hint:"write the file's name without .yaml"`
	// AWS Region. Left out, the stacks deploy to whatever Region the caller uses.
	Region region `yaml:"region,omitempty" jsonschema:"example=ap-northeast-1"`
	// AWS account, twelve digits in quotes. Left out, the stacks deploy to whatever account the caller uses.
	Account account `yaml:"account,omitempty" jsonschema:"example=123456789012"`
	// The user pool and its domain.
	Identity identity `yaml:"identity,omitempty"`
	// The APIs that clients get scopes for.
	ResourceServers resourceServers `yaml:"resourceServers" hint:"add one, for example {identifier: orders, scopes: {read: Read orders}}"`
	// App clients by name, one per calling system. Renaming one makes a new client with a new id and a new secret.
	Clients clients `yaml:"clients" hint:"add one, for example reader: {scopes: [orders/read]}"`
	// The secrets in Secrets Manager that hold the clients' credentials.
	Secrets secrets `yaml:"secrets,omitempty"`
	// The HTTP API in front of the functions.
	API api `yaml:"api" hint:"add it with at least one route"`
}

// The user pool and its domain.
type identity struct {
	// The domain that the token endpoint is served on.
	Domain domain `yaml:"domain,omitempty"`
	// Refuse to delete the user pool. Must be true in production.
	DeletionProtection bool `yaml:"deletionProtection,omitempty" jsonschema:"default=false"`
}

// The domain that the token endpoint is served on.
type domain struct {
	// Prefix of the Cognito domain, unique per Region across all AWS accounts. Empty: derived from the environment's name and the stack's id.
	Prefix domainPrefix `yaml:"prefix,omitempty" jsonschema:"default=,example=acme-orders"`
}

// The APIs that clients get scopes for; a user pool has at most 25.
type resourceServers []resourceServer

// One API as Cognito knows it.
type resourceServer struct {
	// Identifier, the first half of every scope.
	Identifier identifier `yaml:"identifier" jsonschema:"example=test-api,example=https://api.example.com/orders"`
	// Scopes by name, each with a description; at most 100.
	Scopes scopeDescriptions `yaml:"scopes" hint:"add at least one, for example {read: Read orders}"`
}

// Scopes of a resource server by name, each with a description.
type scopeDescriptions map[scopeName]scopeDescription

// App clients by name. The authorizer accepts at most 50.
type clients map[clientName]client

// One app client: a confidential client that may use the client credentials grant and nothing else.
type client struct {
	// Scopes the client can ask for, as identifier/name; at most 50.
	Scopes clientScopes `yaml:"scopes" hint:"add at least one; Cognito answers invalid_scope to a client without scopes"`
	// How long an access token is valid, in whole minutes from 5m to 24h.
	AccessTokenValidity validity `yaml:"accessTokenValidity,omitempty" jsonschema:"default=60m,example=30m,example=1h,example=1h30m"`
	// Rotation of the client's secret. A change of it rotates at once.
	Rotation rotation `yaml:"rotation,omitempty"`
	// Roles of other accounts that may read the client's secret, as ARNs; at most 30. They need secrets.customerKey.
	SecretReaders secretReaders `yaml:"secretReaders,omitempty"`
}

// Scopes a client can ask for.
type clientScopes []scopeRef

// Rotation of a client's secret.
type rotation struct {
	// Days between two rotations, 1 to 1000.
	EveryDays rotationDays `yaml:"everyDays" jsonschema:"default=30,example=7"`
}

// Roles of other accounts that may read a client's secret.
type secretReaders []roleARN

// The secrets in Secrets Manager that hold the clients' credentials.
type secrets struct {
	// Encrypt them with a KMS key of this environment. Only such a secret can be read from another account.
	CustomerKey bool `yaml:"customerKey,omitempty" jsonschema:"default=false"`
}

// The HTTP API in front of the functions.
type api struct {
	// Routes of the API. All of them are behind the JWT authorizer.
	Routes routes `yaml:"routes" hint:"add one, for example {path: /orders, methods: [GET], scopes: [orders/read]}"`
	// How many requests the API takes before it answers 429.
	Throttle throttle `yaml:"throttle,omitempty"`
}

// Routes of the API.
type routes []route

// A path and its methods, the scopes that open it and the function behind it.
type route struct {
	// Path, with parameters in braces and a greedy one last, in quotes if it has braces. $default takes what no other route takes.
	Path routePath `yaml:"path" jsonschema:"example=/orders,example=/orders/{id},example=/files/{proxy+},example=$default"`
	// HTTP methods in capitals. ANY stands alone and covers those without a route of their own. Left out for $default only.
	Methods methods `yaml:"methods,omitempty"`
	// A token needs one of these scopes. [] is any token of a known client; it must be written, it can't be left out.
	Scopes routeScopes `yaml:"scopes" hint:"write [] to accept any token of a known client"`
	// Folder under lambda/ that holds the function; not rotate, which rotates secrets.
	Function functionName `yaml:"function,omitempty" jsonschema:"default=echo"`
}

// HTTP methods of a route.
type methods []method

// Scopes that open a route; API Gateway takes at most 10.
type routeScopes []scopeRef

// How many requests the API takes before it answers 429.
type throttle struct {
	// Requests per second.
	Rate requestRate `yaml:"rate,omitempty" jsonschema:"default=100"`
	// Requests at once.
	Burst requestBurst `yaml:"burst,omitempty" jsonschema:"default=200"`
}
