package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"cognito-m2m/internal/access"
)

const (
	// mostClients is how many clients are all asked. A JWT authorizer takes no more.
	mostClients = 50
	// sampled is how many are asked of more clients, unless there are more kinds of clients.
	sampled = 20
)

// sample is the clients to ask: all, or some of many. Those are one of each kind, and others by
// chance, so that each verification asks other ones.
func sample(e *access.Environment, all bool) []access.Client {
	clients := e.Clients
	if all || len(clients) <= mostClients {
		return clients
	}
	shuffled := slices.Clone(clients)
	rand.Shuffle(len(shuffled), func(i, j int) { //nolint:gosec // who is asked is no secret
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	var chosen, others []access.Client
	kinds := map[string]bool{}
	for _, c := range shuffled {
		kind := kindOf(e, c)
		if kinds[kind] {
			others = append(others, c)
			continue
		}
		kinds[kind] = true
		chosen = append(chosen, c)
	}
	if missing := sampled - len(chosen); missing > 0 {
		chosen = append(chosen, others[:missing]...)
	}
	slices.SortFunc(chosen, func(a, b access.Client) int { return strings.Compare(a.Name, b.Name) })
	return chosen
}

// kindOf is the same for clients that have the same scopes and that each route treats alike.
func kindOf(e *access.Environment, c access.Client) string {
	var kind strings.Builder
	kind.WriteString(strings.Join(c.Scopes, " "))
	for _, route := range e.Routes {
		fmt.Fprint(&kind, " ", route.Accepts(c), route.Forbids(c))
	}
	return kind.String()
}
