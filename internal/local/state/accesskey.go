package state

import (
	"crypto/rand"

	"cognito-m2m/internal/redacted"
)

// AccessKey is what requests to AWS's APIs of this environment are signed with.
// It belongs to the state, as ids and keys do, so that settings which somebody has
// made for the environment hold in every run.
type AccessKey struct {
	ID     string        `json:"id"`
	Secret redacted.Text `json:"secret"`
}

// newAccessKey has the lengths of AWS's keys, and says where it is good: it is not
// a key of AWS, and scanners for those need not take it for one.
func newAccessKey() AccessKey {
	const idLength, secretLength = 20, 40
	return AccessKey{
		ID:     ("LOCAL" + rand.Text())[:idLength],
		Secret: redacted.Text((rand.Text() + rand.Text())[:secretLength]),
	}
}
