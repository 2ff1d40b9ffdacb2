package conformance

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryCaseCanFail holds wrong targets against every row, and wants each to be red because of
// what it reads, not because it could not be tried.
func TestEveryCaseCanFail(t *testing.T) {
	for _, authorization := range authorizations {
		yes := newSession(newPlan(wrongTarget(t, http.StatusOK, authorization)))
		no := newSession(newPlan(wrongTarget(t, http.StatusForbidden, authorization)))
		refusing := allRows(&no.plan)
		for i, b := range allRows(&yes.plan) {
			t.Run(authorization+" "+strings.ReplaceAll(b.name, "/", " "), func(t *testing.T) {
				v := yes.judge(t.Context(), b)
				if b.wants.says == "200" { // nothing more: all that can be wrong is a refusal
					v = no.judge(t.Context(), refusing[i])
				}
				if v.state != deviates || v.err != nil {
					t.Errorf("state %q, got %s", v.state, v.got)
				}
			})
		}
	}
}

// authorizations are those of routes with a JWT authorizer and with a function authorizer.
var authorizations = []string{"JWT", "CUSTOM"}

// TestRowsAreWellFormed wants unique names, a source with a section and a tag that may be asserted,
// and titles that docs/parity.md has.
func TestRowsAreWellFormed(t *testing.T) {
	parity, err := os.ReadFile(filepath.Join(root, "docs", "parity.md"))
	if err != nil {
		t.Fatal(err)
	}
	source := regexp.MustCompile(`^[1-5]\.\d \[[DOS]\]`)
	for _, authorization := range authorizations {
		seen := map[string]bool{}
		p := newPlan(wrongTarget(t, http.StatusOK, authorization))
		for _, b := range allRows(&p) {
			if seen[b.name] {
				t.Errorf("two rows are called %q", b.name)
			}
			seen[b.name] = true
			if !source.MatchString(b.source) {
				t.Errorf("%s: source %q", b.name, b.source)
			}
			if b.parity != "" && !strings.Contains(string(parity), "| "+b.parity+" |") {
				t.Errorf("%s: docs/parity.md has no row %q", b.name, b.parity)
			}
		}
		if len(p.attacks) < 100 {
			t.Errorf("%d attacks: next to nothing is tried", len(p.attacks))
		}
	}
}

// TestNothingSecretIsShown wants neither a token nor a secret in a verdict.
func TestNothingSecretIsShown(t *testing.T) {
	for _, authorization := range authorizations {
		s := newSession(newPlan(wrongTarget(t, http.StatusOK, authorization)))
		for _, b := range allRows(&s.plan) {
			v := s.judge(t.Context(), b)
			if strings.Contains(v.got, "eyJ") || strings.Contains(v.got, "'s secret") {
				t.Errorf("%s shows %s", b.name, v.got)
			}
		}
	}
}
