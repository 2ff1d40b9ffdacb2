package rehearse

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// declared is what an assembly's Api template says that callers use.
type declared struct {
	clients []string
	routes  []string // route keys
}

func declaredIn(t *testing.T, dir string) (d declared) {
	t.Helper()
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "devApi*.template.json")))), &template); err != nil {
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
	fast    map[string]bool   // routes that answer 429 to a caller who calls fast
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

// hurried calls each route from many sides at once, with a token that it lets in, and says which
// of them answer 429.
func hurried(at environment, routes []string, tokens map[string]string) map[string]bool {
	found := map[string]bool{}
	for _, route := range routes {
		for _, token := range tokens {
			if call(at.APIURL, route, token) != "200" {
				continue
			}
			var calls sync.WaitGroup
			var mu sync.Mutex
			for range 12 {
				calls.Go(func() {
					for range 5 {
						if call(at.APIURL, route, token) == "429" {
							mu.Lock()
							found[route] = true
							mu.Unlock()
						}
					}
				})
			}
			calls.Wait()
			break
		}
	}
	return found
}

// begin has three callers for each client: with the token in use, with new tokens, and with package
// client. It returns the tokens in use.
func (r *rehearsal) begin(t *testing.T, known declared, before view) (*callers, map[string]string) {
	t.Helper()
	c, tokens := newCallers(), map[string]string{}
	for _, name := range known.clients {
		with := before.clients[name]
		accessToken, said := token(before.at.TokenEndpoint, with)
		if accessToken == "" {
			t.Fatalf("%s gets no token before the edit: %s", name, said)
		}
		tokens[name] = accessToken
		lets := map[string]func() string{} // routes that let the client in, with package client
		c.goOn(func() {
			for _, route := range known.routes {
				c.note(name+": "+route+", token in use", call(before.at.APIURL, route, accessToken))
			}
		})
		c.goOn(func() {
			fresh, said := token(before.at.TokenEndpoint, with)
			c.note(name+": new tokens", said)
			for _, route := range known.routes {
				if fresh != "" {
					c.note(name+": "+route+", new token", call(before.at.APIURL, route, fresh))
				}
			}
		})
		for _, route := range known.routes {
			if call(before.at.APIURL, route, accessToken) == "200" {
				lets[route] = r.withPackage(t, name, before.at.APIURL, route)
			}
		}
		c.goOn(func() {
			for route, ask := range lets {
				c.note(name+": "+route+", package client", ask())
			}
		})
	}
	return c, tokens
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
		lines = append(lines, name+": a new client, which gets "+said)
	}
	return lines
}

// noticed are lines about what is another thing after than before: what callers saw first and last,
// ids, secrets, outputs. passing is what they saw in between alone.
func noticed(before, after view, seen map[string][]string) (lines, passing []string) {
	for _, who := range slices.Sorted(maps.Keys(seen)) {
		was := seen[who]
		first, last := was[0], was[len(was)-1]
		if first != last {
			lines = append(lines, who+": "+first+" → "+last)
		}
		for _, what := range was {
			if what != first && what != last && !slices.Contains(passing, who+": "+what) {
				passing = append(passing, who+": "+what)
			}
		}
	}
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
		if is := after.outputs[key]; is != was && !strings.HasPrefix(key, "ClientId") {
			lines = append(lines, "output "+key+": another value")
		}
	}
	for route, was := range before.pages {
		if is := after.pages[route]; is != was {
			lines = append(lines, "browsers: "+route+": "+was+" → "+is)
		}
		if before.fast[route] != after.fast[route] {
			lines = append(lines, fmt.Sprintf("who calls faster: %s: 429 %t → %t", route, before.fast[route], after.fast[route]))
		}
	}
	slices.Sort(lines)
	return lines, passing
}
