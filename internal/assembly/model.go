package assembly

import (
	"time"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/lambdapolicy"
)

type (
	// Problem is one reason why a stage cannot be run as it stands.
	Problem = template.Problem
	// ProblemKind says what can be done about a Problem.
	ProblemKind = template.ProblemKind
	// Refuser says who refuses what a Problem is about.
	Refuser = template.Refuser
	// IDs keeps the ids AWS would generate.
	IDs = template.IDs
	// Key identifies a resource across runs.
	Key = template.Key
)

// Kinds of problems, and the type of a Key that asks for a stack's GUID.
const (
	Invalid     = template.Invalid
	Unsupported = template.Unsupported
	StackType   = template.StackType
)

// Reasons of problems.
const (
	NoResource = template.NoResource
	NoExport   = template.NoExport
	NoValue    = template.NoValue
)

// Three of those that a Problem can be refused by.
const (
	CloudFormation = template.CloudFormation
	LocalRuntime   = template.LocalRuntime
	Lambda         = template.Lambda
)

// Model is one stage with every value resolved. Everything in it is in the order of stack name and
// logical id.
type Model struct {
	// Region and AccountID are those of the stacks that hold simulated resources.
	Region    string
	AccountID string

	Stacks []Stack

	UserPools         []UserPool
	ResourceServers   []ResourceServer
	UserPoolClients   []UserPoolClient
	UserPoolDomains   []UserPoolDomain
	Functions         []Function
	Permissions       []Permission
	APIs              []API
	Secrets           []Secret
	RotationSchedules []RotationSchedule
	Roles             []Role
	RolePolicies      []RolePolicy
	SecretPolicies    []SecretPolicy
	KMSKeys           []KMSKey
	KeyAliases        []KeyAlias
	Outputs           []Output

	// NotSimulated are the resources that are known and play no part in a local run.
	NotSimulated []Resource
}

// Resource says where in the assembly something of the model comes from.
type Resource = template.Source

// Stack is a stack as CloudFormation describes it. Its outputs are those of the Model that name it.
type Stack struct {
	Name        string
	ID          string // the ARN, as AWS::StackId gives it
	Description string
	Tags        map[string]string // empty if there are none

	TerminationProtection bool
}

// Output is a stack output.
type Output = template.Output

// UserPool is an AWS::Cognito::UserPool.
type UserPool struct {
	Resource

	ID          string
	ARN         string
	Name        string
	ProviderURL string // the issuer, as tokens carry it in iss
}

// ResourceServer is an AWS::Cognito::UserPoolResourceServer.
type ResourceServer struct {
	Resource

	UserPoolID string
	Identifier string
	Name       string
	Scopes     []Scope
}

// Scope is one scope of a resource server; tokens carry it as identifier/name.
type Scope struct {
	Name        string
	Description string
}

// UserPoolClient is an AWS::Cognito::UserPoolClient, an app client. It has no secret: the model is
// made from a template, and the secret is not in one.
type UserPoolClient struct {
	Resource

	ID                              string
	UserPoolID                      string
	Name                            string
	GenerateSecret                  bool
	AllowedOAuthFlows               []string
	AllowedOAuthScopes              []string
	AllowedOAuthFlowsUserPoolClient bool
	ExplicitAuthFlows               []string // without effect on client credentials; AWS's API tells them
	AccessTokenValidity             time.Duration
}

// ClientNames are the names that app clients go by, by their ids: their own, or their logical ids
// where they have none or share it with another one of their pool.
func (m *Model) ClientNames() map[string]string {
	type own struct{ pool, name string }
	bearers := map[own]int{}
	for i := range m.UserPoolClients {
		bearers[own{m.UserPoolClients[i].UserPoolID, m.UserPoolClients[i].Name}]++
	}
	names := make(map[string]string, len(m.UserPoolClients))
	for i := range m.UserPoolClients {
		client := &m.UserPoolClients[i]
		names[client.ID] = client.Name
		if client.Name == "" || bearers[own{client.UserPoolID, client.Name}] > 1 {
			names[client.ID] = client.LogicalID
		}
	}
	return names
}

// UserPoolDomain is an AWS::Cognito::UserPoolDomain.
type UserPoolDomain struct {
	Resource

	UserPoolID     string
	Domain         string // a prefix, or a full domain name if CertificateARN is set
	CertificateARN string
}

// Custom reports whether Domain is a full domain name, which AWS serves with a certificate of the
// account, and not a prefix under amazoncognito.com.
func (d UserPoolDomain) Custom() bool { return d.CertificateARN != "" }

// API is an AWS::ApiGatewayV2::Api of protocol HTTP with everything that belongs to it.
type API struct {
	Resource

	ID   string
	CORS *CORS // nil if not configured

	Authorizers  []Authorizer
	Integrations []Integration
	Routes       []Route
	Stages       []APIStage
}

// CORS is an API's CorsConfiguration.
type CORS struct {
	AllowCredentials bool
	AllowHeaders     []string
	AllowMethods     []string
	AllowOrigins     []string
	ExposeHeaders    []string
	MaxAge           *int // seconds; nil if the template leaves it out
}

// Authorizer is an AWS::ApiGatewayV2::Authorizer: of type REQUEST if it has a function, else of
// type JWT.
type Authorizer struct {
	Resource

	ID             string
	Name           string
	IdentitySource []string
	Issuer         string
	Audience       []string
	Function       *AuthorizerFunction `json:",omitempty"`
}

// AuthorizerFunction is what an authorizer of type REQUEST says of its function.
type AuthorizerFunction struct {
	ARN                  string // without qualifier
	Qualifier            string // the alias or version in the AuthorizerUri, if there is one
	PayloadFormatVersion string // 1.0 or 2.0
	SimpleResponses      bool
	ResultTTL            time.Duration // 0: no answer is remembered
	CredentialsARN       string        // of a role; empty if the function's policy lets API Gateway in
}

// Integration is an AWS::ApiGatewayV2::Integration of type AWS_PROXY with a Lambda function, which
// gets payload format 2.0.
type Integration struct {
	Resource

	ID          string
	FunctionARN string // without qualifier
	Qualifier   string // the alias or version in the IntegrationUri, if there is one
	Timeout     time.Duration
}

// Route is an AWS::ApiGatewayV2::Route.
type Route struct {
	Resource

	ID                  string
	Key                 string // GET /test_jwt, or $default
	IntegrationID       string // from the Target
	AuthorizationType   string // NONE, JWT or CUSTOM
	AuthorizerID        string
	AuthorizationScopes []string
	// ToldScopes are the scopes of which the function of a Lambda authorizer wants one, as the
	// route's Metadata tells for people and tools; nil if it tells nothing.
	ToldScopes []string `json:",omitempty"`
	// Description is what the route's Metadata says that a call does; "" if it says nothing.
	Description string `json:",omitempty"`
}

// APIStage is an AWS::ApiGatewayV2::Stage.
type APIStage struct {
	Resource

	Name                 string // $default, or the first segment of the paths it serves
	Variables            map[string]string
	AccessLogFormat      string // empty if there is no access log
	DefaultRouteSettings RouteSettings
	RouteSettings        map[string]RouteSettings // by route key
}

// RouteSettings are the throttling limits of a stage or of one route in it; nil leaves the
// account's limit in force.
type RouteSettings struct {
	ThrottlingBurstLimit *int     // requests
	ThrottlingRateLimit  *float64 // requests per second
}

// Function is an AWS::Lambda::Function.
type Function struct {
	Resource

	Name                         string
	ARN                          string
	Runtime                      string // such as provided.al2023
	Architecture                 string // x86_64 or arm64
	Handler                      string
	MemorySize                   int // MB
	Timeout                      time.Duration
	Environment                  map[string]string
	RoleARN                      string // of the execution role
	ReservedConcurrentExecutions *int
	LogGroup                     string
	Asset                        *Asset // nil if the code is not an asset of this assembly
}

// Asset is the directory that CDK zips and uploads as a function's code.
type Asset struct {
	Hash string
	Dir  string
	Size int64 // of the archive that was uploaded, in bytes; 0 in an assembly
}

// Permission is an AWS::Lambda::Permission, one statement in a function's resource policy.
type Permission struct {
	Resource

	FunctionARN string // without qualifier
	Qualifier   string // the alias or version the permission is for, if it is not for the function as a whole
	lambdapolicy.Statement
}

// Secret is an AWS::SecretsManager::Secret.
type Secret struct {
	Resource

	ARN          string
	Name         string
	Description  string
	KMSKeyID     string            // empty: the key that AWS manages
	SecretString *string           // the first value, as it stands in the template; nil if the secret starts without one
	Tags         map[string]string // empty if there are none
}

// RotationSchedule is an AWS::SecretsManager::RotationSchedule.
type RotationSchedule struct {
	Resource

	SecretARN                 string
	FunctionARN               string // without qualifier
	Qualifier                 string // the alias or version in the RotationLambdaARN, if there is one
	AutomaticallyAfterDays    int    // 0 if ScheduleExpression says when, or nothing does
	ScheduleExpression        string
	Duration                  string // of the window for a rotation: 3h; empty leaves it to AWS
	RotateImmediatelyOnUpdate bool   // also when the schedule is created; true if the template leaves it out
}

// Role is an AWS::IAM::Role. What policies add to it from outside is among the RolePolicies.
//
// A document is as the template has it, without intrinsics: made of map[string]any, []any, string,
// bool and json.Number. It is nil if the template leaves it out.
type Role struct {
	Resource

	Name              string
	ARN               string
	ID                string // AROA...
	Trust             any    // the document that says who may assume the role
	Policies          []NamedPolicy
	ManagedPolicyARNs []string
	Boundary          string // the ARN of the managed policy that bounds its permissions; empty for none
}

// NamedPolicy is a policy document with its name.
type NamedPolicy struct {
	Name     string
	Document any
}

// RolePolicy is an AWS::IAM::Policy, AWS::IAM::RolePolicy or AWS::IAM::ManagedPolicy.
type RolePolicy struct {
	Resource
	NamedPolicy

	ARN   string   // of a managed policy
	Roles []string // the names of the roles that have it; others may name a managed policy's ARN
}

// SecretPolicy is an AWS::SecretsManager::ResourcePolicy.
type SecretPolicy struct {
	Resource

	SecretARN string
	Document  any
}

// KMSKey is an AWS::KMS::Key.
type KMSKey struct {
	Resource

	ID     string
	ARN    string
	Policy any // nil for the policy that KMS gives a key
}

// KeyAlias is an AWS::KMS::Alias.
type KeyAlias struct {
	Resource

	ARN    string
	Target string // the key's id or ARN
}
