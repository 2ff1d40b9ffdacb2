package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	josejson "github.com/go-jose/go-jose/v4/json"

	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/naming"
)

// routes are the scopes of each route, by its key. A token needs one of them, or of an empty list
// none.
type routes map[string][]string

// readRoutes reads the file of scopes. A route without a list is refused here: it must not be taken
// for one whose list is empty. So is a route that is there twice.
func readRoutes(folder fs.FS) (routes, error) {
	file, err := folder.Open(naming.ScopesFile)
	if err != nil {
		return nil, fmt.Errorf("reading the routes' scopes: %w", err)
	}
	defer func() { _ = file.Close() }()
	var read routes
	decoder := josejson.NewDecoder(file)
	if err := decoder.Decode(&read); err != nil {
		return nil, fmt.Errorf("reading the routes' scopes: %s: %w", naming.ScopesFile, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the routes' scopes: %s has more than one value", naming.ScopesFile)
	}
	if read == nil {
		return nil, fmt.Errorf("reading the routes' scopes: %s is not an object", naming.ScopesFile)
	}
	for key, scopes := range read {
		if scopes == nil {
			return nil, fmt.Errorf("reading the routes' scopes: %s has no list for %q", naming.ScopesFile, key)
		}
	}
	return read, nil
}

// checkScopes refuses claims that have none of a route's scopes.
func checkScopes(wanted []string, claims jwtauth.Claims) error {
	if err := claims.CheckScope(); err != nil {
		return err
	}
	has := claims.Scopes()
	if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(scope string) bool { return slices.Contains(has, scope) }) {
		return errScope
	}
	return nil
}
