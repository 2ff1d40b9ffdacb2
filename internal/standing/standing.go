// Package standing tells which of an app client's two secrets its callers may be
// using, from what the values of a secret's labelled versions name. lambda/rotate
// deletes by it, and m2m before a rotation. It calls nothing: reading is up to who
// asks, and so is what to do about an answer.
package standing

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cognito-m2m/client"
)

// Secret is a client secret that Cognito accepts.
type Secret struct {
	ID      string // Cognito's name for it, not the secret
	Created time.Time
}

// Value is what the value of a version says about the secret that its readers
// use. Its zero value is that of a version that is not there.
type Value struct {
	there       bool
	placeholder bool // nobody has got a secret from it
	disputed    bool
	created     time.Time
	named       struct {
		ClientID string        `json:"client_id"`
		SecretID string        `json:"client_secret_id"`
		Secret   client.Secret `json:"client_secret"`
	}
}

// Read reads the value of a version. What can't be read names nothing.
func Read(value []byte, created time.Time) Value {
	v := Value{there: true, created: created}
	_ = json.Unmarshal(value, &v.named)
	_, unparsed := client.ParseCredentials(value)
	v.placeholder = errors.Is(unparsed, client.ErrNotRotated)
	return v
}

// Disputed is the value of a version that a rotation could not decide by, and that
// somebody has written over since. The id in it may be another secret's, so it
// names none; it still says that callers have one.
func (v Value) Disputed() Value {
	v.disputed = true
	return v
}

// Client is an app client with the secrets that Cognito accepts, the oldest first,
// and the end of the last rotation of its secret that went well; zero: there was
// none.
type Client struct {
	ID        string
	Secrets   []Secret
	RotatedAt time.Time
}

// Standing is how the secrets of a client stand with its callers.
type Standing struct {
	// InUse is the id of the secret that callers may be using: the live one that
	// AWSCURRENT names, or AWSPREVIOUS where AWSCURRENT holds none. The latter is so
	// when the value was overwritten, by hand or by a template whose placeholder
	// changed, while callers still have the one before. "" means that no caller can
	// have any, unless it is undecided.
	InUse string
	// Undecided says that callers have a secret, and no label tells which.
	Undecided bool
	// Previous is the id that AWSPREVIOUS names, "" if it names none that is live.
	Previous string
	// ReplacedAt is when the one in use took the place of the other.
	ReplacedAt time.Time
}

// Of tells it from the values of the versions AWSCURRENT and AWSPREVIOUS.
func Of(c Client, current, previous Value) Standing {
	var s Standing
	if previous.names(c) {
		s.Previous = previous.named.SecretID
	}
	since := current.created
	switch {
	case current.contradicts(previous):
		s.Undecided = true
	case current.names(c):
		s.InUse = current.named.SecretID
		if s.Previous == s.InUse { // the value was edited since
			since = previous.created
		}
	case s.Previous != "" && !current.pastes(c, previous):
		s.InUse, since = s.Previous, previous.created
	default:
		s.Undecided = !current.tellsNobody(c) || !previous.tellsNobody(c)
	}
	s.ReplacedAt = since
	if c.RotatedAt.After(since) {
		s.ReplacedAt = c.RotatedAt
	}
	return s
}

// names says whether it is a secret of this client that is live.
func (v Value) names(c Client) bool {
	return !v.disputed && v.named.ClientID == c.ID && slices.ContainsFunc(c.Secrets, func(s Secret) bool { return s.ID == v.named.SecretID })
}

// tellsNobody says whether no reader of the version can have a secret of this app
// client: it is not there, it is the placeholder, or it is from before the app
// client. Of secrets that were there when a rotation last went well it tells
// nothing: callers had one of them, whatever was written over it since.
func (v Value) tellsNobody(c Client) bool {
	other := v.named.ClientID != "" && v.named.ClientID != c.ID
	newer := len(c.Secrets) > 0 && c.Secrets[0].Created.After(c.RotatedAt)
	return newer && (!v.there || v.placeholder || other)
}

// pastes says whether it holds a secret without its id, and another one than the
// version before it: that may be either of the two that are live.
func (v Value) pastes(c Client, before Value) bool {
	ofClient := v.named.ClientID == "" || v.named.ClientID == c.ID
	return ofClient && v.named.SecretID == "" && v.named.Secret != "" && v.named.Secret != before.named.Secret
}

// contradicts says whether the two give one id to two secrets: then there is no
// telling which of them it is.
func (v Value) contradicts(before Value) bool {
	return v.named.SecretID != "" && v.named.SecretID == before.named.SecretID &&
		v.named.Secret != "" && before.named.Secret != "" && v.named.Secret != before.named.Secret
}

// WasCurrent says whether callers may have got a secret of the client from Secrets
// Manager: a rotation that was given up leaves one that is newer than the last that
// went well, and that AWSPREVIOUS does not name.
func (s Standing) WasCurrent(c Client, secret Secret) bool {
	return secret.ID == s.Previous || !secret.Created.After(c.RotatedAt)
}
