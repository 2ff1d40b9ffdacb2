package diff

import (
	"slices"
	"strings"
)

const (
	authorizationNone = "NONE" // what a route without AuthorizationType has
	authorizationJWT  = "JWT"
)

func authorizationType(r *resource) string {
	if value := r.get("AuthorizationType"); value != nil {
		return show(value)
	}
	return authorizationNone
}

// scopesOf lists the scopes that a token must carry one of; none at all opens a route to every client in the audience.
func scopesOf(r *resource) []string { return items(r.get("AuthorizationScopes"), "") }

func routeAdded(c *change) []remark {
	if c.before != nil {
		return nil
	}
	switch scopes := scopesOf(c.after); {
	case authorizationType(c.after) == authorizationNone:
		return remarks(Loosens, "added without an authorizer: anyone may call it")
	case authorizationType(c.after) != authorizationJWT:
		return remarks(Changes, "added with authorization "+authorizationType(c.after))
	case len(scopes) == 0:
		return remarks(Loosens, "added without scopes: any client of the authorizer's audience may call it")
	default:
		return remarks(Changes, "added, for tokens with "+either(scopes))
	}
}

func routeRemoved(c *change) []remark {
	if c.after != nil {
		return nil
	}
	return remarks(Tightens, "removed: its callers get 404, or what a more general route answers")
}

func routeAuthorization(c *change) []remark {
	if !c.both() {
		return nil
	}
	was, is := authorizationType(c.before), authorizationType(c.after)
	arrow := " (AuthorizationType " + was + " -> " + is + ")"
	byWas, byIs := show(c.before.get("AuthorizerId")), show(c.after.get("AuthorizerId"))
	switch {
	case was == is && byWas != byIs:
		return remarks(Changes, "asks another authorizer: "+byWas+" -> "+byIs)
	case was == is:
		return nil
	case is == authorizationNone:
		return remarks(Loosens, "opened: anyone may call it, without a token"+arrow)
	case was == authorizationNone:
		return remarks(Tightens, "closed: it was open to anyone"+arrow)
	default:
		return remarks(Changes, "is guarded in another way"+arrow)
	}
}

// routeScopes compares what a token must carry. Each scope of a route is an alternative, so one more lets more in.
func routeScopes(c *change) []remark {
	if !c.both() || authorizationType(c.before) != authorizationJWT || authorizationType(c.after) != authorizationJWT {
		return nil
	}
	was, is := scopesOf(c.before), scopesOf(c.after)
	gained, lost := without(is, was), without(was, is)
	switch {
	case len(gained)+len(lost) == 0:
		return nil
	case len(is) == 0:
		return remarks(Loosens, "widened: no longer asks for "+either(was)+", any client of the authorizer's audience may call it")
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
func audience(c *change) []remark {
	if c.after == nil {
		return nil
	}
	was, is := audienceOf(c.before), audienceOf(c.after)
	accepts := func(who string) remark { return remark{Loosens, "accepts tokens of " + who} }
	refuses := func(who string) remark { return remark{Tightens, "no longer accepts tokens of " + who} }
	return append(each(without(is, was), accepts), each(without(was, is), refuses)...)
}

// audienceOf names the clients as the environment file does, where the audience refers to them.
func audienceOf(authorizer *resource) []string {
	values, ok := authorizer.get("JwtConfiguration", "Audience").([]any)
	if !ok {
		return items(authorizer.get("JwtConfiguration", "Audience"), "")
	}
	return each(values, func(value any) string {
		if client := authorizer.refersTo(value); client != nil {
			return client.subject()
		}
		return show(value)
	})
}

// items are the texts of a list of texts, or of a field of the objects in it. Anything but a list counts as one item.
func items(value any, field string) []string {
	values, ok := value.([]any)
	switch {
	case value == nil:
		return nil
	case !ok:
		return []string{show(value)}
	}
	return each(values, func(item any) string {
		if field != "" && object(item)[field] != nil {
			return show(object(item)[field])
		}
		return show(item)
	})
}

// without lists what is in all and not in some, in order.
func without(all, some []string) []string {
	rest := less(all, some)
	slices.Sort(rest)
	return slices.Compact(rest)
}

func either(items []string) string { return strings.Join(items, " or ") }
