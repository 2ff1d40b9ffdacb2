package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/strictyaml"
)

// hinted is an error that carries its own hint.
type hinted struct {
	error

	way string
}

func (h *hinted) Unwrap() error { return h.error }

func withHint(err error, format string, args ...any) error {
	return &hinted{error: err, way: fmt.Sprintf(format, args...)}
}

// plain is the one sentence in an error's chain that is meant for a person, with
// the way out for who asked for this environment.
func (o targetOptions) plain(err error) error {
	var own *hinted
	var told *reach.Error
	var absent *run.NotRunningError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &told):
		return &hinted{error: told, way: o.problemHint(told)}
	case errors.As(err, &absent) && absent.Starting:
		return withHint(absent, "wait until `m2m up` says that it is ready")
	case errors.As(err, &absent):
		return withHint(absent, "start it with `m2m up%s`, or ask the deployment on AWS with --deployed", o.flags())
	case errors.Is(err, context.Canceled):
		return errors.New("stopped")
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	}
	return err
}

func (o targetOptions) problemHint(e *reach.Error) string {
	switch e.Problem {
	case reach.NotServed:
		return "stop that run and start it again with this m2m"
	case reach.NotAWS:
		return fmt.Sprintf("take %s out of the AWS settings, or leave out --deployed to ask the local run", e.Subject)
	case reach.NoRegion:
		return "choose one with --region, in the environment file or with AWS_REGION"
	case reach.NoCredentials:
		return "sign in (`aws sso login`, `aws configure`) and choose a profile with AWS_PROFILE"
	case reach.CredentialsRefused:
		return "sign in again, or choose another profile with AWS_PROFILE"
	case reach.AccessDenied:
		return "request that permission, or choose another profile with AWS_PROFILE"
	case reach.NotDeployed:
		return fmt.Sprintf("choose the account with AWS_PROFILE and the Region with --region, or deploy it: `npx cdk deploy '%s/*'`", e.Subject)
	case reach.Unreachable:
		return "check the network, or whether the local run is still there"
	case reach.UnknownClient:
		return o.nearestClient(e)
	case reach.NotYetRotated:
		return fmt.Sprintf("its first rotation fills the secret: `m2m clients%s` shows how far it is, `m2m rotate %s%[1]s` starts one", o.flags(), e.Subject)
	case reach.Unfinished:
		return o.unfinishedHint(e.Subject)
	case reach.Ended:
		return fmt.Sprintf("`m2m clients%s` shows the state of its secret", o.flags())
	case reach.NotCurrent:
		return fmt.Sprintf("rotate again: `m2m rotate %s%s`; if that stops, `m2m clients%[2]s` says what to do", e.Subject, o.flags())
	case reach.Abandoned, reach.Unreadable:
		return fmt.Sprintf("rotate again: `m2m rotate %s%s`", e.Subject, o.flags())
	}
	return ""
}

// unfinishedHint says what to do about a rotation that blocks the next one.
func (o targetOptions) unfinishedHint(client string) string {
	return fmt.Sprintf("wait if it is under way; else `m2m rotate %s%s --resume` runs its steps again, and --abandon gives it up and starts another", client, o.flags())
}

// nearestClient names the client that was probably meant, or all there are.
func (o targetOptions) nearestClient(e *reach.Error) string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("`m2m clients%s` lists the clients there are", o.flags())
	}
	all := "clients: " + strings.Join(e.Known, ", ")
	if near := strictyaml.Nearest(e.Subject, e.Known); near != "" {
		return fmt.Sprintf("did you mean %s? %s", near, all)
	}
	return all
}

// takes checks a command's arguments: exactly these.
func takes(example string, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return withHint(fmt.Errorf("%s takes %s: got %d, need %d", cmd.Name(), strings.Join(names, " "), len(args), len(names)), "for example: %s", example)
	}
}
