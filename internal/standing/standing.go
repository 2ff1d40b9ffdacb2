// Package standing works out which of an app client's two secrets its callers may be using, from
// what the values of a secret's labelled versions name. lambda/rotate deletes secrets by it, and
// m2m does so before a rotation. It makes no calls: its users read the values, and decide what to
// do.
package standing

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cognito-m2m/client"
)

// LongestGrace is the longest that a rotation spares a secret after it was replaced, unless the
// environment file says how long. Half of the schedule may be less.
const LongestGrace = 24 * time.Hour

// Grace is how long a rotation spares a secret after it was replaced, if the environment file does
// not say. Half of the schedule, which is in days, gives callers enough time to change, and does
// not delay the schedule itself; only a daily one, due at any time of its day, can be delayed. 0
// days are none that are known.
func Grace(everyDays int) time.Duration {
	if half := time.Duration(everyDays) * 24 * time.Hour / 2; half > 0 {
		return min(half, LongestGrace)
	}
	return LongestGrace
}

// Secret is a client secret that Cognito accepts.
type Secret struct {
	ID      string // Cognito's name for it, not the secret
	Created time.Time
}

// Value is what the value of a version says about the secret that its readers use. Its zero value
// stands for a version that does not exist.
type Value struct {
	there       bool
	placeholder bool // no caller can have a secret from it
	disputed    bool
	created     time.Time
	named       struct {
		ClientID string        `json:"client_id"`
		SecretID string        `json:"client_secret_id"`
		Secret   client.Secret `json:"client_secret"`
	}
}

// Read reads the value of a version. A value that can't be read names no secret.
func Read(value []byte, created time.Time) Value {
	v := Value{there: true, created: created}
	_ = json.Unmarshal(value, &v.named)
	_, unparsed := client.ParseCredentials(value)
	v.placeholder = errors.Is(unparsed, client.ErrNotRotated)
	return v
}

// Disputed is the value of a version that left a rotation undecided, and that has been overwritten
// since. Its id may be that of another secret, so it names none; it still says that callers have
// one.
func (v Value) Disputed() Value {
	v.disputed = true
	return v
}

// Client is an app client with the secrets that Cognito accepts, the oldest first, and the end of
// the last rotation of its secret that went well; zero: there was none.
type Client struct {
	ID        string
	Secrets   []Secret
	RotatedAt time.Time
}

// Standing says which secrets of a client its callers use.
type Standing struct {
	// InUse is the id of the secret that callers may be using: the live one that AWSCURRENT names,
	// or AWSPREVIOUS where AWSCURRENT holds none. The latter is the case when the value was
	// overwritten, by hand or by a template whose placeholder changed, while callers still have the
	// value before. "" means that no caller can have a secret, unless it is undecided.
	InUse string
	// Undecided says that callers have a secret, and no label shows which.
	Undecided bool
	// Previous is the id that AWSPREVIOUS names, "" if it names none that is live.
	Previous string
	// ReplacedAt is when the one in use took the place of the other.
	ReplacedAt time.Time
}

// Of works it out from the values of the versions AWSCURRENT and AWSPREVIOUS.
func Of(c Client, current, previous Value) Standing {
	var s Standing
	if previous.names(c) {
		s.Previous = previous.named.SecretID
	}
	since := current.created
	switch {
	case current.sameIDOtherSecret(previous):
		s.Undecided = true
	case current.names(c):
		s.InUse = current.named.SecretID
		if s.Previous == s.InUse { // the value was edited since
			since = previous.created
		}
	case s.Previous != "" && !current.hasSecretWithoutID(c, previous):
		s.InUse, since = s.Previous, previous.created
	default:
		s.Undecided = !current.givesNoSecret(c) || !previous.givesNoSecret(c)
	}
	s.ReplacedAt = since
	if c.RotatedAt.After(since) {
		s.ReplacedAt = c.RotatedAt
	}
	return s
}

// names says whether the value names a live secret of this client.
func (v Value) names(c Client) bool {
	return !v.disputed && v.named.ClientID == c.ID && slices.ContainsFunc(c.Secrets, func(s Secret) bool { return s.ID == v.named.SecretID })
}

// givesNoSecret says whether no reader of the version can have a secret of this app client: the
// version does not exist, has the placeholder, or is older than the app client. It is false if a
// secret existed when a rotation last succeeded: callers had that secret, whatever has overwritten
// it since.
func (v Value) givesNoSecret(c Client) bool {
	other := v.named.ClientID != "" && v.named.ClientID != c.ID
	newer := len(c.Secrets) > 0 && c.Secrets[0].Created.After(c.RotatedAt)
	return newer && (!v.there || v.placeholder || other)
}

// hasSecretWithoutID says whether the value holds a secret without its id, written by hand, and a
// different one than the version before it: that may be either of the two live ones.
func (v Value) hasSecretWithoutID(c Client, before Value) bool {
	ofClient := v.named.ClientID == "" || v.named.ClientID == c.ID
	return ofClient && v.named.SecretID == "" && v.named.Secret != "" && v.named.Secret != before.named.Secret
}

// sameIDOtherSecret says whether two values have the same id with different secrets: then either
// could be the right one.
func (v Value) sameIDOtherSecret(before Value) bool {
	return v.named.SecretID != "" && v.named.SecretID == before.named.SecretID &&
		v.named.Secret != "" && before.named.Secret != "" && v.named.Secret != before.named.Secret
}

// WasCurrent says whether callers may have read a secret of the client from Secrets Manager. An
// abandoned rotation leaves a secret that they can't have: it is newer than the last successful
// rotation, and AWSPREVIOUS does not name it.
func (s Standing) WasCurrent(c Client, secret Secret) bool {
	return secret.ID == s.Previous || !secret.Created.After(c.RotatedAt)
}
