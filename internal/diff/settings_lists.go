package diff

import (
	"reflect"
	"strings"
)

// list is a list that allows what is in it.
type list struct {
	name     string
	typeName string
	path     []string
	field    string // of the objects in the list, if it is one of objects
	what     string
	more     Effect // the effect of another item; one less tightens
}

var lists = []list{
	{"client-scopes", typeAppClient, []string{"AllowedOAuthScopes"}, "", "scopes it may ask for", Loosens},
	{"client-flows", typeAppClient, []string{"AllowedOAuthFlows"}, "", "OAuth flows", Loosens},
	{"client-auth-flows", typeAppClient, []string{"ExplicitAuthFlows"}, "", "authentication flows", Loosens},
	{"client-callbacks", typeAppClient, []string{"CallbackURLs"}, "", "callback URLs", Loosens},
	{"client-providers", typeAppClient, []string{"SupportedIdentityProviders"}, "", "identity providers", Loosens},
	{"scopes", typeResourceServer, []string{"Scopes"}, "ScopeName", "scopes it defines", Changes},
	{"cors-origins", typeAPI, []string{"CorsConfiguration", "AllowOrigins"}, "", "CORS origins", Loosens},
	{"cors-methods", typeAPI, []string{"CorsConfiguration", "AllowMethods"}, "", "CORS methods", Loosens},
	{"cors-headers", typeAPI, []string{"CorsConfiguration", "AllowHeaders"}, "", "CORS request headers", Loosens},
	{"role-policies", typeRole, []string{"ManagedPolicyArns"}, "", "managed policies", Loosens},
	{"provider-audience", "AWS::IAM::OIDCProvider", []string{"ClientIdList"}, "", "audiences", Loosens},
	{"policy-roles", typePolicy, []string{"Roles"}, "", "roles that have it", Loosens},
	{"policy-roles", typeManagedPolicy, []string{"Roles"}, "", "roles that have it", Loosens},
}

func (l list) rule() rule {
	return rule{l.name, []string{l.typeName}, func(c *change) []remark {
		if !c.both() {
			return nil
		}
		was, is := items(c.before.get(l.path...), l.field), items(c.after.get(l.path...), l.field)
		var found []remark
		if more := without(is, was); len(more) > 0 {
			found = append(found, remark{l.more, l.what + ": added " + strings.Join(more, ", ")})
		}
		if less := without(was, is); len(less) > 0 {
			found = append(found, remark{Tightens, l.what + ": removed " + strings.Join(less, ", ")})
		}
		return found
	}}
}

// watch is a setting whose change a reviewer has to judge.
type watch struct {
	name     string
	typeName string
	path     []string
	what     string
}

var watched = []watch{
	{"issuer", typeAuthorizer, []string{"JwtConfiguration", "Issuer"}, "trusts another issuer"},
	{"authorizer-type", typeAuthorizer, []string{"AuthorizerType"}, "is another type of authorizer"},
	{"identity-source", typeAuthorizer, []string{"IdentitySource"}, "takes the token from elsewhere"},
	{"route-key", typeRoute, []string{"RouteKey"}, "is another route"},
	{"route-throttle", typeStage, []string{"RouteSettings"}, "limits of single routes change"},
	{"access-log-format", typeStage, []string{"AccessLogSettings", "Format"}, "the access log records other fields"},
	{"openapi-body", typeAPI, []string{"Body"}, "other routes, from its OpenAPI document"},
	{"mapping-target", typeMapping, []string{"Stage"}, "the custom domain leads to another stage"},
	{"mapping-target", typeMapping, []string{"ApiId"}, "the custom domain leads to another API"},
	{"record-target", typeRecord, []string{"AliasTarget"}, "the name leads elsewhere"},
	{"record-target", typeRecord, []string{"ResourceRecords"}, "the name leads elsewhere"},
	{"mutual-tls", typeDomainName, []string{"MutualTlsAuthentication"}, "other client certificates are accepted, or none is asked for"},
	{"triggers", typeUserPool, []string{"LambdaConfig"}, "other triggers run, and those can change tokens"},
	{"function-role", typeFunction, []string{"Role"}, "runs with another role"},
	{"secret-key", typeSecret, []string{"KmsKeyId"}, "is encrypted with another key"},
	{"log-key", typeLogGroup, []string{"KmsKeyId"}, "is encrypted with another key"},
	{"rotation-function", typeRotationSchedule, []string{"RotationLambdaARN"}, "is rotated by another function"},
	{"permissions-boundary", typeRole, []string{"PermissionsBoundary"}, "has another permissions boundary"},
}

func (w watch) rule() rule {
	return rule{w.name, []string{w.typeName}, func(c *change) []remark {
		if !c.both() {
			return nil
		}
		before, after := c.before.get(w.path...), c.after.get(w.path...)
		if reflect.DeepEqual(before, after) {
			return nil
		}
		was, is := shorten(show(before), show(after))
		return remarks(Changes, w.what+": "+was+" -> "+is)
	}}
}

// guard is a resource whose removal says enough.
type guard struct {
	name     string
	typeName string
	effect   Effect
	message  string
}

var guards = []guard{
	{"rotation-removed", typeRotationSchedule, Loosens, "removed: the secret is no longer rotated"},
	{"alarm-removed", "AWS::CloudWatch::Alarm", Loosens, "removed: it no longer notifies anyone"},
	{"alarm-removed", "AWS::CloudWatch::CompositeAlarm", Loosens, "removed: it no longer notifies anyone"},
	{"firewall-removed", "AWS::WAFv2::WebACLAssociation", Loosens, "removed: the web ACL no longer protects it"},
	{"metric-removed", "AWS::Logs::MetricFilter", Loosens, "removed: what it counted in the logs is no longer seen"},
	{"stage-removed", typeStage, Removes, "removed: its URLs answer 404"},
	{"mapping-removed", typeMapping, Removes, "removed: the custom domain no longer leads to the API"},
	{"record-removed", typeRecord, Removes, "removed: the name leads nowhere"},
	{"scopes-removed", typeResourceServer, Tightens, "removed: tokens no longer carry its scopes, and routes that ask for them answer 403"},
}

func (g guard) rule() rule {
	return rule{g.name, []string{g.typeName}, func(c *change) []remark {
		if c.kind != Removed {
			return nil
		}
		return remarks(g.effect, g.message)
	}}
}
