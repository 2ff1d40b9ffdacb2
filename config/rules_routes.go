package config

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/httpapi"
)

// rotationFunction is the folder of the function that rotates the clients' secrets. No request may reach it.
const rotationFunction = "rotate"

// takenRoute is a route key that is in use, and by which entry.
type takenRoute struct{ key, path string }

func (c *checker) routes() {
	folders := functionFolders(c.lambdaDir)
	for i, route := range c.written.API.Routes {
		path := indexPath("api.routes", i)
		c.methods(path, route)
		c.parameters(path+".path", route.Path)
		c.unique(path, route)
		c.scopes(path+".scopes", route.Scopes)
		c.reachable(path+".scopes", route.Scopes)
		c.function(path+".function", route, folders)
	}
	if keys := len(c.routeKeys); keys > routesOfAnAPI {
		c.warn("api.routes", fmt.Sprintf("are %d routes, one for each method; an API has %d unless its quota was raised", keys, routesOfAnAPI),
			"raise Routes per API in Service Quotas, or write ANY where methods share scopes and function")
	}
}

// routesOfAnAPI is API Gateway's quota for routes, which can be raised.
const routesOfAnAPI = 300

// methods: $default is a route key by itself, every other path needs at least one method, and ANY has no company.
func (c *checker) methods(path string, route route) {
	at := path + ".methods"
	switch {
	case route.Path == "":
	case route.Path == httpapi.DefaultRoute && c.has(at):
		c.report(at, "can't be combined with $default", "$default takes every method; remove methods")
	case route.Path != httpapi.DefaultRoute && !c.has(at):
		c.report(at, "is missing", "write [ANY] or the methods, for example [GET, POST]")
	case len(route.Methods) > 1 && slices.Contains(route.Methods, httpapi.AnyMethod):
		c.report(at, "ANY can't be combined with other methods", "it covers the others; give them a route of their own if they differ")
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// parameters refuses a name that two parameters of a path share, as the event could carry only one value for it.
func (c *checker) parameters(path string, route routePath) {
	seen := map[string]bool{}
	for _, written := range parameter.FindAllString(string(route), -1) {
		name := strings.Trim(written, "{+}")
		if seen[name] {
			c.report(path, fmt.Sprintf("has two parameters called %q", name), "rename one")
		}
		seen[name] = true
	}
}

// unique refuses a route key that takes the same requests as one of an earlier entry; ANY repeats only ANY.
func (c *checker) unique(path string, written route) {
	if written.Path == "" {
		return
	}
	for _, key := range written.route().Keys() {
		pattern, err := httpapi.ParseRouteKey(key)
		if err != nil {
			continue // a method that the reader refused
		}
		shape := pattern.Shape()
		taken, ok := c.routeKeys[shape]
		switch {
		case !ok:
			c.routeKeys[shape] = takenRoute{key, path}
		case taken.path == path: // a method written twice, which the reader reported
		case taken.key == key:
			c.report(path, "duplicate route "+quote(key), "it is already at "+taken.path)
		default:
			c.report(path, "duplicate route "+quote(key),
				fmt.Sprintf("it matches the same requests as %s at %s", quote(taken.key), taken.path))
		}
	}
}

// reachable warns of a scope that no client could bring.
func (c *checker) reachable(path string, scopes []scopeRef) {
	for i, scope := range scopes {
		if c.declared[scope] && !c.granted[scope] {
			c.warn(indexPath(path, i), "no client has the scope "+quote(string(scope)), "add it to a client")
		}
	}
}

func (c *checker) function(path string, written route, folders []string) {
	name := written.route().Function
	switch {
	case name == rotationFunction:
		c.report(path, quote(name)+" rotates the clients' secrets and answers no requests", c.didYouMean(name, folders))
	case !slices.Contains(folders, name):
		source := filepath.Join(c.lambdaDir, name, "main.go")
		c.report(path, "no function "+quote(name)+": "+source+" is not there", c.didYouMean(name, folders))
	}
}

// functionFolders lists the folders with a main.go that a route may name, sorted. A folder that can't be read has none.
func functionFolders(lambdaDir string) []string {
	mains, err := fs.Glob(os.DirFS(lambdaDir), "*/main.go")
	if err != nil {
		return nil // can't be: the pattern is well formed
	}
	names := make([]string, 0, len(mains))
	for _, main := range mains {
		if name := path.Dir(main); name != rotationFunction {
			names = append(names, name)
		}
	}
	return names
}
