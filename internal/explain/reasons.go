package explain

import (
	"errors"
	"fmt"

	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/printable"
)

// reasons are the authorizer's reasons in words, with what to change. Part is what a reason is
// about. A wrong issuer or client needs more words than these: see checkIssuer and checkClient.
var reasons = map[error]func(e *explanation, part string) (said, advice string){
	jwtauth.ErrBase64: func(_ *explanation, part string) (said, advice string) {
		return "the " + part + " can't be read: that part is not base64url", "the token was cut off or changed: copy it as a whole"
	},
	jwtauth.ErrObject: func(_ *explanation, part string) (said, advice string) {
		return "the " + part + " can't be read: that part is not a JSON object", "this is not a token, or it was changed: copy it as a whole"
	},
	jwtauth.ErrHeader: func(e *explanation, part string) (said, advice string) {
		return "the header has the member " + part + ", which is not accepted", e.notOfThePool()
	},
	jwtauth.ErrAlgorithm: func(e *explanation, _ string) (said, advice string) {
		return "the token is signed with " + show(e.token.Algorithm()) + ", not with RSA (RS256)", e.notOfThePool()
	},
	jwtauth.ErrNoKeyID: func(e *explanation, _ string) (said, advice string) {
		return "the header has no key id (kid), so the key that signed it is unknown", e.notOfThePool()
	},
	jwtauth.ErrUnknownKey: func(e *explanation, _ string) (said, advice string) {
		return "the token names a key that the user pool does not publish: another pool signed it, or the pool has replaced its keys since", e.newToken()
	},
	jwtauth.ErrOtherAlgorithm: func(e *explanation, part string) (said, advice string) {
		return "the token's key is for " + part + ", but the token says " + e.token.Algorithm(), e.newToken()
	},
	jwtauth.ErrSignature: func(e *explanation, _ string) (said, advice string) {
		return "the signature does not match: the token was changed after it was signed", "send the token as the token endpoint returned it, or " + e.newToken()
	},
	jwtauth.ErrNoTime: func(e *explanation, part string) (said, advice string) {
		return "the token does not say " + map[string]string{"exp": "when it expires (exp)", "iat": "when it was issued (iat)"}[part], e.newToken()
	},
	jwtauth.ErrTime: func(e *explanation, part string) (said, advice string) {
		return "its " + part + " is not a whole number of seconds since 1970", e.newToken()
	},
	jwtauth.ErrExpired: func(e *explanation, _ string) (said, advice string) {
		at, _ := e.token.claims.Time("exp")
		return fmt.Sprintf("the token expired %s ago, at %s", printable.Duration(e.now.Sub(at)), utc(at)), e.newToken()
	},
	jwtauth.ErrIssuedInFuture: func(e *explanation, _ string) (said, advice string) {
		at, _ := e.token.claims.Time("iat")
		return fmt.Sprintf("the token was issued in the future: in %s, at %s", printable.Duration(at.Sub(e.now)), utc(at)), "wait, or set the clock of the issuer"
	},
	jwtauth.ErrNotYetValid: func(e *explanation, _ string) (said, advice string) {
		at, _ := e.token.claims.Time("nbf")
		return fmt.Sprintf("the token is not valid yet: it will be in %s, at %s", printable.Duration(at.Sub(e.now)), utc(at)), "wait until then, or " + e.newToken()
	},
	jwtauth.ErrScopeClaim: func(e *explanation, part string) (said, advice string) {
		return "its " + part + " is neither a text nor a list of texts", e.newToken()
	},
}

// fails adds a check that ended with a reason of the authorizer.
func (e *explanation) fails(check string, err error) {
	reason, part := err, ""
	if flaw, ok := errors.AsType[*jwtauth.Flaw](err); ok {
		reason, part = flaw.Reason, flaw.Part
	}
	say, known := reasons[reason]
	if !known {
		e.add(check, Fails, reason.Error(), e.getOne())
		return
	}
	said, advice := say(e, part)
	e.add(check, Fails, said, advice)
}

func (e *explanation) notOfThePool() string {
	return "the user pool does not issue such tokens: " + e.newToken()
}
