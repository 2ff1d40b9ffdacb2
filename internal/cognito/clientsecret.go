package cognito

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"time"

	"cognito-m2m/internal/redacted"
)

// Secret is the text of a client secret. It prints and logs as "[redacted]"; JSON marshals the true
// value.
type Secret = redacted.Text

// ClientSecret is one live secret of an app client.
type ClientSecret struct {
	// ID names the secret in the user pool API; see NewClientSecretID.
	ID string
	// CreateDate is when the secret was made. AWS shows it to the millisecond.
	CreateDate time.Time
	// Value is what a caller authenticates with.
	Value Secret
}

// liveSecrets are the secrets of a client at one moment, oldest first. They never change: a change
// puts others in their place.
type liveSecrets struct {
	secrets []ClientSecret
	digests [][sha256.Size]byte
}

func newLiveSecrets(secrets []ClientSecret) *liveSecrets {
	live := &liveSecrets{secrets: slices.Clone(secrets)}
	slices.SortStableFunc(live.secrets, func(a, b ClientSecret) int { return a.CreateDate.Compare(b.CreateDate) })
	for _, secret := range live.secrets {
		live.digests = append(live.digests, sha256.Sum256([]byte(secret.Value)))
	}
	return live
}

// include compares digests, which are of one length, and always all of them, so that the time taken
// says nothing about a secret.
func (l *liveSecrets) include(secret Secret) bool {
	digest := sha256.Sum256([]byte(secret))
	matches := 0
	for _, live := range l.digests {
		matches |= subtle.ConstantTimeCompare(digest[:], live[:])
	}
	return matches == 1
}

// index is the position of the secret with the id, or -1.
func (l *liveSecrets) index(id string) int {
	return slices.IndexFunc(l.secrets, func(secret ClientSecret) bool { return secret.ID == id })
}

// newestIs says whether a secret is the newest of several.
func (l *liveSecrets) newestIs(secret Secret) bool {
	last := len(l.secrets) - 1
	return last > 0 && l.secrets[last].Value.Equal(secret)
}

// newest is when the newest of the secrets was made.
func (l *liveSecrets) newest() time.Time {
	if len(l.secrets) == 0 {
		return time.Time{}
	}
	return l.secrets[len(l.secrets)-1].CreateDate
}
