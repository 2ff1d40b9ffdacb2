package cognito_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"cognito-m2m/internal/cognito"
)

// TestARetainedPool is described, unprotected and deleted; it has no clients.
func TestARetainedPool(t *testing.T) {
	t.Parallel()
	var said []string
	failing := false
	note := func(what string) error {
		if failing {
			return errors.New("the disk is full")
		}
		said = append(said, what)
		return nil
	}
	const id = "eu-west-1_Ab1Cd2Ef3"
	serve := func(protected bool) *cognito.Server {
		return cognito.NewRetained(cognito.Retained{
			UserPool: cognito.UserPool{ID: id, Name: "old", Region: "eu-west-1"}, Protected: protected, Log: slog.New(slog.DiscardHandler),
			Keep:   func(protected bool) error { return note(map[bool]string{true: "on", false: "off"}[protected]) },
			Delete: func() error { return note("deleted") },
		})
	}
	call := func(s *cognito.Server, operation, members string) string {
		output, err := s.Call(t.Context(), operation, []byte(`{"UserPoolId": "`+id+`"`+members+`}`))
		if err != nil {
			return err.Error()
		}
		raw, err := json.Marshal(output)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	protected := serve(true)
	for _, c := range []struct{ operation, members, want string }{
		{"DescribeUserPool", "", `"DeletionProtection":"ACTIVE"`},
		{"ListUserPoolClients", "", `{"UserPoolClients":[]}`},
		{"ListUserPools", `, "MaxResults": 60`, `"Name":"old"`},
		{"DeleteUserPool", "", cognito.ProtectedPool},
		{"UpdateUserPool", `, "DeletionProtection": "OFF"`, "must be ACTIVE or INACTIVE"},
		{"UpdateUserPool", `, "MfaConfiguration": "OFF"`, "MfaConfiguration of UpdateUserPool is not simulated"},
		{"UpdateUserPool", `, "DeletionProtection": "INACTIVE"`, "{}"},
	} {
		if got := call(protected, c.operation, c.members); !strings.Contains(got, c.want) || strings.Contains(got, "Domain") {
			t.Errorf("%s: %s, want %s", c.operation, got, c.want)
		}
	}
	failing = true
	if got := call(serve(false), "DeleteUserPool", ""); !strings.Contains(got, "The user pool failed") {
		t.Errorf("on a full disk: %s", got)
	}
	failing = false
	if got := call(serve(false), "DeleteUserPool", ""); got != "{}" {
		t.Errorf("deleted: %s", got)
	}
	if strings.Join(said, " ") != "off deleted" {
		t.Errorf("kept: %q", said)
	}
}
