package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"

	"cognito-m2m/client"
	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/deploy"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/nearest"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/rehearsal"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/ssm"
	"cognito-m2m/internal/state"
	"cognito-m2m/internal/synth"
	"cognito-m2m/internal/trust"
	"cognito-m2m/naming"
)

// hinted is an error that carries its own hint.
type hinted struct {
	error

	hint string
}

func (h *hinted) Unwrap() error { return h.error }

func withHint(err error, format string, args ...any) error {
	return &hinted{error: err, hint: fmt.Sprintf(format, args...)}
}

// plain is the one sentence in an error's chain that is meant for a person, with a hint. flags are
// those of targetOptions, for commands to paste.
func plain(err error, flags string) error {
	var own *hinted
	var problem *reach.Error
	var absent *run.NotRunningError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &problem):
		return &hinted{error: problem, hint: problemHint(problem, flags)}
	case errors.As(err, &absent) && absent.Starting:
		return withHint(absent, "wait until `m2m up` says that it is ready")
	case errors.As(err, &absent):
		return withHint(absent, "start it with `m2m up%s`, or ask the deployment on AWS with --deployed", flags)
	case errors.Is(err, context.Canceled):
		return errors.New("stopped")
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	}
	return err
}

func problemHint(e *reach.Error, flags string) string {
	switch e.Problem {
	case reach.NotServed:
		return "stop that run and start it again with this m2m"
	case reach.NotAWS:
		return fmt.Sprintf("remove %s from the AWS settings, or leave out --deployed to ask the local run", e.Subject)
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
		return "check the network, and that the local run still runs"
	case reach.UnknownClient:
		return nearestClient(e, flags)
	case reach.NotYetRotated:
		return firstRotationHint(e.Subject, flags)
	case reach.Unfinished:
		return unfinishedHint(e.Subject, flags)
	case reach.Ended:
		return fmt.Sprintf("`m2m clients%s` shows the state of its secret", flags)
	case reach.NotCurrent:
		return fmt.Sprintf("rotate again: `m2m rotate %s%s`; if that stops, `m2m clients%[2]s` says what to do", e.Subject, flags)
	case reach.Abandoned, reach.Unreadable:
		return fmt.Sprintf("rotate again: `m2m rotate %s%s`", e.Subject, flags)
	}
	return ""
}

// firstRotationHint says what to do about a client whose first rotation has not ended.
func firstRotationHint(client, flags string) string {
	return fmt.Sprintf("the first rotation fills the secret: `m2m clients%s` shows how far it is; if it has failed, `m2m rotate %s%[1]s --resume` runs its steps again; "+
		"if none has begun, `m2m rotate %[2]s%[1]s` starts one", flags, client)
}

// routeSettingsHint is how to take away the settings of a route that is gone.
func routeSettingsHint(env, route string) string {
	return fmt.Sprintf("run `aws apigatewayv2 delete-route-settings --api-id ID --stage-name '$default' --route-key %s`; the output %s of %s is the id",
		shellWord(route), naming.APIIDOutput, naming.Stack(env, naming.APIStack))
}

// unfinishedHint says what to do about a rotation that blocks the next one.
func unfinishedHint(client, flags string) string {
	return fmt.Sprintf("wait if it is still running; otherwise `m2m rotate %s%s --resume` runs its steps again, and --abandon gives it up and starts another", client, flags)
}

// nearestClient names the client that was probably meant, or all there are.
func nearestClient(e *reach.Error, flags string) string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("`m2m clients%s` lists the clients", flags)
	}
	const few = 20
	shown, left := first(e.Known, few)
	all := "clients: " + strings.Join(shown, ", ")
	if left > 0 {
		all += fmt.Sprintf(" and %d more: `m2m clients%s`", left, flags)
	}
	if near := nearest.Word(e.Subject, e.Known); near != "" {
		return fmt.Sprintf("did you mean %s? %s", near, all)
	}
	return all
}

// undecidedText and undecidedHint tell of a rotation that would not delete on a guess. Which of two
// secrets a value holds, only who wrote it knows.
const undecidedText = "two secrets work, and the value was written by hand and names neither"

func undecidedHint(client, flags string) string {
	return fmt.Sprintf("add the client_secret_id of the one in use to the value, or delete the other one (docs/runbooks/secret-leaked.md), then `m2m rotate %s%s`", client, flags)
}

// accessError is the error of a client that got no token, with a hint.
func accessError(err error, name, flags string) error {
	var refused *client.RefusalError
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Code {
	case "":
		if refused.Status == http.StatusTooManyRequests || refused.Status >= http.StatusInternalServerError {
			return withHint(fmt.Errorf("no token for %s: %w", name, refused), "try again later: the endpoint is asked too often or fails; `m2m up --chaos` has it answer so on purpose")
		}
	case "invalid_scope":
		return withHint(fmt.Errorf("the token endpoint refused the scope for %s (invalid_scope)", name), "`m2m clients%s` lists the scopes of each client", flags)
	case "invalid_client":
		return withHint(fmt.Errorf("the token endpoint does not accept the credentials of %s (invalid_client)", name), "`m2m clients%[2]s` shows the state of its secret, `m2m rotate %[1]s%[2]s` makes a new one", name, flags)
	}
	return withHint(fmt.Errorf("no token for %s: %w", name, refused), "`m2m clients%s` shows the state of its secret and its scopes", flags)
}

// hint is what to do about an error.
func hint(err error) string {
	var own *hinted
	switch {
	case errors.As(err, &own):
		return own.hint
	case errors.Is(err, deploy.ErrNoRegion):
		return "choose one in the environment file or with AWS_REGION"
	case errors.Is(err, synth.ErrNoNode):
		return "install Node.js 22 or later, or run an existing assembly with --assembly DIR"
	case errors.Is(err, synth.ErrNoGo):
		return "install Go, or run an existing assembly with --assembly DIR"
	case errors.Is(err, synth.ErrNoProject):
		return "change to the project's folder, or run an existing assembly with --assembly DIR"
	}
	return runHint(err)
}

// runHint is what to do about an error of a local run.
func runHint(err error) string {
	var address *listener.AddressError
	var inUse *run.InUseError
	var folder *run.StateDirError
	var unsafe *trust.Error
	var unusable *state.Error
	var stacks *rehearsal.StacksError
	var other *serving.OtherRunError
	var refused *local.Refused
	var unknown *chaos.UnknownError
	switch {
	case errors.As(err, &unknown):
		return "correct the rule, or leave it out; it names one " + unknown.What + ", and another rule may name another"
	case errors.As(err, &address) && errors.Is(err, syscall.EADDRINUSE):
		return "stop the program that listens there, or choose another address with --api-addr, --cognito-addr, --aws-addr or --page-addr (port 0 takes any free port)"
	case errors.As(err, &address):
		return "--api-addr, --cognito-addr, --aws-addr and --page-addr take a host:port of this machine, such as 127.0.0.1:0"
	case errors.As(err, &unsafe) && unsafe.Owner == "":
		return fmt.Sprintf("`chmod go-w %s`, or choose a folder of your own: --state DIR, TMPDIR for --ephemeral", shellWord(unsafe.Path))
	case errors.As(err, &unsafe):
		return "choose a folder of your own (--state DIR, TMPDIR for --ephemeral); remove what is not yours, or, if you know what it is, make it yours with chown"
	case errors.As(err, &folder):
		return "choose another folder with --state DIR, or keep nothing with --ephemeral"
	case errors.As(err, &inUse):
		return "stop that run, or give this one its own state with --state DIR or --ephemeral"
	case errors.As(err, &unusable), errors.As(err, new(*ssm.FileError)):
		return "the file was left unchanged: repair it, move it away to start with new ids and secrets, or use --ephemeral"
	case errors.As(err, &other) && other.DeployedInto:
		return "add --empty, or choose another folder with --state DIR"
	case errors.As(err, &other):
		return "leave out --empty, or choose another name with --env"
	case errors.As(err, &stacks):
		return "nothing was changed: repair it, move the folder away to start with nothing deployed, or choose another one with --state DIR"
	case errors.As(err, &refused) && refused.OnlyUnsupported() && len(refused.UnknownTypes()) > 0:
		return "list the types that you can do without in " + acceptedFile + " in the project's folder, one a line, or pass --lenient for this run"
	case errors.As(err, &refused) && refused.OnlyUnsupported():
		return "--lenient runs the rest without them; --no-roles holds no function to its role, and the ARN of a policy or role that you can do without goes into " + acceptedFile
	}
	return ""
}
