package cognito

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// signing are the keys of a moment with their public form. It never changes: a rotation puts
// another in its place.
type signing struct {
	keys *Keys
	jwks []byte
}

func newSigning(keys *Keys) (*signing, error) {
	jwks, err := keys.jwks()
	if err != nil {
		return nil, fmt.Errorf("encoding the JWKS: %w", err)
	}
	return &signing{keys: keys, jwks: jwks}, nil
}

// KeysInUseError says that there is no other key yet, because tokens of the one before may still be
// valid.
type KeysInUseError struct{ Until time.Time }

func (e *KeysInUseError) Error() string {
	return "tokens of the key before may be valid until " + e.Until.UTC().Format(time.RFC3339)
}

// RotateKeys has the pool sign with a fresh key from now on. The key before stays published at
// least until the last token that it signed has expired; only then there can be another rotation,
// which takes it away. Until then the error is a *KeysInUseError.
//
// Parity: Keys: rotation
func (s *Server) RotateKeys() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	now, keys := s.now(), s.signing.Load().keys
	for len(keys.accessToken) > 1 {
		if now.Before(s.keysKept) {
			return &KeysInUseError{Until: s.keysKept}
		}
		fewer, err := keys.WithoutOldestKey()
		if err != nil {
			return err
		}
		keys = fewer
	}
	rotated, err := keys.WithNewSigningKey(s.random)
	if err != nil {
		return err
	}
	next, err := newSigning(rotated)
	if err != nil {
		return err
	}
	if s.saveKeys != nil {
		if err := s.saveKeys(rotated); err != nil {
			return fmt.Errorf("keeping the signing keys: %w", err)
		}
	}
	s.signing.Store(next)
	s.keysKept = s.lastTokenEnds()
	return nil
}

// lastTokenEnds is when a token ends that is issued now and lives as long as any.
func (s *Server) lastTokenEnds() time.Time {
	var longest int64
	for _, client := range s.clients {
		longest = max(longest, client.settings.Load().validitySeconds)
	}
	return s.now().Add(time.Duration(longest) * time.Second)
}

// WithNewSigningKey returns k with a fresh key for access tokens in front, which signs from then
// on. The keys before it stay published, so that tokens they signed stay valid. It fails if random
// runs dry.
func (k Keys) WithNewSigningKey(random io.Reader) (*Keys, error) {
	fresh, err := generateKey(random)
	if err != nil {
		return nil, fmt.Errorf("generating the access token key: %w", err)
	}
	return &Keys{accessToken: append([]signingKey{fresh}, k.accessToken...), idToken: k.idToken}, nil
}

// WithoutOldestKey returns k without its oldest key for access tokens, which is then no longer
// published. It should come one token lifetime after the key signed last: a gateway that fetches
// the keys after that refuses what it signed. It fails if that is the key that signs.
func (k Keys) WithoutOldestKey() (*Keys, error) {
	last := len(k.accessToken) - 1
	if last < 1 {
		return nil, errors.New("the only access token key is the one that signs; add another with WithNewSigningKey first")
	}
	return &Keys{accessToken: slices.Clone(k.accessToken[:last]), idToken: k.idToken}, nil
}
