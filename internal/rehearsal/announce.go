package rehearsal

import (
	"errors"
	"os"

	"cognito-m2m/client"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
)

// announce publishes where everything is reached, and reports environments whose API answers for
// the first time. The lock must be held.
func (r *Rehearsal) announce() error {
	reported := map[string]bool{}
	defer func() { r.ready = reported }()
	return r.publish(func(d *serving.Description) {
		reported[d.Environment] = true
		if !r.ready[d.Environment] && r.run.Ready != nil {
			r.run.Ready(d)
		}
	})
}

// publish writes down where everything is reached. found, if it is not nil, is told of each
// environment whose API answers. The lock must be held.
func (r *Rehearsal) publish(found func(*serving.Description)) error {
	running := run.Running{
		PID: os.Getpid(), AWSEndpointURL: r.aws.URL(), AWSAccessKeyID: r.run.State.AccessKey().ID, AWSSecretAccessKey: r.run.State.AccessKey().Secret,
		Region: assembly.DefaultRegion, Environments: map[string]run.Environment{}, Page: r.run.Announced(),
	}
	addresses := map[string]string{}
	var served []serving.Served
	at := map[*serving.Description]partition.Place{}
	for _, s := range r.sites {
		for _, e := range s.reached(addresses) {
			served, at[e.Description] = append(served, e), s.place
		}
	}
	qualify(served, at)
	r.run.Tell(served)
	for _, e := range served {
		d := e.Description
		if found != nil {
			found(d)
		}
		running.Environments[d.Environment] = run.Environment{
			APIURL: d.APIURL, TokenEndpoint: d.TokenEndpoint, JWKSURI: d.JWKSURI, Region: d.Region, UserPoolID: d.UserPoolID,
			AccountID: elsewhere(at[d].AccountID),
		}
	}
	return errors.Join(r.run.State.KeepAddresses(addresses), r.run.Folder.WriteRun(running))
}

// elsewhere is an account, "" for that of the access key.
func elsewhere(accountID string) string {
	if accountID == assembly.DefaultAccountID {
		return ""
	}
	return accountID
}

// qualify gives environments that have the same name in several places their Regions, or their
// accounts and Regions.
func qualify(served []serving.Served, at map[*serving.Description]partition.Place) {
	names, regions := map[string]int{}, map[string]int{}
	for _, d := range served {
		names[d.Description.Environment]++
		regions[d.Description.Environment+d.Region]++
	}
	for _, e := range served {
		d := e.Description
		switch name := d.Environment; {
		case regions[name+d.Region] > 1:
			d.Environment = run.Qualified(name, at[d].AccountID+"."+d.Region)
		case names[name] > 1:
			d.Environment = run.Qualified(name, d.Region)
		}
	}
}

// reached are the environments of the site whose API answers. It adds where everything listens.
func (s *site) reached(listening map[string]string) (all []serving.Served) {
	if s.base == nil {
		return nil
	}
	for id, pool := range s.pools {
		listening[id] = pool.Addr()
	}
	for id, api := range s.apis {
		listening[id] = api.Addr()
	}
	for _, view := range views(s.merged()) {
		name, pool := nameOf(view), s.pools[view.Pool.ID]
		if pool == nil || pool.current == nil || s.apis[view.API.ID] == nil || len(view.API.Stages) == 0 {
			continue
		}
		d := s.run.Describe(view, s.addressesOf(view), pool.current)
		d.Environment = name
		all = append(all, serving.Served{Environment: view, Description: d})
	}
	return all
}

// Access is where AWS's own APIs answer, and what requests are signed with.
type Access struct {
	URL, KeyID string
	Secret     client.Secret
	Region     string // where an environment goes that names none
}

// Access is there after Start.
func (r *Rehearsal) Access() Access {
	key := r.run.State.AccessKey()
	return Access{URL: r.aws.URL(), KeyID: key.ID, Secret: key.Secret, Region: assembly.DefaultRegion}
}

// EachStack shows every stack to look, the newest of a place first, deleted ones too.
func (r *Rehearsal) EachStack(look func(*engine.Stack)) {
	for _, s := range r.every() {
		r.engine.Each(s.place, look)
	}
}
