package diff

import (
	"strings"

	"cognito-m2m/internal/diff/change"
	"cognito-m2m/naming"
)

const (
	authorizationNone   = "NONE" // what a route without AuthorizationType has
	authorizationJWT    = "JWT"
	authorizationCustom = "CUSTOM" // a function's
)

func authorizationType(r *change.Resource) string {
	if value := r.Get("AuthorizationType"); value != nil {
		return change.Show(value)
	}
	return authorizationNone
}

// scopesOf lists the scopes that a token must carry one of; none at all opens a route to every
// client that the authorizer accepts. Those that a function checks are in the metadata.
func scopesOf(r *change.Resource) []string {
	if scopes, ok := r.Attributes[naming.ScopesMetadata]; ok && authorizationType(r) == authorizationCustom {
		return items(scopes, "")
	}
	return items(r.Get("AuthorizationScopes"), "")
}

// asksScopes is true for a route whose scopes are known.
func asksScopes(r *change.Resource) bool {
	_, told := r.Attributes[naming.ScopesMetadata]
	return authorizationType(r) == authorizationJWT || authorizationType(r) == authorizationCustom && told
}

// anyClient are those who may call a route without scopes.
func anyClient(r *change.Resource) string {
	if authorizationType(r) == authorizationCustom {
		return "any client of the user pool may call it"
	}
	return "any client of the authorizer's audience may call it"
}

func routeAdded(o *outcome) []remark {
	if o.Before != nil {
		return nil
	}
	switch scopes := scopesOf(o.After); {
	case authorizationType(o.After) == authorizationNone:
		return remarks(Loosens, "added without an authorizer: anyone may call it")
	case !asksScopes(o.After):
		return remarks(Changes, "added with authorization "+authorizationType(o.After))
	case len(scopes) == 0:
		return remarks(Loosens, "added without scopes: "+anyClient(o.After))
	default:
		return remarks(Changes, "added, for tokens with "+either(scopes))
	}
}

func routeRemoved(o *outcome) []remark {
	if o.After != nil {
		return nil
	}
	return remarks(Tightens, "removed: its callers get 404, or what a more general route answers")
}

func routeAuthorization(before, after *change.Resource) []remark {
	was, is := authorizationType(before), authorizationType(after)
	arrow := " (AuthorizationType " + was + " -> " + is + ")"
	byWas, byIs := change.Show(before.Get("AuthorizerId")), change.Show(after.Get("AuthorizerId"))
	switch {
	case was == is && byWas != byIs:
		return remarks(Changes, "asks another authorizer: "+byWas+" -> "+byIs)
	case was == is:
		return nil
	case is == authorizationNone:
		return remarks(Loosens, "opened: anyone may call it, without a token"+arrow)
	case was == authorizationNone:
		return remarks(Tightens, "closed: it was open to anyone"+arrow)
	case is == authorizationCustom && was == authorizationJWT && asksScopes(after):
		return remarks(Changes, "a function checks its tokens: "+whoMay(after)+arrow)
	case is == authorizationJWT && was == authorizationCustom:
		return remarks(Changes, "API Gateway checks its tokens: "+whoMay(after)+arrow)
	default:
		return remarks(Changes, "is guarded in another way"+arrow)
	}
}

// whoMay are those who may call a route whose scopes are known.
func whoMay(r *change.Resource) string {
	scopes := scopesOf(r)
	if len(scopes) == 0 {
		return anyClient(r)
	}
	return strings.Replace(anyClient(r), " may call it", " with "+either(scopes)+" may call it", 1)
}

// routeScopes compares what a token must carry. Each scope of a route is an alternative, so one
// more lets more in.
func routeScopes(before, after *change.Resource) []remark {
	if !asksScopes(before) || !asksScopes(after) {
		return nil
	}
	was, is := scopesOf(before), scopesOf(after)
	gained, lost := without(is, was), without(was, is)
	switch {
	case len(gained)+len(lost) == 0:
		return nil
	case len(is) == 0:
		return remarks(Loosens, "widened: no longer asks for "+either(was)+", "+anyClient(after))
	case len(was) == 0:
		return remarks(Tightens, "narrowed: asks for "+either(is)+", any token was enough before")
	case len(lost) == 0:
		return remarks(Loosens, "widened: lets in tokens with "+either(gained)+", too")
	case len(gained) == 0:
		return remarks(Tightens, "narrowed: "+either(lost)+" is no longer enough")
	default:
		return remarks(Loosens, "other scopes: lets in tokens with "+either(gained)+", no longer those with "+either(lost))
	}
}

// audience compares the clients whose tokens an authorizer accepts.
func audience(o *outcome) []remark {
	if o.After == nil {
		if asksFunction(o.Before) {
			return remarks(Loosens, "removed: "+letsInAgain)
		}
		return nil
	}
	was, is := audienceOf(o.Before), audienceOf(o.After)
	accepts := func(who string) remark { return remark{Loosens, "accepts tokens of " + who} }
	found := each(without(is, was), accepts)
	asked := o.Before != nil && asksFunction(o.Before)
	switch {
	case asksFunction(o.After) && !asked:
		return append(found, remark{Changes, "a Lambda function decides which tokens are accepted: a refused one gets 403 without www-authenticate, where a JWT " +
			"authorizer says 401, and functions behind the API find the client in requestContext.authorizer.lambda"})
	case asked && !asksFunction(o.After):
		found = append(found, remark{Loosens, "no Lambda function decides any more: " + letsInAgain})
	}
	refuses := func(who string) remark { return remark{Tightens, "no longer accepts tokens of " + who} }
	return append(found, each(without(was, is), refuses)...)
}

const letsInAgain = "who was refused by the function alone, as m2m clients --refuse does, is let in again. A JWT authorizer answers 401 again"

// asksFunction is true for a Lambda authorizer.
func asksFunction(authorizer *change.Resource) bool {
	return change.Show(authorizer.Get("AuthorizerType")) == "REQUEST"
}

// audienceOf names the clients as the environment file does, where the audience refers to them.
func audienceOf(authorizer *change.Resource) []string {
	values, ok := authorizer.Get("JwtConfiguration", "Audience").([]any)
	if !ok {
		return items(authorizer.Get("JwtConfiguration", "Audience"), "")
	}
	return each(values, func(value any) string {
		if client := authorizer.RefersTo(value); client != nil {
			return subjectOf(client)
		}
		return change.Show(value)
	})
}

func either(items []string) string { return strings.Join(items, " or ") }
