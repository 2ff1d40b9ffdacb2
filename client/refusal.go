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
	"slices"

	"golang.org/x/oauth2"
)

// RefusalError is an answer of the token endpoint that brought no token. It holds nothing of the answer
// that a server could have filled with a secret.
type RefusalError struct {
	// Status is the HTTP status code.
	Status int
	// Code is the error code of RFC 6749 section 5.2, such as "invalid_client"; "" if the answer had none
	// of that list.
	Code string
}

// The codes of RFC 6749 section 5.2.
const (
	invalidClient = "invalid_client"
	invalidScope  = "invalid_scope"
	invalidGrant  = "invalid_grant"
)

var refusalCodes = []string{
	"invalid_request", invalidClient, invalidGrant, "unauthorized_client", "unsupported_grant_type", invalidScope,
}

// Error says what was answered and, for the codes that an operator can do something about, what.
func (e *RefusalError) Error() string {
	text := fmt.Sprintf("token endpoint answered %d %s", e.Status, e.Code)
	switch e.Code {
	case invalidClient:
		return text + ": the client does not exist, or the secret is not its secret any more; give this program the current one; rotate only if nobody has that, because a rotation ends a secret that others may use"
	case invalidScope:
		return text + ": the client does not have every scope that was asked for; compare Config.Scopes with the client's"
	case invalidGrant:
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

// temporary says whether the same request may succeed later. An answer of success that held no token is
// not repeated: it may have been billed.
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

// withoutAnswer turns an error of a token request, which may quote the answer and with it a token or
// whatever a hostile server echoes, into one made only of what this side knows.
func withoutAnswer(err error) error {
	var refusal *oauth2.RetrieveError
	var exchange *url.Error
	switch {
	case errors.As(err, &refusal):
		code := refusal.ErrorCode
		if !slices.Contains(refusalCodes, code) {
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

// knownCause picks from a chain an error that is known to quote no byte of an HTTP message; nil if there
// is none.
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
