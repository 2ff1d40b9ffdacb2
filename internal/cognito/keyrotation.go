package cognito

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

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
