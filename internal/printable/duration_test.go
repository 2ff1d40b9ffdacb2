package printable_test

import (
	"testing"
	"time"

	"cognito-m2m/internal/printable"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour:                      "0s",
		0:                               "0s",
		999 * time.Millisecond:          "0s",
		59*time.Second + 999*1e6:        "59s",
		time.Minute:                     "1m",
		59*time.Minute + 59*time.Second: "59m",
		time.Hour:                       "1h",
		time.Hour + 59*time.Second:      "1h",
		2*time.Hour + 30*time.Minute:    "2h30m",
		47*time.Hour + time.Minute:      "47h1m",
		48 * time.Hour:                  "2d",
		30*24*time.Hour + 23*time.Hour:  "30d",
	} {
		if got := printable.Duration(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}
