package function_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// fixed are always the same credentials.
type fixed function.Credentials

func (f fixed) Credentials() function.Credentials { return function.Credentials(f) }

// numbered are other credentials each time, which last so long.
type numbered struct {
	last  atomic.Int64
	lasts time.Duration
}

func (n *numbered) Credentials() function.Credentials {
	return function.Credentials{AccessKeyID: fmt.Sprintf("ASIA%d", n.last.Add(1)), Expires: time.Now().Add(n.lasts)}
}

// timeLimit is that of an invocation here.
const timeLimit = time.Minute

// TestEnvironmentEndsBeforeItsCredentials: once an invocation could outlast the credentials,
// another environment does it, with other ones.
func TestEnvironmentEndsBeforeItsCredentials(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{Timeout: timeLimit, Credentials: &numbered{lasts: timeLimit}})
	before := order(t, f, `{"do":"environ"}`)
	after := order(t, f, `{"do":"environ"}`)
	if after.PID == before.PID || !slices.Contains(before.Environ, "AWS_ACCESS_KEY_ID=ASIA1") || !slices.Contains(after.Environ, "AWS_ACCESS_KEY_ID=ASIA2") {
		t.Errorf("process %d with %v, then %d with %v", before.PID, before.Environ, after.PID, after.Environ)
	}
	m2mtest.AwaitGone(t, before.PID)
}

// TestIdleEnvironmentEndsBeforeItsCredentials: also if there is no further invocation.
func TestIdleEnvironmentEndsBeforeItsCredentials(t *testing.T) {
	t.Parallel()
	const idle = 500 * time.Millisecond
	f := newFunction(t, "script", function.Config{Timeout: timeLimit, Credentials: &numbered{lasts: timeLimit + idle}})
	m2mtest.AwaitGone(t, order(t, f, `{}`).PID)
}

// TestCredentialsLast: one environment keeps its credentials as long as it may.
func TestCredentialsLast(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{Timeout: timeLimit, Credentials: &numbered{lasts: time.Hour}})
	before := order(t, f, `{}`)
	if after := order(t, f, `{}`); after.PID != before.PID {
		t.Errorf("process %d, then %d", before.PID, after.PID)
	}
}
