package main

import (
	"errors"
	"regexp"
	"strings"

	"cognito-m2m/naming"
)

// stopped is a rotation that can't go on by itself, with what to do about it.
type stopped struct{ problem, wayOut string }

func (s stopped) Error() string { return s.problem + "; " + s.wayOut }

// stuck is a pending version that can't become current: since no version can be rewritten, the way out is another one.
type stuck struct{ stopped }

func newStuck(problem string) error {
	return stuck{stopped{problem, "give this version up, since none can be written again: take its label AWSPENDING off, and rotate again"}}
}

// withdrawn is a rotation that has changed nothing and has taken the label off its own empty version, so that another
// can begin.
type withdrawn struct{ stopped }

// notPending is a step of no rotation that is under way.
type notPending struct{ stopped }

// arnSuffix is what Secrets Manager adds to a name in the ARN.
var arnSuffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

// command is the operator's next one, for the error of a rotation that has stopped: a step that fails leaves
// AWSPENDING behind, unless it has withdrawn, and with it a plain m2m rotate is refused. It is "" for a secret of another name than the stack
// gives, whose error then has its general words only.
func (r *rotator) command(rot *rotation, err error) string {
	name := rot.SecretID
	if strings.HasPrefix(name, "arn:") {
		_, name, _ = strings.Cut(arnSuffix.ReplaceAllString(name, ""), ":secret:")
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
