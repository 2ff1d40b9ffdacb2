package rehearsal

import (
	"maps"
	"reflect"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/serving"
)

// apiServer is an HTTP API on a listener of its own.
type apiServer struct {
	*listener.Listener

	input gatewayInput // what it serves
}

// gatewayInput is all that a gateway is made of.
type gatewayInput struct {
	api         assembly.API
	issuer      string
	poolURL     string
	permissions []assembly.Permission
	functions   serving.FunctionSet
	names       map[string]string // of clients, by id
}

func (g gatewayInput) same(as gatewayInput) bool {
	functions := maps.Equal(g.functions, as.functions) // not by what they are made of, which is in use
	g.functions, as.functions = nil, nil
	return functions && reflect.DeepEqual(g, as)
}

// changeGateways makes the gateways of the APIs that have changed.
func (s *site) changeGateways(c *change) error {
	for _, view := range c.views {
		if view.API.ID == "" {
			continue
		}
		input := gatewayInput{api: view.API, issuer: view.Pool.ProviderURL, poolURL: s.addressesOf(view).Pool, functions: serving.FunctionSet{}, names: map[string]string{}}
		for _, called := range view.CalledByAPI() {
			if f := c.functions[called.As]; f != nil {
				input.functions[called.As] = f.Function
			}
		}
		for _, permission := range c.model.Permissions {
			if input.functions[serving.Qualified(permission.FunctionARN, permission.Qualifier)] != nil {
				input.permissions = append(input.permissions, permission)
			}
		}
		names := c.model.ClientNames()
		for _, client := range view.Clients() {
			input.names[client.ID] = names[client.ID]
		}
		c.inputs[view.API.ID] = input
		if s.apis[view.API.ID].Started() && s.apis[view.API.ID].input.same(input) {
			continue
		}
		made, err := s.run.NewGateway(view, s.addressesOf(view), input.functions)
		if err != nil {
			return err
		}
		c.gateways[view.API.ID] = made
	}
	return nil
}

func (s *site) swapGateways(c *change) {
	for id, next := range c.gateways {
		api := s.apis[id]
		api.input = c.inputs[id]
		if before := api.Swap(next); before != nil {
			c.last = append(c.last, before)
		}
		if !api.Started() {
			api.Start(s.run.Failed)
		}
	}
}
