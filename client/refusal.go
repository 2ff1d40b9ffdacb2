package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"cognito-m2m/internal/userpool"
)

// RefusalError is an answer of the token endpoint without a token. It repeats nothing of the answer
// that could contain a secret.
type RefusalError struct {
	// Status is the HTTP status code.
	Status int
	// Code is the error code of RFC 6749 section 5.2, such as "invalid_client"; "" if the answer
	// has no code of that list.
	Code string
}

// Error says what the endpoint answered and, where an operator can help, what to do.
func (e *RefusalError) Error() string {
	text := fmt.Sprintf("token endpoint answered %d %s", e.Status, e.Code)
	switch e.Code {
	case userpool.InvalidClient:
		return text + ": the client does not exist, or this is no longer its secret; give this program the current secret; rotate only if the current one is lost, because a rotation ends a secret that others may use"
	case userpool.InvalidScope:
		return text + ": the client does not have every requested scope; compare Config.Scopes with the client's scopes"
	case userpool.InvalidGrant:
		return text + ": OAuth is not enabled for the client"
	case "":
		return text + http.StatusText(e.Status)
	default:
		return text
	}
}

func refused(err error, code string) bool {
	refusal, ok := errors.AsType[*RefusalError](err)
	return ok && refusal.Code == code
}

// temporary says whether the same request may succeed later. A request that succeeded without a
// usable token is not repeated: it may have been billed.
func temporary(err error) bool {
	if refusal, ok := errors.AsType[*RefusalError](err); ok {
		return refusal.Status == http.StatusTooManyRequests || refusal.Status >= http.StatusInternalServerError
	}
	return errors.Is(err, errNoAnswer)
}

var (
	errNoAnswer  = errors.New("no answer from the token endpoint")
	errNotAToken = errors.New("the token endpoint's answer is not a complete token response (RFC 6749 section 5.1)")
)

// withoutAnswer replaces an error of a token request by one that quotes nothing of the answer: that
// may contain a token, or anything that a hostile server echoes.
func withoutAnswer(err error) error {
	var refusal *oauth2.RetrieveError
	var exchange *url.Error
	switch {
	case errors.As(err, &refusal):
		code := refusal.ErrorCode
		if !userpool.IsRefusal(code) {
			code = ""
		}
		return &RefusalError{Status: refusal.Response.StatusCode, Code: code}
	case errors.Is(err, errNotEnded):
		return fmt.Errorf("%w: %w", errNoAnswer, context.DeadlineExceeded)
	case errors.As(err, &exchange):
		if cause := knownCause(err); cause != nil {
			return fmt.Errorf("%w: %w", errNoAnswer, cause)
		}
		return errNoAnswer
	default:
		return errNotAToken
	}
}

// knownCause returns an error of the chain that never quotes an HTTP message; nil if there is none.
func knownCause(err error) error {
	var name *net.DNSError
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &certificate):
		return certificate
	case errors.As(err, &name):
		return name
	case errors.As(err, &network):
		return network
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	default:
		return nil
	}
}
