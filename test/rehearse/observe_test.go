package rehearse

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// declared is what an assembly's templates say that callers use.
type declared struct {
	clients []string
	routes  []string // route keys
}

func declaredIn(t *testing.T, dir string) (d declared) {
	t.Helper()
	for _, stack := range stacksIn(t, dir) {
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties map[string]any
			}
		}
		if err := json.Unmarshal([]byte(m2mtest.Read(t, fileOf(t, dir, stack, ".template.json"))), &template); err != nil {
			t.Fatal(err)
		}
		for _, resource := range template.Resources {
			switch resource.Type {
			case "AWS::SecretsManager::Secret":
				d.clients = append(d.clients, strings.TrimPrefix(resource.Properties["Name"].(string), "m2m/dev/"))
			case "AWS::ApiGatewayV2::Route":
				d.routes = append(d.routes, resource.Properties["RouteKey"].(string))
			}
		}
	}
	slices.Sort(d.clients)
	slices.Sort(d.routes)
	return d
}

// view is a deployed environment from outside, at one moment.
type view struct {
	at      environment
	outputs map[string]string
	clients map[string]secretValue
	pages   map[string]string // what browsers are answered, by route
}

// look looks at what is there of before's clients and routes.
func (r *rehearsal) look(t *testing.T, known declared) view {
	t.Helper()
	at, ok := r.reached(t, "dev")
	if !ok {
		t.Fatal("the environment is not reached")
	}
	v := view{at: at, outputs: r.outputs(t), clients: map[string]secretValue{}, pages: map[string]string{}}
	for _, name := range known.clients {
		if value, ok := r.secretOf(t, name); ok {
			v.clients[name] = value
		}
	}
	for _, route := range known.routes {
		v.pages[route] = preflight(at.APIURL, route)
	}
	return v
}

// The tokens that a client has.
const (
	inUse       = "token in use"
	fresh       = "new token"
	withPackage = "package client"
)

// begin has three callers for each client: with the token in use, with new tokens for the
// credentials that it has now, and with package client.
func (r *rehearsal) begin(t *testing.T, known declared, before view) *callers {
	t.Helper()
	c := newCallers()
	for _, name := range known.clients {
		credentials := before.clients[name]
		accessToken, said := token(before.at.TokenEndpoint, credentials)
		if accessToken == "" {
			t.Fatalf("%s gets no token before the edit: %s", name, said)
		}
		c.goOn(60*time.Millisecond, func() {
			for _, route := range known.routes {
				c.note(call{name, route, inUse}, ask(before.at.APIURL, route, accessToken))
			}
		})
		c.goOn(120*time.Millisecond, func() {
			accessToken, said := token(before.at.TokenEndpoint, credentials)
			c.note(call{client: name}, said)
			for _, route := range known.routes {
				answer := "no token"
				if accessToken != "" {
					answer = ask(before.at.APIURL, route, accessToken)
				}
				c.note(call{name, route, fresh}, answer)
			}
		})
		r.beginPackage(t, c, known, before.at, name, accessToken)
	}
	return c
}

// beginPackage has package client call the routes that let the client in.
func (r *rehearsal) beginPackage(t *testing.T, c *callers, known declared, at environment, name, accessToken string) {
	t.Helper()
	lets := map[string]func() string{}
	for _, route := range known.routes {
		if ask(at.APIURL, route, accessToken) == "200" {
			lets[route] = r.withPackage(t, name, at.APIURL, route)
		}
	}
	c.goOn(60*time.Millisecond, func() {
		for route, ask := range lets {
			c.note(call{name, route, withPackage}, ask())
		}
	})
}

// newcomers are lines about clients that were not there before.
func (r *rehearsal) newcomers(t *testing.T, before, after declared, at environment) (lines []string) {
	t.Helper()
	for _, name := range after.clients {
		if slices.Contains(before.clients, name) {
			continue
		}
		value, _ := r.secretOf(t, name)
		_, said := token(at.TokenEndpoint, value)
		lines = append(lines, name+" is new and gets "+said)
	}
	return lines
}

// answers are lines about calls that are answered otherwise at the end than at the beginning, if
// they are let in at one of the two; meanwhile are answers that come at neither.
func answers(seen map[call][]string) (lines, meanwhile []string) {
	with := map[string][]string{}
	for of, was := range seen {
		first, last := was[0], was[len(was)-1]
		what := of.client + ": " + strings.TrimSpace(of.route+" "+first+" → "+last)
		renewing := of.with == withPackage && last == "401" // it fetches another token after a pause
		if first != last && !renewing && (of.route == "" || first == "200" || last == "200") {
			with[what] = append(with[what], of.with)
		}
		for _, answer := range was {
			if answer != first && answer != last {
				meanwhile = append(meanwhile, answer)
			}
		}
	}
	for what, tokens := range with {
		slices.Sort(tokens)
		lines = append(lines, strings.TrimSuffix(what+" with "+strings.Join(tokens, ", "), " with "))
	}
	slices.Sort(meanwhile)
	return lines, slices.Compact(meanwhile)
}

// noticed are lines about ids, secrets and outputs that are others after than before, and pages of
// other origins.
func noticed(before, after view) (lines []string) {
	for name, was := range before.clients {
		is, there := after.clients[name]
		switch {
		case !there:
			lines = append(lines, name+": its secret is gone")
		case is.ID != was.ID:
			lines = append(lines, name+": another id")
		case is.Secret != was.Secret:
			lines = append(lines, name+": another secret")
		}
	}
	for key, was := range before.outputs {
		is, there := after.outputs[key]
		if key, _, export := strings.Cut(key, "Output"); there && is != was && !export {
			lines = append(lines, "another "+key)
		}
	}
	for route, was := range before.pages {
		if is := after.pages[route]; is != was {
			lines = append(lines, "browsers: "+route+" "+was+" → "+is)
		}
	}
	return lines
}
