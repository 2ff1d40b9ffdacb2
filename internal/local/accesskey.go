package local

import (
	"crypto/rand"

	"cognito-m2m/client"
)

// accessKey is what requests to AWS's APIs of this environment are signed with.
// It belongs to the state, as ids and keys do, so that settings which somebody has
// made for the environment hold in every run.
type accessKey struct {
	ID     string        `json:"id"`
	Secret client.Secret `json:"secret"`
}

// newAccessKey has the lengths of AWS's keys, and says where it is good: it is no
// key of AWS, and scanners for those need not take it for one.
func newAccessKey() accessKey {
	const idLength, secretLength = 20, 40
	return accessKey{
		ID:     ("LOCAL" + rand.Text())[:idLength],
		Secret: client.Secret((rand.Text() + rand.Text())[:secretLength]),
	}
}
