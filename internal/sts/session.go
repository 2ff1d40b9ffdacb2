package sts

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"time"

	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/requester"
)

// sessionClaims are what a session token says, in clear: which role it is a session of, and
// until when. Whoever changes them needs other keys, which only the run can derive.
type sessionClaims struct {
	RoleARN string `json:"role"`
	RoleID  string `json:"id,omitempty"`   // empty for one that follows from the ARN
	Held    bool   `json:"held,omitempty"` // to the role's policies
	Name    string `json:"name"`
	Expires int64  `json:"expires"` // Unix seconds
	Nonce   string `json:"nonce"`
}

// Credentials are the temporary credentials of a session.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey redacted.Text
	SessionToken    string
	Expires         time.Time
}

// Role is a role whose session a service of AWS's has begun, such as Lambda for a function.
type Role struct {
	ARN string
	// ID is the role's unique id, AROA... Default: one that follows from the ARN.
	ID string
}

// Issue returns credentials of a new session, which is as long as one may be and is held to the
// role's policies. Who may have it is the caller's to decide.
func (s *Service) Issue(role Role, sessionName string) Credentials {
	return s.issue(sessionClaims{
		RoleARN: role.ARN, RoleID: role.ID, Held: true, Name: sessionName, Expires: s.now().Add(longestSession).Unix(), Nonce: newNonce(),
	})
}

// longestToken is more than any token that is issued here.
const longestToken = 4096

func newNonce() string { return rand.Text() }

// issue makes the credentials of the claims: the key id and the secret are derived from the token
// with the run's secret. So nothing has to be kept, and they survive a restart.
func (s *Service) issue(claims sessionClaims) Credentials {
	raw, _ := json.Marshal(claims) // texts and a number always encode
	token := base64.RawURLEncoding.EncodeToString(raw)
	return Credentials{
		AccessKeyID: s.keyID(token), SecretAccessKey: s.sessionSecret(token), SessionToken: token, Expires: time.Unix(claims.Expires, 0),
	}
}

// keyID has the form that IAM gives the id of a temporary key.
func (s *Service) keyID(token string) string {
	return "ASIA" + base32.StdEncoding.EncodeToString(s.derived("key id", token)[:10])
}

func (s *Service) sessionSecret(token string) redacted.Text {
	return redacted.Text(base64.StdEncoding.EncodeToString(s.derived("secret", token)[:30]))
}

// derived is for one purpose alone.
func (s *Service) derived(purpose, token string) []byte {
	mac := hmac.New(sha256.New, []byte(s.secret))
	_, _ = mac.Write([]byte("temporary credentials\x00" + purpose + "\x00" + token)) // never fails
	return mac.Sum(nil)
}

// Session returns what temporary credentials come to, expired ones too; false if this run has not
// issued them.
func (s *Service) Session(accessKeyID, sessionToken string) (requester.Session, bool) {
	if len(sessionToken) > longestToken || !hmac.Equal([]byte(s.keyID(sessionToken)), []byte(accessKeyID)) {
		return requester.Session{}, false
	}
	var claims sessionClaims
	raw, err := base64.RawURLEncoding.DecodeString(sessionToken)
	if err != nil || json.Unmarshal(raw, &claims) != nil || !roleARNPattern.MatchString(claims.RoleARN) {
		return requester.Session{}, false
	}
	return requester.Session{
		Requester: claims.requester(), SecretAccessKey: s.sessionSecret(sessionToken), Expires: time.Unix(claims.Expires, 0),
	}, true
}

// requester is the role's session, in the form of IAM's ARNs and unique ids. An ARN of a session
// has the role's name without its path. Those of a bootstrap's roles are administrators.
func (c sessionClaims) requester() requester.Requester {
	parts := roleARNPattern.FindStringSubmatch(c.RoleARN)
	partition, account, role := parts[1], parts[2], parts[3]
	id := c.RoleID
	if id == "" {
		sum := sha256.Sum256([]byte(c.RoleARN))
		id = "AROA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
	}
	who := requester.Requester{
		AccountID: account,
		ARN:       "arn:" + partition + ":sts::" + account + ":assumed-role/" + role + "/" + c.Name,
		UserID:    id + ":" + c.Name,
	}
	if c.Held {
		who.RoleARN = c.RoleARN
	}
	return who
}
