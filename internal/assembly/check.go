package assembly

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
)

// check finds what a deployment would fail on and what only shows when resources are seen together. References that
// could not be resolved are empty by now and were reported, so the checks pass over them.
func (b *builder) check() {
	b.checkDomains()
	b.checkClients()
	b.checkFunctions()
	b.checkSecrets()
	b.checkRotations()
	for i := range b.model.APIs {
		b.checkAPI(&b.model.APIs[i])
	}
}

func (b *builder) fail(r Resource, property, format string, args ...any) {
	b.evaluation.report(r.problem(property, format, args...))
}

// owners are the logical ids of the resources that were first to have a name.
type owners map[string]string

// claim gives a name to a resource, and returns who has it already. Nobody has the empty name: that one could not be
// read, which has been reported.
func (o owners) claim(name string, r Resource) (other string, taken bool) {
	if other, taken = o[name]; !taken && name != "" {
		o[name] = r.LogicalID
	}
	return other, taken
}

// checkPool reports a resource of a user pool that the stage does not have.
func (b *builder) checkPool(r Resource, id string) {
	isPool := func(p UserPool) bool { return p.ID == id }
	if id != "" && !slices.ContainsFunc(b.model.UserPools, isPool) {
		b.fail(r, "UserPoolId", "the stage has no user pool with the id %q", id)
	}
}

// domainPrefix and reservedWords are what CreateUserPoolDomain checks a prefix against; a word counts as a whole part
// between hyphens.
var (
	domainPrefix  = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	reservedWords = []string{"aws", "amazon", "cognito"}
)

func (b *builder) checkDomains() {
	b.checkDomainsOfPools()
	for _, domain := range b.model.UserPoolDomains {
		b.checkPool(domain.Resource, domain.UserPoolID)
		if domain.Custom() || domain.Domain == "" {
			b.checkCertificate(domain)
			continue
		}
		if !domainPrefix.MatchString(domain.Domain) {
			b.fail(domain.Resource, "Domain", "the prefix %q is not 1 to 63 of a-z, 0-9 and hyphens inside", domain.Domain)
		}
		for part := range strings.SplitSeq(domain.Domain, "-") {
			if slices.Contains(reservedWords, part) {
				b.fail(domain.Resource, "Domain", "Domain cannot contain reserved word: %s", part)
			}
		}
	}
}

// checkCertificate: Cognito puts a custom domain behind CloudFront, which takes certificates of one Region only.
//
// Source: Cognito API reference, CustomDomainConfigType.
func (b *builder) checkCertificate(domain UserPoolDomain) {
	const region = "us-east-1"
	parts := strings.SplitN(domain.CertificateARN, ":", 6) // arn:partition:acm:region:account:certificate/id
	if len(parts) == 6 && parts[2] == "acm" && parts[3] != region {
		b.fail(domain.Resource, "CustomDomainConfig.CertificateArn", "the certificate is in %s, and Cognito takes one in %s", parts[3], region)
	}
}

// checkDomainsOfPools: a pool has at most one prefix and one custom domain.
func (b *builder) checkDomainsOfPools() {
	prefixes, customs := owners{}, owners{}
	for _, domain := range b.model.UserPoolDomains {
		kind, pools := "prefix", prefixes
		if domain.Custom() {
			kind, pools = "custom", customs
		}
		if other, taken := pools.claim(domain.UserPoolID, domain.Resource); taken {
			b.fail(domain.Resource, "UserPoolId", "the user pool already has a %s domain, %s: take one of them out", kind, other)
		}
	}
}

// checkAPI looks at the parts of one API beside each other.
func (b *builder) checkAPI(api *API) {
	// The words are API Gateway's: aws/aws-cdk #9076.
	if cors := api.CORS; cors != nil && cors.AllowCredentials && slices.Contains(cors.AllowOrigins, "*") {
		b.fail(api.Resource, "CorsConfiguration", "allow-credentials is not supported if 'allow-origin' is *")
	}
	authorizers, integrations := set{}, set{}
	for _, a := range api.Authorizers {
		authorizers[a.ID] = struct{}{}
		b.checkAuthorizer(a)
	}
	if count := len(api.Integrations); count > httpapi.MaxIntegrations {
		b.fail(api.Resource, "", "the API has %d integrations, and AWS allows %d", count, httpapi.MaxIntegrations)
	}
	for _, i := range api.Integrations {
		integrations[i.ID] = struct{}{}
		b.checkFunction(i.Resource, "IntegrationUri", i.FunctionARN)
	}
	b.checkRouteKeys(api.Routes)
	for _, r := range api.Routes {
		b.checkRoute(r, authorizers, integrations)
	}
	for _, s := range api.Stages {
		b.checkStage(s, api.Routes)
	}
}

func (b *builder) checkAuthorizer(a Authorizer) {
	if len(a.Audience) > httpapi.MaxAudiences {
		b.fail(a.Resource, "JwtConfiguration.Audience", "%d audiences, and AWS allows %d on an authorizer",
			len(a.Audience), httpapi.MaxAudiences)
	}
	if _, err := httpapi.ParseIdentitySource(a.IdentitySource); err != nil && !slices.Contains(a.IdentitySource, "") {
		b.fail(a.Resource, "IdentitySource", "%v", err)
	}
}

// checkRouteKeys reports what is not a route key, and the second of two that take the same requests.
func (b *builder) checkRouteKeys(routes []Route) {
	shapes := owners{}
	keys := map[string]string{} // by logical id
	for _, r := range routes {
		if r.Key == "" {
			continue
		}
		pattern, err := httpapi.ParseRouteKey(r.Key)
		if err != nil {
			b.fail(r.Resource, "RouteKey", "%q is not a route key: %v", r.Key, err)
			continue
		}
		keys[r.LogicalID] = r.Key
		other, taken := shapes.claim(pattern.Shape(), r.Resource)
		switch {
		case taken && keys[other] == r.Key:
			b.fail(r.Resource, "RouteKey", "the API already has the route %s, as %s", r.Key, other)
		case taken:
			b.fail(r.Resource, "RouteKey", "the route takes the same requests as %s, which is %s", keys[other], other)
		}
	}
}

// checkFunction reports a function that a property names and the stage does not have, or cannot run. It returns whether
// the stage has it.
func (b *builder) checkFunction(r Resource, property, arn string) bool {
	if arn == "" {
		return false
	}
	isTarget := func(f Function) bool { return f.ARN == arn }
	index := slices.IndexFunc(b.model.Functions, isTarget)
	if index < 0 {
		b.fail(r, property, "the stage has no function %s", arn)
		return false
	}
	f := b.model.Functions[index]
	if f.Asset == nil {
		b.fail(f.Resource, "Code", "the function's code is not a directory among the assembly's assets, so it cannot be run here")
	}
	if !slices.Contains(osOnlyRuntimes, f.Runtime) {
		b.fail(f.Resource, "Runtime", "the runtime %q is not simulated; %s are", f.Runtime, strings.Join(osOnlyRuntimes, " and "))
	}
	if f.Handler == "" {
		b.fail(f.Resource, "Handler", "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	return true
}

// osOnlyRuntimes are those whose code is an executable named bootstrap.
//
// Source: Lambda Developer Guide, "Lambda runtimes".
var osOnlyRuntimes = []string{"provided.al2023", "provided.al2"}

func (b *builder) checkRoute(r Route, authorizers, integrations set) {
	if _, ok := integrations[r.IntegrationID]; !ok && r.IntegrationID != "" {
		b.fail(r.Resource, "Target", "the API has no integration with the id %q", r.IntegrationID)
	}
	for _, scope := range r.AuthorizationScopes {
		if scope != "" && !httpapi.IsScope(scope) {
			b.fail(r.Resource, "AuthorizationScopes", "%q has characters that no scope can have", scope)
		}
	}
	if r.AuthorizationType == authorizationNone {
		if len(r.AuthorizationScopes) > 0 {
			b.fail(r.Resource, "AuthorizationScopes",
				"Authorization Scopes are only valid for COGNITO_USER_POOLS and JWT authorization types")
		}
		return
	}
	if _, ok := authorizers[r.AuthorizerID]; !ok && r.AuthorizerID != "" {
		b.fail(r.Resource, "AuthorizerId", "the API has no authorizer with the id %q", r.AuthorizerID)
	}
}

// checkStage passes over a format that could not be read, which has been reported.
func (b *builder) checkStage(s APIStage, routes []Route) {
	if s.AccessLogFormat != "" {
		if _, err := httpapi.ParseLogFormat(s.AccessLogFormat); err != nil {
			b.fail(s.Resource, "AccessLogSettings.Format", "%v", err)
		}
	}
	if count := len(s.Variables); count > httpapi.MaxStageVariables {
		b.fail(s.Resource, "StageVariables", "%d stage variables, and AWS allows %d", count, httpapi.MaxStageVariables)
	}
	for _, key := range slices.Sorted(maps.Keys(s.RouteSettings)) {
		if !slices.ContainsFunc(routes, func(r Route) bool { return r.Key == key || r.Key == "" }) {
			b.fail(s.Resource, "RouteSettings", "there are settings for %q, and the API has no such route", key)
		}
	}
}
