package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cognito-m2m/internal/httpapi"
)

// integration is the call of a function: of a route's, or of an authorizer's.
type integration struct {
	functionARN string
	function    Invoker
	timeout     time.Duration
}

// invocation is what became of the call of a function.
type invocation struct {
	response  []byte
	requestID string // the function's, not the gateway's
	err       error
	// lambdaStatus is the Lambda service's own, 200 even for a function that failed; 0 if there was
	// no answer in time.
	lambdaStatus int
	status       int // the status the function asked for
	latency      time.Duration
}

func compileIntegrations(cfg Config, found *problems) map[string]*integration {
	compiled := make(map[string]*integration, len(cfg.Integrations))
	for _, in := range cfg.Integrations {
		if compiled[in.ID] != nil {
			found.add("integration %q: there are two integrations of this id", in.ID)
		}
		timeout := in.TimeoutInMillis
		if timeout == 0 {
			timeout = httpapi.MaxTimeoutMillis
		}
		if cfg.Functions[in.FunctionARN] == nil {
			found.add("integration %q: there is no function %q", in.ID, in.FunctionARN)
		}
		compiled[in.ID] = &integration{
			functionARN: in.FunctionARN,
			function:    cfg.Functions[in.FunctionARN],
			timeout:     time.Duration(timeout) * time.Millisecond,
		}
	}
	return compiled
}

var errIntegrationTimeout = errors.New("the integration timed out")

// call runs the function. Neither a caller that goes away nor a timeout ends the invocation, as on
// AWS (sst #2232). After a timeout nothing is known of how it ends.
func (in *integration) call(ctx context.Context, event []byte) invocation {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), in.timeout)
	defer cancel()
	response, requestID, err := in.function.Invoke(ctx, event)
	if err != nil && ctx.Err() != nil {
		return invocation{requestID: requestID, err: errIntegrationTimeout}
	}
	return invocation{response: response, requestID: requestID, err: err, lambdaStatus: lambdaStatus(err)}
}

func lambdaStatus(err error) int {
	if refused, ok := errors.AsType[interface {
		error
		LambdaStatus() int
	}](err); ok {
		return refused.LambdaStatus()
	}
	return http.StatusOK
}
