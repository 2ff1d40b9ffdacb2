package local

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"reflect"
	"slices"
	"sync"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/gateway"
	"cognito-m2m/internal/local/partial"
	"cognito-m2m/internal/local/state"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/userpool"
)

// site is one account and Region of a rehearsal: the stacks that are deployed there, and what
// serves their resources. Its fields are for whoever holds the rehearsal's lock, but for those that
// say otherwise.
type site struct {
	*Rehearsal

	place  state.Place
	stacks map[string]*deployedStack // by name
	base   *assembly.Evaluated       // of the templates that the stacks have; nil until it is asked for

	pools   map[string]*poolServer // by id
	apis    map[string]*apiServer  // by id
	secrets *secretsmanager.Store
	held    []secretsmanager.Secret // what secrets was given last

	// calls is held by each call of the user pools' API, and a change of the pools waits for them.
	// It guards served and secrets.
	calls  sync.RWMutex
	served map[string]*cognito.Server // by id

	proposals []*proposal

	running   sync.RWMutex // guards functions
	functions map[string]*servedFunction
}

// poolServer is a user pool on a listener of its own.
type poolServer struct {
	*server

	view    *servedResources // what current was made of
	domains [2]string
	current *cognito.Server
}

// apiServer is an HTTP API on a listener of its own.
type apiServer struct {
	*server

	input gatewayInput // what it serves
}

// gatewayInput is all that a gateway is made of.
type gatewayInput struct {
	api         assembly.API
	issuer      string
	poolURL     string
	permissions []assembly.Permission
	functions   functionSet
	names       map[string]string // of clients, by id
}

func (g gatewayInput) same(as gatewayInput) bool {
	functions := maps.Equal(g.functions, as.functions) // not by what they are made of, which is in use
	g.functions, as.functions = nil, nil
	return functions && reflect.DeepEqual(g, as)
}

// servedFunction is a function by one of the ARNs that it is called by.
type servedFunction struct {
	*function.Function

	config function.Config
}

// views are the environments of the site: each has an HTTP API and the user pool whose tokens it
// takes, or a pool alone.
func views(model *assembly.Model) (all []*servedResources) {
	used := map[string]bool{}
	for _, api := range model.APIs {
		view := &servedResources{model: model, api: api}
		for _, pool := range model.UserPools {
			for _, authorizer := range api.Authorizers {
				if !isIssuer(authorizer.Issuer, pool, model.Region) {
					continue
				}
				view.pool, used[pool.ID] = pool, true
				if authorizer.Issuer != pool.ProviderURL {
					view.former = authorizer.Issuer
				}
			}
		}
		all = append(all, view)
	}
	for _, pool := range model.UserPools {
		if !used[pool.ID] {
			all = append(all, &servedResources{model: model, pool: pool})
		}
	}
	return all
}

// isIssuer reports whether an issuer is that of a pool, in any of its forms.
func isIssuer(issuer string, pool assembly.UserPool, region string) bool {
	return issuer == pool.ProviderURL || userpool.IssuerType(issuer) != "" && issuer == userpool.Issuer(userpool.IssuerType(issuer), region, pool.ID)
}

// change is how the site is to be served, made beside what serves now.
type change struct {
	model     *assembly.Model
	views     []*servedResources
	functions map[string]*servedFunction
	gateways  map[string]*gateway.Gateway // those that are new or changed
	inputs    map[string]gatewayInput
	bound     []*server          // listeners that nothing serves yet
	last      []*countingHandler // that served until now
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
		s.pools[pool.ID] = &poolServer{server: bound}
		s.state.ServePoolAt(pool.ID, bound.url())
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
		s.apis[api.ID] = &apiServer{server: bound}
	}
	return nil
}

// listenFor takes the address that a pool or API had in the run before, or a free one.
func (s *site) listenFor(id string) (*server, error) {
	if address := s.state.Address(id); address != "" {
		if bound, err := listen(address); err == nil {
			return bound, nil
		}
	}
	host, _, err := net.SplitHostPort(s.cfg.AWSAddr)
	if err != nil {
		return nil, &AddressError{Addr: s.cfg.AWSAddr, Err: err}
	}
	return listen(net.JoinHostPort(host, "0"))
}

// undo closes the listeners that a change has bound.
func (s *site) undo(c *change, err error) error {
	for _, bound := range c.bound {
		err = errors.Join(err, bound.listener.Close())
	}
	isBound := func(candidate *server) bool { return slices.Contains(c.bound, candidate) }
	maps.DeleteFunc(s.pools, func(_ string, p *poolServer) bool { return isBound(p.server) })
	maps.DeleteFunc(s.apis, func(_ string, a *apiServer) bool { return isBound(a.server) })
	return err
}

// addressesOf are where an environment's parts are reached; "" for a part that it has not.
func (s *site) addressesOf(view *servedResources) addresses {
	at := addresses{aws: s.aws.url()}
	if pool := s.pools[view.pool.ID]; pool != nil {
		at.pool = pool.url()
	}
	if api := s.apis[view.api.ID]; api != nil {
		at.api = api.url()
	}
	return at
}

// changeFunctions makes the functions that are called; those that did not change stay as they are,
// with their processes.
func (s *site) changeFunctions(c *change) error {
	c.functions = map[string]*servedFunction{}
	for _, declared := range c.model.Functions {
		view, arns := callerOf(c.views, declared)
		if len(arns) == 0 {
			continue
		}
		config, err := s.configOf(view, declared)
		if err != nil {
			return err
		}
		f := s.functions[arns[0]]
		if f == nil || !sameFunction(f.config, config) {
			made, err := function.New(config)
			if err != nil {
				return err
			}
			f = &servedFunction{Function: made, config: config}
		}
		for _, arn := range arns {
			c.functions[arn] = f
		}
	}
	return nil
}

// callerOf is the environment that calls a function, and the ARNs by which it does.
func callerOf(all []*servedResources, declared assembly.Function) (caller *servedResources, arns []string) {
	for _, view := range all {
		for _, arn := range view.calledAs(declared) {
			if !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
		if caller == nil && view.calls(declared) {
			caller = view
		}
	}
	if caller == nil && len(all) > 0 {
		caller = all[0]
	}
	return caller, arns
}

// calls reports whether the environment's API calls the function, or it rotates a secret of one of
// its clients.
func (served *servedResources) calls(f assembly.Function) bool {
	for _, integration := range served.api.Integrations {
		if integration.FunctionARN == f.ARN {
			return true
		}
	}
	for _, schedule := range served.model.RotationSchedules {
		for _, client := range served.clients() {
			if schedule.FunctionARN == f.ARN && served.secretOf(client) == schedule.SecretARN {
				return true
			}
		}
	}
	return false
}

func (s *site) configOf(view *servedResources, declared assembly.Function) (function.Config, error) {
	bootstrap, err := s.bootstrapOf(context.Background(), declared)
	if err != nil {
		return function.Config{}, err
	}
	config := s.functionConfig(s.place.Region, declared, bootstrap)
	config.Environment = environment(view, declared, s.addressesOf(view), s.variablesOf(view, declared))
	return config, nil
}

// bootstrapOf makes the code of a function ready for this machine, once for each code.
func (s *site) bootstrapOf(ctx context.Context, declared assembly.Function) (string, error) {
	if declared.Asset == nil {
		return "", fmt.Errorf("function %s: its code was not uploaded, so it can't be run here", declared.LogicalID)
	}
	code := declared.Asset.Hash + " " + declared.Architecture
	if known, ok := s.prepared[code]; ok {
		return known, nil
	}
	prepared, err := s.prepare(ctx, declared)
	if err != nil {
		return "", err
	}
	if prepared.Doubt != nil {
		s.cfg.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, prepared.Doubt))
	}
	s.prepared[code] = prepared.Bootstrap
	return prepared.Bootstrap, nil
}

// sameFunction reports whether two configurations make the same function.
func sameFunction(a, b function.Config) bool {
	for _, config := range []*function.Config{&a, &b} {
		config.Output, config.Log, config.Now = nil, nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// changeGateways makes the gateways of the APIs that have changed.
func (s *site) changeGateways(c *change) error {
	for _, view := range c.views {
		if view.api.ID == "" {
			continue
		}
		input := gatewayInput{api: view.api, issuer: view.pool.ProviderURL, poolURL: s.addressesOf(view).pool, functions: functionSet{}, names: map[string]string{}}
		for arn, f := range c.functions {
			if slices.ContainsFunc(view.api.Integrations, func(i assembly.Integration) bool { return qualified(i.FunctionARN, i.Qualifier) == arn }) {
				input.functions[arn] = f.Function
			}
		}
		for _, permission := range c.model.Permissions {
			if input.functions[qualified(permission.FunctionARN, permission.Qualifier)] != nil {
				input.permissions = append(input.permissions, permission)
			}
		}
		for _, client := range view.clients() {
			input.names[client.ID] = c.model.ClientName(client)
		}
		c.inputs[view.api.ID] = input
		if s.apis[view.api.ID].http != nil && s.apis[view.api.ID].input.same(input) {
			continue
		}
		made, err := s.newGateway(view, s.addressesOf(view), input.functions)
		if err != nil {
			return err
		}
		c.gateways[view.api.ID] = made
	}
	return nil
}

// swapFunctions has rotations call other functions, and returns those of before.
func (s *site) swapFunctions(next map[string]*servedFunction) (before map[string]*servedFunction) {
	s.running.Lock()
	defer s.running.Unlock()
	before, s.functions = s.functions, next
	return before
}

// changePools makes the servers of the user pools that have changed, with the secrets as they are
// when no call is under way, and commits.
func (s *site) changePools(c *change, commit func() error) error {
	s.calls.Lock()
	defer s.calls.Unlock()
	made := map[string]*cognito.Server{}
	for _, view := range c.views {
		if view.pool.ID == "" || s.pools[view.pool.ID].serves(view) {
			continue
		}
		pool, err := s.newCognito(view, s, s.pools[view.pool.ID].url())
		if err != nil {
			return err
		}
		made[view.pool.ID] = pool
	}
	if err := commit(); err != nil {
		return err
	}
	if err := s.declareSecrets(c.model); err != nil {
		return err
	}
	for _, view := range c.views {
		if next := made[view.pool.ID]; next != nil {
			s.pools[view.pool.ID].take(view, next, s.failed)
		}
	}
	s.served = map[string]*cognito.Server{}
	for _, pool := range c.model.UserPools {
		s.served[pool.ID] = s.pools[pool.ID].current
	}
	return nil
}

// serves reports whether the pool is served as the view has it.
func (p *poolServer) serves(view *servedResources) bool {
	if p.current == nil {
		return false
	}
	prefix, custom := view.domains()
	return reflect.DeepEqual(p.view.pool, view.pool) && p.domains == [2]string{prefix, custom} &&
		reflect.DeepEqual(p.view.clients(), view.clients()) && reflect.DeepEqual(resourceServersOf(p.view), resourceServersOf(view))
}

func (p *poolServer) take(view *servedResources, next *cognito.Server, failed chan<- error) {
	prefix, custom := view.domains()
	p.view, p.domains, p.current = view, [2]string{prefix, custom}, next
	p.handler.swap(next)
	if p.http == nil {
		p.start(failed)
	}
}

// functionAt calls a function by its ARN, whichever has it at that moment.
type functionAt struct {
	site *site
	arn  string
}

// Invoke implements secretsmanager.Invoker.
func (f functionAt) Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error) {
	f.site.running.RLock()
	current := f.site.functions[f.arn]
	f.site.running.RUnlock()
	if current == nil {
		return nil, "", errors.New("the function is gone")
	}
	return current.Invoke(ctx, payload)
}

func (s *site) declareSecrets(model *assembly.Model) error {
	secrets := secretsOf(model, func(arn string) secretsmanager.Invoker { return functionAt{s, arn} })
	if reflect.DeepEqual(secrets, s.held) {
		return nil
	}
	if s.secrets == nil {
		return s.openSecrets(secrets)
	}
	if err := s.secrets.Declare(secrets); err != nil {
		return err
	}
	s.held = secrets
	return nil
}

func (s *site) swapGateways(c *change) {
	for id, next := range c.gateways {
		api := s.apis[id]
		api.input = c.inputs[id]
		if before := api.handler.swap(next); before != nil {
			c.last = append(c.last, before)
		}
		if api.http == nil {
			api.start(s.failed)
		}
	}
}

// retire gives back what is no longer served, when the requests under way have ended.
func (s *site) retire(c *change, functions map[string]*servedFunction) {
	var servers []*server
	for id, pool := range s.pools {
		if !slices.ContainsFunc(c.model.UserPools, func(p assembly.UserPool) bool { return p.ID == id }) {
			servers = append(servers, pool.server)
			delete(s.pools, id)
			s.state.ServePoolAt(id, "")
		}
	}
	for id, api := range s.apis {
		if !slices.ContainsFunc(c.model.APIs, func(a assembly.API) bool { return a.ID == id }) {
			servers = append(servers, api.server)
			delete(s.apis, id)
		}
	}
	gone := functionSet{}
	for arn, f := range functions {
		if c.functions[arn] == nil || c.functions[arn].Function != f.Function {
			gone[arn] = f.Function
		}
	}
	if len(servers)+len(gone) > 0 {
		s.retiring.Go(func() { s.end(servers, c.last, gone) })
	}
}

// deployedStack is a stack of the site. kept is the template that it has, nil while it is created.
type deployedStack struct {
	kept      *engine.Template
	there     map[string]bool // logical ids of its resources that are there
	leftovers partial.Leftovers
	operation *operation
}

// operation is what is being done to a stack.
type operation struct {
	id    string
	next  *engine.Template
	there map[string]bool // of the next one's resources
	ids   *state.Candidate
	model *assembly.Evaluated // with the next template; nil for a deletion
}
