package weather

import (
	"testing"
	"time"

	"cognito-m2m/internal/chaos"
)

// The client's own times, by its clock, as its documentation has them. A renewal is due between 75
// and 80 % of a token's life; the steps of the tests leave that no choice.
const (
	step     = 15 * time.Second
	lifetime = tokenMinutes * time.Minute
	due      = lifetime * 4 / 5
	usable   = lifetime - 10*time.Second
	tries    = 4
)

// model is how many token requests a client may make, and has to.
//
// The rule: a token is requested when a call needs one, and at the first call after 80 % of its
// life. One that fails with 429, 500, 503 or a connection cut before the answer is tried again,
// four times in all. One that is cut in the middle of its answer, which may have been billed, is
// not. When all tries have failed, the next call after the pause tries again; but if the API has
// refused the token meanwhile, only once it is over, because a minute has to pass between two
// attempts to replace it. A secret that the pool no longer knows costs one request, which is
// refused, before the one with the secret of today. Nothing else costs one.
type model struct {
	name string
	twin *chaos.Weather // decides as the run's does

	requests, issued int
	failedRenewals   int // while the old token was usable
	failedInRow      int
	exhausted        int // attempts of which all tries have failed

	issuedAt time.Time // by the client's clock; zero without a token
	refused  bool      // the API has refused it

	known, current int // generations of the secret
	rotations      int // that a token request has begun
	reread         int // how often the secret was read again
}

func newModel(name string, twin *chaos.Weather) *model {
	return &model{name: name, twin: twin, known: 1, current: 1}
}

// at is what a call at a moment causes. refuses says that the API refuses the token by then.
func (m *model) at(t *testing.T, now time.Time, refuses bool) {
	t.Helper()
	age := now.Sub(m.issuedAt)
	needed := m.issuedAt.IsZero() || age >= usable
	if !needed && age < due {
		return
	}
	if !needed && m.refused { // and all tries have failed
		return
	}
	if m.fly(now) {
		m.failedInRow = 0
		return
	}
	if m.failedInRow++; m.failedInRow == 4 {
		t.Fatalf("%s: four times in a row all tries failed, and then the pause can be longer than a step: choose another seed", m.name)
	}
	if !needed {
		m.failedRenewals++
		m.refused = refuses
	}
}

// fly gets a token, or fails.
func (m *model) fly(now time.Time) bool {
	if m.known < m.current-1 { // two secrets are good
		m.requests++
		m.reread++
		m.known = m.current
	}
	for range tries {
		m.requests++
		decided := m.twin.TokenRequest(m.name)
		switch decided.Kind {
		case chaos.TooMany, chaos.Failed, chaos.Unavailable:
			continue
		case chaos.Cut:
			if decided.Within {
				return false
			}
			continue
		case chaos.Secret:
			m.rotations++
		default:
		}
		m.issued++
		m.issuedAt, m.refused = now, false
		return true
	}
	m.exhausted++
	return false
}
