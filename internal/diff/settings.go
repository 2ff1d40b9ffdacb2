package diff

import (
	"encoding/json"
	"math"
	"strconv"

	"cognito-m2m/internal/diff/change"
)

// limit is a number whose change loosens or tightens something.
type limit struct {
	name     string
	typeName string
	path     []string
	what     string
	unset    string  // what it means if the number is not there
	absent   float64 // and what it is compared as
	lower    Effect  // the effect of a smaller number; a larger one has the opposite
}

var limits = []limit{
	{"throttle-rate", typeStage, []string{"DefaultRouteSettings", "ThrottlingRateLimit"}, "requests per second", "no limit of its own", math.Inf(1), Tightens},
	{"throttle-burst", typeStage, []string{"DefaultRouteSettings", "ThrottlingBurstLimit"}, "burst of requests", "no limit of its own", math.Inf(1), Tightens},
	{
		"authorizer-ttl", typeAuthorizer,
		[]string{"AuthorizerResultTtlInSeconds"},
		"seconds for which a function's answer is remembered, so for which a client that is refused may go on", "not said", math.NaN(), Tightens,
	},
	{"log-retention", typeLogGroup, []string{"RetentionInDays"}, "days of retention", "for ever", math.Inf(1), Loosens},
	{"key-waiting-period", typeKey, []string{"PendingWindowInDays"}, "days until a deleted key is gone", "30", 30, Loosens},
}

func (l limit) rule() rule {
	return rule{l.name, []string{l.typeName}, compared(func(before, after *change.Resource) []remark {
		was, is := before.Get(l.path...), after.Get(l.path...)
		return compareNumbers(l.number(was), l.number(is), l.lower, l.what+": "+l.show(was)+" -> "+l.show(is))
	})}
}

func (l limit) show(value any) string {
	if value == nil {
		return l.unset
	}
	return change.Show(value)
}

// number is NaN for what the template does not spell out.
func (l limit) number(value any) float64 {
	if value == nil {
		return l.absent
	}
	if n, ok := number(value); ok {
		return n
	}
	return math.NaN()
}

func compareNumbers(was, is float64, lower Effect, message string) []remark {
	opposite := map[Effect]Effect{Loosens: Tightens, Tightens: Loosens}
	switch {
	case is < was:
		return remarks(lower, message)
	case is > was:
		return remarks(opposite[lower], message)
	}
	return nil
}

// number reads a number; CloudFormation takes one in quotes as well.
func number(value any) (float64, bool) {
	switch v := value.(type) {
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return 0, false
}

// safeguard is a setting of which one value is the safe one.
type safeguard struct {
	name         string
	typeName     string
	path         []string
	what         string
	safe, absent string
}

var safeguards = []safeguard{
	{"deletion-protection", typeUserPool, []string{"DeletionProtection"}, "deletion protection", "ACTIVE", "INACTIVE"},
	{"sign-up", typeUserPool, []string{"AdminCreateUserConfig", "AllowAdminCreateUserOnly"}, "only administrators create users", "true", "false"},
	{"client-secret", typeAppClient, []string{"GenerateSecret"}, "the client has a secret", "true", "false"},
	{"token-revocation", typeAppClient, []string{"EnableTokenRevocation"}, "refresh tokens can be revoked", "true", "true"},
	{"execute-api-endpoint", typeAPI, []string{"DisableExecuteApiEndpoint"}, "the default address is disabled", "true", "false"},
	{"cors-credentials", typeAPI, []string{"CorsConfiguration", "AllowCredentials"}, "browsers may send credentials", "false", "false"},
	{"key-rotation", typeKey, []string{"EnableKeyRotation"}, "the key is rotated", "true", "false"},
	{"public-policy", typeSecretPolicy, []string{"BlockPublicPolicy"}, "a public policy is refused", "true", "false"},
}

func (s safeguard) rule() rule {
	return rule{s.name, []string{s.typeName}, compared(func(before, after *change.Resource) []remark {
		was, is := s.value(before), s.value(after)
		message := s.what + ": " + was + " -> " + is
		switch {
		case was == is:
			return nil
		case was == s.safe:
			return remarks(Loosens, message)
		case is == s.safe:
			return remarks(Tightens, message)
		default:
			return remarks(Changes, message)
		}
	})}
}

func (s safeguard) value(r *change.Resource) string {
	if value := r.Get(s.path...); value != nil {
		return change.Show(value)
	}
	return s.absent
}
