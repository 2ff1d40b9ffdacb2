// Package config owns the environment files: it reads environments/*.yaml, fills in defaults and reports everything
// that is wrong with them, in one run, with file, line and column.
//
// It does not own what becomes of an environment: package stacks turns it into CDK constructs. Nothing here imports
// awscdk or calls AWS. docs/environment-file.md describes the format;
// limits and patterns are those of the Amazon Cognito and API Gateway references, named beside each rule. The JSON
// Schema for editors is generated from the same types by this package's tests: go test ./config -run TestSchema -update
package config

import (
	"time"

	"cognito-m2m/internal/httpapi"
)

// Environment is one checked environment file with its defaults filled in. Its slices are sorted, so the order of
// keys and lists in the file never reaches a template.
type Environment struct {
	Name            string           // 2 to 20 lower-case letters, digits and hyphens; equal to the file's name
	Region          string           // AWS Region; empty: stacks are environment-agnostic
	Account         string           // twelve digits; empty: stacks are environment-agnostic
	Identity        Identity         // the user pool
	ResourceServers []ResourceServer // at least one, sorted by Identifier
	Clients         []Client         // at least one, sorted by Name
	Secrets         Secrets          // the secrets that hold the clients' credentials
	API             API              // the HTTP API
	Functions       []Function       // those that routes name, sorted by Name
	Logs            Logs             // the log groups
	Alarms          Alarms           // who hears of an alarm, and what raises one
	Dashboard       bool             // there is a dashboard
	Tracing         bool             // X-Ray traces a sample of all functions' invocations
	Tags            []Tag            // of both stacks, sorted by Key
	Disposable      bool             // made from a file with match: a copy that is made and removed again
	Expires         string           // the day, as 2026-12-31, after which a disposable environment may be removed; empty: not said
	Warnings        Problems         // what is allowed and probably not meant, sorted by place
}

// Identity is what an environment says about its user pool.
type Identity struct {
	DomainPrefix       string        // prefix of the pool's Cognito domain; empty: derived from the environment's name and the stack id
	CustomDomain       *CustomDomain // of the token endpoint, beside the Cognito domain; nil: none
	FeaturePlan        string        // LITE, ESSENTIALS or PLUS; empty: Cognito chooses
	IssuerType         string        // ORIGINAL or UPDATED
	DeletionProtection bool          // the pool can't be deleted; always true for production
}

// ResourceServer is an API as Cognito knows it: an identifier and the scopes a client can be given.
type ResourceServer struct {
	Identifier string  // may hold "/" and ":", as in https://api.example.com/orders
	Scopes     []Scope // at least one, sorted by Name
}

// Scope is one permission of a resource server.
type Scope struct {
	Name        string // without the identifier: "read"
	Description string // 1 to 256 characters
}

// Secrets is what an environment says about the secrets of all its clients.
type Secrets struct {
	CustomerKey bool // they are encrypted with a KMS key of this environment, not with the AWS managed one
	GraceHours  *int // for which a rotation spares a secret that was replaced; nil: 24 or half of EveryDays, whichever is less
}

// Client is one app client, which stands for one calling system.
type Client struct {
	Name                string        // unique, also after its hyphens are removed
	Scopes              []string      // at least one, as "identifier/name", sorted
	AccessTokenValidity time.Duration // whole minutes, 5 minutes to 24 hours; 60 minutes unless the file says otherwise
	Rotation            Rotation      // of the client's secret
	SecretReaders       []string      // ARNs of roles in other accounts that may read the client's secret, sorted
}

// Rotation is when a client's secret is replaced by a new one.
type Rotation struct {
	EveryDays int // 1 to 1000; 30 unless the file says otherwise
}

// API is what an environment says about its HTTP API.
type API struct {
	CustomDomain *APIDomain // nil: the API has its default address alone
	CORS         *CORS      // nil: no browser may call from another origin
	Routes       []Route    // at least one, sorted by route key
	Throttle     Throttle   // of the whole stage
}

// Route is one entry of api.routes: a path with the methods that share scopes and function. Every route is behind
// the JWT authorizer.
type Route struct {
	Path     string   // "/", "/orders/{id}", "/files/{proxy+}" or "$default"
	Methods  []string // sorted, in capitals; ANY stands alone; empty for "$default"
	Scopes   []string // as "identifier/name", sorted; a token needs one of them; empty: any token of a known client
	Function string   // a folder under lambda/; "echo" unless the file says otherwise

	Throttle *Throttle // of this route's own, or written to be the stage's; nil: the stage's, and API Gateway has no setting for it
	Verify   bool      // m2m verify may call the route although it is no GET without path parameters
}

// Throttle is the token bucket in front of the stage or of one route.
type Throttle struct {
	Rate  float64 // requests per second; 100 unless the file says otherwise
	Burst int     // requests at once; 200 unless the file says otherwise
}

// Function is what an environment says about a function behind the API.
type Function struct {
	Name        string            // a folder under lambda/
	MemoryMB    int               // 128 to 10240; 128 unless the file says otherwise
	Timeout     time.Duration     // whole seconds, 1 to 30; 10 unless the file says otherwise
	Environment map[string]string // variables, 4 KB in all; nothing secret
}

// Logs is what an environment says about its log groups.
type Logs struct {
	RetentionDays int  // one of CloudWatch's values; 30 unless the file says otherwise
	CustomerKey   bool // they are encrypted with a KMS key of this environment, not with CloudWatch's own
}

// Alarms is what an environment says about its alarms.
type Alarms struct {
	Recipients          []string // e-mail addresses and ARNs of SNS topics, sorted
	MinimumCalls        int      // in 5 minutes, below which percentages and latency raise no alarm; 20 unless the file says otherwise
	ServerErrorPercent  float64  // of the calls in 5 minutes; 0.1 to 100, 5 unless the file says otherwise
	ClientErrorPercent  float64  // of the calls in 5 minutes; 0.1 to 100, 20 unless the file says otherwise
	P99LatencyMs        int      // milliseconds; 3000 unless the file says otherwise
	FunctionErrors      int      // of one function in 5 minutes; 5 unless the file says otherwise
	FunctionThrottles   int      // of one function in 5 minutes; 1 unless the file says otherwise
	FunctionConcurrency int      // of one function; 500 unless the file says otherwise
	SilentMinutes       int      // without a line in the access log; 0: silence raises no alarm
}

// Tag is a tag of both stacks.
type Tag struct {
	Key   string
	Value string
}

// Keys lists the route's keys as API Gateway writes them: "GET /orders/{id}", or "$default".
func (r Route) Keys() []string {
	if r.Path == httpapi.DefaultRoute {
		return []string{httpapi.DefaultRoute}
	}
	keys := make([]string, 0, len(r.Methods))
	for _, method := range r.Methods {
		keys = append(keys, method+" "+r.Path)
	}
	return keys
}
