package config

// The types of this file are the environment file as it is written. The reader fills them, and the JSON Schema is
// generated from them: the comments on types and fields are the schema's descriptions, so they speak to those who
// edit an environment file. A field without omitempty must be written. The hint tag is what the user is told when
// the key is missing or empty; a key with an unless tag is not missing beside the one that the tag names. Defaults in
// tags are checked against the real ones by a test. The API's part is in file_api.go, that of alarms in file_monitoring.go.

// One environment of the system, deployed as two stacks: m2m-dev-Identity and m2m-dev-Api for the environment dev.
type file struct {
	// Name of the environment. Equal to the file's name without .yaml.
	Name environmentName `yaml:"name" jsonschema:"example=dev" hint:"write the file's name without .yaml" unless:"match"`
	// Instead of name: the file describes every environment whose name matches. Each is a disposable copy that is made on request (-c env=pr-123) and is not part of a synth of all environments. A file with the exact name takes precedence.
	Match namePattern `yaml:"match,omitempty" jsonschema:"example=pr-*"`
	// AWS Region. Left out, the stacks deploy to whatever Region the caller uses.
	Region region `yaml:"region,omitempty" jsonschema:"example=ap-northeast-1"`
	// AWS account, twelve digits in quotes. Left out, the stacks deploy to whatever account the caller uses.
	Account account `yaml:"account,omitempty" jsonschema:"example=123456789012"`
	// Tags of both stacks, which CloudFormation puts on everything in them that can have tags. At most 48.
	Tags tags `yaml:"tags,omitempty"`
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
	// Settings of the functions behind the API, by name. A function without any has the defaults.
	Functions functions `yaml:"functions,omitempty"`
	// The log groups of the API and of all functions.
	Logs logs `yaml:"logs,omitempty"`
	// Who is notified of an alarm, and what raises one.
	Alarms alarms `yaml:"alarms,omitempty"`
	// A CloudWatch dashboard m2m-<name>: calls, errors and latency by route and by client, refused calls, functions, rotation. What it costs is in docs/costs.md.
	Dashboard bool `yaml:"dashboard,omitempty" jsonschema:"default=false"`
	// Trace a sample of the invocations of all functions with X-Ray. HTTP APIs themselves can't be traced.
	Tracing bool `yaml:"tracing,omitempty" jsonschema:"default=false"`
}

// Tags by key.
type tags map[tagKey]tagValue

// The user pool and its domain.
type identity struct {
	// The domain that the token endpoint is served on.
	Domain domain `yaml:"domain,omitempty"`
	// Cognito's feature plan, which is priced by users. Client credentials need none in particular. Left out, Cognito chooses; left out again, the plan stays.
	FeaturePlan featurePlan `yaml:"featurePlan,omitempty" jsonschema:"example=LITE"`
	// Form of the tokens' issuer: ORIGINAL is https://cognito-idp.<region>.amazonaws.com/<pool>, UPDATED the one on issuer-cognito-idp that is the same in every Region of the pool. Another form ends the tokens that are in use.
	IssuerType issuerType `yaml:"issuerType,omitempty" jsonschema:"default=ORIGINAL"`
	// Refuse to delete the user pool and both stacks. Must be true in production, unless removing says otherwise.
	DeletionProtection bool `yaml:"deletionProtection,omitempty" jsonschema:"default=false"`
	// The environment is about to be removed: lets deletionProtection be false in production.
	Removing bool `yaml:"removing,omitempty" jsonschema:"default=false"`
}

// The domain that the token endpoint is served on.
type domain struct {
	// Prefix of the Cognito domain, unique per Region across all AWS accounts. Empty: derived from the environment's name and the stack's id.
	Prefix domainPrefix `yaml:"prefix,omitempty" jsonschema:"default=,example=acme-orders"`
	// A domain of your own for the token endpoint. The Cognito domain stays beside it, so callers can move in their own time.
	CustomDomain tokenDomain `yaml:"customDomain,omitempty"`
}

// A domain of your own for the token endpoint.
type tokenDomain struct {
	// The domain, lower-case; at most 63 characters. An account can have four such domains in a Region; AWS does not raise this quota. The domain above it must have an A record in DNS before the first deployment.
	Name tokenDomainName `yaml:"name" jsonschema:"example=auth.example.com"`
	// Certificate for the domain in Certificate Manager, in us-east-1 whatever the environment's Region: CloudFront serves it.
	CertificateARN certificateARN `yaml:"certificateArn" jsonschema:"example=arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" hint:"request one in Certificate Manager and write its ARN"`
	// Hosted zone in Route 53 that gets the domain's record.
	HostedZoneID hostedZoneID `yaml:"hostedZoneId" jsonschema:"example=Z0123456789ABCDEFGHIJ" hint:"the zone in Route 53 that the domain belongs to"`
	// Name of that hosted zone.
	HostedZoneName domainName `yaml:"hostedZoneName" jsonschema:"example=example.com" hint:"the name of that zone, which the domain ends with"`
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
	// Roles of other accounts that may read the client's secret, as ARNs; at most 30. They need not exist yet, and need secrets.customerKey.
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
	// Hours for which a rotation spares a secret after it was replaced, for callers that have not read the new one yet; within them the next rotation fails instead. 0 spares none. Left out, 24 hours or half of the client's everyDays, whichever is less.
	GraceHours *graceHours `yaml:"graceHours,omitempty" jsonschema:"example=72"`
}

// Settings of the functions behind the API.
type functions map[functionName]function

// Settings of one function.
type function struct {
	// Memory in MB, 128 to 10240. Lambda gives CPU in proportion to it.
	MemoryMB memoryMB `yaml:"memoryMB,omitempty" jsonschema:"default=128,example=512"`
	// How long the function may take, in seconds from 1s to 30s; API Gateway waits no longer.
	Timeout functionTimeout `yaml:"timeout,omitempty" jsonschema:"default=10s,example=3s"`
	// Environment variables, 4 KB in all as JSON text. Everyone who can see the function can read them: put no secret there.
	Environment variables `yaml:"environment,omitempty"`
}

// Environment variables by name.
type variables map[variableName]variableValue

// The log groups of the API and of all functions.
type logs struct {
	// Days after which a log event is deleted: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
	RetentionDays retentionDays `yaml:"retentionDays,omitempty" jsonschema:"default=30,example=7"`
	// Encrypt them with a KMS key of this environment.
	CustomerKey bool `yaml:"customerKey,omitempty" jsonschema:"default=false"`
}
