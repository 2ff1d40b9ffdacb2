package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/aws/aws-lambda-go/events"

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
}

func newAuthorizer(s settings) *authorizer {
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	failed := func(what error) func(error) {
		return func(err error) { log.Error("failed read", "reason", what.Error(), "error", err.Error()) }
	}
	return &authorizer{
		issuer:  s.issuer,
		routes:  s.routes,
		keys:    newPoolKeys(s, failed(errNoKeys)),
		refused: newRefusedClients(s, failed(errNoList)),
		clock:   s.clock,
		log:     log,
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

// Handle answers for one request. It never fails.
func (a *authorizer) Handle(ctx context.Context, raw json.RawMessage) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	e, err := decode(raw)
	var clientID string
	var claims jwtauth.Claims
	if err = cmp.Or(a.fault, err); err == nil {
		clientID, claims, err = a.admit(ctx, e)
	}
	if err != nil {
		a.log.WarnContext(ctx, "refused", "reason", reason(err), "clientId", clientID, "routeKey", e.RouteKey, "requestId", e.RequestContext.RequestID)
		return events.APIGatewayV2CustomAuthorizerSimpleResponse{}, nil
	}
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: true, Context: contextOf(claims)}, nil
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
