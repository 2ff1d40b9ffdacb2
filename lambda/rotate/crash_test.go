package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/naming"
)

// scenarios are the situations that a rotation can begin in. Each returns a world in which the next
// rotation is the one to disturb, by turns in worlds that are like it.
var scenarios = map[string]func(*testing.T) *world{
	"first rotation": func(t *testing.T) *world { return newWorld(t, setup{}) },
	"second rotation": func(t *testing.T) *world {
		w := newWorld(t, setup{})
		w.rotateWell()
		return w
	},
	"later rotation": func(t *testing.T) *world {
		w := newWorld(t, setup{})
		w.rotateWell()
		w.rotateWell()
		return w
	},
	"replaced client":      replacedClient,
	"stuck AWSPENDING":     stuckPending,
	"overwritten value":    overwrittenValue,
	"added secret by hand": addedByHand,
	"edited by hand":       editedByHand,
}

// replacedClient is a deployment that made another app client: the tag changed, AWSCURRENT has not.
func replacedClient(t *testing.T) *world {
	before := newWorld(t, setup{})
	before.rotateWell()
	before.rotateWell()
	before.mu.Lock()
	defer before.mu.Unlock()
	return newWorld(t, setup{state: before.state, pool: func(c *cognito.Config) {
		c.Clients[0].Secrets[0].CreateDate = before.state.Secrets[secretARN].RotatedAt.Add(time.Second)
	}})
}

// stuckPending is a rotation that failed at its test and was then given up: its secret is still
// there.
func stuckPending(t *testing.T) *world {
	w := newWorld(t, setup{})
	w.rotateWell()
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		if operation == "token" {
			return refusal(r, http.StatusBadRequest, `{"error":"unauthorized_client"}`)
		}
		return nil
	}
	if err := w.rotate(); err == nil {
		t.Fatal("the rotation did not fail")
	}
	w.faults.answer = nil
	if len(w.liveIDs()) != 2 || w.labels()[naming.PendingLabel] == w.labels()[naming.CurrentLabel] {
		t.Fatal("no AWSPENDING is stuck")
	}
	w.giveUp()
	return w
}

// overwrittenValue is a placeholder over a value that callers still have, and that is not the
// oldest.
func overwrittenValue(t *testing.T) *world {
	w := newWorld(t, setup{})
	w.rotateWell()
	w.rotateWell()
	w.put("{}")
	return w
}

func addedByHand(t *testing.T) *world {
	w := newWorld(t, setup{})
	w.rotateWell()
	w.addByHand()
	return w
}

// editedByHand is a value that lost the id of its secret in two edits, beside no other secret.
func editedByHand(t *testing.T) *world {
	w := newWorld(t, setup{})
	w.rotateWell()
	w.held = w.mustCredentials(naming.CurrentLabel)
	w.editTwice(w.held)
	return w
}

// TestCrash ends the process before and after each call that a rotation makes, and lets it recover
// in each way, or, with -short, in one.
func TestCrash(t *testing.T) {
	t.Parallel()
	recoveries := map[string]recovery{
		"from the first step": failRotation, "from the same step": repeatStep, "with a new rotation": newRotation,
	}
	if testing.Short() {
		recoveries = map[string]recovery{"from the same step": repeatStep}
	}
	for name, scenario := range scenarios {
		for how, recovery := range recoveries {
			for when, what := range map[string]fault{"before": crashBefore, "after": crashAfter} {
				t.Run(fmt.Sprintf("%s/%s/%s", name, how, when), func(t *testing.T) {
					t.Parallel()
					w, points := scenario(t), 0
					for crash(t, w, recovery, what, points) {
						points++
					}
					// Describing the secret four times, the pool and the client, listing, adding,
					// storing, reading, getting a token and moving the label are the least that a
					// rotation can do.
					if points < 12 {
						t.Errorf("%d crash points: this test looks at too little", points)
					}
					t.Logf("%d crash points", points)
				})
			}
		}
	}
}

// crash disturbs one call of a rotation and says whether there was such a call.
func crash(t *testing.T, like *world, how recovery, what fault, point int) (struck bool) {
	t.Run(fmt.Sprint(point), func(t *testing.T) {
		w := newWorld(t, setup{like: like})
		usable := w.usable()
		w.recovery = how
		w.faults.arm(what, point)
		err := w.rotate()
		w.wantUsable(usable)
		if struck = w.faults.disarm(); !struck {
			must(t, err)
			return
		}
		if how == newRotation {
			w.down = false
			w.giveUp()
			err = w.rotate()
		}
		err = w.decide(err)
		for repeat := 0; err != nil && repeat < 3; repeat++ {
			err = w.decide(w.store.Settle(t.Context()))
		}
		must(t, err)
		w.wantSettled()
	})
	return struck
}

// decide writes the id of the secret that callers hold if a rotation could not tell which it is,
// and rotates again.
func (w *world) decide(err error) error {
	if err == nil || w.held.ClientSecretID == "" || !strings.Contains(err.Error(), "names neither") {
		return err
	}
	w.putCredentials(w.held)
	return w.rotate()
}

// usable are the secrets that callers may be using: AWSCURRENT's, or AWSPREVIOUS's if AWSCURRENT
// has none.
func (w *world) usable() *cognito.ClientSecret {
	labels := w.labels()
	for _, label := range []string{naming.CurrentLabel, naming.PreviousLabel} {
		if labels[label] == "" {
			continue
		}
		credentials, err := w.credentials(label)
		if err != nil {
			continue
		}
		for _, live := range w.pool.ClientSecrets(w.clientID) {
			if live.ID == credentials.ClientSecretID {
				return &live
			}
		}
	}
	return nil
}

// wantUsable wants a secret that callers were using before the rotation to be alive after it,
// however it ended.
func (w *world) wantUsable(before *cognito.ClientSecret) {
	w.t.Helper()
	if w.held.ClientSecretID != "" && w.tokenStatus(w.held) != http.StatusOK {
		w.t.Errorf("the secret that callers hold, %s, is gone; live %v", w.held.ClientSecretID, w.liveIDs())
	}
	if before == nil {
		return
	}
	for _, live := range w.pool.ClientSecrets(w.clientID) {
		if live.ID == before.ID {
			return
		}
	}
	w.t.Errorf("the secret in use, %s, is gone; live %v", before.ID, w.liveIDs())
}

// TestLostAnswers breaks the connection after each call has done its work. The SDK repeats the
// call, and the rotation has to get by with that.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, scenario := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, points := scenario(t), 0
			for loseOne(t, w, points) {
				points++
			}
			if points < 12 {
				t.Errorf("%d points: this test looks at too little", points)
			}
		})
	}
}

func loseOne(t *testing.T, like *world, point int) (struck bool) {
	t.Run(fmt.Sprint(point), func(t *testing.T) {
		w := newWorld(t, setup{like: like})
		w.recovery = newRotation // nothing is repeated but by the SDK
		w.faults.arm(loseAnswer, point)
		must(t, w.decide(w.rotate()))
		struck = w.faults.disarm()
		w.wantSettled()
	})
	return struck
}
