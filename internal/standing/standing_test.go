package standing_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/standing"
)

// noon is the last rotation, an hour after the older of two secrets was made and at the time of the
// newer.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func hours(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func value(hour int, text string) standing.Value { return standing.Read([]byte(text), hours(hour)) }

const (
	older  = `{"client_id":"c","client_secret_id":"c--1","client_secret":"1"}`
	newer  = `{"client_id":"c","client_secret_id":"c--2","client_secret":"2"}`
	gone   = `{"client_id":"c","client_secret_id":"c--0","client_secret":"0"}`
	pasted = `{"client_id":"c","client_secret":"1"}`
	other  = `{"client_id":"o","client_secret_id":"o--1","client_secret":"9"}`
)

func TestOf(t *testing.T) {
	t.Parallel()
	c := standing.Client{ID: "c", RotatedAt: noon, Secrets: []standing.Secret{{ID: "c--1", Created: hours(-1)}, {ID: "c--2", Created: noon}}}
	var none standing.Value
	undecided := func(hour int, previous string) standing.Standing {
		return standing.Standing{Undecided: true, Previous: previous, ReplacedAt: hours(hour)}
	}
	cases := map[string]struct {
		current, previous standing.Value
		want              standing.Standing
	}{
		"a rotation":                  {value(0, newer), value(-1, older), standing.Standing{InUse: "c--2", Previous: "c--1", ReplacedAt: noon}},
		"the label moved back":        {value(-1, older), value(0, newer), standing.Standing{InUse: "c--1", Previous: "c--2", ReplacedAt: noon}},
		"edited, the id kept":         {value(5, newer), value(0, newer), standing.Standing{InUse: "c--2", Previous: "c--2", ReplacedAt: noon}},
		"the one before, by its id":   {value(5, older), value(0, newer), standing.Standing{InUse: "c--1", Previous: "c--2", ReplacedAt: hours(5)}},
		"overwritten":                 {value(5, "text"), value(0, newer), standing.Standing{InUse: "c--2", Previous: "c--2", ReplacedAt: noon}},
		"the placeholder":             {value(5, "{}"), value(0, newer), standing.Standing{InUse: "c--2", Previous: "c--2", ReplacedAt: noon}},
		"edited, the id lost":         {value(5, `{"client_id":"c","client_secret":"2"}`), value(0, newer), standing.Standing{InUse: "c--2", Previous: "c--2", ReplacedAt: noon}},
		"pasted":                      {value(5, pasted), value(0, newer), undecided(5, "c--2")},
		"pasted without the client":   {value(5, `{"client_secret":"1"}`), value(0, newer), undecided(5, "c--2")},
		"one id for two secrets":      {value(5, `{"client_id":"c","client_secret_id":"c--2","client_secret":"1"}`), value(0, newer), undecided(5, "c--2")},
		"overwritten twice":           {value(6, "text"), value(5, "text"), undecided(6, "")},
		"a placeholder over text":     {value(6, "{}"), value(5, "text"), undecided(6, "")},
		"another client's, twice":     {value(6, other), value(5, other), undecided(6, "")},
		"of no live secret":           {value(0, gone), value(-1, gone), undecided(0, "")},
		"a placeholder twice":         {value(6, "{}"), value(5, " {} "), undecided(6, "")},
		"nothing there":               {none, none, undecided(0, "")},
		"the current one is not live": {value(0, gone), value(-1, older), standing.Standing{InUse: "c--1", Previous: "c--1", ReplacedAt: noon}},
	}
	for name, test := range cases {
		if diff := cmp.Diff(test.want, standing.Of(c, test.current, test.previous)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	first := c
	first.RotatedAt = time.Time{}
	for name, values := range map[string][2]standing.Value{"a placeholder twice": {value(6, "{}"), value(5, "{}")}, "the first": {value(6, "{}"), none}} {
		if got := standing.Of(first, values[0], values[1]); got.Undecided || got.InUse != "" {
			t.Errorf("%s before the first rotation: %+v", name, got)
		}
	}
	replaced := c
	replaced.RotatedAt = hours(-2)
	if got := standing.Of(replaced, value(-3, other), value(-4, other)); got.Undecided || got.InUse != "" {
		t.Errorf("a replaced app client: %+v", got)
	}
}

func TestWasCurrent(t *testing.T) {
	t.Parallel()
	c := standing.Client{RotatedAt: noon}
	s := standing.Standing{Previous: "p"}
	for want, secrets := range map[bool][]standing.Secret{
		true:  {{ID: "p", Created: hours(1)}, {ID: "x", Created: noon}, {ID: "x", Created: hours(-1)}},
		false: {{ID: "x", Created: hours(1)}},
	} {
		for _, secret := range secrets {
			if got := s.WasCurrent(c, secret); got != want {
				t.Errorf("%+v: %t", secret, got)
			}
		}
	}
}
