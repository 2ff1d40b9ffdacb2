package rehearsal

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/serving"
)

// change is how the site is to be served, made beside what serves now.
type change struct {
	model     *assembly.Model
	views     []*serving.Environment
	functions map[string]*servedFunction
	gateways  map[string]*gateway.Gateway // those that are new or changed
	inputs    map[string]gatewayInput
	bound     []*listener.Listener // listeners that nothing serves yet
	last      []*listener.Handler  // that served until now
}

// serve has model served. commit writes it into the state; it is called while no call of the user
// pools' API is under way, and if it fails, what was served before goes on.
func (s *site) serve(model *assembly.Model, commit func() error) error {
	c := &change{model: model, views: views(model), gateways: map[string]*gateway.Gateway{}, inputs: map[string]gatewayInput{}}
	if err := s.bind(c); err != nil {
		return s.undo(c, err)
	}
	if err := s.changeFunctions(c); err != nil {
		return s.undo(c, err)
	}
	if err := s.changeGateways(c); err != nil {
		return s.undo(c, err)
	}
	before := s.swapFunctions(c.functions)
	if err := s.changePools(c, commit); err != nil {
		s.swapFunctions(before)
		return s.undo(c, err)
	}
	s.permit(model)
	s.swapGateways(c)
	s.retire(c, before)
	return nil
}

// bind takes an address for each pool and API that has none.
func (s *site) bind(c *change) error {
	for _, pool := range c.model.UserPools {
		if s.pools[pool.ID] != nil {
			continue
		}
		bound, err := s.listenFor(pool.ID)
		if err != nil {
			return err
		}
		c.bound = append(c.bound, bound)
		s.pools[pool.ID] = &poolServer{Listener: bound}
		s.run.State.ServePoolAt(pool.ID, bound.URL())
	}
	for _, api := range c.model.APIs {
		if s.apis[api.ID] != nil {
			continue
		}
		bound, err := s.listenFor(api.ID)
		if err != nil {
			return err
		}
		c.bound = append(c.bound, bound)
		s.apis[api.ID] = &apiServer{Listener: bound}
	}
	return nil
}

// listenFor takes the address that a pool or API had in the run before, or a free one.
func (s *site) listenFor(id string) (*listener.Listener, error) {
	if address := s.run.State.Address(id); address != "" {
		if bound, err := listener.Listen(address); err == nil {
			return bound, nil
		}
	}
	host, _, err := net.SplitHostPort(s.run.AWSAddr)
	if err != nil {
		return nil, &listener.AddressError{Addr: s.run.AWSAddr, Err: err}
	}
	return listener.Listen(net.JoinHostPort(host, "0"))
}

// undo closes the listeners that a change has bound.
func (s *site) undo(c *change, err error) error {
	for _, bound := range c.bound {
		err = errors.Join(err, bound.Close(context.Background()))
	}
	isBound := func(candidate *listener.Listener) bool { return slices.Contains(c.bound, candidate) }
	maps.DeleteFunc(s.pools, func(_ string, p *poolServer) bool { return isBound(p.Listener) })
	maps.DeleteFunc(s.apis, func(_ string, a *apiServer) bool { return isBound(a.Listener) })
	return err
}

// retire gives back what is no longer served, when the requests under way have ended.
func (s *site) retire(c *change, functions map[string]*servedFunction) {
	var servers []*listener.Listener
	for id, pool := range s.pools {
		if !slices.ContainsFunc(c.model.UserPools, func(p assembly.UserPool) bool { return p.ID == id }) {
			servers = append(servers, pool.Listener)
			delete(s.pools, id)
			s.run.State.ServePoolAt(id, "")
		}
	}
	for id, api := range s.apis {
		if !slices.ContainsFunc(c.model.APIs, func(a assembly.API) bool { return a.ID == id }) {
			servers = append(servers, api.Listener)
			delete(s.apis, id)
		}
	}
	gone := serving.FunctionSet{}
	for arn, f := range functions {
		if c.functions[arn] == nil || c.functions[arn].Function != f.Function {
			gone[arn] = f.Function
		}
	}
	if len(servers)+len(gone) > 0 {
		s.retiring.Go(func() { s.end(servers, c.last, gone) })
	}
}
