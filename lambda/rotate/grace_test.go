package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	local "cognito-m2m/internal/secretsmanager"
	"cognito-m2m/naming"
)

// A secret that callers had until a moment ago is not deleted for the next one: a change of
// everyDays that CloudFormation rolls back rotates twice within minutes.
func TestReplacedSecretIsSpared(t *testing.T) {
	t.Parallel()
	hours := func(n int) *time.Duration { return new(time.Duration(n) * time.Hour) }
	cases := map[string]struct {
		everyDays int
		grace     *time.Duration
		want      time.Duration
	}{
		"a month":              {30, nil, 24 * time.Hour},
		"two days":             {2, nil, 24 * time.Hour},
		"a day":                {1, nil, 12 * time.Hour},
		"no days":              {0, nil, 24 * time.Hour},
		"longer than graceOf":  {30, hours(72), 72 * time.Hour},
		"shorter than graceOf": {30, hours(1), time.Hour},
		"off":                  {30, hours(0), 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{
				secret: func(s *local.Secret) { s.Rotation.AutomaticallyAfterDays = c.everyDays },
				handle: func(s *settings) { s.grace = c.grace },
			})
			w.rotateWell()
			held := w.mustCredentials(naming.CurrentLabel)
			w.rotateWell() // one secret is live, so none has to go
			if c.want > 0 {
				w.later(c.want - time.Minute)
				w.wantTooEarly(time.Minute)
				if status := w.tokenStatus(held); status != http.StatusOK {
					t.Errorf("what callers hold: status %d", status)
				}
				w.later(time.Minute)
			}
			w.rotateWell()
			w.wantSettled()
			if status := w.tokenStatus(held); status != http.StatusBadRequest {
				t.Errorf("after %s, what callers held: status %d", c.want, status)
			}
		})
	}
}

// wantTooEarly wants a rotation to withdraw, which would be carried out after some time.
func (w *world) wantTooEarly(wait time.Duration) {
	w.t.Helper()
	before, live := w.labels(), w.liveIDs()
	err := w.rotate()
	if err == nil || !strings.Contains(err.Error(), "callers may still use it: no rotation before ") || !strings.HasSuffix(err.Error(), "(m2m rotate reader --env dev)") {
		w.t.Fatalf("error %v", err)
	}
	_, said, _ := strings.Cut(err.Error(), "no rotation before ")
	said, _, _ = strings.Cut(said, ";")
	until, failed := time.Parse(time.RFC3339, said)
	must(w.t, failed)
	if off := until.Sub(w.now().Add(wait)).Abs(); off > time.Minute {
		w.t.Errorf("it says %s, which is %s off", said, off)
	}
	if after := w.labels(); after[naming.PendingLabel] != "" || after[naming.CurrentLabel] != before[naming.CurrentLabel] || !slices.Equal(w.liveIDs(), live) {
		w.t.Errorf("labels %v, before %v; live %v, before %v", after, before, w.liveIDs(), live)
	}
}

// What is not a secret that was replaced a moment ago is no reason to wait, and what is one is.
func TestWhatIsSpared(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		happen func(w *world) // after two rotations, two days ago
		early  bool
	}{
		"nothing": {func(*world) {}, false},
		"a rotation that was given up": {func(w *world) {
			w.rotateWell()
			w.later(time.Second)
			w.pendingVersion("")
			w.down = false
			w.giveUp()
			w.deleteByHand(w.mustCredentials(naming.PreviousLabel).ClientSecretID)
			w.addByHand()
		}, false},
		"a rotation":                        {(*world).rotateWell, true},
		"a rotation, its previous gone":     {func(w *world) { w.rotateWell(); w.deleteByHand(w.mustCredentials(naming.PreviousLabel).ClientSecretID) }, false},
		"an edit that keeps the id":         {func(w *world) { w.putCredentials(w.mustCredentials(naming.CurrentLabel)) }, false},
		"the placeholder":                   {func(w *world) { w.put("{}") }, false},
		"a rotation, then the same edit":    {func(w *world) { w.rotateWell(); w.putCredentials(w.mustCredentials(naming.CurrentLabel)) }, true},
		"a rotation, then the label back":   {func(w *world) { w.rotateWell(); w.rollBack() }, true},
		"a rotation, then a placeholder":    {func(w *world) { w.rotateWell(); w.put("{}") }, true},
		"an edit that names the one before": {func(w *world) { w.putCredentials(w.mustCredentials(naming.PreviousLabel)) }, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{handle: func(s *settings) { s.grace = nil }})
			w.rotateWell()
			w.rotateWell()
			w.later(48 * time.Hour)
			c.happen(w)
			usable := w.usable()
			if c.early {
				w.wantTooEarly(24 * time.Hour)
				w.later(24 * time.Hour)
			}
			w.rotateWell()
			w.wantSettled()
			w.wantUsable(usable)
		})
	}
}

func TestGraceHours(t *testing.T) {
	t.Parallel()
	for hours, want := range map[string]time.Duration{"0": 0, "1": time.Hour, "8760": 8760 * time.Hour} {
		if got, err := graceIn(hours); err != nil || got == nil || *got != want {
			t.Errorf("%q: %v, %v, want %s", hours, got, err, want)
		}
	}
	if got, err := graceIn(""); got != nil || err != nil {
		t.Errorf("without: %v, %v", got, err)
	}
	for _, wrong := range []string{"-1", "1.5", "1h", " 1", "99999999999"} {
		if _, err := graceIn(wrong); err == nil || !strings.Contains(err.Error(), "GRACE_HOURS") {
			t.Errorf("%q: error %v", wrong, err)
		}
	}
}
