package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/naming"
)

const notFound = `{"__type":"ResourceNotFoundException","message":"not found"}`

// lag answers one read of a rotation, and every repetition of it for some time, with what it would
// have answered before the last change: what the same question was answered before, or that there
// is no such thing.
type lag struct {
	strike, times int

	mu     sync.Mutex
	reads  int // since the rotation began
	struck string
	last   map[string][]byte // by question
}

// answer is for faults.answer.
func (l *lag) answer(operation string, r *http.Request) *http.Response {
	if !slices.Contains([]string{"DescribeSecret", "GetSecretValue", "DescribeUserPoolClient", "ListUserPoolClientSecrets"}, operation) {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	question := operation + string(body)
	if l.reads++; l.reads-1 == l.strike {
		l.struck = question
	}
	if l.struck == question && l.times > 0 {
		l.times--
		if before, asked := l.last[question]; asked && operation != "GetSecretValue" && operation != "DescribeUserPoolClient" {
			return refusal(r, http.StatusOK, string(before))
		}
		return refusal(r, http.StatusBadRequest, notFound)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	fresh, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil
	}
	defer fresh.Body.Close()
	said, _ := io.ReadAll(fresh.Body)
	if fresh.StatusCode == http.StatusOK {
		l.last[question] = said
	}
	return refusal(r, fresh.StatusCode, string(said))
}

const aMoment = 2 // times that something is asked in vain

// TestAnswersThatLag has each read of a rotation be behind, in each scenario. Behind for a moment,
// it changes nothing. Behind for as long as the step lasts, it may stop the rotation, which must
// not cost callers their secret.
func TestAnswersThatLag(t *testing.T) {
	t.Parallel()
	for name, scenario := range scenarios {
		for how, times := range map[string]int{"for a moment": aMoment, "for longer than a step": 1000} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				w, points := scenario(t), 0
				for lagOnce(t, w, points, times) {
					points++
				}
				if points < 10 {
					t.Errorf("%d points: this test looks at too little", points)
				}
			})
		}
	}
}

func lagOnce(t *testing.T, like *world, strike, times int) (struck bool) {
	t.Run(fmt.Sprint(strike), func(t *testing.T) {
		w := newWorld(t, setup{like: like})
		l := &lag{strike: strike, times: times, last: map[string][]byte{}}
		w.learn(l)
		usable := w.usable()
		w.faults.answer = l.answer
		err := w.rotate()
		w.faults.answer = nil
		w.wantUsable(usable)
		if struck = l.struck != ""; err != nil && times == aMoment {
			t.Errorf("%s was behind: %v", l.struck, err)
		}
		if err != nil {
			w.giveUp()
			must(t, w.decide(w.rotate()))
		}
		w.wantSettled()
		w.wantUsable(usable)
	})
	return struck
}

// learn has the lag know how the secret and the client are before the rotation.
func (w *world) learn(l *lag) {
	l.strike, l.reads = l.strike+1_000_000, 0
	w.faults.answer = l.answer
	rot := &rotation{event: event{SecretID: secretARN}}
	_ = w.rotator.secrets.describe(w.t.Context(), rot)
	_, _ = w.rotator.pool.secrets(w.t.Context(), w.clientID)
	l.strike, l.reads = l.strike-1_000_000, 0
}

// A value that createSecret has stored, and does not find when it is run again, is not made a
// second time: its secret would be deleted for that, and the version could never become current.
func TestStoredValueIsLookedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	token := w.pendingVersion("")
	must(t, w.step(t.Context(), eventOf(t, "createSecret", token)))
	live, missing := w.liveIDs(), aMoment
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if operation != "GetSecretValue" || !strings.Contains(string(body), token) || missing == 0 {
			return nil
		}
		missing--
		return refusal(r, http.StatusBadRequest, notFound)
	}
	must(t, w.step(t.Context(), eventOf(t, "createSecret", token)))
	lines := w.witness.steps(t)
	if outcome := lines[len(lines)-1]["outcome"]; outcome != "kept" || missing != 0 || !slices.Equal(w.liveIDs(), live) {
		t.Errorf("outcome %v, live %v, before %v", outcome, w.liveIDs(), live)
	}
	w.down = false
	must(t, w.store.Settle(t.Context()))
	w.wantSettled()
}

// A label that was moved by a call whose answer was lost is where it should be, even if that does
// not show at once.
func TestMoveThatDoesNotShowYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	var before []byte
	moved, behind := false, aMoment
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		move := operation == "UpdateSecretVersionStage" && strings.Contains(string(body), naming.CurrentLabel)
		switch {
		case operation == "DescribeSecret" && moved && behind > 0:
			behind--
			return refusal(r, http.StatusOK, string(before))
		case move && moved, !move && operation != "DescribeSecret":
			return nil // a move that is repeated is refused
		}
		said := w.forward(r)
		if operation == "DescribeSecret" {
			before = said
			return refusal(r, http.StatusOK, string(said))
		}
		moved = true
		return refusal(r, http.StatusInternalServerError, "") // which the SDK repeats
	}
	w.rotateWell()
	w.wantSettled()
	if behind != 0 {
		t.Error("nothing was behind: this test looks at nothing")
	}
}

// The tag of a secret whose app client was replaced may still be the one before.
func TestTagThatIsBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	behind := aMoment
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		if operation != "DescribeSecret" || behind == 0 {
			return nil
		}
		behind--
		return refusal(r, http.StatusOK, strings.ReplaceAll(string(w.forward(r)), w.clientID, "5uo8kmcd2l6h5e3s6a7q0m4k1n"))
	}
	w.rotateWell()
	w.wantSettled()
}

// forward has the server do what is asked, and returns what it said.
func (w *world) forward(r *http.Request) []byte {
	w.t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(r)
	must(w.t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	must(w.t, err)
	return said
}

// A version whose value the step testSecret did not find is not believed to be tested.
func TestNothingUntestedBecomesCurrent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	before := w.labels()[naming.CurrentLabel]
	steps := 0
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		if operation == "DescribeSecret" {
			steps++
		}
		switch {
		case operation == "token":
			return refusal(r, http.StatusBadRequest, `{"error":"unauthorized_client"}`)
		case operation == "GetSecretValue" && steps == 3:
			return refusal(r, http.StatusBadRequest, notFound)
		}
		return nil
	}
	err := w.rotate()
	lines := w.witness.steps(t)
	if outcome := lines[len(lines)-2]["outcome"]; outcome != "configuration tested" {
		t.Fatalf("outcome %v: this test looks at nothing", outcome)
	}
	if err == nil || !strings.Contains(err.Error(), "finishSecret") || w.labels()[naming.CurrentLabel] != before {
		t.Errorf("error %v, AWSCURRENT on %s, before on %s", err, w.labels()[naming.CurrentLabel], before)
	}
}
