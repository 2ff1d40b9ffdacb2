package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/reach"
	"cognito-m2m/naming"
)

// refused is an error with the reason of a *reach.Refusal in words.
func (r *rotation) refused(err error) error {
	refusal, ok := errors.AsType[*reach.Refusal](err)
	if !ok {
		return err
	}
	idle, flags := printable.Duration(refusal.Idle), r.options.target.flags()
	switch refusal.Reason {
	case reach.NoAppClient:
		return withHint(fmt.Errorf("%s of %s has a secret but no app client", r.name, r.target), "deploy the environment again")
	case reach.Undecided:
		return withHint(fmt.Errorf("a rotation of %s would stop: %s", r.name, undecidedText), "%s", undecidedHint(r.name, flags))
	case reach.MayBeRunning:
		return withHint(fmt.Errorf("the rotation of %s was at work %s ago and seems to be running", r.name, idle),
			"wait; if %s says that it has failed, run `%s --abandon --force`", r.log(), r.line())
	case reach.Blocked:
		return withHint(fmt.Errorf("a rotation of %s has been unfinished for %s", r.name, idle), "%s", unfinishedHint(r.name, flags))
	case reach.NothingUnfinished:
		return withHint(fmt.Errorf("%s has no unfinished rotation", r.name), "`%s` starts one", r.line())
	}
	return err
}

// question says what the rotation does to callers that use the present secrets.
func (r *rotation) question(plan *reach.Plan) string {
	if plan.First != nil {
		return r.firstQuestion()
	}
	subject := fmt.Sprintf("the secret of %s of %s", r.name, r.target)
	switch {
	case r.client.State == reach.NotRotated && !r.options.resume:
		return fmt.Sprintf("Start the first rotation of %s of %s, which fills its secret?", r.name, r.target)
	case r.client.State == reach.AppClientReplaced:
		return "Rotate " + subject + ", whose credentials are older than its app client?"
	case r.options.revokePrevious:
		return "Rotate " + subject + ", and delete the current one as soon as there is another?\nEvery caller that has not read the new secret then gets invalid_client."
	case r.options.resume:
		return fmt.Sprintf("Run the steps of the unfinished rotation of %s of %s again?", r.name, r.target)
	case r.options.abandon:
		return fmt.Sprintf("Give up the unfinished rotation of %s of %s and start another?\nThe current secret keeps working.", r.name, r.target)
	case len(r.client.Secrets) > 1:
		return "Rotate " + subject + "?\nThe current secret keeps working; the previous one stops at once."
	}
	return "Rotate " + subject + "?\nThe current secret keeps working until the rotation after this one."
}

// firstQuestion asks for a rotation before which a secret is deleted.
func (r *rotation) firstQuestion() string {
	also := ""
	if r.options.revokePrevious {
		also = ", and the current one as soon as there is another"
	}
	return fmt.Sprintf("Rotate the secret of %s of %s?\nThe previous secret was replaced %s ago. It is deleted first%s: every caller that has not read the new secret then gets invalid_client.",
		r.name, r.target, printable.Duration(time.Since(r.client.SpareReplacedAt())), also)
}

func (r *rotation) revokeQuestion(previous reach.LiveSecret) string {
	return fmt.Sprintf("Delete the previous secret of %s of %s, made on %s?\nEvery caller that has not read the current secret then gets invalid_client.",
		r.name, r.target, previous.Created.UTC().Format(time.RFC1123))
}

// sayDeleted says that the previous secret is deleted, and what still works.
func (r *rotation) sayDeleted() {
	r.speech.say("The previous secret of %s is deleted. Tokens issued with it stay valid until they expire, at the latest until %s.",
		r.name, r.client.LastToken(time.Now()).UTC().Format(time.RFC3339))
}

// labelText is the staging labels of the version that is made, for a person.
func labelText(labels []string) string {
	if slices.Contains(labels, naming.CurrentLabel) {
		return naming.CurrentLabel + ": the new secret is current"
	}
	return naming.PendingLabel + ": the new secret is being made and tested"
}

// log is where the reason of a failed rotation stands.
func (r *rotation) log() string {
	if r.target.Deployed() && r.client.RotationFunction != "" {
		return "the log of the function " + r.client.RotationFunction
	}
	return "the output of `m2m up`"
}

// line is this command for the client and target, to be pasted.
func (r *rotation) line() string { return "m2m rotate " + r.name + r.options.target.flags() }

// resumption is the command that goes on with this rotation.
func (r *rotation) resumption() string {
	if r.options.revokePrevious {
		return r.line() + " --resume --revoke-previous"
	}
	return r.line() + " --resume"
}

// later is what is left to do when this command does not see the rotation's end.
func (r *rotation) later() string {
	text := fmt.Sprintf("`m2m clients%s` shows when it has ended", r.options.target.flags())
	if r.options.revokePrevious {
		text += fmt.Sprintf("; after that, and until `%s --revoke-only`, the previous secret WORKS", r.line())
	}
	return text
}
