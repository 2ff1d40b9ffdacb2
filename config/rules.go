package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// checker holds the rules that one value alone can't break. It looks at what the reader made of a file; values that
// the reader refused are zero, and every rule passes over those.
type checker struct {
	*reader
	written   *file
	lambdaDir string
	declared  map[scopeRef]bool   // every scope of every resource server
	scopeless map[identifier]bool // resource servers whose scopes could not be read: references to them are left alone
	granted   map[scopeRef]bool   // every scope that some client has
	// incomplete: some resource server could not be read, or was not, so an unknown scope may be one of its own.
	incomplete bool
	routeKeys  map[string]takenRoute // by httpapi.Pattern.Shape
	warnings   Problems
}

func newChecker(r *reader, written *file, lambdaDir string) *checker {
	c := &checker{
		reader: r, written: written, lambdaDir: lambdaDir,
		declared: map[scopeRef]bool{}, scopeless: map[identifier]bool{},
		granted: map[scopeRef]bool{}, routeKeys: map[string]takenRoute{}, incomplete: r.cut,
	}
	for _, server := range written.ResourceServers {
		if server.Identifier == "" { // refused, and told so
			c.incomplete = true
			continue
		}
		c.scopeless[server.Identifier] = len(server.Scopes) == 0
		for name := range server.Scopes {
			c.declared[fullScope(server.Identifier, name)] = true
		}
	}
	for _, client := range written.Clients {
		for _, scope := range client.Scopes {
			c.granted[scope] = true
		}
	}
	return c
}

func (c *checker) check() {
	c.name()
	c.disposable()
	c.production()
	c.derivedDomain()
	c.issuer()
	c.resourceServers()
	c.clients()
	c.secretReaders()
	c.graceHours()
	c.tokenDomain()
	c.apiDomain()
	c.cors()
	c.routes()
	c.functions()
	c.tags()
	c.recipients()
}

func (c *checker) warn(path, message, hint string) {
	c.warnings = append(c.warnings, c.problem(path, message, hint))
}

// name holds file name and name together, because commands find an environment by either.
func (c *checker) name() {
	name := string(c.written.Name)
	stem := strings.TrimSuffix(filepath.Base(c.file), filepath.Ext(c.file))
	if name != "" && name != stem && c.written.Match == "" {
		c.report("name", fmt.Sprintf("%s is not the file's name %s", quote(name), quote(stem)), "rename one of them")
	}
}

// nameKey is the key that the environment has its name from.
func (c *checker) nameKey() string {
	if c.written.Match != "" {
		return "match"
	}
	return "name"
}

// production refuses a production environment whose user pool, and with it every client's id and secret, one
// command could delete, unless that is what is meant.
func (c *checker) production() {
	const path = "identity.deletionProtection"
	written := c.written.Identity
	switch {
	case written.Removing && written.DeletionProtection:
		c.report("identity.removing", "can't be true beside deletionProtection: true", "a protected environment can't be removed; change one of them")
	case written.Removing && !c.has(path):
		c.report("identity.removing", "needs deletionProtection: false beside it", "write both")
	case isProduction(c.written.Name) && c.written.Match != "":
		c.report(path, "must be true in production", "ask for a name without it: a disposable environment is never protected")
	case isProduction(c.written.Name) && !written.DeletionProtection && !written.Removing:
		c.report(path, "must be true in production", "write deletionProtection: true; or removing: true beside it, if the environment is to be removed")
	}
}

func isProduction(name environmentName) bool {
	words := strings.Split(string(name), "-")
	if words[0] == "pre" || words[0] == "non" {
		return false
	}
	return slices.Contains(words, "prod") || slices.Contains(words, "production")
}

// derivedDomain checks the name as part of the domain that is derived from it.
func (c *checker) derivedDomain() {
	word := reservedIn(string(c.written.Name), reservedWords)
	if word != "" && c.written.Identity.Domain.Prefix == "" {
		c.report(c.nameKey(), fmt.Sprintf("the domain derived from %s contains the reserved word %q", quote(string(c.written.Name)), word),
			"rename the environment, or set identity.domain.prefix")
	}
}

// issuer warns of a combination that AWS's pages disagree about.
func (c *checker) issuer() {
	if identity := c.written.Identity; identity.IssuerType == IssuerUpdated && identity.FeaturePlan == planLite {
		c.warn("identity.issuerType", "UPDATED may need the feature plan ESSENTIALS or PLUS", "write one of them, or deploy to an environment that may fail first")
	}
}

func (c *checker) resourceServers() {
	first := map[identifier]string{}
	for i, server := range c.written.ResourceServers {
		path := indexPath("resourceServers", i)
		if earlier, ok := first[server.Identifier]; ok && server.Identifier != "" {
			c.report(path+".identifier",
				fmt.Sprintf("%s is already the identifier of %s", quote(string(server.Identifier)), earlier), "put their scopes together")
		} else {
			first[server.Identifier] = path
		}
		for name := range server.Scopes {
			if length := len(fullScope(server.Identifier, name)); length > scopeRefText.maxLength {
				c.report(keyPath(path+".scopes", string(name)),
					fmt.Sprintf("the scope has %d characters with its identifier, at most %d are allowed", length, scopeRefText.maxLength), "")
			}
		}
	}
}

// fullScope is the scope as tokens carry it.
func fullScope(server identifier, name scopeName) scopeRef {
	return scopeRef(string(server) + "/" + string(name))
}

func (c *checker) clients() {
	first := map[string]clientName{}
	for _, name := range slices.Sorted(maps.Keys(c.written.Clients)) {
		path := keyPath("clients", string(name))
		bare := strings.ReplaceAll(string(name), "-", "")
		if earlier, ok := first[bare]; ok {
			c.report(path, fmt.Sprintf("is the same name as %q once hyphens are removed", earlier),
				"too alike to tell apart in stack outputs; rename one")
		} else {
			first[bare] = name
		}
		client := c.written.Clients[name]
		c.scopes(path+".scopes", client.Scopes)
		c.validity(path+".accessTokenValidity", client.AccessTokenValidity)
	}
}

// validity checks Cognito's range for access tokens (Cognito guide, "Understanding the access token").
func (c *checker) validity(path string, written validity) {
	const shortest, longest = 5 * time.Minute, 24 * time.Hour
	if written == "" {
		return
	}
	if d := duration(written); d < shortest || d > longest {
		c.report(path, quote(string(written))+" is outside 5m to 24h", "Cognito's range for access tokens")
	}
}

// scopes checks that every scope in a list is declared by a resource server. A file that declares none, or one that
// can't be read, has been told so already.
func (c *checker) scopes(path string, scopes []scopeRef) {
	if len(c.declared) == 0 || c.incomplete {
		return
	}
	for i, scope := range scopes {
		if scope == "" || c.declared[scope] || c.scopeless[scope.server()] {
			continue
		}
		c.report(indexPath(path, i), "unknown scope "+quote(string(scope)), c.didYouMean(string(scope), c.declaredScopes()))
	}
}

// declaredScopes are the scopes there are, sorted.
func (c *checker) declaredScopes() []string {
	if c.full() {
		return nil // nobody is told
	}
	known := make([]string, 0, len(c.declared))
	for declared := range c.declared {
		known = append(known, string(declared))
	}
	slices.Sort(known)
	return known
}

// server is the identifier in front of the last "/": identifiers may contain more of them, names can't.
func (s scopeRef) server() identifier {
	return identifier(s[:max(0, strings.LastIndexByte(string(s), '/'))])
}
