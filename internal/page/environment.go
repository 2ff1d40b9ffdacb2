package page

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
)

// mostClients is how many clients of an environment are shown.
const mostClients = 25

// environment is one that the run serves.
type environment struct {
	name      string
	served    serving.Served
	access    func() *access.Environment // gives nil if it is not known which token opens what
	target    *reach.Target
	names     []string // of the clients that are shown
	left      int      // how many are not
	clients   map[string]reach.Client
	unknown   string                         // why the clients' state is not known
	tokens    map[string]*client.TokenSource // for calls, by client
	got       map[string]string              // the token that was asked for last, by client
	calls     map[cell]outcome
	functions int
}

// cell is a client, "" for a request without a token, and a route.
type cell struct{ client, route string }

// outcome is what a call behind a cell got last.
type outcome struct {
	Status int
	Failed string // why there was no answer
}

// Serves takes the environments that are served from now on.
func (p *Page) Serves(all []serving.Served) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := map[string]*environment{}
	for _, e := range p.environments {
		before[e.served.API.ID] = e
	}
	p.environments = nil
	for _, served := range all {
		e := newEnvironment(cmp.Or(served.Description.Environment, p.config.Run), served)
		if known := before[served.API.ID]; known != nil {
			e.calls, e.clients = known.calls, known.clients
		}
		p.environments = append(p.environments, e)
	}
	slices.SortFunc(p.environments, func(a, b *environment) int { return cmp.Compare(a.name, b.name) })
	p.change("head", "flow", "clients", "routes")
	p.askClients()
}

func newEnvironment(name string, served serving.Served) *environment {
	d := served.Description
	e := &environment{
		name: name, served: served,
		tokens: map[string]*client.TokenSource{}, got: map[string]string{}, calls: map[cell]outcome{}, clients: map[string]reach.Client{},
		functions: len(served.Functions()),
	}
	names := slices.Sorted(maps.Keys(d.Clients))
	e.names = names[:min(len(names), mostClients)]
	e.left = len(names) - len(e.names)
	// It looks at all clients, which nobody asks for before the run is ready. What a function lets
	// in that the template does not tell of stays unknown.
	e.access = sync.OnceValue(func() *access.Environment {
		known, _ := access.Of(name, served.Model, served.Pool, served.API)
		return known
	})
	target, err := reach.At(run.Name(name), &run.Running{
		PID: os.Getpid(), APIURL: d.APIURL, TokenEndpoint: d.TokenEndpoint, JWKSURI: d.JWKSURI, AWSEndpointURL: d.AWSEndpoint,
		AWSAccessKeyID: d.AccessKeyID, AWSSecretAccessKey: d.SecretAccessKey,
		Region: d.Region, UserPoolID: d.UserPoolID, AccountID: accountOf(served),
	})
	if err != nil {
		e.unknown = err.Error()
		return e
	}
	e.target = target
	return e
}

// accountOf is the account of an environment, "" for that of the run's access key.
func accountOf(served serving.Served) string {
	if served.Model.AccountID == assembly.DefaultAccountID {
		return ""
	}
	return served.Model.AccountID
}

// find is the environment of a name, nil if it is not there. The lock must be held.
func (p *Page) find(name string) *environment {
	for _, e := range p.environments {
		if e.name == name {
			return e
		}
	}
	return nil
}

// of is the environment of an API. The lock must be held.
func (p *Page) of(apiID string) *environment {
	for _, e := range p.environments {
		if e.served.API.ID == apiID {
			return e
		}
	}
	return nil
}

// askClients has the clients' state asked for. The lock must be held.
func (p *Page) askClients() {
	select {
	case p.ask <- struct{}{}:
	default:
	}
}

// followClients asks how the clients' secrets are, whenever that may have changed, as soon as a
// browser follows: to ask about many clients while they are rotated is half of the run's work.
func (p *Page) followClients(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.ask:
		}
		p.mu.Lock()
		followed := p.followed
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-followed:
		}
		p.mu.Lock()
		all := slices.Clone(p.environments)
		p.mu.Unlock()
		for _, e := range all {
			p.readClients(ctx, e)
		}
	}
}

// askTime is how long one look at the clients may take.
const askTime = 30 * time.Second

func (p *Page) readClients(ctx context.Context, e *environment) {
	if e.target == nil || e.served.TokenEndpoint == "" && len(e.names) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	found, _, err := e.target.Clients(ctx, func(names []string) []string {
		return slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(e.names, name) })
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	e.unknown = ""
	if err != nil {
		e.unknown = err.Error()
	}
	for _, c := range found {
		e.clients[c.Name] = c
	}
	p.change("clients")
}

// keys are those that the user pool publishes now, nil with the reason if they can't be had.
func (e *environment) keys(ctx context.Context) (jwtauth.KeySet, string) {
	keys, _, err := jwtauth.FetchKeys(ctx, http.DefaultClient, e.served.JWKSURI)
	if err != nil {
		return nil, err.Error()
	}
	return keys, ""
}

// credentials are where those of a client come from: its secret in Secrets Manager, or what the run
// knows of one that has none there.
func (e *environment) credentials(name string) client.Source {
	known := e.served.Description.Clients[name]
	if known.SecretARN != "" {
		return e.target.Credentials(name)
	}
	return static{ClientID: known.ClientID, ClientSecret: known.ClientSecret, TokenEndpoint: e.served.TokenEndpoint}
}

// static implements client.Source.
type static client.Credentials

// Credentials returns them.
func (s static) Credentials(context.Context) (client.Credentials, error) {
	return client.Credentials(s), nil
}

// stateOf is the state of a client's secret in words, with what else is worth knowing.
func stateOf(c reach.Client, now time.Time) (state, note string) {
	if !c.RotatedAt.IsZero() {
		note = "rotated " + ago(now.Sub(c.RotatedAt))
	}
	if !c.NextRotation.IsZero() {
		note += ", due by " + c.NextRotation.UTC().Format(time.DateOnly)
	}
	switch c.State {
	case reach.Current:
		if len(c.Secrets) > 1 {
			return "current; the previous secret still works", note
		}
		return "current", note
	case reach.NotRotated:
		if c.PendingVersion != "" {
			return "its first rotation runs", ""
		}
		return "not rotated yet", ""
	case reach.RotationUnfinished:
		return "a rotation is unfinished", note
	case reach.RotationOff, reach.SecretUndecided, reach.AppClientReplaced, reach.AppClientGone, reach.SecretGone:
	}
	return c.State.Fault(), note
}

func ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return fmt.Sprintf("%s ago", duration(d))
}
