package awsapi

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/requester"
)

// authorization is the Authorization header of Signature Version 4: AWS4-HMAC-SHA256
// Credential=<key>/<date>/<region>/<service>/aws4_request, SignedHeaders=..., Signature=...
type authorization struct {
	keyID, date, region, service string
	signedHeaders                string // joined by semicolons
	signature                    string
}

var authorizationPattern = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 +Credential=([^/, ]+)/([0-9]{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})$`)

func parseAuthorization(header string) (a authorization, ok bool) {
	parts := authorizationPattern.FindStringSubmatch(header)
	if parts == nil {
		return a, false
	}
	return authorization{
		keyID: parts[1], date: parts[2], region: parts[3], service: parts[4],
		signedHeaders: parts[5], signature: parts[6],
	}, true
}

// signatureProblem is what is wrong with a request's signature. Each protocol has its own code for
// it.
type signatureProblem int

const (
	signatureMissing signatureProblem = iota
	signatureIncomplete
	signatureOfUnknownKey
	signatureOfExpiredKey
	signatureOffTime
	signatureInvalid
)

// signatureFault says why a request is refused. The message never repeats the request's headers.
type signatureFault struct {
	problem signatureProblem
	message string
}

// clockSkew is how far a signature's time may be from now, in either direction.
//
// Parity: AWS API: age of a signature
const clockSkew = 15 * time.Minute

// securityToken is the header that temporary credentials come with.
const securityToken = "X-Amz-Security-Token" //nolint:gosec // a name, not a credential

// verified is what a signature proves.
type verified struct {
	auth   authorization
	at     time.Time
	secret string // of the key that it was made with
}

// signedPart is what a signature has to cover, beside the headers that it names.
type signedPart struct {
	service     string // the service that it has to be for
	payloadHash string // as it stands in the signature
	rawPath     bool   // the path is signed as it is on the wire, and not encoded again
}

// checkSignature verifies that a request was signed with the access key or with temporary
// credentials, for the service, at about this time, and puts the requester into the request's
// context, with the authorizer that knows what it may do. Messages are AWS's where they are known,
// and then say what to do.
//
// Parity: AWS API: one access key
func (h *Handler) checkSignature(x *exchange, part signedPart) (verified, *signatureFault) {
	auth, fault := readAuthorization(x.request)
	if fault != nil {
		return verified{}, fault
	}
	at, fault := h.signedAt(x.request, auth)
	if fault != nil {
		return verified{}, fault
	}
	session, fault := h.session(auth.keyID, x.request.Header.Values(securityToken))
	if fault != nil {
		return verified{}, fault
	}
	if auth.service != part.service {
		return verified{}, &signatureFault{signatureInvalid, "Credential should be scoped to correct service: '" + part.service + "'."}
	}
	proved := verified{auth: auth, at: at, secret: string(session.SecretAccessKey)}
	if fault := proved.compare(x.request, part); fault != nil {
		return verified{}, fault
	}
	// Only now: until the signature fits, nobody has proved anything.
	if !session.Expires.IsZero() && !h.now().Before(session.Expires) {
		return verified{}, &signatureFault{signatureOfExpiredKey, "The security token included in the request is expired"}
	}
	session.Requester.Region = auth.region
	ctx := requester.NewContext(x.request.Context(), session.Requester)
	if h.permits != nil {
		ctx = requester.WithAuthorizer(ctx, h.permits)
	}
	x.request = x.request.WithContext(ctx)
	return proved, nil
}

// session is what a key id and its token come to. The access key that lasts has no token.
func (h *Handler) session(keyID string, tokens []string) (requester.Session, *signatureFault) {
	if keyID == h.key.ID && len(tokens) == 0 {
		return requester.Session{Requester: h.identity, SecretAccessKey: redacted.Text(h.key.Secret)}, nil
	}
	if h.sessions != nil && len(tokens) == 1 {
		if session, ok := h.sessions.Session(keyID, tokens[0]); ok {
			return session, nil
		}
	}
	return requester.Session{}, &signatureFault{signatureOfUnknownKey, "The security token included in the request is invalid. " +
		"This run has one access key, which has no session token: `m2m up` prints it, --json and run.json have it. " +
		"Temporary credentials come from AssumeRole."}
}

// readAuthorization reads the Authorization header, which must be there once.
//
// Parity: AWS API: signatures in the query string
func readAuthorization(r *http.Request) (authorization, *signatureFault) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 && r.URL.Query().Has("X-Amz-Signature") {
		return authorization{}, &signatureFault{signatureIncomplete, "A signature in the query string (a presigned URL) is not taken here: sign with the Authorization header."}
	}
	if len(headers) == 0 || headers[0] == "" {
		return authorization{}, &signatureFault{signatureMissing, "Missing Authentication Token"}
	}
	auth, ok := parseAuthorization(headers[0])
	if !ok || len(headers) > 1 {
		return authorization{}, &signatureFault{signatureIncomplete, "The Authorization header is not a Signature Version 4: it needs AWS4-HMAC-SHA256, Credential, SignedHeaders and Signature."}
	}
	return auth, nil
}

const amzTime = "20060102T150405Z"

// signedAt is the time of the signature, if it is a time near now.
func (h *Handler) signedAt(r *http.Request, auth authorization) (time.Time, *signatureFault) {
	dates := r.Header.Values("X-Amz-Date")
	if len(dates) != 1 {
		return time.Time{}, &signatureFault{signatureIncomplete, "Authorization header requires existence of one 'X-Amz-Date' header."}
	}
	at, err := time.Parse(amzTime, dates[0])
	if err != nil {
		return at, &signatureFault{signatureIncomplete, "X-Amz-Date is not a time such as " + amzTime + "."}
	}
	now := h.now().UTC()
	switch {
	case auth.date != at.Format("20060102"):
		return at, &signatureFault{signatureInvalid, "Date in Credential scope does not match YYYYMMDD of X-Amz-Date."}
	case at.Before(now.Add(-clockSkew)):
		return at, &signatureFault{signatureOffTime, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %.f min.)",
			at.Format(amzTime), now.Add(-clockSkew).Format(amzTime), now.Format(amzTime), clockSkew.Minutes())}
	case at.After(now.Add(clockSkew)):
		return at, &signatureFault{signatureOffTime, fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %.f min.)",
			at.Format(amzTime), now.Add(clockSkew).Format(amzTime), now.Format(amzTime), clockSkew.Minutes())}
	}
	return at, nil
}

// compare signs the request once more, as it came and over the headers that it names, and compares.
//
// Parity: AWS API: which headers are signed
func (v verified) compare(r *http.Request, part signedPart) *signatureFault {
	auth := v.auth
	again, fault := signable(r, auth)
	if fault != nil {
		return fault
	}
	// A new signer each time: it caches keys by Region and service, and a caller can choose any.
	err := v4.NewSigner().SignHTTP(r.Context(), aws.Credentials{AccessKeyID: auth.keyID, SecretAccessKey: v.secret},
		again, part.payloadHash, auth.service, auth.region, v.at, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = part.rawPath })
	signed, ok := parseAuthorization(again.Header.Get("Authorization"))
	switch {
	case err != nil || !ok:
		return &signatureFault{signatureInvalid, "The request can't be signed here for comparison."}
	case signed.signedHeaders != auth.signedHeaders:
		return &signatureFault{signatureInvalid, "SignedHeaders needs to have host and x-amz-date, in alphabetical order, and none of " +
			"authorization, expect, transfer-encoding, user-agent and x-amzn-trace-id."}
	case subtle.ConstantTimeCompare([]byte(signed.signature), []byte(auth.signature)) == 0:
		return &signatureFault{signatureInvalid, "The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	}
	return nil
}

// signable is the request as it was before it was signed: with only the headers that the signature
// covers.
func signable(r *http.Request, auth authorization) (*http.Request, *signatureFault) {
	again := &http.Request{
		Method: r.Method, Host: r.Host, Header: http.Header{},
		URL: &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery},
	}
	names := strings.Split(auth.signedHeaders, ";")
	for _, name := range names {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = r.ContentLength
		default:
			values := r.Header.Values(name)
			if len(values) == 0 {
				return nil, &signatureFault{signatureIncomplete, "SignedHeaders names a header that the request does not have."}
			}
			again.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values) // the signer writes into it
		}
	}
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-") && !slices.Contains(names, lower) {
			return nil, &signatureFault{signatureInvalid, "'" + lower + "' must be a 'SignedHeader' in the AWS Authorization."}
		}
	}
	return again, nil
}
