package conformance

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// behaviour is one row: what is sent, what is read of the answer, and what that must be.
type behaviour struct {
	name   string
	source string // section of docs/aws-behaviour.md and tag
	sends  sending
	reads  reading
	wants  expectation

	// needs says what the target lacks for this row, "" if nothing.
	needs string
	// echo says that the row reads the event, which takes a function that answers with it.
	echo bool
	// parity is the title in docs/parity.md under which the local runtime differs; the row is for
	// deployed targets only.
	parity string
}

type (
	sending func(context.Context, *session) (answer, error)
	// reading never fails: an answer that can't be read reads as something that no row wants.
	reading func(answer) string
)

type expectation struct {
	says  string
	holds func(got string) bool
}

func exactly(text string) expectation {
	return expectation{text, func(got string) bool { return got == text }}
}

func startsWith(prefix string) expectation {
	return expectation{prefix + "…", func(got string) bool { return strings.HasPrefix(got, prefix) }}
}

func matches(says, pattern string) expectation {
	return expectation{says, regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString}
}

func row(name, source string, reads reading, wants expectation) behaviour {
	return behaviour{name: name, source: source, reads: reads, wants: wants}
}

// deployedOnly is for what the local runtime does otherwise, under a title of docs/parity.md.
func (b behaviour) deployedOnly(parity string) behaviour {
	b.parity = parity
	return b
}

type behaviours []behaviour

// about are rows on one and the same request.
func about(sends sending, rows ...behaviour) behaviours {
	for i := range rows {
		rows[i].sends = sends
	}
	return rows
}

// needing marks rows that do not apply for a reason; "" is no reason.
func (b behaviours) needing(reason string) behaviours {
	for i := range b {
		if b[i].needs == "" {
			b[i].needs = reason
		}
	}
	return b
}

func (b behaviours) echoed() behaviours {
	for i := range b {
		b[i].echo = true
	}
	return b
}

type state string

const (
	conforms      state = "ok"
	deviates      state = "NO"
	notApplicable state = "n/a"
)

// verdict is a row with what came out.
type verdict struct {
	behaviour
	state state
	got   string // without secrets and tokens
	err   error  // the request could not be made
}

func (s *session) judge(ctx context.Context, b behaviour) verdict {
	reason, err := s.inapplicable(ctx, b)
	if err == nil && reason != "" {
		return verdict{b, notApplicable, reason, nil}
	}
	var a answer
	if err == nil {
		a, err = b.sends(ctx, s)
	}
	if err != nil {
		return verdict{b, deviates, s.redacted(fmt.Sprintf("error: %v", err)), err}
	}
	got := b.reads(a)
	if !b.wants.holds(got) {
		return verdict{b, deviates, s.redacted(got), nil}
	}
	return verdict{b, conforms, s.redacted(got), nil}
}

func (s *session) inapplicable(ctx context.Context, b behaviour) (string, error) {
	switch {
	case b.needs != "":
		return b.needs, nil
	case b.parity != "" && s.local:
		return "docs/parity.md, " + b.parity, nil
	case b.echo:
		return s.noEcho(ctx)
	default:
		return "", nil
	}
}

// jwt is anything that could be a token.
var jwt = regexp.MustCompile(`eyJ[\w-]+\.[\w-]*\.?[\w-]*`)

func (s *session) redacted(text string) string {
	for _, client := range s.Clients {
		if client.Secret != "" {
			text = strings.ReplaceAll(text, client.Secret, "<secret>")
		}
	}
	return jwt.ReplaceAllString(text, "<token>")
}
