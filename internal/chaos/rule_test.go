package chaos_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/chaos"
)

func TestRules(t *testing.T) {
	t.Parallel()
	const least, most = 100 * time.Millisecond, 3 * time.Second
	answers := []chaos.Kind{chaos.Late, chaos.TooMany, chaos.Failed, chaos.Unavailable, chaos.Cut}
	for text, want := range map[string]chaos.Rule{
		"5%":                   {Rate: 0.05, Kinds: chaos.Kinds(), Least: least, Most: most},
		"0.5%":                 {Rate: 0.005, Kinds: chaos.Kinds(), Least: least, Most: most},
		"rate=100%":            {Rate: 1, Kinds: chaos.Kinds(), Least: least, Most: most},
		"kinds=cut":            {Rate: 0.05, Kinds: []chaos.Kind{chaos.Cut}, Least: least, Most: most},
		"10%:client=reader":    {Rate: 0.1, Kinds: chaos.Kinds(), Client: "reader", Least: least, Most: most},
		"on=calls":             {Rate: 0.05, Kinds: answers, On: chaos.Calls, Least: least, Most: most},
		"kinds=keys:on=tokens": {Rate: 0.05, Kinds: []chaos.Kind{chaos.Keys}, On: chaos.Tokens, Least: least, Most: most},
		"late=2s":              {Rate: 0.05, Kinds: chaos.Kinds(), Least: 2 * time.Second, Most: 2 * time.Second},
		"route=GET /a/{id}:batch:rate=1%": {
			Rate: 0.01, Kinds: answers, On: chaos.Calls, Route: "GET /a/{id}:batch", Least: least, Most: most,
		},
		"kinds=429,500,late:rate=10%:route=GET /a:client=reader:late=1ms-2ms": {
			Rate: 0.1, Kinds: []chaos.Kind{chaos.TooMany, chaos.Failed, chaos.Late}, On: chaos.Calls,
			Route: "GET /a", Client: "reader", Least: time.Millisecond, Most: 2 * time.Millisecond,
		},
	} {
		want.Text = text
		got, err := chaos.ParseRule(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestWrongRules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          `rate has no value`,
		"5":                         `a rate is a percentage above 0% and up to 100%, such as 5% or 0.5%, not "5"`,
		"0%":                        `rate is a percentage`,
		"0.00%":                     `rate is a percentage`,
		"101%":                      `rate is a percentage`,
		"+5%":                       `rate is a percentage`,
		"1e1%":                      `rate is a percentage`,
		"NaN%":                      `rate is a percentage`,
		"5%:":                       `rate is a percentage`,
		"5% :on=calls":              `rate is a percentage`,
		"rate=":                     `rate has no value`,
		"5%:rate=6%":                `a rule has rate once`,
		"kinds=cut:kinds=late":      `a rule has kinds once`,
		"kind=cut":                  `"kind" is not a key of a rule, did you mean kinds?: keys are rate, kinds, on, route, client, late`,
		"5%:route=GET /a:klient=x":  `"klient" is not a key of a rule, did you mean client?`,
		"kinds=cut,":                `"" is not a kind`,
		"kinds=cut,cut":             `the kind cut is there twice`,
		"kinds=502":                 `"502" is not a kind: kinds are late, 429, 500, 503, cut, keys, secret`,
		"kinds=Late":                `"Late" is not a kind: kinds`,
		"on=call":                   `on is calls or tokens, not "call"`,
		"client=":                   `client has no value`,
		"route=":                    `route has no value`,
		"late=0s":                   `late is a time`,
		"late=30s":                  `up to 29s`,
		"late=3s-1s":                `late is a time`,
		"late=1s-":                  `late is a time`,
		"late=-1s":                  `late is a time`,
		"late=2":                    `late is a time`,
		"kinds=cut:late=2s":         `this rule has not the kind late`,
		"on=tokens:route=GET /a":    `a token request has no route`,
		"kinds=keys:route=GET /a":   `the kind keys happens at token requests`,
		"kinds=cut,secret:on=calls": `the kind secret happens at token requests, and this rule is about calls`,
	} {
		_, err := chaos.ParseRule(text)
		if err == nil {
			t.Errorf("%q is accepted", text)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, want %q", text, err, want)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	for _, text := range []string{"5%", "kinds=429,late:rate=10%:route=GET /a:client=reader:late=1ms-2s", "on=tokens:kinds=keys", ":rate=", "0.0000001%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := chaos.ParseRule(text)
		if err != nil {
			return
		}
		if rule.Rate <= 0 || rule.Rate > 1 || len(rule.Kinds) == 0 || rule.Least <= 0 || rule.Most < rule.Least || rule.Most > chaos.LongestDelay {
			t.Errorf("%q became %+v", text, rule)
		}
	})
}
