package main

import (
	"errors"
	"strings"

	"cognito-m2m/naming"
)

// stopped is a rotation that can't go on by itself, with what to do about it.
type stopped struct{ problem, remedy string }

func (s stopped) Error() string { return s.problem + "; " + s.remedy }

// stuck is a pending version that can't become current. No version can be rewritten, so another one
// is needed.
type stuck struct{ stopped }

func newStuck(problem string) error {
	return stuck{stopped{problem, "abandon this version, since no version can be rewritten: remove its label AWSPENDING, then rotate again"}}
}

// withdrawn is a rotation that has changed nothing and has removed the label from its own empty
// version, so that another can start.
type withdrawn struct{ stopped }

// notPending is a step that belongs to no rotation under way.
type notPending struct{ stopped }

// command is what the operator runs next, for the error of a rotation that has stopped. A step that
// fails leaves AWSPENDING behind, unless it has withdrawn, and m2m rotate refuses to start while it
// is there. command is "" for a secret whose name is not one of the stack's: its error then has no
// command.
func (r *rotator) command(rot *rotation, err error) string {
	name := rot.SecretID
	if strings.HasPrefix(name, "arn:") {
		before, _ := naming.CutARNSuffix(name)
		_, name, _ = strings.Cut(before, ":secret:")
	}
	env, client, ok := naming.ParseSecret(name)
	if !ok {
		return ""
	}
	text := "m2m rotate " + client + " --env " + env
	if r.deployed {
		text += " --deployed"
	}
	switch {
	case errors.As(err, new(stuck)):
		return text + " --abandon"
	case errors.As(err, new(notPending)), errors.As(err, new(withdrawn)):
		return text
	}
	return text + " --resume"
}
