package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// handWritten are values in use that tell no rotation which of two live secrets they hold. Each
// returns what callers hold.
var handWritten = map[string]func(w *world) client.Credentials{
	"the id lost in two edits": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.CurrentLabel)
		w.editTwice(held)
		return held
	},
	"the secret before, without its id": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.PreviousLabel)
		w.put(pasted(w.t, held))
		return held
	},
	"the secret before, with the id of the present one": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.PreviousLabel)
		mixed := held
		mixed.ClientSecretID = w.mustCredentials(naming.CurrentLabel).ClientSecretID
		w.putCredentials(mixed)
		return held
	},
	"twice a value of another client": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.CurrentLabel)
		w.put(`{"client_id":"other","client_secret_id":"other--1"}`)
		w.put(`{"client_id":"other","client_secret_id":"other--2"}`)
		return held
	},
	"twice no JSON": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.CurrentLabel)
		w.put("changed by hand")
		w.put("and again")
		return held
	},
	"twice the placeholder, as a deployment that is rolled back writes": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.CurrentLabel)
		w.put("{}")
		w.put("{}")
		return held
	},
	"the placeholder over an edit": func(w *world) client.Credentials {
		held := w.mustCredentials(naming.CurrentLabel)
		w.put(pasted(w.t, held))
		w.put("{}")
		return held
	},
}

// Where two secrets live and it is a guess which of them callers use, none is deleted, and nothing
// is left half made.
func TestNothingIsDeletedOnAGuess(t *testing.T) {
	t.Parallel()
	for name, write := range handWritten {
		for remedy, repair := range map[string]func(w *world, held client.Credentials){
			"its id is written":     func(w *world, held client.Credentials) { w.putCredentials(held) },
			"the other one deleted": (*world).deleteAllBut,
		} {
			t.Run(name+"/"+remedy, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, setup{})
				w.rotateWell()
				w.rotateWell()
				held := write(w)
				before, live := w.labels(), w.liveIDs()
				err := w.rotate()
				if err == nil || !strings.Contains(err.Error(), "names neither") || !strings.HasSuffix(err.Error(), "(m2m rotate reader --env dev)") {
					t.Errorf("error %v", err)
				}
				if status := w.tokenStatus(held); status != http.StatusOK || !slices.Equal(w.liveIDs(), live) {
					t.Errorf("what callers hold: status %d; live %v, before %v", status, w.liveIDs(), live)
				}
				after := w.labels()
				if after[naming.PendingLabel] != "" || after[naming.CurrentLabel] != before[naming.CurrentLabel] || after[client.UndecidedLabel] != before[naming.CurrentLabel] {
					t.Errorf("labels %v, before %v", after, before)
				}

				repair(w, held)
				w.rotateWell()
				w.wantSettled()
				if status := w.tokenStatus(held); status != http.StatusOK {
					t.Errorf("after the way out, what callers hold: status %d", status)
				}
				if left := w.labels()[client.UndecidedLabel]; left != "" {
					t.Errorf("%s is still on %s", client.UndecidedLabel, left)
				}
			})
		}
	}
}

// What a rotation could not decide by stays doubtful when somebody writes over it: its id may be
// the other secret's.
func TestDisputedValueIsNotTrustedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	w.rotateWell()
	held := handWritten["the secret before, with the id of the present one"](w)
	for _, value := range []string{"", `{"a":1}`, "{}"} {
		if value != "" {
			w.put(value)
		}
		if err := w.rotate(); err == nil {
			t.Errorf("with %q over it: no error", value)
		}
		if status := w.tokenStatus(held); status != http.StatusOK {
			t.Fatalf("with %q over it, what callers hold: status %d", value, status)
		}
	}
	w.putCredentials(held)
	w.rotateWell()
	w.wantSettled()
	if status := w.tokenStatus(held); status != http.StatusOK {
		t.Errorf("after the way out, what callers hold: status %d", status)
	}
}

// A second rotation that can't decide moves the label along, and adds none.
func TestUndecidedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	w.rotateWell()
	held := w.mustCredentials(naming.CurrentLabel)
	for range 2 {
		w.editTwice(held)
		for range 2 {
			if err := w.rotate(); err == nil {
				t.Fatal("no error")
			}
			if labels := w.labels(); labels[client.UndecidedLabel] != labels[naming.CurrentLabel] {
				t.Errorf("labels %v", labels)
			}
		}
	}
}

// At the end of a rotation nothing has to make room, so nothing is deleted on a guess there either.
func TestFirstRotationOverAHandWrittenValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	original := w.pool.ClientSecrets(w.clientID)[0]
	w.put(pasted(t, client.Credentials{ClientID: w.clientID, ClientSecret: original.Value, TokenEndpoint: w.tokenURL()}))
	held := w.mustCredentials(naming.CurrentLabel)
	w.rotateWell()
	w.wantSettled()
	if status := w.tokenStatus(held); status != http.StatusOK {
		t.Errorf("what callers hold: status %d", status)
	}
	w.rotateWell()
	w.wantSettled()
	if status := w.tokenStatus(held); status != http.StatusBadRequest {
		t.Errorf("a rotation later: status %d", status)
	}
}

// A replaced app client keeps its way out: nobody can have any of its secrets.
func TestReplacedClientWithTwoSecrets(t *testing.T) {
	t.Parallel()
	w := replacedClient(t)
	w.addByHand()
	w.rotateWell()
	w.wantSettled()
}

func (w *world) deleteAllBut(keep client.Credentials) {
	for _, live := range w.pool.ClientSecrets(w.clientID) {
		if live.Value != keep.ClientSecret {
			w.deleteByHand(live.ID)
		}
	}
}
