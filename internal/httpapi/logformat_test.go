package httpapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/httpapi"
)

func TestParseLogFormat(t *testing.T) {
	t.Parallel()
	got, err := httpapi.ParseLogFormat(`{"id":"$context.requestId","c":"$context.authorizer.claims.client_id."}`)
	if err != nil {
		t.Fatal(err)
	}
	want := []httpapi.LogPart{{`{"id":"`, "requestId"}, {`","c":"`, "authorizer.claims.client_id"}, {`."}`, ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for template, why := range map[string]string{
		"":                                       "needs $context.requestId",
		"$context.status":                        "needs $context.requestId",
		"$context.requestId\n":                   "single line",
		"$context.requestId $context.nothing":    "$context.nothing",
		"$context.requestIdentity":               "$context.requestIdentity",
		"$context.requestId $context.identity.x": "$context.identity.x",
		"$context.requestId" + strings.Repeat(" ", httpapi.MaxLogFormatBytes): "has 3090 bytes",
	} {
		if _, err := httpapi.ParseLogFormat(template); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.40q: got %v, want %q", template, err, why)
		}
	}
}
