package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// event is what Secrets Manager sends for each step.
type event struct {
	Step               string
	SecretID           string `json:"SecretId"` // the secret's ARN
	ClientRequestToken string // the id of the version to make
	// RotationToken proves to Secrets Manager that a call belongs to this rotation. It is sent only
	// where the function works under another role, and must not be shown: hence the redacting type.
	RotationToken client.Secret
}

// rotator runs the steps.
type rotator struct {
	secrets store
	pool    userPool
	tokens  tokenEndpoint
	backoff backoff
	grace   *time.Duration // nil: graceOf says how long
	now     func() time.Time
	log     *slog.Logger
	// deployed says that this runs on AWS: the operator's command then has --deployed.
	deployed bool
}

// newHandler returns the function's handler. If the environment is broken, every step fails and
// logs why. Exiting instead would hide the reason from anyone who inspects the secret.
func newHandler(ctx context.Context, variable func(string) string, log io.Writer) func(context.Context, event) error {
	poolID := variable(naming.UserPoolIDVariable)
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		// The cause is left out: it may quote a file of credentials.
		err = stopped{"the AWS SDK can't be configured from the environment", "check the function's AWS_ variables"}
	}
	if poolID == "" {
		err = errors.Join(err, stopped{naming.UserPoolIDVariable + " is not set", "set it to the user pool's id"})
	}
	grace, badGrace := graceIn(variable(naming.GraceHoursVariable))
	err = errors.Join(err, badGrace)
	r := newRotator(settings{
		sdk:           sdk,
		tokens:        http.DefaultTransport,
		backoff:       backoff{first: 200 * time.Millisecond, longest: 10 * time.Second},
		poolID:        poolID,
		tokenEndpoint: variable(naming.TokenEndpointVariable),
		grace:         grace,
		now:           time.Now,
		log:           log,
	})
	return func(ctx context.Context, e event) error {
		if err != nil {
			return r.report(ctx, &rotation{event: e}, "", err)
		}
		return r.Handle(ctx, e)
	}
}

// settings are what a rotator depends on. All are required but tokenEndpoint and grace.
type settings struct {
	sdk           aws.Config
	tokens        http.RoundTripper // carries token requests
	backoff       backoff
	poolID        string
	tokenEndpoint string
	grace         *time.Duration // how long a replaced secret is spared; nil: it depends on the schedule
	now           func() time.Time
	log           io.Writer // gets a JSON object per step
}

func newRotator(s settings) *rotator {
	return &rotator{
		secrets: newStore(s.sdk, s.backoff),
		pool:    newUserPool(s.sdk, s.backoff, s.poolID, s.tokenEndpoint),
		tokens:  newTokenEndpoint(s.tokens, s.backoff),
		backoff: s.backoff,
		grace:   s.grace,
		now:     s.now,
		log:     slog.New(slog.NewJSONHandler(s.log, nil)),

		deployed: s.tokenEndpoint == "",
	}
}

// Handle runs one step. It can be repeated after any end, a crash included. Its error names the
// secret, the step and what to do next, and contains no value of a secret.
func (r *rotator) Handle(ctx context.Context, e event) error {
	ctx, cancel := withMargin(ctx)
	defer cancel()
	current := &rotation{event: e, name: e.SecretID}
	outcome, err := r.run(ctx, current)
	return r.report(ctx, current, outcome, err)
}

// run checks that the event belongs to a rotation that is under way, and does its step.
func (r *rotator) run(ctx context.Context, rot *rotation) (outcome string, err error) {
	steps := map[string]func(context.Context, *rotation) (string, error){
		stepCreate: r.createSecret,
		stepSet:    r.setSecret,
		stepTest:   r.testSecret,
		stepFinish: r.finishSecret,
	}
	step, known := steps[rot.Step]
	if !known || rot.SecretID == "" || rot.ClientRequestToken == "" {
		return "", notPending{stopped{"the event is not a step of a rotation", "start a rotation with RotateSecret, and Secrets Manager calls this function"}}
	}
	if err := r.describe(ctx, rot); err != nil {
		return "", err
	}
	if rot.current == rot.ClientRequestToken {
		r.releasePending(ctx, rot)
		return "already AWSCURRENT", nil
	}
	return step(ctx, rot)
}

// describe fills in what is known of the secret. Secrets Manager may not know of its own
// RotateSecret yet, so an answer that rules the step out is asked for again.
func (r *rotator) describe(ctx context.Context, rot *rotation) (err error) {
	r.backoff.eventually(ctx, func() bool {
		err = r.secrets.describe(ctx, rot)
		if err == nil && rot.current != rot.ClientRequestToken {
			err = rot.check()
			return err == nil
		}
		return codeOf(err) != codeNotFound // a secret that was made a moment ago
	})
	return err
}

// report writes the step's one log line and returns its error for Lambda.
func (r *rotator) report(ctx context.Context, rot *rotation, outcome string, err error) error {
	line := []any{"secret", rot.name, "clientId", rot.clientID, "step", rot.Step, "versionId", rot.ClientRequestToken}
	if err == nil {
		r.log.InfoContext(ctx, "rotation step", append(line, "outcome", outcome)...)
		return nil
	}
	if command := r.command(rot, err); command != "" {
		err = fmt.Errorf("%w (%s)", err, command)
	}
	r.log.ErrorContext(ctx, "rotation step", append(line, "outcome", "failed", "error", err.Error())...)
	return fmt.Errorf("rotating secret %s, %s: %w", rot.name, rot.Step, err)
}

// withMargin ends ctx before Lambda ends the process, so that the error can still be returned and
// logged: a tenth of the time earlier, at most two seconds.
func withMargin(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return context.WithTimeout(ctx, time.Minute)
	}
	margin := min(time.Until(deadline)/10, 2*time.Second)
	return context.WithDeadline(ctx, deadline.Add(-margin))
}
