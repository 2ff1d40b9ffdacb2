package main

import (
	"context"
	"errors"
	"path"
	"regexp"
	"time"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/parameterstore"
)

const (
	// listInterval is the least time between two reads of the list.
	listInterval = 30 * time.Second
	// listAge is how old the list may be to still count.
	listAge = 5 * time.Minute
)

// refusedClients is the list of the app clients that get no answer but no.
type refusedClients struct{ *latest[map[string]bool] }

func newRefusedClients(s settings, failed func(error)) refusedClients {
	api := parameterstore.New(s.sdk)
	read := func(ctx context.Context) (map[string]bool, error) { return readRefused(ctx, api, s.refusedPath) }
	return refusedClients{newLatest(source[map[string]bool]{read, s.limits.list, failed}, s.clock)}
}

// readRefused reads all pages, or fails.
func readRefused(ctx context.Context, api *parameterstore.Client, below string) (map[string]bool, error) {
	parameters, err := api.ByPath(ctx, below)
	if err != nil {
		return nil, withoutContent(err)
	}
	refused := make(map[string]bool, len(parameters))
	for _, parameter := range parameters {
		folder, id := path.Split(parameter.Name)
		if folder != below+"/" || id == "" {
			return nil, errors.New("GetParametersByPath names a parameter outside of the path")
		}
		refused[id] = true
	}
	return refused, nil
}

// nameable is what ids of app clients are like that a parameter can be named after. Cognito's model
// permits a plus sign, too, which no generated id has: such a client could not be refused.
var nameable = regexp.MustCompile(`^\w{1,128}$`)

// check refuses a client of the list, and everyone while there is no list.
func (c refusedClients) check(ctx context.Context, clientID string) error {
	list := c.get(ctx, func(r *reading[map[string]bool], now clock.Instant) bool {
		return now.Since(r.tried) >= listInterval
	})
	if c.clock.Now().Since(list.begun) >= listAge {
		return errNoList // one that was never read is older than any
	}
	if list.value[clientID] {
		return errRefused
	}
	return nil
}
