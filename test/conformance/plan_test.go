package conformance

import (
	"maps"
	"slices"
	"strings"
)

// plan is a target with what the rows use of it. Where the target lacks something, the no... field
// says so, and the rows that need it do not apply.
type plan struct {
	target

	open    route     // opened by any token
	scoped  route     // asks for scopes
	insider appClient // has a scope that scoped asks for, where there is such a route
	// outsider has none of the scopes that scoped asks for.
	outsider appClient
	// foreignScope belongs to a client and not to insider.
	foreignScope string

	// byFunction says that the function of an authorizer decides, and not a JWT authorizer.
	byFunction bool

	noOpen, noAny, noScoped, noScopedGETOnly, noOutsider, noForeignScope, catchAll string
}

// route is one route with a path that can be called as it is.
type route struct {
	key, method, path string
	scopes            []string
}

func newPlan(t target) plan {
	p := plan{target: t}
	p.chooseOpen()
	p.chooseScoped()
	p.chooseClients()
	for _, described := range t.Routes {
		if described.Authorization == "CUSTOM" {
			p.byFunction = true
		}
		if described.RouteKey == "$default" || strings.Contains(described.RouteKey, "{") {
			p.catchAll = "route " + described.RouteKey + " may take it"
		}
	}
	return p
}

// callable are the routes without variables that a GET reaches. ANY comes first, because more rows
// apply to it.
func (p *plan) callable() (found []route) {
	for _, method := range []string{"ANY", "GET"} {
		for _, described := range p.Routes {
			path, ok := strings.CutPrefix(described.RouteKey, method+" ")
			if ok && !strings.Contains(path, "{") {
				found = append(found, route{described.RouteKey, method, path, described.Scopes})
			}
		}
	}
	return found
}

func (p *plan) chooseOpen() {
	p.noOpen, p.noAny = "no GET or ANY route without scopes", "no ANY route without scopes"
	for _, r := range p.callable() {
		if len(r.scopes) == 0 {
			p.open, p.noOpen = r, ""
			if r.method == "ANY" {
				p.noAny = ""
			}
			return
		}
	}
}

// chooseScoped prefers a GET route, on which another method has no route.
func (p *plan) chooseScoped() {
	p.noScoped, p.noScopedGETOnly = "no GET or ANY route with scopes", "no route with scopes that only GET reaches"
	for _, r := range p.callable() {
		if len(r.scopes) == 0 || p.withScope(r, true) == nil {
			continue
		}
		p.scoped, p.noScoped = r, ""
		if p.methodsOf(r.path) == 1 && r.method == "GET" {
			p.noScopedGETOnly = ""
			return
		}
	}
}

func (p *plan) methodsOf(path string) (n int) {
	for _, described := range p.Routes {
		if strings.HasSuffix(described.RouteKey, " "+path) {
			n++
		}
	}
	return n
}

// withScope is the first client, by name, that has one of the route's scopes, or that has none of
// them; nil if there is no such client.
func (p *plan) withScope(r route, has bool) *appClient {
	for _, name := range slices.Sorted(maps.Keys(p.Clients)) {
		client := p.Clients[name]
		if slices.ContainsFunc(client.Scopes, func(s string) bool { return slices.Contains(r.scopes, s) }) == has {
			return &client
		}
	}
	return nil
}

func (p *plan) chooseClients() {
	names := slices.Sorted(maps.Keys(p.Clients))
	p.insider = p.Clients[names[0]]
	p.noOutsider = "every client has a scope of the route"
	if p.noScoped == "" {
		p.insider = *p.withScope(p.scoped, true)
		if outsider := p.withScope(p.scoped, false); outsider != nil {
			p.outsider, p.noOutsider = *outsider, ""
		}
	}
	p.noForeignScope = "no client has a scope that the first one lacks"
	for _, name := range names {
		for _, scope := range p.Clients[name].Scopes {
			if !slices.Contains(p.insider.Scopes, scope) {
				p.foreignScope, p.noForeignScope = scope, ""
				return
			}
		}
	}
}
