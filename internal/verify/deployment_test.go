package verify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/verify"
)

// told is what AWS tells of a deployment.
type told struct {
	stray []string
	trail string
	err   error
}

func (d told) ManagementTrail(context.Context) (string, error) { return d.trail, d.err }

func (d told) StrayRouteSettings(context.Context) ([]string, error) { return d.stray, d.err }

func TestRouteSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told     told
		failures []string
		text     string
	}{
		"none": {text: "stage its settings settings of its routes alone settings of its routes alone ok"},
		"of routes that are gone": {
			told: told{stray: []string{"GET /a", "GET /b"}},
			failures: []string{
				"GET /a with its settings: settings, and no such route, want settings of its routes alone",
				"GET /b with its settings: settings, and no such route, want settings of its routes alone",
			},
			text: "GET /b its settings settings of its routes alone settings, and no such route RED",
		},
		"that nobody may see": {
			told: told{err: errors.New("not for you")},
			text: "stage its settings settings of its routes alone not known warning: could not be checked: not for you",
		},
	} {
		report := &verify.Report{Checks: verify.Deployed(t.Context(), c.told, false)}
		if diff := cmp.Diff(c.failures, failures(report)); diff != "" {
			t.Errorf("%s: failures (-want +got):\n%s", name, diff)
		}
		var text strings.Builder
		if err := report.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(text.String(), "\n")
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Join(strings.Fields(line), " ") == c.text }) {
			t.Errorf("%s: no line %q in\n%s", name, c.text, text.String())
		}
		if got := len(report.Warnings()) == 1; got != (c.told.err != nil) {
			t.Errorf("%s: %d warnings", name, len(report.Warnings()))
		}
	}
}

func TestTrail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told told
		want string
	}{
		"one":                 {told: told{trail: "org"}},
		"none":                {want: "events with CloudTrail: no trail logs management events here, so a failed rotation, or a secret that someone else added, goes unnoticed"},
		"that nobody may see": {told: told{err: errors.New("not for you")}, want: "events with CloudTrail: could not be checked: not for you"},
	} {
		report := &verify.Report{Checks: verify.Deployed(t.Context(), c.told, true)}
		if got := failures(report); got != nil {
			t.Errorf("%s: failures %q", name, got)
		}
		var got string
		for _, w := range report.Warnings() {
			if w.Case == verify.Trail {
				got = w.String()
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
