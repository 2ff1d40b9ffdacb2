package diff

import (
	"reflect"

	"cognito-m2m/internal/diff/change"
)

// watchedSetting is a setting whose change a reviewer has to judge.
type watchedSetting struct {
	name     string
	typeName string
	path     []string
	what     string
}

var watchedSettings = []watchedSetting{
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

func (w watchedSetting) rule() rule {
	return rule{w.name, []string{w.typeName}, compared(func(before, after *change.Resource) []remark {
		was, is := before.Get(w.path...), after.Get(w.path...)
		if reflect.DeepEqual(was, is) {
			return nil
		}
		shownWas, shownIs := change.Shorten(change.Show(was), change.Show(is))
		return remarks(Changes, w.what+": "+shownWas+" -> "+shownIs)
	})}
}
