package naming

import "time"

// RotationFunction is the folder under lambda/ of the function that rotates the clients' secrets.
const RotationFunction = "rotate"

// Environment variables of the rotation function.
const (
	UserPoolIDVariable    = "USER_POOL_ID"
	GraceHoursVariable    = "GRACE_HOURS"    // if set, how long a secret that was replaced is spared
	TokenEndpointVariable = "TOKEN_ENDPOINT" // if set, instead of the pool's own domain: m2m up sets it
)

// StepTimeout is the rotation function's timeout, which each step of a rotation has for itself. It
// gives a step time to wait for its turn: Cognito accepts 5 such requests per second and pool, and
// a first deployment rotates every client's secret at once.
const StepTimeout = 5 * time.Minute
