package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallThatIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, release, late := newOutside(), make(chan struct{}), make(chan string, mostHanging)
		hang := func(context.Context) (string, error) { <-release; return "lock", nil }
		keep := func(value string) { late <- value }
		for i := range mostHanging + 2 {
			began := time.Now()
			_, err := within(t.Context(), o, 10*time.Second, hang, keep)
			if !errors.Is(err, errNotEnded) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("call %d: got %v, want that it has not ended", i, err)
			}
			if took := time.Since(began); took > 10*time.Second+grace {
				t.Errorf("call %d took %s", i, took)
			}
			if got := len(o); got != min(i+1, mostHanging) {
				t.Errorf("call %d: %d are left behind", i, got)
			}
		}
		close(release)
		synctest.Wait()
		if len(late) != mostHanging {
			t.Errorf("values that came late: got %d, want %d", len(late), mostHanging)
		}
		got, err := within(t.Context(), o, time.Second, func(context.Context) (string, error) { return "again", nil }, nil)
		if got != "again" || err != nil {
			t.Errorf("afterwards: got %q, error %v", got, err)
		}
	})
}

func TestCallThatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := errors.New("what it waited for")
		_, err := within(t.Context(), newOutside(), time.Second, func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", told
		}, nil)
		if !errors.Is(err, told) {
			t.Errorf("got %v, want its own error", err)
		}
	})
}
