package soak

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

const connections = 16

// TestLoad makes many authorized calls, and wants the runtime to hold no more after them than after
// the first few.
func TestLoad(t *testing.T) {
	needsProc(t)
	e := up(t, assembly(t, "echo"), t.TempDir())
	reader := e.get(t, "/test_jwt/read", e.mustToken(t, "reader"))
	request := func(int) *http.Request { return reader() }
	calls := count(3_000, 200_000)

	drive(connections, calls/3, request).all(t, 200)
	first := e.settled(t)
	l := drive(connections, calls-calls/3, request)
	l.all(t, 200)
	last := e.settled(t)
	t.Logf("%d calls in all, %.0f a second, p99 %s; first %+v, last %+v", calls, l.perSecond(), l.percentile(99), first, last)

	if limit := first.residentKB*3/2 + 8<<10; last.residentKB > limit {
		t.Errorf("%d kB resident, want at most %d", last.residentKB, limit)
	}
	// A process that was never needed at first may be by now; none is for two calls at once.
	if last.children > connections {
		t.Errorf("%d function processes for %d connections", last.children, connections)
	}
	e.Interrupt(t)
}

// settled is the usage once the callers' connections are closed on the other side, too. A process
// has two pipes, a listener, up to two connections and a handle; the rest are standard streams,
// listeners, lock and the like.
func (e *environment) settled(t *testing.T) usage {
	t.Helper()
	const perProcess, rest = 6, 14
	var now usage
	m2mtest.Eventually(t, "the end of the connections", func() bool {
		now = e.usage(t)
		return now.descriptors <= perProcess*now.children+rest
	})
	return now
}

// TestKilledFunctions kills processes of the function under load: each costs the call it had in
// hand, and no other.
func TestKilledFunctions(t *testing.T) {
	needsProc(t)
	e := up(t, assembly(t, "faulty"), t.TempDir())
	token := e.mustToken(t, "reader")
	slow := e.get(t, "/test_jwt?do=nap", token)
	kills := count(20, 500)
	var killed atomic.Int64
	var killer sync.WaitGroup
	perKill := 2 * connections
	progress := make(chan struct{}, kills*perKill)
	killer.Go(func() {
		for range kills {
			for range perKill { // so many calls between two kills
				<-progress
			}
			children := childrenOf(e.Cmd.Process.Pid)
			if len(children) > 0 && syscall.Kill(children[rand.IntN(len(children))], syscall.SIGKILL) == nil {
				killed.Add(1)
			}
		}
	})
	l := drive(connections, kills*perKill, func(int) *http.Request {
		progress <- struct{}{}
		return slow()
	})
	killer.Wait()
	t.Logf("%d processes killed: %v", killed.Load(), l.statuses)
	if failed := l.statuses[500]; failed > int(killed.Load()) || l.statuses[200]+failed != len(l.each) {
		t.Errorf("%d kills, and statuses %v", killed.Load(), l.statuses)
	}
	drive(connections, 100, func(int) *http.Request { return slow() }).all(t, 200)
	if children := e.usage(t).children; children > connections {
		t.Errorf("%d function processes for %d connections", children, connections)
	}
	if killed.Load() == 0 {
		t.Error("nothing was killed: this test shows nothing")
	}
}
