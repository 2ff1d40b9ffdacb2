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
		eventRows(p), requestContextRows(p), jwtRows(p), requestBodyRows(p),
	)
}

// TestConformance holds a target against every row.
func TestConformance(t *testing.T) {
	s := newSession(newPlan(openTarget(t)))
	var verdicts []verdict
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
	if os.Getenv("CONFORMANCE_TABLE") == "1" {
		if err := printTable(t.Output(), verdicts); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%s; %d tokens spent", summary(verdicts), s.tokens)
}
