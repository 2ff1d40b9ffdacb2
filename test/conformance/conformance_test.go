package conformance

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// allRows are in the order of docs/aws-behaviour.md.
func allRows(p *plan) behaviours {
	return slices.Concat(
		tokenEndpointRows(p), tokenErrorRows(p),
		accessTokenRows(p), discoveryRows(p),
		authorizerRows(p), routingRows(p),
		eventRows(p), requestContextRows(p), contextRows(p), requestBodyRows(p),
	)
}

// TestConformance holds a target against every row: the one of M2M_TARGET, or a local run with each
// kind of authorizer.
func TestConformance(t *testing.T) {
	if os.Getenv("M2M_TARGET") != "" {
		verdicts := hold(t, deployedTarget(t))
		show(t, func() error { return printTable(t.Output(), verdicts) })
		return
	}
	var byJWT, byFunction []verdict
	t.Run("JWT authorizer", func(t *testing.T) { byJWT = hold(t, startLocal(t, "conformance", root)) })
	t.Run("function authorizer", func(t *testing.T) {
		byFunction = hold(t, startLocal(t, "conformance-function", withFunctionAuthorizer(t)))
	})
	show(t, func() error { return printTable(t.Output(), byJWT) })
	show(t, func() error { return printBoth(t.Output(), byJWT, byFunction) })
}

// hold holds one target against every row.
func hold(t *testing.T, against target) (verdicts []verdict) {
	t.Helper()
	s := newSession(newPlan(against))
	for _, b := range allRows(&s.plan) {
		t.Run(strings.ReplaceAll(b.name, "/", " "), func(t *testing.T) {
			v := s.judge(t.Context(), b)
			verdicts = append(verdicts, v)
			switch {
			case v.state == deviates:
				t.Errorf("got %s, want %s (%s)", v.got, b.wants.says, b.source)
			case v.state == notApplicable && s.local && b.parity == "":
				t.Errorf("does not apply to the local runtime: %s", v.got)
			case v.state == notApplicable:
				t.Skip("not applicable: " + v.got)
			}
		})
	}
	t.Logf("%s; %d tokens spent", summary(verdicts), s.tokens)
	return verdicts
}

func show(t *testing.T, table func() error) {
	t.Helper()
	if os.Getenv("CONFORMANCE_TABLE") != "1" {
		return
	}
	if err := table(); err != nil {
		t.Error(err)
	}
}
