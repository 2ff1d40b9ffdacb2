package serving

import (
	"context"
	"errors"
	"fmt"

	"cognito-m2m/internal/secretsmanager"
)

const (
	// enoughRotations is how many rotations a run waits for before it is ready. An environment with
	// a JWT authorizer has no more clients. With more, the last ones would be waited for too long.
	enoughRotations = 50
	// fewFailures is how many failed rotations are told one by one.
	fewFailures = 10
)

// Settle has the rotations run that a deployment of the template starts, and waits until all have
// ended, or enoughRotations. The others go on until the store is closed. One that fails does not
// end the run: the person who looks for the cause needs it, and the others go on. The error is of a
// ctx that ended while Settle waited.
//
// Parity: Runtime: when a run is ready
func (r *Run) Settle(ctx context.Context, store *secretsmanager.Store) error {
	settling := &settling{report: r.Report}
	enough, all := make(chan int, 1), make(chan error, 1)
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopWaiting := context.AfterFunc(ctx, cancel)
	r.settling.Go(func() {
		defer cancel()
		err := store.SettleEach(running, func(err error, left int) {
			settling.add(err)
			if settling.ended == enoughRotations && left > 0 && !settling.behind {
				settling.behind = true
				enough <- left
			}
		})
		settling.conclude()
		all <- err
	})
	select {
	case err := <-all:
		return err
	case left := <-enough:
		if !stopWaiting() {
			return <-all
		}
		r.Report.Note(fmt.Sprintf("%d more secrets are rotated in the background: `m2m clients` says how many are left.", left))
		return nil
	}
}

// settling counts rotations, and tells of those that fail.
type settling struct {
	report Reporter
	behind bool // a run that is ready: nobody waits

	ended, failed, notBegun int
}

func (s *settling) add(err error) {
	switch {
	case errors.Is(err, secretsmanager.ErrClosed) || errors.Is(err, context.Canceled):
		s.notBegun++
		return
	case err != nil:
		if s.failed++; s.failed <= fewFailures {
			s.report.Warn(err.Error())
		}
	}
	s.ended++
}

// conclude says what has not been said one by one.
func (s *settling) conclude() {
	switch {
	case s.failed > fewFailures || s.failed > 0 && s.behind:
		s.report.Warn(fmt.Sprintf("%d of %d rotations failed: `m2m clients` shows which", s.failed, s.ended))
	case s.behind && s.notBegun == 0:
		s.report.Note(fmt.Sprintf("All %d secrets are rotated.", s.ended))
	}
	if s.behind && s.notBegun > 0 {
		s.report.Note(fmt.Sprintf("%d secrets are not rotated yet; the next start does it.", s.notBegun))
	}
}
