package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/jwtauth/jwtauthtest"
	"cognito-m2m/internal/m2mtest"
)

const listed = jwtauthtest.ClientID

// A client that is put on the list is refused within 30 seconds, and let in again as fast.
func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wants(t, true, "before")
	w.parameters.set("another", listed)
	w.clock.Advance(30*time.Second - 1)
	w.wants(t, true, "before the list is read again")
	w.clock.Advance(1)
	w.wants(t, false, "after 30 seconds")
	if line := w.lines(t)[0]; line["reason"] != errRefused.Error() || line["clientId"] != listed || line["routeKey"] != readRoute {
		t.Errorf("logged %s", w.log)
	}
	if !w.lets(t, readRoute, jwtauthtest.Sign(t, jwtauthtest.With(map[string]any{"client_id": "third"}))) {
		t.Errorf("a client that is not refused: %s", w.log)
	}
	w.parameters.set("another")
	w.clock.Advance(30 * time.Second)
	w.wants(t, true, "after it is taken off")
	if got := w.parameters.asked.Load(); got != 3 {
		t.Errorf("the list was read %d times, want 3", got)
	}
}

// The name of a parameter is the whole id.
func TestRefusedIsTheWholeID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.parameters.set(listed+"x", listed[:10], strings.ToUpper(listed), strings.ToLower(listed), "x"+listed)
	w.wants(t, true, "others are refused")
}

// Every page counts, the last one too.
func TestRefusedOnEveryPage(t *testing.T) {
	t.Parallel()
	for _, place := range []int{0, 9, 10, 57, 199, 200} {
		t.Run(fmt.Sprint(place), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ids := make([]string, 201)
			for i := range ids {
				ids[i] = fmt.Sprintf("client%d", i)
			}
			ids[place] = listed
			w.parameters.set(ids...)
			w.wants(t, false, "on the list")
			if w.lastReason(t) != errRefused.Error() {
				t.Errorf("logged %s", w.log)
			}
		})
	}
}

// While the list can't be read, the last one counts until it is five minutes old, and then everyone
// is refused until it can be read.
func TestListThatCannotBeReadAgain(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(page int) error{
		"down": down,
		"denied": func(int) error {
			return refusal{"AccessDeniedException", "secret words of the service"}
		},
		"the second page": func(page int) error {
			if page == 1 {
				return refusal{"ThrottlingException", "secret words of the service"}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			others := make([]string, 15)
			for i := range others {
				others[i] = fmt.Sprintf("other%d", i)
			}
			refusedSince := jwtauthtest.Sign(t, long(map[string]any{"client_id": "other3"}))
			w.parameters.set(others...)
			w.wants(t, true, "before")
			w.parameters.fail(refuse)
			for range 9 { // four and a half minutes
				w.clock.Advance(30 * time.Second)
				w.wants(t, true, "by the last list")
				if w.lets(t, readRoute, refusedSince) {
					t.Error("a client of the last list is let in")
				}
			}
			w.clock.Advance(30*time.Second - 1)
			w.wants(t, true, "a nanosecond before the list is five minutes old")
			w.clock.Advance(1)
			w.wants(t, false, "the list is five minutes old")
			if w.lastReason(t) != errNoList.Error() {
				t.Errorf("logged %s", w.log)
			}
			if got := w.parameters.asked.Load(); got != 11 {
				t.Errorf("the list was asked for %d times in five minutes, want 11", got)
			}
			if strings.Contains(w.log.String(), "secret") {
				t.Errorf("the log repeats what the service said: %s", w.log)
			}
			w.parameters.fail(nil)
			w.clock.Advance(30 * time.Second)
			w.wants(t, true, "it can be read again")
		})
	}
}

// Either of two clocks ends the list: Lambda stops the process between two invocations.
func TestListOfAFrozenProcess(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]struct{ wall, monotonic time.Duration }{
		"frozen":                {5 * time.Minute, 0},
		"the clock is set back": {-time.Minute, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token := jwtauthtest.Sign(t, long(map[string]any{"iat": jwtauthtest.Start.Add(-time.Hour).Unix()}))
			if !w.lets(t, readRoute, token) {
				t.Fatalf("refused: %s", w.log)
			}
			w.parameters.fail(down)
			w.clock.Move(move.wall, move.monotonic)
			if w.lets(t, readRoute, token) || w.lastReason(t) != errNoList.Error() {
				t.Errorf("let in with a list that is five minutes old: %s", w.log)
			}
		})
	}
}

// A process that has never read the list lets nobody in, and asks no more often for that.
func TestNoListYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.parameters.fail(down)
	w.authorizer.prepare(t.Context())
	for range 3 {
		w.wants(t, false, "without a list")
		if got := w.lastReason(t); got != errNoList.Error() {
			t.Errorf("reason %q", got)
		}
	}
	if failed := w.lines(t)[0]; failed["level"] != "ERROR" || !strings.Contains(fmt.Sprint(failed["error"]), "InternalServerError, request ") {
		t.Errorf("logged %v, want the code and the request id", failed)
	}
	if got := w.parameters.asked.Load(); got != 1 {
		t.Errorf("the list was asked for %d times within 30 seconds", got)
	}
	w.parameters.fail(nil)
	w.clock.Advance(30 * time.Second)
	w.wants(t, true, "with a list")
}

// A name from somewhere else says that the answer is not the list.
func TestListOfAnotherPath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"/m2m/prod/refused/x", "/m2m/dev/refused/a/b", "/m2m/dev/refused/", "x", ""} {
		w := newWorld(t)
		w.parameters.mu.Lock()
		w.parameters.names = []string{name}
		w.parameters.mu.Unlock()
		w.wants(t, false, fmt.Sprintf("a list with %q", name))
		if w.lastReason(t) != errNoList.Error() {
			t.Errorf("logged %s", w.log)
		}
	}
}

// A list that takes too long is one that can't be read.
func TestListThatIsLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s *settings) { s.limits.list = 50 * time.Millisecond })
	w.parameters.mu.Lock()
	w.parameters.hold = make(chan struct{})
	w.parameters.mu.Unlock()
	w.wants(t, false, "the list does not come")
	if failed := w.lines(t)[0]; failed["error"] != "calling GetParametersByPath: no answer in time" {
		t.Errorf("logged %v", failed)
	}
}

// A request whose time is up while the list is read is refused, and leaves the read to the others.
func TestListThatDoesNotCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := make(chan struct{})
	w.parameters.mu.Lock()
	w.parameters.hold = held
	w.parameters.mu.Unlock()
	token := jwtauthtest.Sign(t, jwtauthtest.ValidClaims())
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan bool)
	go func() {
		answered <- w.answer(ctx, t, request(t, readRoute, "Bearer "+token, readRoute)).IsAuthorized
	}()
	m2mtest.Eventually(t, "the list to be asked for", func() bool { return w.parameters.asked.Load() == 1 })
	cancel()
	if <-answered {
		t.Error("let in without a list")
	}
	close(held)
	w.wants(t, true, "once the list has come")
	if got := w.parameters.asked.Load(); got != 1 {
		t.Errorf("the list was asked for %d times", got)
	}
}

// Nobody gets in because the list is read while others ask.
func TestRefusedUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.parameters.set(listed)
	refused := jwtauthtest.Sign(t, long(nil))
	let := jwtauthtest.Sign(t, long(map[string]any{"client_id": "another"}))
	done := make(chan struct{})
	for range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 50 {
				if w.lets(t, readRoute, refused) {
					t.Error("a refused client is let in")
				}
				if !w.lets(t, anyClient, let) {
					t.Error("another client is refused")
				}
				w.clock.Advance(time.Second)
			}
		}()
	}
	for range 8 {
		<-done
	}
	if got := w.parameters.asked.Load(); got > 1+8*50/30 {
		t.Errorf("the list was asked for %d times in 400 seconds", got)
	}
}
