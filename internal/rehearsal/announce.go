package rehearsal

import (
	"errors"
	"os"

	"cognito-m2m/client"
	"cognito-m2m/internal/assembly"
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
		Region: assembly.DefaultRegion, Environments: map[string]run.Environment{},
	}
	addresses := map[string]string{}
	for _, s := range r.sites {
		s.addTo(&running, addresses, found)
	}
	return errors.Join(r.run.State.KeepAddresses(addresses), r.run.Folder.WriteRun(running))
}

func (s *site) addTo(running *run.Running, listening map[string]string, found func(*serving.Description)) {
	if s.base == nil {
		return
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
		if found != nil {
			found(d)
		}
		running.Environments[name] = run.Environment{
			APIURL: d.APIURL, TokenEndpoint: d.TokenEndpoint, JWKSURI: d.JWKSURI, Region: d.Region, UserPoolID: d.UserPoolID,
		}
	}
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
