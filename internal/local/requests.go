package local

import (
	"cmp"

	"cognito-m2m/internal/gateway"
)

// Request is what became of one request to the HTTP API.
type Request struct {
	gateway.Request

	// Client is the name of the client whose token the request had, its id if the
	// environment has no such client, and "" without a valid token.
	Client string
}

// observer gives the records of requests the names of this environment's clients.
func (r *Runtime) observer(p *parts) func(gateway.Request) {
	if r.cfg.Observe == nil {
		return nil
	}
	names := map[string]string{}
	for _, declared := range p.clients() {
		names[declared.ID] = p.model.ClientName(declared)
	}
	return func(request gateway.Request) {
		r.cfg.Observe(Request{Request: request, Client: cmp.Or(names[request.ClientID], request.ClientID)})
	}
}
