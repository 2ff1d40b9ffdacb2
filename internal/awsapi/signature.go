package awsapi

import (
	"net/http"
	"regexp"
)

// authorizationPattern is the form of the Authorization header of Signature Version 4:
// AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, SignedHeaders=..., Signature=...
var authorizationPattern = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 +Credential=[^/, ]+/[0-9]{8}/[a-z0-9-]+/([a-z0-9-]+)/aws4_request, *SignedHeaders=[^, ]+, *Signature=[0-9a-f]{64}$`)

// signatureProblem is what is wrong with a request's signature.
type signatureProblem int

const (
	signatureFits signatureProblem = iota
	signatureMissing
	signatureMalformed
	signatureForAnotherService
)

// checkSignature says whether a request carries a signature for a service. It does not verify it: everybody
// who reaches this listener may do everything, with any credentials.
//
// Parity: AWS API: signatures are not verified
func checkSignature(r *http.Request, signingName string) signatureProblem {
	header := r.Header.Get("Authorization")
	if header == "" {
		return signatureMissing
	}
	parts := authorizationPattern.FindStringSubmatch(header)
	switch {
	case parts == nil:
		return signatureMalformed
	case parts[1] != signingName:
		return signatureForAnotherService
	default:
		return signatureFits
	}
}

const (
	messageMissing        = "Missing Authentication Token"
	messageMalformed      = "The Authorization header is not a Signature Version 4: it needs AWS4-HMAC-SHA256, Credential, SignedHeaders and Signature. Any credentials will do."
	messageAnotherService = "Credential should be scoped to correct service: "
)
