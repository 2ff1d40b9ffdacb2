package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cognito-m2m/internal/httpapi"
)

// Integration is an AWS::ApiGatewayV2::Integration of type AWS_PROXY with a Lambda function, which gets payload format 2.0.
type Integration struct {
	ID string
	// FunctionARN is the function of the IntegrationUri, one of Config.Functions.
	FunctionARN string
	// TimeoutInMillis is 30000 if it is 0.
	TimeoutInMillis int
}

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
	// lambdaStatus is the Lambda service's own, 200 even for a function that failed; 0 if there was no answer in time.
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

// invoke calls the route's function. A caller that goes away does not end the call, as Lambda would go on too.
//
// Parity: Integration: a function that outlives its integration
func (g *Gateway) invoke(x *exchange) *refusal {
	target := x.route.integration
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.request.Context()), target.timeout)
	defer cancel()
	started := g.now()
	x.invocation = target.call(ctx, x.event)
	x.invocation.latency = g.now().Sub(started)
	switch {
	case errors.Is(x.invocation.err, errIntegrationTimeout):
		return serviceUnavailable(fmt.Errorf("%w after %s", x.invocation.err, target.timeout))
	case x.invocation.err != nil:
		return internalServerError(fmt.Errorf("invoking function: %w", x.invocation.err))
	}
	answer, err := parseFunctionResponse(x.invocation.response)
	if err != nil {
		x.invocation.err = err
		return internalServerError(fmt.Errorf("reading function response: %w", err))
	}
	x.invocation.status = answer.status
	x.reply = answer
	return nil
}

// call runs the function. After a timeout nothing is known of how it ends.
func (in *integration) call(ctx context.Context, event []byte) invocation {
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
