package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// closed counts the calls of Close.
type closed chan struct{}

func (c closed) Close() error { c <- struct{}{}; return nil }

func TestCallThatIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots, release, late := newCallSlots(), make(chan struct{}), make(closed, mostHanging)
		hang := func(context.Context) (closed, error) { <-release; return late, nil }
		for i := range mostHanging + 2 {
			began := time.Now()
			_, err := within(t.Context(), slots, 10*time.Second, hang)
			if !errors.Is(err, errNotEnded) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("call %d: got %v, want that it has not ended", i, err)
			}
			if took := time.Since(began); took > 10*time.Second+grace {
				t.Errorf("call %d took %s", i, took)
			}
			if got := len(slots); got != min(i+1, mostHanging) {
				t.Errorf("call %d: %d are left behind", i, got)
			}
		}
		close(release)
		synctest.Wait()
		if len(late) != mostHanging {
			t.Errorf("closed values that came late: got %d, want %d", len(late), mostHanging)
		}
		got, err := within(t.Context(), slots, time.Second, func(context.Context) (string, error) { return "again", nil })
		if got != "again" || err != nil {
			t.Errorf("afterwards: got %q, error %v", got, err)
		}
	})
}

func TestCallThatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := errors.New("what it waited for")
		_, err := within(t.Context(), newCallSlots(), time.Second, func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", told
		})
		if !errors.Is(err, told) {
			t.Errorf("got %v, want its own error", err)
		}
	})
}
