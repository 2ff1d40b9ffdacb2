package reach_test

import (
	"testing"
	"time"

	"cognito-m2m/internal/reach"
)

func TestOverdue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		client reach.Client
		want   string
	}{
		"between rotations":          {client: reach.Client{State: reach.Current, RotatedAt: ago(20 * day), NextRotation: now.Add(10 * day), EveryDays: 30}},
		"on the day that it is due":  {client: reach.Client{State: reach.Current, RotatedAt: ago(30 * day), NextRotation: ago(23 * time.Hour), EveryDays: 30}},
		"the day after":              {client: reach.Client{State: reach.Current, RotatedAt: ago(30 * day), NextRotation: ago(25 * time.Hour), EveryDays: 30}, want: "it was due by 2026-11-27"},
		"older than it may get":      {client: reach.Client{State: reach.Current, RotatedAt: ago(32 * day), NextRotation: now.Add(day), EveryDays: 30}, want: "it is of 2026-10-27, and is to be replaced every 30 days"},
		"a rotation that runs":       {client: reach.Client{State: reach.RotationUnfinished, RotatedAt: ago(30 * day), PendingVersion: "v", UnfinishedSince: ago(time.Minute), EveryDays: 30}},
		"one that does not end":      {client: reach.Client{State: reach.RotationUnfinished, RotatedAt: ago(30 * day), PendingVersion: "v", UnfinishedSince: ago(2 * time.Hour), EveryDays: 30}, want: "a rotation has not ended since 2026-11-28T10:00:00Z"},
		"a first one that runs":      {client: reach.Client{State: reach.NotRotated, PendingVersion: "v", UnfinishedSince: ago(time.Minute)}},
		"a first one that never was": {client: reach.Client{State: reach.NotRotated}, want: "it was never rotated"},
		"turned off":                 {client: reach.Client{State: reach.RotationOff}, want: "its rotation is turned off"},
		"another app client":         {client: reach.Client{State: reach.AppClientReplaced, RotatedAt: ago(day), EveryDays: 30}, want: "its app client is newer than its credentials"},
		"undecided":                  {client: reach.Client{State: reach.SecretUndecided, RotatedAt: ago(day), EveryDays: 30}, want: "it is unknown which of its app client's secrets callers use"},
		"no app client":              {client: reach.Client{State: reach.AppClientGone}, want: "its app client does not exist"},
	} {
		if got := c.client.Overdue(now); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
