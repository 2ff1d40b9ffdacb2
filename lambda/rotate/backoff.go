package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// callAttempts is how often a call is made before it has failed. With newHandler's waits that takes
// about a minute, in which Cognito's 5 requests per second for a pool are enough for the first
// rotations of 50 clients.
const callAttempts = 12

// lagAttempts is how often the function looks for something that was written and may not be found
// yet: Secrets Manager is eventually consistent. With newHandler's waits that takes about 10
// seconds.
const lagAttempts = 7

// errTimeUp says that the next attempt would come too late.
var errTimeUp = errors.New("the function's time is up")

// backoff spaces attempts: the wait doubles from first to longest, and each is shortened by up to
// half at random, so that rotations that were throttled together do not retry together.
type backoff struct{ first, longest time.Duration }

// delay is the wait after an attempt; attempts count from 1.
func (b backoff) delay(attempt int) time.Duration {
	delay := b.first
	for range attempt - 1 {
		delay = min(2*delay, b.longest)
	}
	return delay/2 + rand.N(delay/2+1) //nolint:gosec // spreads load, guards nothing
}

// wait returns after the delay, or at once with errTimeUp if ctx would end before.
func (b backoff) wait(ctx context.Context, attempt int) error {
	delay := b.delay(attempt)
	if deadline, limited := ctx.Deadline(); limited && time.Until(deadline) <= delay {
		return errTimeUp
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errTimeUp
	}
}

// eventually looks until it has found something, lagAttempts times at most.
func (b backoff) eventually(ctx context.Context, look func() (found bool)) {
	for attempt := 1; !look() && attempt < lagAttempts; attempt++ {
		if b.wait(ctx, attempt) != nil {
			return
		}
	}
}

// retryer repeats throttled and failed calls of an AWS client. The SDK takes LimitExceededException
// for throttling; here it means that a client has two secrets, and the same call would fail again.
// A refused permission may not have spread yet: a new client's first rotation starts as soon as the
// role may read its secret.
func (b backoff) retryer() aws.Retryer {
	otherwise := retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
		switch codeOf(err) {
		case codeLimitExceeded:
			return aws.FalseTernary
		case codeAccessDenied:
			return aws.TrueTernary
		default:
			return aws.UnknownTernary
		}
	})
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = callAttempts
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) { return b.delay(attempt), nil })
		o.Retryables = append([]retry.IsErrorRetryable{otherwise}, o.Retryables...)
	})
}
