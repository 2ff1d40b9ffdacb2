package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	lru "github.com/hashicorp/golang-lru/v2"

	"cognito-m2m/internal/clock"
	"cognito-m2m/internal/jwtauth"
)

// authorizer decides about requests.
type authorizer struct {
	issuer  string
	routes  routes
	keys    poolKeys
	refused refusedClients
	clock   clock.Clock
	log     *slog.Logger
	fault   error // of the settings: nothing is let in

	verified *lru.Cache[string, verified] // the tokens used last, by the whole token as it came
}

func newAuthorizer(s settings) *authorizer {
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	failed := func(what error) func(error) {
		return func(err error) { log.Error("failed read", "reason", what.Error(), "error", err.Error()) }
	}
	known, _ := lru.New[string, verified](maxVerified) // only a size below 1 is an error
	return &authorizer{
		issuer:  s.issuer,
		routes:  s.routes,
		keys:    newPoolKeys(s, failed(errNoKeys)),
		refused: newRefusedClients(s, failed(errNoList)),
		clock:   s.clock,
		log:     log,

		verified: known,
	}
}

// prepare reads keys and list before the first request, while Lambda starts the process.
func (a *authorizer) prepare(ctx context.Context) {
	if a.fault != nil {
		return
	}
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = a.keys.find(ctx, "") })
	reading.Go(func() { _ = a.refused.check(ctx, "") })
	reading.Wait()
}

// Invoke answers for one request. It never fails. Lambda's client would check and copy the event as
// JSON for a handler that is a function, which takes as long as reading what is needed of it.
func (a *authorizer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return json.Marshal(a.decide(ctx, payload))
}

func (a *authorizer) decide(ctx context.Context, payload []byte) events.APIGatewayV2CustomAuthorizerSimpleResponse {
	e, err := decode(payload)
	var clientID string
	var claims jwtauth.Claims
	if err = cmp.Or(a.fault, err); err == nil {
		clientID, claims, err = a.admit(ctx, e)
	}
	if err != nil {
		a.log.WarnContext(ctx, "refused", "reason", reason(err), "clientId", clientID, "routeKey", e.RouteKey, "requestId", e.RequestContext.RequestID)
		return events.APIGatewayV2CustomAuthorizerSimpleResponse{}
	}
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: true, Context: contextOf(claims)}
}

// admit returns the claims of a request that may go on. The client is known as soon as the pool has
// signed for it, also where the request is refused; what others claim to be is not repeated.
func (a *authorizer) admit(ctx context.Context, e event) (clientID string, claims jwtauth.Claims, err error) {
	token, err := e.token()
	if err != nil {
		return "", nil, err
	}
	scopes, known := a.routes[e.RouteKey]
	if !known {
		return "", nil, errRoute
	}
	if claims, err = a.signed(ctx, token); err != nil {
		return "", nil, err
	}
	clientID, notOwn := clientOf(claims)
	now := a.clock.Now().Wall()
	err = cmp.Or(claims.CheckIssuer(a.issuer), checkUse(claims), notOwn, claims.CheckTimes(now, now), checkScopes(scopes, claims))
	if err == nil {
		err = a.refused.check(ctx, clientID)
	}
	return clientID, claims, err
}
