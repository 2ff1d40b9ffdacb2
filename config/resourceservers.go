package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/strictyaml"
)

// The APIs that clients get scopes for; a user pool has at most 25.
type resourceServers []resourceServer

func (resourceServers) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: 25, Of: "resource servers", Why: "Cognito's quota for a user pool"}
}

// One API as Cognito knows it.
type resourceServer struct {
	// Identifier, the first half of every scope.
	Identifier identifier `yaml:"identifier" jsonschema:"example=test-api,example=https://api.example.com/orders"`
	// Scopes by name, each with a description; at most 100.
	Scopes scopeDescriptions `yaml:"scopes" hint:"add at least one, for example {read: Read orders}"`
}

// Scopes of a resource server by name, each with a description.
type scopeDescriptions map[scopeName]scopeDescription

func (scopeDescriptions) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: 100, Of: "scopes", Why: "Cognito's limit for a resource server"}
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

func (written resourceServers) checked() []ResourceServer {
	servers := make([]ResourceServer, 0, len(written))
	for _, w := range written {
		server := ResourceServer{Identifier: string(w.Identifier)}
		for _, name := range slices.Sorted(maps.Keys(w.Scopes)) {
			server.Scopes = append(server.Scopes, Scope{Name: string(name), Description: string(w.Scopes[name])})
		}
		servers = append(servers, server)
	}
	slices.SortFunc(servers, func(a, b ResourceServer) int { return cmp.Compare(a.Identifier, b.Identifier) })
	return servers
}

const (
	// identifierChars and nameChars are the character sets of the Cognito API reference,
	// CreateResourceServer: printable ASCII without space, double quote and backslash; names
	// without "/" too.
	identifierChars = `[\x21\x23-\x5B\x5D-\x7E]+`
	nameChars       = `[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+`
)

type identifier string

func (identifier) Text() strictyaml.Text { return identifierText }

var identifierText = strictyaml.Text{
	Noun:      "resource server identifier",
	Pattern:   strictyaml.Expression("^" + identifierChars + "$"),
	MaxLength: 256,
	Hint:      `1 to 256 printable ASCII characters, no space, " or \`,
}

type scopeName string

func (scopeName) Text() strictyaml.Text { return scopeNameText }

var scopeNameText = strictyaml.Text{
	Noun:      "scope name",
	Pattern:   strictyaml.Expression("^" + nameChars + "$"),
	MaxLength: 256,
	Hint:      `1 to 256 printable ASCII characters, no space, ", \ or /`,
}

type scopeDescription string

func (scopeDescription) Text() strictyaml.Text { return scopeDescriptionText }

var scopeDescriptionText = strictyaml.Text{
	Noun:      "scope description",
	Pattern:   strictyaml.Expression(`\S`),
	MaxLength: 256,
	Hint:      "1 to 256 characters",
}

type scopeRef string

func (scopeRef) Text() strictyaml.Text { return scopeRefText }

var scopeRefText = strictyaml.Text{
	Noun:      "scope",
	Pattern:   strictyaml.Expression("^" + identifierChars + "/" + nameChars + "$"),
	MaxLength: 256,
	Hint:      "write <resource server identifier>/<scope name>, for example test-api/read",
}

// server is the identifier in front of the last "/": identifiers may contain more of them, names
// can't.
func (s scopeRef) server() identifier {
	return identifier(s[:max(0, strings.LastIndexByte(string(s), '/'))])
}

// fullScope is the scope as tokens carry it.
func fullScope(server identifier, name scopeName) scopeRef {
	return scopeRef(string(server) + "/" + string(name))
}

func (c *checker) resourceServers() {
	first := map[identifier]string{}
	for i, server := range c.written.ResourceServers {
		path := strictyaml.IndexPath("resourceServers", i)
		if earlier, ok := first[server.Identifier]; ok && server.Identifier != "" {
			c.Report(path+".identifier",
				fmt.Sprintf("%s is already the identifier of %s", strictyaml.Quote(server.Identifier), earlier), "put their scopes together")
		} else {
			first[server.Identifier] = path
		}
		for name := range server.Scopes {
			if length := len(fullScope(server.Identifier, name)); length > scopeRefText.MaxLength {
				c.Report(strictyaml.KeyPath(path+".scopes", name),
					fmt.Sprintf("the scope has %d characters with its identifier, at most %d are allowed", length, scopeRefText.MaxLength), "")
			}
		}
	}
}

// scopes are those that an environment has, for the rules about lists of them.
type scopes struct {
	declared  map[scopeRef]bool   // every scope of every resource server
	scopeless map[identifier]bool // resource servers whose scopes could not be read: references to them are left alone
	granted   map[scopeRef]bool   // every scope that some client has, see checkClients
	// incomplete: some resource server could not be read, or was not, so an unknown scope may be
	// one of its own.
	incomplete bool
}

func (f *file) scopes(partly bool) scopes {
	s := scopes{declared: map[scopeRef]bool{}, scopeless: map[identifier]bool{}, granted: map[scopeRef]bool{}, incomplete: partly}
	for _, server := range f.ResourceServers {
		if server.Identifier == "" { // refused, and reported
			s.incomplete = true
			continue
		}
		s.scopeless[server.Identifier] = len(server.Scopes) == 0
		for name := range server.Scopes {
			s.declared[fullScope(server.Identifier, name)] = true
		}
	}
	return s
}

// declared checks that every scope in a list is declared by a resource server. A file that declares
// none, or one that can't be read, has its problem already.
func (c *checker) declared(path string, scopes []scopeRef) {
	if len(c.scopes.declared) == 0 || c.scopes.incomplete {
		return
	}
	for i, scope := range scopes {
		if scope == "" || c.scopes.declared[scope] || c.scopes.scopeless[scope.server()] {
			continue
		}
		c.Report(strictyaml.IndexPath(path, i), "unknown scope "+strictyaml.Quote(scope), c.DidYouMean(string(scope), c.declaredScopes()))
	}
}

// declaredScopes are the scopes there are, sorted.
func (c *checker) declaredScopes() []string {
	if c.Full() {
		return nil // no one reads them
	}
	return sortedStrings(slices.Collect(maps.Keys(c.scopes.declared)))
}
