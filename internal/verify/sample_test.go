package verify_test

import (
	"fmt"
	"testing"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/verify"
)

// TestSomeOfManyClients asks one client of each kind, some more, and not all, unless it has to.
func TestSomeOfManyClients(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		clients int
		all     bool
		want    int
	}{
		"as many as are all asked": {50, false, 50},
		"one more":                 {51, false, 20},
		"many":                     {200, false, 20},
		"many, all":                {200, true, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := accesstest.Start(t)
			cfg := config(r)
			cfg.All = c.all
			environment := *r.Environment
			cfg.Environment = &environment
			kinds := environment.Clients
			real := map[string]string{} // which client of the run stands for one
			environment.Clients = nil
			for i := range c.clients {
				of := kinds[0] // many of one kind, and at the end one of each other
				if rest := c.clients - i; rest < len(kinds) {
					of = kinds[rest]
				}
				name := fmt.Sprintf("client-%03d", i)
				real[name] = of.Name
				environment.Clients = append(environment.Clients, access.Client{Name: name, ID: of.ID, Scopes: of.Scopes})
			}
			cfg.Credentials = func(name string) client.Source { return r.Credentials(real[name]) }
			report, err := verify.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			asked := map[string]bool{}
			for _, check := range report.Checks {
				if check.Case == verify.ClientSecret {
					for _, kind := range kinds {
						if kind.Name == real[check.Client] {
							asked[fmt.Sprint(kind.Scopes)] = true
						}
					}
				}
			}
			if report.Clients != c.clients || report.ClientsAsked != c.want || report.TokensSpent != c.want {
				t.Errorf("%d of %d clients with %d tokens, want %d", report.ClientsAsked, report.Clients, report.TokensSpent, c.want)
			}
			for _, kind := range kinds {
				if !asked[fmt.Sprint(kind.Scopes)] {
					t.Errorf("no client with the scopes of %s was asked", kind.Name)
				}
			}
		})
	}
}
