package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"cognito-m2m/internal/access"
)

// wanted is a check with what is needed to make it.
type wanted struct {
	Check

	token  string
	status int // that the route must answer; 0: any but 401 and 403
}

// What a check wants the route to answer.
const (
	wantUnauthorized = "401"
	wantForbidden    = "403"
	wantAccepted     = "neither 401 nor 403"
)

// cases are the requests to a route, those to refuse first.
func (r *run) cases(route access.Route, p probe) []*wanted {
	if route.Authorizer == nil {
		w := &wanted{Check: Check{Route: route.Key, Case: NoToken, Want: wantAccepted}}
		if !r.try(route, p) {
			w.skip(leftOutReason)
		}
		return []*wanted{w}
	}
	none := &wanted{Check: Check{Route: route.Key, Case: NoToken, Want: wantUnauthorized}, status: http.StatusUnauthorized}
	status := route.Authorizer.Refused()
	tampered := &wanted{Check: Check{Route: route.Key, Case: TamperedToken, Want: strconv.Itoa(status)}, status: status}
	tampered.token = r.tamperedFor(route)
	if tampered.token == "" {
		tampered.notTried("there is no token to tamper with")
	}
	refused, accepted := []*wanted{none, tampered}, []*wanted(nil)
	for _, t := range r.tokens {
		w := r.clientCase(route, p, t)
		if w.refusal() {
			refused = append(refused, w)
		} else {
			accepted = append(accepted, w)
		}
	}
	return append(refused, accepted...)
}

const leftOutReason = "a request could change data, so only marked routes are tried"

func (r *run) clientCase(route access.Route, p probe, t token) *wanted {
	w := &wanted{Check: Check{Route: route.Key, Case: ClientToken, Client: t.client.Name}, token: t.value}
	switch {
	case route.Accepts(t.client):
		w.Want = wantAccepted
		if !r.try(route, p) {
			w.skip(leftOutReason)
		}
	case route.Forbids(t.client):
		w.Want, w.status = wantForbidden, http.StatusForbidden
	default: // a client of another API
		w.status = route.Authorizer.Refused()
		w.Want = strconv.Itoa(w.status)
	}
	if t.value == "" && w.Outcome == "" {
		w.notTried("there is no token for " + t.client.Name)
	}
	return w
}

// tamperedFor is a token that fails only because of its signature.
func (r *run) tamperedFor(route access.Route) string {
	best := ""
	for _, t := range r.tokens {
		if t.value != "" && (best == "" || route.Accepts(t.client)) {
			best = t.value
		}
	}
	return tampered(best)
}

func (w *wanted) refusal() bool { return w.status != 0 }

func (w *wanted) judge(status int, err error) {
	w.Outcome = OK
	switch {
	case errors.Is(err, context.Canceled):
		w.notTried("there was no time left")
		return
	case os.IsTimeout(err), errors.Is(err, context.DeadlineExceeded):
		w.Got, w.Outcome = "no answer in time", Red
		return
	case err != nil:
		w.Got, w.Outcome = fmt.Sprintf("no answer (%v)", err), Red
		return
	}
	w.Got = fmt.Sprint(status)
	refused := status == http.StatusUnauthorized || status == http.StatusForbidden
	if w.refusal() && status != w.status || !w.refusal() && refused {
		w.Outcome = Red
	}
}
