package verify

import (
	"context"
	"errors"
	"fmt"
)

// Deployment is what only AWS knows of a deployment: no request to the API can show it.
type Deployment interface {
	// StrayRouteSettings are the keys of removed routes whose settings the stage still has.
	StrayRouteSettings(ctx context.Context) ([]string, error)
	// ManagementTrail is the name of a trail that logs management events, "" if none does.
	ManagementTrail(ctx context.Context) (string, error)
}

// Deployed checks what only AWS knows. What AWS does not answer becomes a warning: a user who may
// call the API need not have the permission to see it. listens says whether the environment has
// rules for events.
func Deployed(ctx context.Context, d Deployment, listens bool) []Check {
	checks := routeSettings(ctx, d)
	if listens {
		checks = append(checks, trail(ctx, d))
	}
	return checks
}

// trail looks for a trail, without which no event reaches the rules. The API works without one, so
// a missing trail is a warning.
func trail(ctx context.Context, d Deployment) Check {
	c := Check{Case: Trail, Want: "a trail that logs management events"}
	name, err := d.ManagementTrail(ctx)
	switch {
	case err != nil:
		c.warn(err)
	case name == "":
		c.Outcome, c.Reason = Warning, "no trail logs management events here, so a failed rotation, or a secret that someone else added, goes unnoticed"
	default:
		c.Got, c.Outcome = "trail "+name, OK
	}
	return c
}

// routeSettings finds settings of removed routes: they make the next update of the stage fail.
func routeSettings(ctx context.Context, d Deployment) (checks []Check) {
	c := Check{Case: RouteSettings, Want: "settings of its routes alone"}
	stray, err := d.StrayRouteSettings(ctx)
	if err != nil {
		c.warn(err)
		return []Check{c}
	}
	for _, key := range stray {
		c.Route, c.Got, c.Outcome = key, "settings, and no such route", Red
		checks = append(checks, c)
	}
	if len(stray) == 0 {
		c.Got, c.Outcome = c.Want, OK
		checks = append(checks, c)
	}
	return checks
}

// warn records that a check could not be made.
func (c *Check) warn(err error) {
	c.Outcome, c.Reason = Warning, fmt.Sprintf("could not be checked: %v", err)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		c.Reason = "there was no time left"
	}
}
