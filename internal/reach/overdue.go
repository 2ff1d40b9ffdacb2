package reach

import (
	"fmt"
	"time"
)

const (
	// rotationWindow is how long Secrets Manager may take after the day that a rotation is due: the
	// window is that day.
	rotationWindow = 24 * time.Hour
	// longestRotation is how long a rotation may take before it counts as one that does not end: a
	// step has five minutes, and the steps of a deployment's first rotations wait for each other.
	longestRotation = time.Hour
)

// Fault is what is wrong with a secret in this state, as a part of a sentence; "" if nothing is, or
// if it depends on how long it has been so.
func (s State) Fault() string {
	switch s {
	case AppClientGone:
		return "its app client does not exist"
	case AppClientReplaced:
		return "its app client is newer than its credentials"
	case RotationOff:
		return "its rotation is turned off"
	case SecretGone:
		return "it was deleted"
	case SecretUndecided:
		return "it is unknown which of its app client's secrets callers use"
	case NotRotated, Current, RotationUnfinished:
	}
	return ""
}

// Overdue is why the secret of the client is not rotated as it should be, as a part of a sentence;
// "" if it is. It needs no alarm and no event: it is read off what Secrets Manager and Cognito
// tell, also where the function was never called.
func (c *Client) Overdue(now time.Time) string {
	every := time.Duration(c.EveryDays) * 24 * time.Hour
	switch {
	case c.State.Fault() != "":
		return c.State.Fault()
	case c.State == NotRotated && c.PendingVersion == "":
		return "it was never rotated"
	case c.PendingVersion != "" && now.Sub(c.UnfinishedSince) > longestRotation:
		return "a rotation has not ended since " + c.UnfinishedSince.UTC().Format(time.RFC3339)
	case !c.NextRotation.IsZero() && now.Sub(c.NextRotation) > rotationWindow:
		return "it was due by " + c.NextRotation.UTC().Format(time.DateOnly)
	case every > 0 && !c.RotatedAt.IsZero() && now.Sub(c.RotatedAt) > every+rotationWindow:
		return fmt.Sprintf("it is of %s, and is to be replaced every %d days", c.RotatedAt.UTC().Format(time.DateOnly), c.EveryDays)
	}
	return ""
}
