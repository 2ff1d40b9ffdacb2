package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cognito-m2m/internal/chaos"
)

// foresee asks what becomes of a call that is about to reach its function, and answers in its place
// if that is throttling.
func (x *exchange) foresee(weather func(route, clientID string) chaos.Decision) *refusal {
	if weather == nil {
		return nil
	}
	x.weather = weather(x.route.key, x.clientID())
	if x.weather.Kind == chaos.TooMany {
		x.event = nil // it is not on its way: what the access log says of the integration is nothing
		return tooManyRequests()
	}
	return nil
}

// errWeather is the error of a function in whose place the weather answers.
var errWeather = errors.New("the function failed, because of bad weather (--chaos)")

// spoil is what the weather does to a call whose function has been called: the function may have
// done its work, as on AWS, and the caller does not learn it. The wait of a 503, which there lasts
// until the integration times out, is left out.
//
// Parity: Bad weather: a 503 without the wait
func (x *exchange) spoil(ctx context.Context, left time.Duration) {
	switch x.weather.Kind {
	case chaos.Failed:
		x.invocation.err, x.invocation.response = errWeather, nil
	case chaos.Unavailable:
		x.invocation = invocation{requestID: x.invocation.requestID, err: errIntegrationTimeout}
	case chaos.Late:
		chaos.Wait(ctx, min(x.weather.Delay, left))
	default:
	}
}

// cut breaks the connection, or a stream of HTTP/2, instead of sending the reply. In the middle of
// it means that the headers and the first half of the body have been sent; a reply without a body
// has no middle.
func (p *reply) cut(w http.ResponseWriter, r *http.Request, within bool) {
	if within && r.Method != http.MethodHead && allowsBody(p.status) && len(p.body) > 1 {
		p.writeHeader(w)
		_, _ = w.Write(p.body[:len(p.body)/2]) //nolint:gosec // G705: as in write
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}
